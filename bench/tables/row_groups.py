"""Groups of rows that belong together, so that no two parts of a split share one: by a column, or repeated rows."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from bench.api import BenchError
from bench.common.safe_text import plain
from bench.common.suggestions import closest
from bench.tables.splits import TEST_SHARE

if TYPE_CHECKING:
    import pandas as pd

LARGEST_SHARE = 2 * TEST_SHARE
"""A group with this share of the rows or more is never held out: without it the held-out share is nearer to its aim."""


def take_group_column(
    frame: pd.DataFrame, column: str, table: str, *taken: str | None
) -> tuple[pd.DataFrame, pd.Series]:
    """Returns the table without its group column, and the group of each row: numbers, in a series named as the column.

    Values may be of any type. Rows without a value are one group.

    Args:
        frame: the table.
        column: the group column.
        table: what messages call the table.
        taken: columns that have another role.

    Raises:
        BenchError: if there is no such column, it has another role, or it holds lists.
    """
    if column not in frame:
        raise BenchError(f"{table} has no column {column!r}: {closest(column, map(str, frame.columns))}")
    if column in taken:
        raise BenchError(
            f"{column!r} is the group of {table} and its target or time as well; expected a column of its own, as the "
            "group is not modelled"
        )
    values = frame[column]
    try:
        numbers = values.groupby(values, sort=False, dropna=False, observed=True).ngroup()
    except TypeError as error:
        raise BenchError(
            f"the group column {column!r} of {table} holds values that cannot be compared ({plain(str(error))}); "
            "expected text, numbers or dates; name another column"
        ) from error
    return frame.drop(columns=column), numbers.rename(column)


def group_repeated_rows(frame: pd.DataFrame) -> pd.Series:
    """Returns the group of each row, numbered in order of appearance: rows with the same values are one group.

    >>> import pandas as pd
    >>> group_repeated_rows(pd.DataFrame({"a": [1, 2, 1], "b": [0.5, 0.5, 0.5]})).to_list()
    [0, 1, 0]
    """
    # `observed`: categories would otherwise be combined with each other, whether rows have them or not.
    return frame.groupby(list(frame.columns), sort=False, dropna=False, observed=True).ngroup()


def digest_groups(groups: pd.Series) -> str:
    """Returns the sha256 of which rows belong together; names and types of groups do not matter."""
    return hashlib.sha256(groups.factorize()[0].astype("<i8").tobytes()).hexdigest()


def require_splittable(groups: pd.Series, what: str, table: str) -> None:
    """Refuses groups that no random split can hold out.

    Args:
        groups: the group of each row.
        what: what makes a group, for messages.
        table: what messages call the table.

    Raises:
        BenchError: if there is a single group, or one is so large that it would never be held out.
    """
    sizes = groups.value_counts()
    if len(sizes) == 1:
        raise BenchError(
            f"{what} makes one group of all {len(groups)} rows of {table}; a split needs several; name a column with "
            "one value for each set of rows that belong together"
        )
    if sizes.iloc[0] >= LARGEST_SHARE * len(groups):
        raise BenchError(
            f"{what} puts {sizes.iloc[0]} of the {len(groups)} rows of {table} into one of {len(sizes)} groups, which "
            f"a split that holds out {TEST_SHARE:.0%} would never hold out; expected groups of less than "
            f"{LARGEST_SHARE:.0%} each; name a finer column, or leave the option out"
        )
