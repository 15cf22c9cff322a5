"""What SDV synthesizers that train networks have besides: devices, progress and losses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..shared.generator_base import ProgressReporter, torch_device
from .sdv_library import SdvSynthesizer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    import pandas as pd


@dataclass(kw_only=True, eq=False)
class SdvNetwork(SdvSynthesizer, ProgressReporter):
    """A synthesizer over one of the `ctgan` package's networks.

    Attributes:
        device: `cpu` or `cuda`.
    """

    device: str = "cpu"

    def history(self) -> pd.DataFrame:
        """Returns one row per epoch: `epoch` and SDV's own losses, each the mean over the batches that SDV records."""
        import pandas as pd

        losses = getattr(getattr(self._model, "_model", None), "loss_values", None)
        if losses is None:
            return pd.DataFrame(columns=["epoch"])
        means: pd.DataFrame = losses.drop(columns="Batch", errors="ignore").astype(float).groupby("Epoch").mean()
        means = means.reset_index().astype({"Epoch": int})
        return means.set_axis([str(name).lower().replace(" ", "_") for name in means], axis=1)

    def parameter_count(self) -> int:
        """Returns the number of weights of the network that draws rows.

        Raises:
            BenchError: before `fit`.
        """
        self._fitted("its size")
        network = getattr(self._model._model, "_generator", None) or self._model._model.decoder
        return sum(weights.numel() for weights in network.parameters())

    def _options(self) -> dict[str, Any]:
        return {"enable_gpu": torch_device(self.device).type == "cuda", **super()._options()}

    def _training_contexts(self) -> Iterator[AbstractContextManager[None]]:
        import ctgan.synthesizers.ctgan
        import ctgan.synthesizers.tvae

        from .ctgan_package import progress

        for module in (ctgan.synthesizers.ctgan, ctgan.synthesizers.tvae):
            yield progress(module, lambda done: self._report(done, self._model.epochs))
