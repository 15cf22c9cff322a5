"""Plans the splits whose reference rows decide which metrics enter, and draws them.

They depend on the data, the protocol and its options: not on a run's seed, repeats or generators. So two runs on the
same data never differ in which metrics enter. Their parts are cut to a few rows, because floors and ceilings need no
more.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.api import BenchError, DrawnSplits
from bench.common import digests
from bench.plugins import entry_points
from bench.seeds import derive
from bench.tables import splits
from bench.tables.row_groups import digest_groups
from bench.tables.stratified import sample_classes

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Dataset, Protocol_, Schema, Split
    from bench.planning.plan import Plan, PlannedSplit

DRAWN_SPLITS = 10
"""Drawn for each data set and protocol."""

DRAWN_ROWS = 1_000
"""The most rows of each part of a drawn split."""

_MODULES = ("bench.scoring.bounding_values", "bench.tables.splits")
"""Whose code decides the values, besides that of scoring."""


def plan_drawn_splits(plan: Plan) -> dict[str, DrawnSplits]:
    """Returns what decides which metrics enter in a run, by key, without any values yet; empty if it is turned off."""
    count = drawn_split_count()
    boards = {(split.dataset, split.protocol): split for split in plan.splits.values()} if count else {}
    planned = [_plan(plan, split, count) for split in boards.values()]
    return {drawn.key: drawn for drawn in planned}


def drawn_split_count() -> int:
    """Returns how many splits are drawn; `BENCH_DRAWN_SPLITS=0` draws none, so that a run's own splits decide.

    Raises:
        BenchError: if the variable has another value.
    """
    asked = os.environ.get("BENCH_DRAWN_SPLITS", str(DRAWN_SPLITS))
    if asked not in ("0", str(DRAWN_SPLITS)):
        raise BenchError(f"BENCH_DRAWN_SPLITS is {asked!r}; expected {DRAWN_SPLITS}, or 0 to draw none; unset it")
    return int(asked)


def draw_split(plan: Plan, drawn: DrawnSplits, number: int) -> Split:
    """Draws one of the splits, each part cut to at most `DRAWN_ROWS` rows; stretches stay whole."""
    whole = _whole_split(plan, drawn.dataset, drawn.protocol, number)
    cut = derive(whole.seed, "cut")
    return replace(whole, holdout=_cut(whole.holdout, whole.schema, cut), test=_cut(whole.test, whole.schema, cut))


def drawn_seed(data: Dataset, protocol: str, number: int) -> int:
    """Returns the seed of a drawn split, from the content of the table."""
    return derive(0, "drawn", data.sha256, protocol, number)


def _plan(plan: Plan, split: PlannedSplit, count: int) -> DrawnSplits:
    data, metric_set = plan.datasets[split.dataset], plan.config.budget.metrics
    identity = {
        "data": data.sha256,
        "schema": data.schema.identity(),
        "groups": "" if data.row_groups is None else digest_groups(data.row_groups),
        "protocol": split.protocol,
        "options": split.options,
        "rows": _train_rows(plan),
        "count": count,
        "scoring": digests.scoring_digest(entry_points.families(), metric_set),
        "code": [digests.code_digest(module) for module in _MODULES],
    }
    holdouts = [len(_whole_split(plan, split.dataset, split.protocol, number).holdout) for number in range(count)]
    key = digests.digest(identity)
    return DrawnSplits(split.dataset, split.protocol, key, count, min(holdouts), plan.scoring)


def _train_rows(plan: Plan) -> int:
    return min(plan.config.budget.train_rows or DRAWN_ROWS, DRAWN_ROWS)


def _whole_split(plan: Plan, dataset: str, protocol: str, number: int) -> Split:
    data = plan.datasets[dataset]
    seed = drawn_seed(data, protocol, number)
    kind: Protocol_ = "random" if protocol == "random" else "blocked"
    return splits.split(data, kind, seed, rows=_train_rows(plan), options=plan.config.blocks)


def _cut(part: pd.DataFrame, schema: Schema, seed: int) -> pd.DataFrame:
    """Returns a random subset in the order of the table; parts with the same rows keep the same ones."""
    import numpy as np

    if schema.task != "regression":
        classes = part[schema.target].cat.codes.to_numpy()
        return part.iloc[sample_classes(np.arange(len(part)), classes, DRAWN_ROWS, seed)]
    kept = np.sort(np.random.default_rng(seed).permutation(len(part))[:DRAWN_ROWS])
    return part.iloc[kept]
