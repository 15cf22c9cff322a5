"""Rows of one pooled stretch of fifty seasons: drawn at random from it, disjoint parts are exchangeable."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from bench.api import Dataset, Split
from bench.plugins import entry_points
from bench.seeds import derive
from bench.tables.splits import split

if TYPE_CHECKING:
    import pandas as pd

SEASONS = 50
SEED = 11
SHARE = 0.25
"""Rows of holdout per row of train under the random protocol."""


@cache
def station() -> Dataset:
    """Fifty seasons, one after the other."""
    result: Dataset = entry_points.load("datasets", "station").load(seed=SEED, seasons=SEASONS)
    return result


def parts(seed: int, *sizes: int) -> list[pd.DataFrame]:
    """Disjoint random parts of the pool, each in the order of time."""
    frame = station().frame
    chosen = np.random.default_rng(seed).permutation(len(frame))[: sum(sizes)]
    bounds = np.cumsum([0, *sizes])
    return [frame.iloc[np.sort(chosen[a:b])] for a, b in pairwise(bounds)]


def table(rows: pd.DataFrame) -> Dataset:
    """Rows of the pool as a data set; their neighbours in time are gone, so they are in no order."""
    whole = station()
    schema = replace(whole.schema, ordered=False)
    frame = rows.reset_index(drop=True)
    return Dataset("pool", "pool", frame, schema, "", whole.source, whole.licence)


def experiment(seed: int, rows: int, repeats: int, spare: int = 1) -> tuple[list[Split], list[pd.DataFrame]]:
    """Random splits of one table, with as many fresh rows for each as it has rows to train on.

    Args:
        seed: of the table, its splits and the fresh rows.
        rows: of train.
        repeats: overlapping splits of the one table, as a run has them.
        spare: that many times as many fresh rows, in random order.
    """
    drawn, *fresh = parts(derive(seed, "rows"), round(rows * (1 + SHARE)), *[rows * spare] * repeats)
    data = table(drawn)
    splits = [split(data, "random", derive(seed, "split", repeat)) for repeat in range(repeats)]
    # In random order: the first of them must be exchangeable with train as well.
    return splits, [part.sample(frac=1, random_state=derive(seed, "order")).reset_index(drop=True) for part in fresh]
