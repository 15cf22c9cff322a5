"""Spoilt rows lose score, the more the more they are spoilt."""

from __future__ import annotations

from itertools import pairwise
from multiprocessing import get_context
from statistics import fmean
from typing import TYPE_CHECKING, Any

import pandas as pd

from bench.seeds import derive
from bench.statistics.leaderboard import rank_frame
from bench.statistics.paired_tests import compare
from bench.statistics.scores import family_scores, metric_scores, per_split
from tests.proof import pool
from tests.proof.corruptions import CORRUPTIONS, label, spoilt
from tests.proof.judge import combine, families, judged, metrics

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bench.api import Metric, MetricSet
    from tests.proof.corruptions import Corruption

    Scores = dict[str, list[float]]

ROWS, REPEATS, SPARE = 2_000, 5, 6


def _repeat(task: tuple[int, int, int, MetricSet]) -> pd.DataFrame:
    rows, repeats, number, metric_set = task
    splits, fresh = pool.experiment(derive(0, "degradation"), rows, repeats, SPARE)
    split = splits[number]
    return judged(split, spoilt(fresh[number], split.train, split.seed), number, metric_set)


def measure(
    rows: int = ROWS, repeats: int = REPEATS, metric_set: MetricSet = "full", workers: int = 2
) -> dict[str, list[dict[str, Any]]]:
    """Scores of every corruption at every level.

    Returns:
        `core`, and `full` if that is the metric set: see `by_family`; `metrics`: see `by_metric`.
    """
    pool.station()
    tasks = [(rows, repeats, number, metric_set) for number in range(repeats)]
    with get_context("fork").Pool(workers) as processes:
        frame = pd.concat(processes.map(_repeat, tasks, chunksize=1), ignore_index=True)
    sets: tuple[MetricSet, ...] = ("core", "full") if metric_set == "full" else ("core",)
    parts = {name: frame[frame["metric"].isin([m.name for m in metrics() if m.is_in(name)])] for name in sets}
    return {**{name: by_family(part) for name, part in parts.items()}, "metrics": by_metric(frame)}


def by_family(frame: pd.DataFrame, corruptions: Iterable[Corruption] = CORRUPTIONS) -> list[dict[str, Any]]:
    """Family scores, and how sure the fall from the level before is.

    Returns:
        One entry per corruption and level, the untouched rows first: `corruption`, `level`, `scores` by family, `p` by
        family, of the paired comparison with the untouched rows, and `rises`: the families whose score is significantly
        above that of the level before.
    """
    result = family_paths(frame)
    fresh = result["fresh"]
    entries = [_entry("untouched", 0.0, fresh, fresh, fresh)]
    for corruption in corruptions:
        path = [fresh, *(result[label(corruption, level)] for level in corruption.levels)]
        steps = zip(corruption.levels, pairwise(path), strict=True)
        entries += [_entry(corruption.name, level, after, before, fresh) for level, (before, after) in steps]
    return entries


def by_metric(frame: pd.DataFrame, corruptions: Sequence[Corruption] = CORRUPTIONS) -> list[dict[str, Any]]:
    """What costs each ranked metric most.

    Returns:
        One entry per ranked metric that has values: `metric`, `family`, `profile` (the smaller metric set that it is
        in), `untouched`: the mean score of the untouched rows, `corruption` and `level` of the lowest mean score, and
        `score`; these are None, and `reason` says why, if the metric cannot rank here.
    """
    kept_out = rank_frame(frame, metrics(), combine(), pool.SHARE).boards[0].kept_out
    ranked = [metric for metric in metrics() if metric.ranked and metric.name in set(frame["metric"])]
    scores = metric_scores(frame, entering_metrics(frame))
    paths = {name: per_split(of).values() for name, of in scores.items()}
    return [
        {
            "metric": metric.name,
            "family": metric.family,
            "profile": "core" if metric.is_in("core") else "full",
            **(
                _lowest(metric.name, paths, corruptions)
                if metric.name not in kept_out
                else {"reason": kept_out[metric.name]}
            ),
        }
        for metric in ranked
    ]


def _lowest(
    metric: str, paths: Mapping[str, Iterable[Mapping[str, float]]], corruptions: Iterable[Corruption]
) -> dict[str, Any]:
    means = {
        (corruption.name, level): fmean(split[metric] for split in paths[label(corruption, level)])
        for corruption in corruptions
        for level in corruption.levels
    }
    (corruption, level), score = min(means.items(), key=lambda item: item[1])
    untouched = fmean(split[metric] for split in paths["fresh"])
    return {"untouched": untouched, "corruption": corruption, "level": level, "score": score}


def family_paths(frame: pd.DataFrame) -> dict[str, dict[str, list[float]]]:
    """Row -> family -> its score on each split."""
    entering = entering_metrics(frame)
    scores = family_scores(metric_scores(frame, entering), entering, combine())
    splits = {name: per_split(of).values() for name, of in scores.items()}
    return {
        name: {family: [scores.get(family, 0.0) for scores in by_split] for family in families()}
        for name, by_split in splits.items()
    }


def entering_metrics(frame: pd.DataFrame) -> list[Metric]:
    """The ranked metrics whose floor and ceiling differ enough on these splits."""
    kept_out = rank_frame(frame, metrics(), combine(), pool.SHARE).boards[0].kept_out
    return [metric for metric in metrics() if metric.ranked and metric.name not in kept_out]


def _entry(name: str, level: float, scores: Scores, before: Scores, fresh: Scores) -> dict[str, Any]:
    steps = {family: compare(values, before[family], pool.SHARE) for family, values in scores.items()}
    return {
        "corruption": name,
        "level": level,
        "scores": {family: fmean(values) for family, values in scores.items()},
        "p": {family: compare(values, fresh[family], pool.SHARE).p for family, values in scores.items()},
        "rises": [family for family, step in steps.items() if step.mean > 0 and (step.p or 0.0) < 0.05],
    }


def fails(
    entries: list[dict[str, Any]], corruption: Corruption, slack: float = 0.02, *, briefly: bool = False
) -> list[str]:
    """What is wrong with the scores under one corruption; empty if every family that must notice does, steadily.

    Args:
        entries: of `measure`.
        corruption: which one.
        slack: what a mean score may rise by from one level to the next, as noise; a significant rise fails at any size.
        briefly: ask for significance at the last level only, as few repeats can show no more.
    """
    levels = [entry for entry in entries if entry["corruption"] == corruption.name]
    problems = []
    for family, from_level in corruption.notice.items():
        path = [entries[0], *levels]
        rose = [b["level"] for a, b in pairwise(path) if b["scores"][family] > a["scores"][family] + slack]
        rose += [level["level"] for level in levels if family in level["rises"]]
        least = levels[-1]["level"] if briefly else from_level
        blind = [level["level"] for level in levels if level["level"] >= least and not level["p"][family] < 0.05]
        problems += [f"{family} rises at {rose}"] if rose else []
        problems += [f"{family} does not notice {blind}"] if blind else []
    return problems
