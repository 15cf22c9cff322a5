"""Rows with one level of a category, such as `paid=yes`: drawn until there are enough. Light to import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.api import BenchError
from bench.common.suggestions import closest
from bench.seeds import derive

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from bench.api import Schema

MOST_LEVELS = 50
"""A column with more levels is no condition: rows of one of them would be rare."""
_MOST_ROUNDS = 50
_FEWEST_DRAWN = 500
"""Rows of a round, at least, so that few rows of a rare level do not need many rounds."""


class SamplesLevels:
    """A generator that can be asked for rows with one level of a category, once it is fitted to a mixed table."""

    def sample(self, n: int, *, seed: int, condition: str | None = None) -> pd.DataFrame:
        """Draws `n` rows in the form of train; with a `condition`, `COLUMN=LEVEL`, rows with that level only.

        Raises:
            BenchError: before `fit`; if `condition` is none of `conditions()`; or if too few drawn rows have the level.
        """
        if condition is None:
            return self._rows(n, seed)
        levels = level_conditions(self._fitted_form())
        if condition not in levels:
            hint = closest(condition, levels) if levels else "there are none, as the table has no categories"
            raise BenchError(f"got condition {condition!r}, which is none of the conditions: {hint}")
        return sample_level(self._rows, *levels[condition], n, seed)

    def conditions(self) -> tuple[str, ...]:
        """Returns `COLUMN=LEVEL` of every category with at most 50 levels; none before `fit`."""
        return tuple(level_conditions(self._fitted_form())) if getattr(self, "_state", None) is not None else ()

    def conditions_of(self, train: pd.DataFrame, schema: Schema) -> tuple[str, ...]:
        """Returns `COLUMN=LEVEL` of every category of `train` with at most 50 levels."""
        from .mixed_columns import level_column
        from .mixed_form import MixedForm

        categories = (column for column in schema.columns if column.kind == "categorical")
        form = MixedForm(tuple(level_column(train[column.name], column)[0] for column in categories))
        return tuple(level_conditions(form))

    if TYPE_CHECKING:
        # Here for the types alone: another base class may have them, which these would hide.

        def _rows(self, n: int, seed: int) -> pd.DataFrame:
            """Draws `n` rows in the form of train."""

        def _fitted_form(self) -> Any:  # noqa: ANN401 - a form of any kind
            """Returns the form of train; raises `BenchError` before `fit`."""


def level_conditions(form: object) -> dict[str, tuple[str, str]]:
    """Returns the column and level of each condition of a form, by its name; a form of numbers only has none."""
    from .mixed_columns import LevelColumn
    from .mixed_form import MixedForm

    columns = form.columns if isinstance(form, MixedForm) else ()
    categories = (column for column in columns if isinstance(column, LevelColumn) and 1 < column.size <= MOST_LEVELS)
    return {
        f"{column.name}={column.levels[value]}": (column.name, column.levels[value])
        for column in categories
        for value in column.values
        if value >= 0
    }


def sample_level(draw: Callable[[int, int], pd.DataFrame], column: str, level: str, n: int, seed: int) -> pd.DataFrame:
    """Returns `n` of the rows that `draw(rows, seed)` returns, all with that level.

    Raises:
        BenchError: if 50 draws of at least twice as many rows do not suffice; it says how frequent the level is.
    """
    import pandas as pd

    found: list[pd.DataFrame] = []
    count, size = 0, max(2 * n, _FEWEST_DRAWN)
    for number in range(_MOST_ROUNDS):
        drawn = draw(size, derive(seed, "condition", number))
        found.append(drawn[drawn[column] == level])
        count += len(found[-1])
        if count >= n:
            return pd.concat(found, ignore_index=True).iloc[:n]
    total = _MOST_ROUNDS * size
    raise BenchError(
        f"{count:,} of {total:,} drawn rows have {column}={level} ({count / total:.2%}), and {n:,} were asked for; ask "
        "for fewer rows"
    )
