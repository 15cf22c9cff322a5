"""A mixture of Gaussians on normal scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from bench.api import Budget, GeneratorInfo
from bench.seeds import derive

from .shared.generator_base import ProgressReporter
from .shared.option_checks import NumberRange, PositiveInt
from .wrappers.array_model import ArrayModel

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(kw_only=True, eq=False)
class GaussianMixture(ArrayModel, ProgressReporter):
    """Gaussian mixture with full covariances on whitened normal scores (scikit-learn).

    How the defaults were chosen is in docs/models.md.

    Attributes:
        components: how many, or `bic`: the number from 1 to 400 with the smallest Bayesian information criterion; each
            number of a grid is fitted once.
        rows_per_component: at most one component for so many rows of train.
        regularisation: added to the covariances' diagonals, in units of the whitened scores' variance.
        iterations: of EM, at most.
    """

    info: ClassVar = GeneratorInfo(
        licence="MIT (over scikit-learn, BSD-3-Clause)",
        paper="McLachlan and Peel (2000), Finite Mixture Models; BIC: Schwarz (1978); EM: Dempster et al. (1977)",
        packages=("scikit-learn", "numpy", "scipy"),
        install="pip install scikit-learn numpy scipy",
        preload=("sklearn.mixture",),
        budgets={"quick": Budget({}, 1), "standard": Budget({}, 12)},
    )

    components: PositiveInt | Literal["bic"] = 200
    rows_per_component: PositiveInt = 20
    regularisation: Annotated[float, NumberRange(above=0, text="more than 0, such as 0.0001")] = 1e-4
    iterations: PositiveInt = 100

    def _train(self, values: NDArray[Any], seed: int) -> Any:  # noqa: ANN401 - a mixture and its scaler
        from threadpoolctl import threadpool_limits

        from .shared.scaling import scale
        from .wrappers.em_mixture import MixtureOptions, fit_mixture

        options = MixtureOptions(self.components, self.rows_per_component, self.regularisation, self.iterations)
        # More threads of BLAS and OpenMP would change the order of sums.
        with threadpool_limits(1):
            points, scaler = scale(values, "normal", whiten=True, seed=derive(seed, "ties"))
            return fit_mixture(points, options, derive(seed, "em"), self._report), scaler

    def _draw(self, model: Any, n: int, seed: int) -> NDArray[Any]:  # noqa: ANN401 - a mixture and its scaler
        from threadpoolctl import threadpool_limits

        mixture, scaler = model
        with threadpool_limits(1):
            drawn: NDArray[Any] = scaler.inverse(mixture.sample(n, seed))
        return drawn

    def parameter_count(self) -> int:
        """Returns the number of weights, means and covariances of the fitted mixture.

        Raises:
            BenchError: before `fit`.
        """
        return int(self._fitted().model[0].parameters)
