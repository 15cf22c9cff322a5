"""Rows between rows of train: a deliberately leaky baseline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from bench.api import COLUMN_KINDS, Budget, GeneratorInfo, Schema

from .shared.conditions import SamplesLevels
from .shared.generator_base import GeneratorBase
from .shared.option_checks import PositiveInt

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from .shared.mixed_form import MixedForm
    from .shared.table_form import Form
    from .wrappers.mixed_neighbours import MixedNeighbours

    State = tuple[NDArray[np.float64], NDArray[np.intp], Form] | MixedNeighbours


@dataclass(kw_only=True, eq=False)
class SMOTE(SamplesLevels, GeneratorBase["State"]):
    """Interpolation between a random train row and one of its nearest neighbours; memorises train.

    Uses the equation of the paper's section 4.2 on all columns at once: row + u (neighbour - row), with one u in (0, 1)
    per row. Distances are Euclidean, in units of each column's standard deviation. A category is that of most
    neighbours (SMOTE-NC, section 6.1), and so is whether a number is a gap. Nothing was tuned: the number of neighbours
    is the paper's.

    Attributes:
        neighbours: how many the second row is drawn from; at most train's other rows.
    """

    info: ClassVar = GeneratorInfo(
        licence="MIT (over scikit-learn, BSD-3-Clause)",
        paper="Chawla et al. (2002), SMOTE: Synthetic Minority Over-sampling Technique",
        packages=("scikit-learn", "numpy"),
        install="pip install scikit-learn numpy",
        preload=("sklearn.neighbors",),
        budgets={"quick": Budget({}, 0.1), "standard": Budget({}, 0.2)},
        memorises=True,
        kinds=frozenset(COLUMN_KINDS),
    )

    neighbours: PositiveInt = 5

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        """Finds the neighbours of every row of `train`; nothing here is random but what stands for gaps.

        Raises:
            BenchError: if the table cannot be modelled (see `read_table`).
        """
        import numpy as np
        from sklearn.neighbors import NearestNeighbors

        from .shared.mixed_form import read_mixed
        from .shared.table_form import read_table
        from .wrappers.mixed_neighbours import find_neighbours

        if not schema.is_numeric:
            self._state = find_neighbours(read_mixed(train, schema, seed=seed), self.neighbours)
            return self
        values, form = read_table(train, schema)
        spread = values.std(axis=0)
        # A tree, because brute force multiplies matrices: the number of BLAS threads would then change near ties.
        index = NearestNeighbors(n_neighbors=min(self.neighbours, len(values) - 1), algorithm="kd_tree", n_jobs=1)
        near = index.fit(values / np.where(spread > 0, spread, 1.0)).kneighbors(return_distance=False)
        self._state = values, near, form
        return self

    def _rows(self, n: int, seed: int) -> pd.DataFrame:
        import numpy as np

        state = self._fitted()
        if not isinstance(state, tuple):
            return state.table.form.table(*state.sample(n, seed))
        values, near, form = state
        rng = np.random.default_rng(seed)
        rows = rng.integers(len(values), size=n)
        others = near[rows, rng.integers(near.shape[1], size=n)]
        share = rng.uniform(size=(n, 1))
        return form.table(values[rows] + share * (values[others] - values[rows]))

    def _fitted_form(self) -> Form | MixedForm:
        state = self._fitted()
        return state[-1] if isinstance(state, tuple) else state.table.form
