"""SDV's Gaussian copula, at its own defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from bench.api import BenchError, Budget, GeneratorInfo

from .wrappers.ctgan_package import LICENCE
from .wrappers.sdv_library import DISTRIBUTIONS, INSTALL, Synthesizer


@dataclass(kw_only=True, eq=False)
class GaussianCopula(Synthesizer):
    """Parametric marginals joined by a Gaussian copula (SDV).

    Fitting is deterministic: the same rows give the same model, whatever the seed.

    Attributes:
        default_distribution: family of every marginal: beta, norm, truncnorm, uniform, gamma or gaussian_kde.
    """

    _synthesizer: ClassVar = "GaussianCopulaSynthesizer"
    info: ClassVar = GeneratorInfo(
        licence=LICENCE,
        paper="Patki et al. (2016), The Synthetic Data Vault",
        packages=("sdv", "copulas", "rdt", "scipy", "numpy"),
        install=INSTALL,
        budgets={"quick": Budget({}, 1), "standard": Budget({}, 3)},
    )

    default_distribution: str = "beta"

    def __post_init__(self) -> None:
        if self.default_distribution not in DISTRIBUTIONS:
            known = ", ".join(DISTRIBUTIONS)
            raise BenchError(f"default_distribution is {self.default_distribution!r}; expected one of {known}")

    def _options(self) -> dict[str, Any]:
        return {"default_distribution": self.default_distribution}
