"""SDV's Gaussian copula, at its own defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from bench.api import COLUMN_KINDS, Budget, GeneratorInfo

from .wrappers.ctgan_package import LICENCE
from .wrappers.sdv_library import INSTALL, SdvSynthesizer


@dataclass(kw_only=True, eq=False)
class GaussianCopula(SdvSynthesizer):
    """Parametric marginals joined by a Gaussian copula (SDV).

    Fitting is deterministic: the same rows give the same model with every seed.

    Attributes:
        default_distribution: family of every marginal.
    """

    _synthesizer: ClassVar = "GaussianCopulaSynthesizer"
    info: ClassVar = GeneratorInfo(
        licence=LICENCE,
        paper="Patki et al. (2016), The Synthetic Data Vault",
        packages=("sdv", "copulas", "rdt", "scipy", "numpy"),
        install=INSTALL,
        budgets={"quick": Budget({}, 1), "standard": Budget({}, 3)},
        kinds=frozenset(COLUMN_KINDS),
    )

    default_distribution: Literal["beta", "norm", "truncnorm", "uniform", "gamma", "gaussian_kde"] = "beta"
