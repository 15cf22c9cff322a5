"""SDV's CopulaGAN, at its own defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bench.api import COLUMN_KINDS, Budget, GeneratorInfo

from .shared.option_checks import PositiveInt
from .wrappers.ctgan_package import LICENCE, check_batches
from .wrappers.sdv_library import INSTALL, SdvNetwork


@dataclass(kw_only=True, eq=False)
class CopulaGAN(SdvNetwork):
    """CTGAN over columns made normal by parametric marginals (SDV).

    SDV trains 300 epochs. An epoch costs as much as one of `ctgan`, so the standard budget trains 100.

    Attributes:
        epochs: passes over train.
        batch_size: rows per step; an even multiple of `pac`.
        embedding_dim: numbers of noise per row.
        generator_dim: widths of the generator's hidden layers.
        discriminator_dim: widths of the discriminator's hidden layers.
        generator_lr: learning rate of the generator.
        discriminator_lr: learning rate of the discriminator.
        pac: rows that the discriminator judges together; divides `batch_size`.
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
        kinds=frozenset(COLUMN_KINDS),
    )

    epochs: PositiveInt = 300
    batch_size: int = 500
    embedding_dim: int = 128
    generator_dim: tuple[int, ...] = (256, 256)
    discriminator_dim: tuple[int, ...] = (256, 256)
    generator_lr: float = 2e-4
    discriminator_lr: float = 2e-4
    pac: int = 10

    def __post_init__(self) -> None:
        """Checks the options, as SDV refuses some batch sizes without a message."""
        super().__post_init__()
        check_batches(self.batch_size, self.pac)
