"""CTGAN of the `ctgan` package, at its own defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from bench.api import Budget

from .wrappers.ctgan_package import CtganModel, check_batches, ctgan_info

if TYPE_CHECKING:
    from types import ModuleType

    import pandas as pd


@dataclass(kw_only=True, eq=False)
class CTGAN(CtganModel):
    """Conditional GAN over mode-normalised columns (the ctgan package).

    Attributes:
        generator_dim: widths of the generator's hidden layers.
        discriminator_dim: widths of the discriminator's hidden layers.
        generator_lr: learning rate of the generator.
        discriminator_lr: learning rate of the discriminator.
        pac: rows that the discriminator judges together; divides `batch_size`.
    """

    _package_class: ClassVar = "CTGAN"
    _sampling_network: ClassVar = "_generator"
    info: ClassVar = ctgan_info(Budget({"epochs": 60}, 15), Budget({}, 250))

    generator_dim: tuple[int, ...] = (256, 256)
    discriminator_dim: tuple[int, ...] = (256, 256)
    generator_lr: float = 2e-4
    discriminator_lr: float = 2e-4
    pac: int = 10

    def history(self) -> pd.DataFrame:
        """Returns one row per epoch: epoch, generator_loss, discriminator_loss (of its last batch)."""
        import pandas as pd

        names = ["epoch", "generator_loss", "discriminator_loss"]
        losses = getattr(self._model, "loss_values", None)
        return pd.DataFrame(losses.to_numpy() if losses is not None else None, columns=names).astype({"epoch": int})

    def _build(self, *, enable_gpu: bool) -> tuple[ModuleType, Any]:
        check_batches(self.batch_size, self.pac)
        return super()._build(enable_gpu=enable_gpu)
