"""SDV's CopulaGAN, at its own defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from bench.api import BenchError, Budget, GeneratorInfo

from .wrappers.ctgan_package import LICENCE
from .wrappers.sdv_library import INSTALL
from .wrappers.sdv_networks import Trained, check_batches


@dataclass(kw_only=True, eq=False)
class CopulaGAN(Trained):
    """CTGAN over columns made normal by parametric marginals (SDV).

    SDV trains 300 epochs; as each costs what one of `ctgan` costs, the standard budget trains 100.

    Attributes:
        epochs: passes over train.
        batch_size: rows per step; an even multiple of `pac`.
        embedding_dim: numbers of noise per row.
        generator_dim: widths of the generator's hidden layers.
        discriminator_dim: widths of the discriminator's.
        generator_lr: learning rate of the generator.
        discriminator_lr: learning rate of the discriminator.
        pac: rows judged together; divides `batch_size`.
    """

    _synthesizer: ClassVar = "CopulaGANSynthesizer"
    info: ClassVar = GeneratorInfo(
        licence=LICENCE,
        paper="Xu et al. (2019), Modeling Tabular Data using Conditional GAN; Patki et al. (2016), The Synthetic Data "
        "Vault",
        packages=("sdv", "ctgan", "copulas", "rdt", "scikit-learn", "scipy", "torch", "numpy"),
        install=INSTALL,
        preload=("torch._dynamo",),
        budgets={"quick": Budget({"epochs": 60}, 12), "standard": Budget({"epochs": 100}, 90)},
    )

    epochs: int = 300
    batch_size: int = 500
    embedding_dim: int = 128
    generator_dim: tuple[int, ...] = (256, 256)
    discriminator_dim: tuple[int, ...] = (256, 256)
    generator_lr: float = 2e-4
    discriminator_lr: float = 2e-4
    pac: int = 10

    def __post_init__(self) -> None:
        if self.epochs < 1:
            raise BenchError(f"epochs is {self.epochs}; expected at least 1")
        check_batches(self.batch_size, self.pac)

    def _options(self) -> dict[str, Any]:
        own = (
            "epochs",
            "batch_size",
            "embedding_dim",
            "generator_dim",
            "discriminator_dim",
            "generator_lr",
            "discriminator_lr",
            "pac",
        )
        return {**super()._options(), **{name: getattr(self, name) for name in own}}
