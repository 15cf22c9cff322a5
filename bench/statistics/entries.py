"""The entries of a board: raw values, scores with their intervals, order and ranks."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.api import AT_FLOOR, Entry, Interval, Metric, Stat
from bench.statistics.paired_tests import corrected_interval
from bench.statistics.scores import draws, per_split, stat
from bench.statistics.variance import variance_components

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

ScoresByTrial = dict[tuple[str, int], dict[str, float]]
"""(split, draw) -> metric or family -> score, of one generator or reference row"""


def raw_entry(name: str, kind: str, part: pd.DataFrame, metrics: Sequence[Metric]) -> Entry:
    """Returns an entry with its raw values and the outcomes of its trials.

    Args:
        name: of the generator or reference row.
        kind: `generator` or `reference`.
        part: its lines of a tidy frame, of one data set under one protocol.
        metrics: values of others are left out.
    """
    finite = part[part["value"].notna()]
    means = finite.groupby(["metric", "split"], sort=False)["value"].mean()
    raw: dict[str, list[float]] = {metric.name: [] for metric in metrics}
    for key, value in zip(means.index.get_level_values("metric"), means, strict=True):
        if key in raw:
            raw[key].append(float(value))
    trials = part.assign(draw=draws(part)).drop_duplicates(["split", "draw"])
    reasons = part.loc[(part["status"] != "ok") & (part["reason"] != ""), "reason"]
    return Entry(
        generator=name,
        kind=kind,
        rank=None,
        overall=None,
        families={},
        metrics={key: stat(values) for key, values in raw.items() if values},
        status={str(status): int(count) for status, count in sorted(trials["status"].value_counts().items())},
        reason=str(reasons.iloc[0]) if len(reasons) else "",
    )


def with_family_scores(entry: Entry, by_metric: ScoresByTrial, by_family: ScoresByTrial) -> Entry:
    """Returns the entry with its scores by metric and family; an entry whose trials were all skipped has none."""
    if set(entry.status) == {"skipped"}:
        return entry
    families = _stats(by_family)
    at_floor = tuple(name for name, score in families.items() if score.mean < AT_FLOOR)
    return replace(
        entry,
        families=families,
        scores=_stats(by_metric),
        at_floor=at_floor if entry.kind == "generator" else (),
    )


def with_overall_score(entry: Entry, by_family: ScoresByTrial, ratio: float) -> Entry:
    """Returns the entry of a generator with its overall score, and intervals; reference rows have none."""
    if entry.kind == "reference" or not entry.families:
        return entry
    overall = {trial: {"": _geometric_mean(scores.values())} for trial, scores in by_family.items() if scores}
    by_split = {split: scores[""] for split, scores in per_split(overall).items()}
    by_draw = [[scores[""] for (split, _), scores in overall.items() if split == name] for name in by_split]
    return replace(
        entry,
        overall=stat(list(by_split.values())),
        by_split=by_split,
        interval=_interval(list(by_split.values()), ratio),
        family_intervals=_family_intervals(by_family, ratio),
        noise=variance_components(by_draw) if max(map(len, by_draw)) > 1 else None,
    )


def _family_intervals(by_family: ScoresByTrial, ratio: float) -> dict[str, Interval]:
    splits = list(per_split(by_family).values())
    keys = dict.fromkeys(key for scores in splits for key in scores)
    ends = {key: _interval([scores[key] for scores in splits if key in scores], ratio) for key in keys}
    return {key: interval for key, interval in ends.items() if interval}


def _interval(scores: Sequence[float], ratio: float) -> Interval | None:
    """Returns the corrected interval of scores by split, cut to the range of scores."""
    interval = corrected_interval(scores, ratio).interval
    return interval and (max(interval[0], 0.0), min(interval[1], 1.0))


def in_order(entries: Sequence[Entry]) -> list[Entry]:
    """Returns generators from best to worst, with ranks; only exactly equal scores share a rank.

    Implausible entries follow those with a rank, and entries without any score are last.
    """
    ordered: list[Entry] = []
    for position, entry in enumerate(sorted(entries, key=sort_key), start=1):
        if entry.overall is None or entry.implausible:
            ordered.append(entry)
            continue
        equal = bool(ordered) and sort_key(ordered[-1])[:-1] == sort_key(entry)[:-1]
        ordered.append(replace(entry, rank=ordered[-1].rank if equal else position))
    return ordered


def sort_key(entry: Entry) -> tuple[bool, bool, bool, float, float, str]:
    """Sorts the best first.

    In this order: entries that ran, that are plausible, that succeeded, by overall score, by the mean family score.
    """
    overall = entry.overall.mean if entry.overall else -1.0
    families = [score.mean for score in entry.families.values()] or [0.0]
    mean = math.fsum(families) / len(families)
    ran = bool(entry.families)
    return not ran, bool(entry.implausible), "ok" not in entry.status, -overall, -mean, entry.generator


def _stats(trials: ScoresByTrial) -> dict[str, Stat]:
    """Returns mean and spread over splits, by metric or family."""
    splits = list(per_split(trials).values())
    keys = dict.fromkeys(key for scores in splits for key in scores)
    return {key: stat([scores[key] for scores in splits if key in scores]) for key in keys}


def _geometric_mean(scores: Iterable[float]) -> float:
    numbers = list(scores)
    return math.prod(numbers) ** (1 / len(numbers))
