"""What SDV synthesizers that train networks add: devices, progress and losses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bench.api import BenchError

from .sdv_library import Synthesizer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    import pandas as pd

    from bench.api import ProgressCallback


@dataclass(kw_only=True, eq=False)
class Trained(Synthesizer):
    """A synthesizer over one of the `ctgan` package's networks.

    Attributes:
        device: `cpu` or `cuda`.
    """

    device: str = "cpu"
    _callback: ProgressCallback | None = field(default=None, init=False, repr=False)

    def on_progress(self, callback: ProgressCallback) -> None:
        """Asks for (epochs done, epochs) during the next fit."""
        self._callback = callback

    def history(self) -> pd.DataFrame:
        """One row per epoch: `epoch` and SDV's own losses, each the mean over what it kept of the epoch."""
        import pandas as pd

        losses = getattr(getattr(self._model, "_model", None), "loss_values", None)
        if losses is None:
            return pd.DataFrame(columns=["epoch"])
        means: pd.DataFrame = losses.drop(columns="Batch", errors="ignore").astype(float).groupby("Epoch").mean()
        means = means.reset_index().astype({"Epoch": int})
        return means.set_axis([str(name).lower().replace(" ", "_") for name in means], axis=1)

    def parameter_count(self) -> int:
        """Weights of the network that draws rows.

        Raises:
            BenchError: before `fit`.
        """
        self._fitted("its size")
        network = getattr(self._model._model, "_generator", None) or self._model._model.decoder
        return sum(weights.numel() for weights in network.parameters())

    def _options(self) -> dict[str, Any]:
        from ..shared.generator_base import torch_device

        return {"enable_gpu": torch_device(self.device).type == "cuda"}

    def _watched(self) -> Iterator[AbstractContextManager[None]]:
        import ctgan.synthesizers.ctgan
        import ctgan.synthesizers.tvae

        from .ctgan_package import progress

        total, callback = self._model.epochs, self._callback

        def tell(done: int) -> None:
            if callback is not None:
                callback(done, total)

        for module in (ctgan.synthesizers.ctgan, ctgan.synthesizers.tvae):
            yield progress(module, tell)


def check_batches(batch_size: int, pac: int) -> None:
    """Refuses what the `ctgan` package would refuse without a word.

    Raises:
        BenchError: if `batch_size` is not an even multiple of `pac`.
    """
    if pac < 1 or batch_size < 2 or batch_size % 2 or batch_size % pac:
        raise BenchError(f"got batch_size {batch_size} with pac {pac}; expected an even multiple of pac")
