"""Rows of one pooled stretch of fifty seasons: drawn at random from it, disjoint parts are exchangeable.

And rows of one pooled table of a simulated clinic, for mixed tables.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd

from bench.api import Dataset, Split
from bench.plugins import entry_points
from bench.seeds import derive
from bench.tables.splits import split

SEASONS = 50
SEED = 11
SHARE = 0.25
"""Rows of holdout per row of train under the random protocol."""


@cache
def station() -> Dataset:
    """Fifty seasons, one after the other."""
    result: Dataset = entry_points.load("datasets", "station").load(seed=SEED, seasons=SEASONS)
    return result


@cache
def clinic() -> Dataset:
    """Eleven draws of the simulated clinic, whose rows are all independent: a mixed table with gaps, dates and classes.

    11 x 3,000 rows are enough for a table of 1,250 and five times 6,000 fresh rows.
    """
    source = entry_points.load("datasets", "clinic")
    draws: list[Dataset] = [source.load(seed=seed) for seed in range(SEED, SEED + 11)]
    return replace(draws[0], frame=pd.concat([draw.frame for draw in draws], ignore_index=True))


def parts(seed: int, *sizes: int, whole: Dataset | None = None) -> list[pd.DataFrame]:
    """Disjoint random parts of the pool (or of another whole), each in its order."""
    frame = (whole or station()).frame
    chosen = np.random.default_rng(seed).permutation(len(frame))[: sum(sizes)]
    bounds = np.cumsum([0, *sizes])
    return [frame.iloc[np.sort(chosen[a:b])] for a, b in pairwise(bounds)]


def table(rows: pd.DataFrame, whole: Dataset | None = None) -> Dataset:
    """Rows of the pool as a data set; their neighbours in time are gone, so they are in no order."""
    whole = whole or station()
    schema = replace(whole.schema, ordered=False)
    frame = rows.reset_index(drop=True)
    return Dataset("pool", "pool", frame, schema, "", whole.source, whole.licence)


def experiment(
    seed: int, rows: int, repeats: int, spare: int = 1, whole: Dataset | None = None
) -> tuple[list[Split], list[pd.DataFrame]]:
    """Random splits of one table, with as many fresh rows for each as it has rows to train on.

    Args:
        seed: of the table, its splits and the fresh rows.
        rows: of train.
        repeats: overlapping splits of the one table, as a run has them.
        spare: that many times as many fresh rows, in random order.
        whole: the table that all rows are drawn from, the station if None.
    """
    sizes = round(rows * (1 + SHARE)), *[rows * spare] * repeats
    drawn, *fresh = parts(derive(seed, "rows"), *sizes, whole=whole)
    data = table(drawn, whole)
    splits = [split(data, "random", derive(seed, "split", repeat)) for repeat in range(repeats)]
    # In random order: the first of them must be exchangeable with train as well.
    return splits, [part.sample(frac=1, random_state=derive(seed, "order")).reset_index(drop=True) for part in fresh]
