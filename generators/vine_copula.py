"""A vine copula over empirical marginals (pyvinecopulib)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from bench.api import Budget, GeneratorInfo
from bench.seeds import derive

from .shared.option_checks import NumberRange, PositiveInt
from .wrappers.array_model import ArrayModel

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(kw_only=True, eq=False)
class VineCopula(ArrayModel):
    """Pair copulas on a regular vine, with empirical marginals (pyvinecopulib).

    Equal values get the ranks of their range in random order, so counts and grids become continuous. Draws are mapped
    back through train's quantiles. The vine is that of Dissmann et al. (2013): each tree spans the strongest
    dependences by Kendall's tau. Nothing was tuned: pair copulas are local-likelihood (TLL) ones with the library's
    smoothing.

    Attributes:
        families: of pair copulas: `nonparametric` (independence and TLL), `parametric`, or `all`.
        trees: how many trees of the vine are modelled; the others count as independent. None: all.
        smoothing: factor of the bandwidths that the library chooses for TLL copulas.
    """

    info: ClassVar = GeneratorInfo(
        licence="MIT (over pyvinecopulib, MIT)",
        paper="Nagler and Czado (2016), Evading the curse of dimensionality in nonparametric density estimation with "
        "simplified vine copulas; Dissmann et al. (2013), Selecting and estimating regular vine copulae",
        packages=("pyvinecopulib", "numpy", "scipy"),
        install="pip install 'tabgen-bench[vine]'",
        budgets={"quick": Budget({}, 1), "standard": Budget({}, 3)},
    )

    families: Literal["nonparametric", "parametric", "all"] = "nonparametric"
    trees: PositiveInt | None = None
    smoothing: Annotated[float, NumberRange(above=0, text="more than 0, such as 1")] = 1.0

    def _train(self, values: NDArray[Any], seed: int) -> Any:  # noqa: ANN401 - a vine and its scaler
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

    def _draw(self, model: Any, n: int, seed: int) -> NDArray[Any]:  # noqa: ANN401 - a vine and its scaler
        from scipy.special import ndtri

        vine, scaler = model
        drawn: NDArray[Any] = scaler.inverse(ndtri(vine.sample(n, num_threads=1, seeds=_halves(seed))))
        return drawn


def _halves(seed: int) -> list[int]:
    """Splits a 32-bit seed for a library that takes a list of signed integers."""
    return [seed >> 16, seed & 0xFFFF]
