"""From a tidy frame to a leaderboard; pure functions.

A value becomes a score in [0, 1] on the stretch between its metric's floor and ceiling on the same split. A
family's score is the mean of its metrics' scores (privacy: the worst). The overall score is the geometric mean
of the families': a generator at the floor of one family scores 0, whatever it does elsewhere. Scores are averaged
over the seeds within a split; splits are the units of everything that is said about uncertainty.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.api import RATIO, Board, Entry, Leaderboard, Stat
from bench.statistics.across_datasets import across
from bench.statistics.paired_tests import corrected_interval
from bench.statistics.rank_uncertainty import pairs, place_probabilities, places, runs, shares_won
from bench.statistics.scores import (
    collect,
    draws,
    family_scores,
    indistinct,
    metric_scores,
    per_split,
    stat,
)
from bench.statistics.variance import components

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from bench.api import Metric, Run


def leaderboard(
    frame: pd.DataFrame,
    metrics: Sequence[Metric],
    combine: Mapping[str, str],
    ratios: float | Mapping[tuple[str, str], float] = RATIO,
    groups: Mapping[str, str] | None = None,
) -> Leaderboard:
    """Ranks the generators of a tidy frame, one board per data set and protocol.

    Args:
        frame: as `Run.frame` returns it.
        metrics: their specifications.
        combine: family -> `mean` or `worst`, in the order families are shown.
        ratios: n_test / n_train, for all or by data set and protocol; see `bench.statistics.paired_tests`.
        groups: data set -> group; tables that are not independent share one. Default: each is its own.
    """
    parts = {
        (str(d), str(p)): part for (d, p), part in frame.groupby(["dataset", "protocol"], sort=False, observed=True)
    }
    boards = [
        _board(key, part, metrics, combine, ratios if isinstance(ratios, float) else ratios.get(key, RATIO))
        for key, part in parts.items()
    ]
    protocols = dict.fromkeys(board.protocol for board in boards)
    return Leaderboard(tuple(boards), {one: across(_totals(boards, one), groups or {}) for one in protocols})


def rank(run: Run) -> Leaderboard:
    """The leaderboard of a run, finished or not."""
    groups = {data.name: data.group or data.name for data in run.manifest.datasets}
    return leaderboard(run.frame(), run.metrics, run.family_combination, split_ratios(run), groups)


def split_ratios(run: Run) -> dict[tuple[str, str], float]:
    """n_test / (n - n_test) by data set and protocol, the larger of test and holdout.

    That is n_test / n_train where train is all the rest. Where train is thinner (an embargo, a cap on its rows) the
    test parts of two repeats share no more rows than before, so that the correlation does not grow.
    """
    rows = {data.name: data.rows for data in run.manifest.datasets}
    ratios: dict[tuple[str, str], float] = {}
    for split in run.manifest.splits:
        key, total = (split.dataset, split.protocol), rows[split.dataset]
        largest = max(split.sizes.holdout, split.sizes.test)
        if 0 < largest < total:
            ratios[key] = max(ratios.get(key, 0.0), largest / (total - largest))
    return ratios


def _totals(boards: Sequence[Board], protocol: str) -> dict[str, dict[str, float]]:
    return {
        board.dataset: {row.generator: row.overall.mean for row in board.entries if row.overall}
        for board in boards
        if board.protocol == protocol
    }


def _board(
    key: tuple[str, str], frame: pd.DataFrame, metrics: Sequence[Metric], combine: Mapping[str, str], ratio: float
) -> Board:
    overall = frame[frame["column"] == ""]
    bounds = collect(overall[overall["kind"] == "reference"])
    kept_out = {m.name: why for m in metrics if m.ranked and (why := indistinct(m, bounds))}
    entering = [m for m in metrics if m.ranked and m.name not in kept_out]
    of_metrics = metric_scores(overall, entering)
    of_families = family_scores(of_metrics, entering, combine)
    rows = [
        _scored(_row(str(name), str(kind), part, metrics), of_metrics[str(name)], of_families[str(name)], ratio)
        for (name, kind), part in overall.groupby(["generator", "kind"], sort=False, observed=True)
    ]
    ranked = _ranked([row for row in rows if row.kind == "generator"])
    references = sorted((row for row in rows if row.kind == "reference"), key=_order)
    families = tuple(name for name in combine if any(m.family == name for m in entering))
    board = Board(*key, overall["split"].nunique(), (*ranked, *references), families, kept_out, ratio)
    return _judged(board, ranked, references)


def _row(name: str, kind: str, part: pd.DataFrame, metrics: Sequence[Metric]) -> Entry:
    """A row's raw values and how its trials ended."""
    known = part[part["value"].notna()]
    means = known.groupby(["metric", "split"], sort=False)["value"].mean()
    raw: dict[str, list[float]] = {m.name: [] for m in metrics}
    for key, value in zip(means.index.get_level_values("metric"), means, strict=True):
        if key in raw:
            raw[key].append(float(value))
    trials = part.assign(draw=draws(part)).drop_duplicates(["split", "draw"])
    failed = part.loc[(part["status"] != "ok") & (part["reason"] != ""), "reason"]
    return Entry(
        generator=name,
        kind=kind,
        rank=None,
        overall=None,
        families={},
        metrics={key: stat(values) for key, values in raw.items() if values},
        status={str(status): int(count) for status, count in sorted(trials["status"].value_counts().items())},
        reason=str(failed.iloc[0]) if len(failed) else "",
    )


Trials = dict[tuple[str, int], dict[str, float]]


def _scored(row: Entry, of_metrics: Trials, of_families: Trials, ratio: float) -> Entry:
    """The row with its scores; what was only ever skipped has none."""
    if set(row.status) == {"skipped"}:
        return row
    row = replace(row, families=_stats(of_families), scores=_stats(of_metrics))
    if row.kind == "reference" or not row.families:
        return row
    totals = {trial: {"": _geometric(of.values())} for trial, of in of_families.items() if of}
    by_split = {split: of[""] for split, of in per_split(totals).items()}
    seeds = [[of[""] for (at, _), of in totals.items() if at == split] for split in by_split]
    interval = corrected_interval(list(by_split.values()), ratio).interval
    return replace(
        row,
        overall=stat(list(by_split.values())),
        by_split=by_split,
        interval=interval and (max(interval[0], 0.0), min(interval[1], 1.0)),
        noise=components(seeds) if max(map(len, seeds)) > 1 else None,
    )


def _stats(trials: Trials) -> dict[str, Stat]:
    """Over splits, by metric or family."""
    splits = list(per_split(trials).values())
    keys = dict.fromkeys(key for of in splits for key in of)
    return {key: stat([of[key] for of in splits if key in of]) for key in keys}


def _geometric(scores: Iterable[float]) -> float:
    numbers = list(scores)
    return math.prod(numbers) ** (1 / len(numbers))


def _order(row: Entry) -> tuple[bool, bool, float, float, str]:
    """Best first: what ran, without failures only, by overall score, then by the mean family score."""
    overall = row.overall.mean if row.overall else -1.0
    families = [of.mean for of in row.families.values()] or [0.0]
    return (row.overall is None, "ok" not in row.status, -overall, -math.fsum(families) / len(families), row.generator)


def _ranked(rows: Sequence[Entry]) -> list[Entry]:
    """Numbers the rows; only exactly equal scores share a rank."""
    ordered = sorted(rows, key=_order)
    ranked: list[Entry] = []
    for place, row in enumerate(ordered, start=1):
        if row.overall is None:
            ranked.append(row)
            continue
        same = bool(ranked) and _order(ranked[-1])[:4] == _order(row)[:4]
        ranked.append(replace(row, rank=ranked[-1].rank if same else place))
    return ranked


def _judged(board: Board, ranked: Sequence[Entry], references: Sequence[Entry]) -> Board:
    """The board with what its splits say about ranks. What never succeeded is last for certain."""
    tried = [row for row in ranked if row.succeeded]
    scores = {row.generator: row.by_split for row in tried}
    names = list(scores)
    last = [row for row in ranked if row.overall and not row.succeeded]
    found = pairs(scores, board.ratio)
    spans = places(names, found) | {row.generator: (len(tried) + 1, len(tried) + len(last)) for row in last}
    chances = place_probabilities(scores, board.ratio, {row.generator: row.rank or 0 for row in last})
    judged = [
        replace(row, ranks=spans.get(row.generator), rank_probabilities=chances.get(row.generator, ()))
        for row in ranked
    ]
    differ = [frozenset((pair.first, pair.second)) for pair in found if pair.differ]
    common = [family for family in board.families if all(family in row.families for row in tried)]
    families = {row.generator: [row.families[family].mean for family in common] for row in tried} if common else {}
    return replace(
        board,
        entries=(*judged, *references),
        pairs=found,
        tied=runs(names, differ),
        wins=shares_won(families) | {row.generator: 0.0 for row in last},
    )
