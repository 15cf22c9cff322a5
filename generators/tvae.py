"""TVAE of the `ctgan` package, at its own defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from bench.api import Budget

from .wrappers.ctgan_package import CtganModel, ctgan_info

if TYPE_CHECKING:
    import pandas as pd


@dataclass(kw_only=True, eq=False)
class TVAE(CtganModel):
    """Variational autoencoder over mode-normalised columns (the ctgan package).

    Attributes:
        compress_dims: widths of the encoder's hidden layers.
        decompress_dims: widths of the decoder's hidden layers.
        l2scale: weight decay.
        loss_factor: weight of the reconstruction loss against the KL term.
    """

    _package_class: ClassVar = "TVAE"
    _sampling_network: ClassVar = "decoder"
    info: ClassVar = ctgan_info(Budget({"epochs": 100}, 8), Budget({}, 70))

    compress_dims: tuple[int, ...] = (128, 128)
    decompress_dims: tuple[int, ...] = (128, 128)
    l2scale: float = 1e-5
    loss_factor: float = 2

    def history(self) -> pd.DataFrame:
        """Returns one row per epoch: epoch, loss (mean over its batches)."""
        import pandas as pd

        losses = getattr(self._model, "loss_values", None)
        if losses is None:
            return pd.DataFrame(columns=["epoch", "loss"])
        means: pd.DataFrame = losses.astype(float).groupby("Epoch", as_index=False)["Loss"].mean()
        return means.set_axis(["epoch", "loss"], axis=1).astype({"epoch": int})
