"""The target and two other numbers in time, where the rows of a table are in time.

Synthetic rows have no order: each is drawn on its own, and they are scored in another order than they were made in.
They have a time only if a column of the table is a date.

Keys of what reports get:
- `in_time/columns`: names of at most three numbers: the target, if it is a number, and those most related to it.
- `in_time/real`: (at most 400, columns) values of train in time; `in_time/positions`: their places in the table.
- `in_time/clock`: name of the first date of the table, and only then: `in_time/real_seconds`, and of synthetic rows
  `in_time/rows` and `in_time/rows_seconds`, from the earliest to the latest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .report_arrays import float32

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.api import Details, Schema, Split

    from ..shared.matrix import Matrix

_COLUMNS, _ROWS = 3, 400


def rows_in_time(split: Split, train: Matrix, rows: Matrix, strength: NDArray[np.floating]) -> Details:
    """Returns the arrays; nothing if rows are not in time or no column is a number.

    `train` and `rows` are codes, `strength` is the association of columns, (columns, columns).
    """
    schema = split.schema
    columns = _shown(schema, strength)
    if not schema.ordered or not columns or not len(train):
        return {}
    order = np.argsort(split.train.index.to_numpy(), kind="stable")
    real = order[_thinned(len(order))]
    arrays = {
        "in_time/columns": np.array([schema.names[column] for column in columns], dtype=np.str_),
        "in_time/real": float32(train[real][:, columns]),
        "in_time/positions": split.train.index.to_numpy(dtype=np.int64)[real],
    }
    return arrays | _dated(schema, train[real], rows, columns)


def _dated(schema: Schema, real: Matrix, rows: Matrix, columns: list[int]) -> Details:
    if not schema.datetime:
        return {}
    clock = schema.position(schema.datetime[0])
    dated = rows[~np.isnan(rows[:, clock])]
    dated = dated[np.argsort(dated[:, clock], kind="stable")]
    dated = dated[_thinned(len(dated))]
    return {
        "in_time/clock": np.array(schema.datetime[0], dtype=np.str_),
        "in_time/real_seconds": real[:, clock],
        "in_time/rows": float32(dated[:, columns]),
        "in_time/rows_seconds": dated[:, clock],
    }


def _shown(schema: Schema, strength: NDArray[np.floating]) -> list[int]:
    """Returns the positions of the numbers to show: the target first, then those most related to it."""
    target = schema.position(schema.target)
    related = np.where(np.isfinite(strength[target]), np.abs(strength[target]), -1.0)
    related[target] = np.inf
    numbers = [schema.position(name) for name in schema.numeric]
    return sorted(numbers, key=lambda column: -float(related[column]))[:_COLUMNS]


def _thinned(count: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Returns evenly spaced positions, at most 400.

    >>> _thinned(3).tolist(), len(_thinned(1_000)), _thinned(1_000)[-1]
    ([0, 1, 2], 400, np.int64(999))
    """
    return np.unique(np.linspace(0, max(count - 1, 0), min(count, _ROWS)).round().astype(np.int64))
