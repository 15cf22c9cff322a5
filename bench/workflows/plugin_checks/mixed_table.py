"""A small table with every kind of column, and its schema, on which generators are tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bench.api import Column, Schema

if TYPE_CHECKING:
    from collections.abc import Collection

ROWS = 120
ONCE, NEVER = "Oslo", "Riga"
"""A level that one row has, and a level that none has."""
_CITIES = ("Rome", "Bern", ONCE, "Ulm", NEVER)
_GRADES = ("10", "02", "01")
_COLUMNS = (
    Column("y (ppb)"),
    Column("amount", missing=True),
    Column("city", "categorical", _CITIES, missing=True),
    Column("visits"),
    Column("when", "datetime", missing=True),
    Column("grade", "categorical", _GRADES, ordered=True),
    Column("paid", "categorical", ("no", "yes")),
)
_FIRST = pd.Timestamp("2024-01-30")


def mixed_table(rows: int = ROWS) -> pd.DataFrame:
    """Returns a small table of numbers, a count, categories and dates in steps of ten minutes; its index is shuffled.

    Amounts are missing where `paid` is `no` more often than elsewhere; cities and dates have gaps too. One city occurs
    once, and one level of the column never. Levels are in no alphabetical order; those of `grade` look like numbers.
    """
    rng = np.random.default_rng(6)
    base = rng.normal(size=rows)
    paid = np.where(base + rng.normal(size=rows) > 0, "yes", "no")
    gap = rng.random((3, rows)) < np.array([np.where(paid == "no", 0.5, 0.1), np.full(rows, 0.2), np.full(rows, 0.15)])
    gap[:, 0] = False
    city = np.where(base + rng.normal(size=rows) > 0, "Bern", rng.choice(["Rome", "Ulm"], rows))
    city[0] = ONCE
    minutes = 10 * np.rint(6 * 24 * (40 + 15 * base + 5 * rng.normal(size=rows)).clip(0, 90)).astype(np.int64)
    frame = pd.DataFrame(
        {
            "y (ppb)": np.exp(base + rng.normal(size=rows)),
            "amount": pd.Series(np.round(20 + 4 * base + rng.normal(size=rows), 1)).mask(gap[0]),
            "city": pd.Series(city).mask(gap[1]),
            "visits": rng.poisson(np.exp(base / 2 + 1)),
            "when": pd.Series(_FIRST + pd.to_timedelta(minutes, "min")).mask(gap[2]).astype("datetime64[ns]"),
            "grade": np.array(_GRADES)[np.digitize(base + rng.normal(size=rows), [-0.5, 1])],
            "paid": paid,
        }
    )
    frame = frame.astype({c.name: pd.CategoricalDtype(list(c.levels), c.ordered) for c in _COLUMNS if c.levels})
    return frame.set_axis(rng.permutation(rows) + 7)


def mixed_schema(frame: pd.DataFrame) -> Schema:
    """Returns the schema of `mixed_table()`, or of some of its columns.

    Its target is the category `paid`, or else the first column.
    """
    columns = tuple(column for column in _COLUMNS if column.name in frame)
    if "paid" in frame:
        return Schema(columns, "paid", task="binary")
    return Schema(columns, columns[0].name)


def mixed_table_of(kinds: Collection[str], rows: int = ROWS) -> pd.DataFrame:
    """Returns the columns of `mixed_table()` that a generator of these `GeneratorInfo.kinds` can model."""
    names = [c.name for c in _COLUMNS if c.kind in kinds and (not c.missing or "missing" in kinds)]
    return mixed_table(rows)[names]
