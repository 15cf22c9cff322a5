"""Rows between rows of train: a foil that memorises."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from bench.api import BenchError, Budget, GeneratorInfo

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from bench.api import Schema

    from .shared.table_form import Form


@dataclass(kw_only=True, eq=False)
class SMOTE:
    """Interpolation between a random train row and one of its nearest neighbours; memorises train.

    Equation of the paper's section 4.2 on all columns at once: row + u (neighbour - row), one u in (0, 1) per row.
    Near means Euclidean, in units of each column's standard deviation. Nothing was tuned: k is the paper's.

    Attributes:
        neighbours: among how many the other end is drawn; never more than train's other rows.
    """

    info: ClassVar = GeneratorInfo(
        licence="MIT (over scikit-learn, BSD-3-Clause)",
        paper="Chawla et al. (2002), SMOTE: Synthetic Minority Over-sampling Technique",
        packages=("scikit-learn", "numpy"),
        install="pip install scikit-learn numpy",
        preload=("sklearn.neighbors",),
        budgets={"quick": Budget({}, 0.1), "standard": Budget({}, 0.2)},
        memorises=True,
    )

    neighbours: int = 5
    _fitted: tuple[NDArray[np.float64], NDArray[Any], Form] | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        """Raises `BenchError` if there is no neighbour to draw."""
        if self.neighbours < 1:
            raise BenchError(f"got neighbours {self.neighbours}; expected at least 1")

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> None:
        """Finds the neighbours of every row of `train`; nothing is random here.

        Raises:
            BenchError: if the table cannot be modelled (see `read_table`).
        """
        import numpy as np
        from sklearn.neighbors import NearestNeighbors

        from .shared.table_form import read_table

        values, form = read_table(train, schema)
        spread = values.std(axis=0)
        # A tree, as brute force multiplies matrices, and BLAS's number of threads would change near ties.
        index = NearestNeighbors(n_neighbors=min(self.neighbours, len(values) - 1), algorithm="kd_tree", n_jobs=1)
        near = index.fit(values / np.where(spread > 0, spread, 1.0)).kneighbors(return_distance=False)
        self._fitted = values, near, form

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        """Draws `n` rows in the form of train.

        Raises:
            BenchError: before `fit`.
        """
        import numpy as np

        if self._fitted is None:
            raise BenchError(f"{type(self).__name__} was asked for rows before it was fitted; call fit first")
        values, near, form = self._fitted
        rng = np.random.default_rng(seed)
        rows = rng.integers(len(values), size=n)
        others = near[rows, rng.integers(near.shape[1], size=n)]
        share = rng.uniform(size=(n, 1))
        return form.table(values[rows] + share * (values[others] - values[rows]))
