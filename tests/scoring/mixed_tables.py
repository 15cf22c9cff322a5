"""A small table with every kind of column, gaps included, and what spoils its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bench.api import Column, Schema, Split

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEVELS = ("north", "south", "east", "west", "sea")
COLUMNS = (
    Column("amount"),
    Column("size", missing=True),
    Column("count"),
    Column("label", "categorical", ("no", "yes")),
    Column("place", "categorical", LEVELS, missing=True),
    Column("day", "datetime", missing=True),
)
SCHEMA = Schema(COLUMNS, "label", task="binary")
REGRESSION = Schema(COLUMNS, "amount")


def mixed_table(rows: int, seed: int) -> pd.DataFrame:
    """Rows in which everything depends on the place, gaps of size and day on the label, gaps of place on the count."""
    rng = np.random.default_rng(seed)
    place = rng.choice(5, rows, p=[0.4, 0.3, 0.18, 0.1, 0.02])
    size = (place + rng.normal(size=rows)).round(2)
    count = rng.poisson(1 + place)
    label = rng.random(rows) < 1 / (1 + np.exp(3 - size))
    amount = (10 * size + 5 * label + count + rng.normal(size=rows)).round(1)
    day = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 90, rows) + 90 * (place > 1), unit="D")
    return pd.DataFrame(
        {
            "amount": amount,
            "size": np.where(label & (rng.random(rows) < 0.6), np.nan, size),
            "count": count,
            "label": _levels(label, ("no", "yes")),
            "place": _levels(np.where(count > 5, -1, place), LEVELS),
            "day": pd.Series(day).where(~label | (rng.random(rows) < 0.9)),
        }
    )


def mixed_split(schema: Schema = SCHEMA, rows: int = 600) -> Split:
    """So many rows to train on, half as many held out and to test on; all of one distribution."""
    train, holdout, test = (mixed_table(count, seed) for seed, count in ((1, rows), (2, rows // 2), (3, rows // 2)))
    return Split(train, holdout, test, schema, "random", 0)


def _levels(codes: NDArray[Any], levels: tuple[str, ...]) -> pd.Categorical:
    """Levels by code; -1 is a gap."""
    return pd.Categorical(np.array([*levels, None], dtype=object)[codes.astype(int)], categories=list(levels))


def noisy_levels(table: pd.DataFrame, share: float, seed: int = 0) -> pd.DataFrame:
    """Rows in which a share of the places are drawn anew."""
    rng = np.random.default_rng(seed)
    changed, drawn = rng.random(len(table)) < share, rng.permutation(table["place"].array)
    return table.assign(place=np.where(changed, drawn, table["place"])).astype({"place": table["place"].dtype})


def gaps_at_random(table: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Rows whose gaps of size are as many as before, at random places."""
    rng = np.random.default_rng(seed)
    size, present = table["size"], table["size"].dropna().to_numpy()
    filled = np.where(size.isna(), rng.choice(present, len(table)), size)
    return table.assign(size=np.where(rng.permutation(size.isna()), np.nan, filled))
