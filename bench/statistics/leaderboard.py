"""The leaderboard of a run: from a tidy frame to ranked boards.

A value becomes a score in 0..1 by its place between its metric's floor and ceiling on the same split. A family's score
is the mean of its metrics' scores (privacy: the worst). The overall score is the geometric mean of the families, so a
generator at the floor of one family scores 0. Scores are averaged over the draws of a split; all statements about
uncertainty take splits as their units.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.api import RATIO, Board, Entry, Leaderboard, Metric, Run, Stat
from bench.statistics.across_datasets import compare_across_datasets
from bench.statistics.paired_tests import corrected_interval
from bench.statistics.rank_uncertainty import compare_pairs, rank_probabilities, rank_ranges, shares_won, tied_groups
from bench.statistics.scores import (
    draws,
    family_scores,
    metric_scores,
    overall_values,
    per_split,
    stat,
    unranked_reason,
)
from bench.statistics.variance import variance_components

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

ScoresByTrial = dict[tuple[str, int], dict[str, float]]
"""(split, draw) -> metric or family -> score, of one generator or reference row"""


def rank(run: Run) -> Leaderboard:
    """Returns the leaderboard of a run, finished or not."""
    groups = {data.name: data.group or data.name for data in run.manifest.datasets}
    return rank_frame(run.frame(), run.metrics, run.family_combination, split_ratios(run), groups)


def rank_frame(
    frame: pd.DataFrame,
    metrics: Sequence[Metric],
    combine: Mapping[str, str],
    ratios: float | Mapping[tuple[str, str], float] = RATIO,
    groups: Mapping[str, str] | None = None,
) -> Leaderboard:
    """Returns the leaderboard of a tidy frame: one board per data set and protocol.

    Args:
        frame: as `Run.frame` returns it.
        metrics: their declarations.
        combine: family -> `mean` or `worst`, in the order in which families are shown.
        ratios: n_test / n_train, for all or by data set and protocol; see `bench.statistics.paired_tests`.
        groups: data set -> group; data sets that are not independent share one. Default: each is its own.
    """
    boards = []
    for (dataset, protocol), part in frame.groupby(["dataset", "protocol"], sort=False, observed=True):
        key = str(dataset), str(protocol)
        ratio = ratios if isinstance(ratios, float) else ratios.get(key, RATIO)
        boards.append(_board(key, part, metrics, combine, ratio))
    protocols = dict.fromkeys(board.protocol for board in boards)
    across = {name: compare_across_datasets(_overall_scores(boards, name), groups or {}) for name in protocols}
    return Leaderboard(tuple(boards), across)


def split_ratios(run: Run) -> dict[tuple[str, str], float]:
    """Returns n_test / (n - n_test) by data set and protocol, for the larger of test and holdout.

    This equals n_test / n_train if train is all the rest. If train is smaller (an embargo, a limit on its rows), the
    test parts of two repeats still share no more rows, so the correlation does not grow.
    """
    rows = {data.name: data.rows for data in run.manifest.datasets}
    ratios: dict[tuple[str, str], float] = {}
    for split in run.manifest.splits:
        key, total = (split.dataset, split.protocol), rows[split.dataset]
        largest = max(split.sizes.holdout, split.sizes.test)
        if 0 < largest < total:
            ratios[key] = max(ratios.get(key, 0.0), largest / (total - largest))
    return ratios


def _overall_scores(boards: Sequence[Board], protocol: str) -> dict[str, dict[str, float]]:
    return {
        board.dataset: {entry.generator: entry.overall.mean for entry in board.entries if entry.overall}
        for board in boards
        if board.protocol == protocol
    }


def _board(
    key: tuple[str, str], frame: pd.DataFrame, metrics: Sequence[Metric], combine: Mapping[str, str], ratio: float
) -> Board:
    frame = frame[frame["column"] == ""]
    bounds, ranked_metrics = overall_values(frame[frame["kind"] == "reference"]), [m for m in metrics if m.ranked]
    kept_out = {metric.name: reason for metric in ranked_metrics if (reason := unranked_reason(metric, bounds))}
    entering = [metric for metric in ranked_metrics if metric.name not in kept_out]
    by_metric = metric_scores(frame, entering)
    by_family = family_scores(by_metric, entering, combine)
    entries = [
        _with_scores(_raw_entry(str(name), str(kind), part, metrics), by_metric[str(name)], by_family[str(name)], ratio)
        for (name, kind), part in frame.groupby(["generator", "kind"], sort=False, observed=True)
    ]
    ranked = _ranked([entry for entry in entries if entry.kind == "generator"])
    references = sorted((entry for entry in entries if entry.kind == "reference"), key=_sort_key)
    families = tuple(name for name in combine if any(metric.family == name for metric in entering))
    board = Board(*key, frame["split"].nunique(), (*ranked, *references), families, kept_out, ratio)
    return _with_uncertainty(board, ranked, references)


def _raw_entry(name: str, kind: str, part: pd.DataFrame, metrics: Sequence[Metric]) -> Entry:
    """Returns an entry with its raw values and the outcomes of its trials."""
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


def _with_scores(entry: Entry, by_metric: ScoresByTrial, by_family: ScoresByTrial, ratio: float) -> Entry:
    """Returns the entry with its scores; an entry whose trials were all skipped has none."""
    if set(entry.status) == {"skipped"}:
        return entry
    entry = replace(entry, families=_stats(by_family), scores=_stats(by_metric))
    if entry.kind == "reference" or not entry.families:
        return entry
    overall = {trial: {"": _geometric_mean(scores.values())} for trial, scores in by_family.items() if scores}
    by_split = {split: scores[""] for split, scores in per_split(overall).items()}
    by_draw = [[scores[""] for (split, _), scores in overall.items() if split == name] for name in by_split]
    interval = corrected_interval(list(by_split.values()), ratio).interval
    return replace(
        entry,
        overall=stat(list(by_split.values())),
        by_split=by_split,
        interval=interval and (max(interval[0], 0.0), min(interval[1], 1.0)),
        noise=variance_components(by_draw) if max(map(len, by_draw)) > 1 else None,
    )


def _stats(trials: ScoresByTrial) -> dict[str, Stat]:
    """Returns mean and spread over splits, by metric or family."""
    splits = list(per_split(trials).values())
    keys = dict.fromkeys(key for scores in splits for key in scores)
    return {key: stat([scores[key] for scores in splits if key in scores]) for key in keys}


def _geometric_mean(scores: Iterable[float]) -> float:
    numbers = list(scores)
    return math.prod(numbers) ** (1 / len(numbers))


def _sort_key(entry: Entry) -> tuple[bool, bool, float, float, str]:
    """Sorts the best first: entries that ran, that succeeded, by overall score, then by the mean family score."""
    overall = entry.overall.mean if entry.overall else -1.0
    families = [score.mean for score in entry.families.values()] or [0.0]
    mean = math.fsum(families) / len(families)
    return entry.overall is None, "ok" not in entry.status, -overall, -mean, entry.generator


def _ranked(entries: Sequence[Entry]) -> list[Entry]:
    """Returns the entries in order, with ranks; only exactly equal scores share a rank."""
    ranked: list[Entry] = []
    for position, entry in enumerate(sorted(entries, key=_sort_key), start=1):
        if entry.overall is None:
            ranked.append(entry)
            continue
        equal = bool(ranked) and _sort_key(ranked[-1])[:4] == _sort_key(entry)[:4]
        ranked.append(replace(entry, rank=ranked[-1].rank if equal else position))
    return ranked


def _with_uncertainty(board: Board, ranked: Sequence[Entry], references: Sequence[Entry]) -> Board:
    """Returns the board with comparisons and rank ranges. Generators that never succeeded are last for certain."""
    succeeded = [entry for entry in ranked if entry.succeeded]
    last = [entry for entry in ranked if entry.overall and not entry.succeeded]
    scores = {entry.generator: entry.by_split for entry in succeeded}
    pairs = compare_pairs(scores, board.ratio)
    last_range = (len(succeeded) + 1, len(succeeded) + len(last))
    ranges = rank_ranges(list(scores), pairs) | {entry.generator: last_range for entry in last}
    probabilities = rank_probabilities(scores, board.ratio, {entry.generator: entry.rank or 0 for entry in last})
    entries = [
        replace(entry, ranks=ranges.get(entry.generator), rank_probabilities=probabilities.get(entry.generator, ()))
        for entry in ranked
    ]
    return replace(
        board,
        entries=(*entries, *references),
        pairs=pairs,
        tied=tied_groups(list(scores), [frozenset((pair.first, pair.second)) for pair in pairs if pair.differ]),
        wins=_wins(board, succeeded) | {entry.generator: 0.0 for entry in last},
    )


def _wins(board: Board, succeeded: Sequence[Entry]) -> dict[str, float]:
    """Returns the share of family weights with which each generator leads, over the families that all of them have."""
    common = [family for family in board.families if all(family in entry.families for entry in succeeded)]
    if not common:
        return {}
    return shares_won({entry.generator: [entry.families[name].mean for name in common] for entry in succeeded})
