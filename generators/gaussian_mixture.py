"""A mixture of Gaussians on normal scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from bench.api import COLUMN_KINDS, Budget, GeneratorInfo
from bench.seeds import derive

from .shared.conditions import SamplesLevels
from .shared.generator_base import ProgressReporter
from .shared.option_checks import NumberRange, PositiveInt
from .wrappers.array_model import ArrayModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .shared.mixed_form import MixedTable


@dataclass(kw_only=True, eq=False)
class GaussianMixture(SamplesLevels, ArrayModel, ProgressReporter):
    """Gaussian mixture with full covariances on whitened normal scores (scikit-learn).

    On a table with categories, dates or gaps, a component is a product: a Gaussian for each normal score, and a
    distribution over the levels of each category (latent classes; EM of this project, without whitening). How the
    defaults were chosen is in docs/models.md.

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
        kinds=frozenset(COLUMN_KINDS),
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

    def _train_mixed(self, table: MixedTable, seed: int) -> Any:  # noqa: ANN401 - a mixture and its scores
        from threadpoolctl import threadpool_limits

        from .shared.mixed_scores import mixed_scores
        from .wrappers.em_mixture import MixtureOptions
        from .wrappers.product_mixture import fit_product_mixture, mixture_rows

        options = MixtureOptions(self.components, self.rows_per_component, self.regularisation, self.iterations)
        scores, scaler = mixed_scores(table.numbers, derive(seed, "ties"))
        rows = mixture_rows(scores, table.codes, table.sizes, table.form.flags)
        with threadpool_limits(1):
            return fit_product_mixture(rows, options, derive(seed, "em"), self._report), scaler

    def _draw_mixed(self, model: Any, n: int, seed: int) -> tuple[NDArray[Any], NDArray[Any]]:  # noqa: ANN401
        mixture, scaler = model
        scores, codes = mixture.sample(n, seed)
        return scaler.inverse(scores), codes

    def parameter_count(self) -> int:
        """Returns the number of weights, means, covariances and shares of levels of the fitted mixture.

        Raises:
            BenchError: before `fit`.
        """
        return int(self._fitted().model[0].parameters)
