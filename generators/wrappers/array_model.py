"""What wrappers of libraries over plain arrays share: constant columns, seeding and the form of the rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from bench.seeds import scope

from ..shared.generator_base import GeneratorBase

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from bench.api import Schema

    from ..shared.table_form import Form

    Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FittedArrayModel:
    """A library's model, and what makes a table of its rows.

    Attributes:
        model: the library's own.
        varying: (columns,), true for columns of train that are not constant: only these are modelled.
        first: (columns,), the first row of train.
        form: of train.
    """

    model: Any
    varying: NDArray[np.bool_]
    first: Matrix
    form: Form


@dataclass(kw_only=True, eq=False)
class ArrayModel(GeneratorBase[FittedArrayModel]):
    """A library's model of the columns that vary. Subclasses say how it is trained and how rows are drawn."""

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        """Learns from `train`.

        Raises:
            BenchError: if the table cannot be modelled (see `read_table`), or all columns are constant.
        """
        from ..shared.scaling import varying_columns
        from ..shared.table_form import read_table

        values, form = read_table(train, schema)
        varying = varying_columns(values)
        self._state = None
        with scope(seed):
            model = self._train(values[:, varying], seed)
        self._state = FittedArrayModel(model, varying, values[0], form)
        return self

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        """Draws `n` rows in the form of train.

        Raises:
            BenchError: before `fit`.
        """
        import numpy as np

        fitted = self._fitted()
        with scope(seed):
            drawn = self._draw(fitted.model, n, seed)
        values = np.tile(fitted.first, (len(drawn), 1))
        values[:, fitted.varying] = drawn
        return fitted.form.table(values)

    def _train(self, values: Matrix, seed: int) -> Any:  # noqa: ANN401 - the library's own
        """Returns the library's model of (rows, columns)."""
        raise NotImplementedError

    def _draw(self, model: Any, n: int, seed: int) -> NDArray[np.floating]:  # noqa: ANN401 - the library's own
        """Draws `n` rows of the same columns."""
        raise NotImplementedError
