"""CTGAN of the `ctgan` package, at its own defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from bench.api import BenchError, Budget, GeneratorInfo

from .wrappers.ctgan_package import INSTALL, LICENCE, Wrapped

if TYPE_CHECKING:
    from types import ModuleType

    import pandas as pd


@dataclass(kw_only=True, eq=False)
class CTGAN(Wrapped):
    """Conditional GAN over mode-normalised columns (the ctgan package).

    Attributes:
        generator_dim: widths of the generator's hidden layers.
        discriminator_dim: widths of the discriminator's.
        generator_lr: learning rate of the generator.
        discriminator_lr: learning rate of the discriminator.
        pac: rows judged together; divides `batch_size`.
    """

    _drawer: ClassVar = "_generator"
    info: ClassVar = GeneratorInfo(
        licence=LICENCE,
        paper="Xu et al. (2019), Modeling Tabular Data using Conditional GAN",
        packages=("ctgan", "rdt", "scikit-learn", "torch", "numpy"),
        install=INSTALL,
        preload=("torch._dynamo",),
        budgets={"quick": Budget({"epochs": 60}, 15), "standard": Budget({}, 250)},
    )

    generator_dim: tuple[int, ...] = (256, 256)
    discriminator_dim: tuple[int, ...] = (256, 256)
    generator_lr: float = 2e-4
    discriminator_lr: float = 2e-4
    pac: int = 10

    def history(self) -> pd.DataFrame:
        """One row per epoch: epoch, generator_loss, discriminator_loss (of its last batch)."""
        import pandas as pd

        names = ["epoch", "generator_loss", "discriminator_loss"]
        losses = getattr(self._model, "loss_values", None)
        return pd.DataFrame(losses.to_numpy() if losses is not None else None, columns=names).astype({"epoch": int})

    def _build(self, *, enable_gpu: bool) -> tuple[ModuleType, Any]:
        import ctgan.synthesizers.ctgan as module

        if self.batch_size < 2 or self.batch_size % 2 or self.batch_size % self.pac:
            raise BenchError(f"got batch_size {self.batch_size} with pac {self.pac}; expected an even multiple of pac")
        return module, module.CTGAN(
            embedding_dim=self.embedding_dim,
            generator_dim=self.generator_dim,
            discriminator_dim=self.discriminator_dim,
            generator_lr=self.generator_lr,
            discriminator_lr=self.discriminator_lr,
            batch_size=self.batch_size,
            epochs=self.epochs,
            pac=self.pac,
            enable_gpu=enable_gpu,
        )
