"""A mixture of Gaussians on normal scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from bench.api import Budget, GeneratorInfo
from bench.seeds import derive

from .shared.generator_base import GeneratorBase, ProgressReporter
from .shared.option_checks import NumberRange, PositiveInt

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Schema

    from .shared.scaling import Scaler
    from .shared.table_form import Form
    from .wrappers.em_mixture import Mixture

    State = tuple[Mixture, Scaler, Form]


@dataclass(kw_only=True, eq=False)
class GaussianMixture(GeneratorBase["State"], ProgressReporter):
    """Gaussian mixture with full covariances on whitened normal scores (scikit-learn).

    How the defaults were chosen is in docs/models.md.

    Attributes:
        components: how many, or `bic`: the number from 1 to 400 with the smallest Bayesian information criterion.
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

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        """Learns from `train`; with `bic` every number of components of the grid is fitted once.

        Raises:
            BenchError: if the table cannot be modelled (see `read_table`), or all columns are constant.
        """
        from .shared.scaling import scale
        from .shared.table_form import read_table
        from .wrappers.em_mixture import MixtureOptions, fit_mixture, one_blas_thread

        values, form = read_table(train, schema)
        options = MixtureOptions(self.components, self.rows_per_component, self.regularisation, self.iterations)
        with one_blas_thread():
            points, scaler = scale(values, "normal", whiten=True, seed=derive(seed, "ties"))
            self._state = fit_mixture(points, options, derive(seed, "em"), self._report), scaler, form
        return self

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        """Draws `n` rows in the form of train.

        Raises:
            BenchError: before `fit`.
        """
        from .wrappers.em_mixture import one_blas_thread

        mixture, scaler, form = self._fitted()
        with one_blas_thread():
            return form.table(scaler.inverse(mixture.sample(n, seed)))

    def parameter_count(self) -> int:
        """Returns the number of weights, means and covariances of the fitted mixture.

        Raises:
            BenchError: before `fit`.
        """
        return self._fitted()[0].parameters
