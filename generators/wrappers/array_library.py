"""What wrappers of libraries over plain arrays share: constant columns, seeding and the form of the rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bench.api import BenchError
from bench.seeds import scope

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from bench.api import Schema

    from ..shared.table_form import Form

    Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A library's model, with what turns its rows into a table.

    Attributes:
        varying: (columns,), which columns of train are not constant: only these are modelled.
        first: (columns,), train's first row.
    """

    model: Any
    varying: NDArray[np.bool_]
    first: Matrix
    form: Form

    def table(self, drawn: NDArray[np.floating]) -> pd.DataFrame:
        """Rows of the varying columns as a table like train."""
        import numpy as np

        values = np.tile(self.first, (len(drawn), 1))
        values[:, self.varying] = drawn
        return self.form.table(values)


@dataclass(kw_only=True, eq=False)
class Library:
    """A library's model of the columns that vary. Subclasses say how it is trained and how rows are drawn."""

    _fitted: Fitted | None = field(default=None, init=False, repr=False)

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> None:
        """Learns from `train`.

        Raises:
            BenchError: if the table cannot be modelled (see `read_table`), or all columns are constant.
        """
        import numpy as np

        from ..shared.table_form import read_table

        values, form = read_table(train, schema)
        varying = np.ptp(values, axis=0) > 0
        if not varying.any():
            raise BenchError("every column of train is constant; expected at least one that varies")
        self._fitted = None
        with scope(seed):
            model = self._train(values[:, varying], seed)
        self._fitted = Fitted(model, varying, values[0], form)

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        """Draws `n` rows in the form of train.

        Raises:
            BenchError: before `fit`.
        """
        if self._fitted is None:
            raise BenchError(f"{type(self).__name__} was asked for rows before it was fitted; call fit first")
        with scope(seed):
            drawn = self._draw(self._fitted.model, n, seed)
        return self._fitted.table(drawn)

    def _train(self, values: Matrix, seed: int) -> Any:  # noqa: ANN401 - the library's own
        """The library's model of (rows, columns)."""
        raise NotImplementedError

    def _draw(self, model: Any, n: int, seed: int) -> NDArray[np.floating]:  # noqa: ANN401 - the library's own
        """`n` rows of the same columns."""
        raise NotImplementedError


def at_least(least: float, **options: float) -> None:
    """Checks options against their least value.

    Raises:
        BenchError: naming the first that is below it.
    """
    for name, value in options.items():
        if not value >= least:
            raise BenchError(f"got {name} {value}; expected at least {least:g}")
