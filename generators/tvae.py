"""TVAE of the `ctgan` package, at its own defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from bench.api import Budget, GeneratorInfo

from .wrappers.ctgan_package import INSTALL, LICENCE, Wrapped

if TYPE_CHECKING:
    from types import ModuleType

    import pandas as pd


@dataclass(kw_only=True, eq=False)
class TVAE(Wrapped):
    """Variational autoencoder over mode-normalised columns (the ctgan package).

    Attributes:
        compress_dims: widths of the encoder's hidden layers.
        decompress_dims: widths of the decoder's.
        l2scale: weight decay.
        loss_factor: weight of the reconstruction loss against the KL term.
    """

    _drawer: ClassVar = "decoder"
    info: ClassVar = GeneratorInfo(
        licence=LICENCE,
        paper="Xu et al. (2019), Modeling Tabular Data using Conditional GAN",
        packages=("ctgan", "rdt", "scikit-learn", "torch", "numpy"),
        install=INSTALL,
        preload=("torch._dynamo",),
        budgets={"quick": Budget({"epochs": 100}, 8), "standard": Budget({}, 70)},
    )

    compress_dims: tuple[int, ...] = (128, 128)
    decompress_dims: tuple[int, ...] = (128, 128)
    l2scale: float = 1e-5
    loss_factor: float = 2

    def history(self) -> pd.DataFrame:
        """One row per epoch: epoch, loss (mean over its batches)."""
        import pandas as pd

        losses = getattr(self._model, "loss_values", None)
        if losses is None:
            return pd.DataFrame(columns=["epoch", "loss"])
        means: pd.DataFrame = losses.astype(float).groupby("Epoch", as_index=False)["Loss"].mean()
        return means.set_axis(["epoch", "loss"], axis=1).astype({"epoch": int})

    def _build(self, *, enable_gpu: bool) -> tuple[ModuleType, Any]:
        import ctgan.synthesizers.tvae as module

        return module, module.TVAE(
            embedding_dim=self.embedding_dim,
            compress_dims=self.compress_dims,
            decompress_dims=self.decompress_dims,
            l2scale=self.l2scale,
            batch_size=self.batch_size,
            epochs=self.epochs,
            loss_factor=self.loss_factor,
            enable_gpu=enable_gpu,
        )
