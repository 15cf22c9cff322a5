"""Spoilt rows of a mixed table lose score, and which metric notices which fault."""

from __future__ import annotations

from multiprocessing import get_context
from statistics import fmean
from typing import TYPE_CHECKING, Any

import pandas as pd

from bench.seeds import derive
from bench.statistics.paired_tests import compare
from bench.statistics.scores import metric_scores, per_split
from tests.proof import pool
from tests.proof.corruptions import label, spoilt
from tests.proof.degradation import by_family, entering_metrics
from tests.proof.judge import families, judged, metrics
from tests.proof.mixed_corruptions import GAPS_OF_ONE, MIXED_CORRUPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bench.api import Metric, Split
    from tests.proof.corruptions import Corruption

ROWS, REPEATS, SPARE = 1_000, 5, 6
MORE_ROWS = 4_000
_IN_FULL = "fidelity"
"""The one family whose full metric set costs little more: it has `missing_dependence`."""


def measure(
    rows: int = ROWS, repeats: int = REPEATS, more_rows: int = MORE_ROWS, workers: int = 2
) -> dict[str, dict[str, Any]]:
    """Scores of every corruption at every level; and those of the subtlest one with more rows, fidelity alone.

    Returns:
        `faults` and `more_rows`, each of what `summary` returns.
    """
    pool.clinic()
    with get_context("fork").Pool(workers) as processes:
        few = processes.map(_all_faults, [(rows, repeats, number) for number in range(repeats)], chunksize=1)
        many = processes.map(_gaps_of_one, [(more_rows, repeats, number) for number in range(repeats)], chunksize=1)
    return {
        "faults": summary(pd.concat(few, ignore_index=True), MIXED_CORRUPTIONS),
        "more_rows": summary(pd.concat(many, ignore_index=True), [GAPS_OF_ONE]),
    }


def _all_faults(task: tuple[int, int, int]) -> pd.DataFrame:
    split, fresh = _drawn(*task, SPARE)
    tables = spoilt(fresh, split.train, split.seed, MIXED_CORRUPTIONS)
    others = [family for family in families() if family != _IN_FULL]
    parts = [judged(split, tables, task[-1], "full", [_IN_FULL]), judged(split, tables, task[-1], "core", others)]
    return pd.concat(parts, ignore_index=True)


def _gaps_of_one(task: tuple[int, int, int]) -> pd.DataFrame:
    split, fresh = _drawn(*task, 1)
    return judged(split, spoilt(fresh, split.train, split.seed, [GAPS_OF_ONE]), task[-1], "full", [_IN_FULL])


def _drawn(rows: int, repeats: int, number: int, spare: int) -> tuple[Split, pd.DataFrame]:
    splits, fresh = pool.experiment(derive(0, "mixed degradation"), rows, repeats, spare, pool.clinic())
    return splits[number], fresh[number]


def summary(frame: pd.DataFrame, corruptions: Sequence[Corruption]) -> dict[str, list[dict[str, Any]]]:
    """What the scores of all splits say.

    Returns:
        `core`: see `degradation.by_family`; `full`: the same, but fidelity is that of the full set; `metrics`: see
        `by_level`. Families without scores count as 0.
    """
    core = frame[frame["metric"].isin([metric.name for metric in metrics() if metric.is_in("core")])]
    return {
        "core": by_family(core, corruptions),
        "full": by_family(frame, corruptions),
        "metrics": by_level(frame, corruptions),
    }


def by_level(frame: pd.DataFrame, corruptions: Iterable[Corruption]) -> list[dict[str, Any]]:
    """Scores of each ranked metric.

    Returns:
        One entry per corruption and level, the untouched rows first: `corruption`, `level`, `scores` by metric, means
        over the splits where it has a scale, and `p` by metric, of the paired comparison with the untouched rows.
    """
    entering = [metric for metric in entering_metrics(frame) if metric.name in set(frame["metric"])]
    paths = {name: per_split(of) for name, of in metric_scores(frame, entering).items()}
    rows = [("untouched", 0.0, "fresh")]
    rows += [(one.name, level, label(one, level)) for one in corruptions for level in one.levels]
    return [_entry(corruption, level, paths[name], paths["fresh"], entering) for corruption, level, name in rows]


def _entry(
    corruption: str,
    level: float,
    of: dict[str, dict[str, float]],
    fresh: dict[str, dict[str, float]],
    entering: list[Metric],
) -> dict[str, Any]:
    names = [metric.name for metric in entering]
    values = {name: [scores[name] for scores in of.values() if name in scores] for name in names}
    untouched = {name: [fresh[split][name] for split in of if name in fresh[split]] for name in names}
    scores = {name: fmean(each) for name, each in values.items() if each}
    p = {name: compare(values[name], untouched[name], pool.SHARE).p for name in scores if len(values[name]) > 1}
    return {"corruption": corruption, "level": level, "scores": scores, "p": p}


def costliest(untouched: dict[str, Any], of_spoilt: dict[str, Any]) -> tuple[str, float, float, float]:
    """The metric whose mean score falls most: its name, the untouched and the spoilt score, p of their difference.

    Both are entries of `by_level`. Significant falls come first: noise of five splits moves some metrics by more than a
    fault does.

    >>> costliest({"scores": {"a": 1.0, "b": 1.0}}, {"scores": {"a": 0.5, "b": 0.8}, "p": {"a": 0.3, "b": 0.01}})
    ('b', 1.0, 0.8, 0.01)
    """
    before, after, p = untouched["scores"], of_spoilt["scores"], of_spoilt["p"]

    def fall(name: str) -> tuple[bool, float]:
        lost = before[name] - after[name]
        return lost > 0 and p[name] < 0.05, lost

    name = max(p, key=fall)
    return name, before[name], after[name], p[name]
