"""A vine copula over empirical marginals (pyvinecopulib)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

from bench.api import BenchError, Budget, GeneratorInfo
from bench.seeds import derive

from .wrappers.array_library import Library, at_least

if TYPE_CHECKING:
    from numpy.typing import NDArray

Families = Literal["nonparametric", "parametric", "all"]


@dataclass(kw_only=True, eq=False)
class VineCopula(Library):
    """Pair copulas on a regular vine, with empirical marginals (pyvinecopulib).

    Equal values share the range of their ranks at random, so counts and grids become continuous, and what the vine
    draws goes back through train's quantiles. The vine is Dissmann et al.'s (2013): each tree spans the strongest
    dependences by Kendall's tau. Nothing was tuned: pair copulas are local-likelihood (TLL) ones at the library's
    smoothing.

    Attributes:
        families: of pair copulas: `nonparametric` (independence and TLL), `parametric`, or `all`.
        trees: of the vine that are modelled, from 1; the rest count as independent. None: all.
        smoothing: factor on the bandwidths that the library chooses for TLL copulas; above 0.
    """

    info: ClassVar = GeneratorInfo(
        licence="MIT (over pyvinecopulib, MIT)",
        paper="Nagler and Czado (2016), Evading the curse of dimensionality in nonparametric density estimation with "
        "simplified vine copulas; Dissmann et al. (2013), Selecting and estimating regular vine copulae",
        packages=("pyvinecopulib", "numpy", "scipy"),
        install="pip install 'tabgen-bench[vine]'",
        budgets={"quick": Budget({}, 1), "standard": Budget({}, 3)},
    )

    families: Families = "nonparametric"
    trees: int | None = None
    smoothing: float = 1.0

    def __post_init__(self) -> None:
        """Raises `BenchError` for values that no table could be fitted with."""
        if self.families not in get_args(Families):
            raise BenchError(f"got families {self.families!r}; expected one of {', '.join(get_args(Families))}")
        if self.trees is not None:
            at_least(1, trees=self.trees)
        if not self.smoothing > 0:
            raise BenchError(f"got smoothing {self.smoothing}; expected more than 0, such as 1")

    def _train(self, values: NDArray[Any], seed: int) -> Any:  # noqa: ANN401 - a vine and the way back
        import numpy as np
        from pyvinecopulib import FitControlsVinecop, Vinecop, families
        from scipy.special import ndtr

        from .shared.scaling import scale

        points, scaler = scale(values, "normal", whiten=False, seed=derive(seed, "ties"))
        controls = FitControlsVinecop(family_set=getattr(families, self.families), num_threads=1, seeds=_halves(seed))
        controls.nonparametric_mult = self.smoothing
        if self.trees is not None:
            controls.trunc_lvl = self.trees
        return Vinecop.from_data(np.asfortranarray(ndtr(points)), controls=controls), scaler

    def _draw(self, model: Any, n: int, seed: int) -> NDArray[Any]:  # noqa: ANN401 - a vine and the way back
        from scipy.special import ndtri

        vine, scaler = model
        drawn: NDArray[Any] = scaler.inverse(ndtri(vine.sample(n, num_threads=1, seeds=_halves(seed))))
        return drawn


def _halves(seed: int) -> list[int]:
    """A 32-bit seed for a library that takes any number of signed ones."""
    return [seed >> 16, seed & 0xFFFF]
