"""The leaderboard of a run: from a tidy frame to ranked boards.

A value becomes a score in 0..1 by its place between its metric's floor and ceiling on the same split. A family's score
is the mean of its metrics' scores (privacy: the worst). The overall score is the geometric mean of the families, so a
generator at the floor of one family scores 0. Scores are averaged over the draws of a split; all statements about
uncertainty take splits as their units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.api import RATIO, Board, Entry, Leaderboard, Metric, Run
from bench.statistics.across_datasets import compare_across_datasets
from bench.statistics.drawn_values import drawn_frame
from bench.statistics.entries import in_order, raw_entry, sort_key, with_family_scores, with_overall_score
from bench.statistics.implausible_rows import implausible_reason
from bench.statistics.moderation import moderation
from bench.statistics.rank_bootstrap import rank_probabilities
from bench.statistics.rank_uncertainty import compare_pairs, compare_with_leader, rank_ranges, shares_won, tied_groups
from bench.statistics.scores import family_scores, metric_scores, overall_values, scale_missing, unranked_reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    BoardKey = tuple[str, str]
    """data set, protocol"""


def rank(run: Run, drawn: pd.DataFrame | None = None) -> Leaderboard:
    """Returns the leaderboard of a run, finished or not; see `rank_frame` for `drawn`, by default those of the run."""
    drawn = drawn_frame(run.drawn) if drawn is None else drawn
    groups = {data.name: data.group or data.name for data in run.manifest.datasets}
    return rank_frame(
        run.frame(),
        metrics_by_dataset(run),
        run.family_combination,
        split_ratios(run),
        groups,
        holdout_rows(run),
        drawn,
    )


def rank_frame(
    frame: pd.DataFrame,
    metrics: Sequence[Metric] | Mapping[str, Sequence[Metric]],
    combine: Mapping[str, str],
    ratios: float | Mapping[BoardKey, float] = RATIO,
    groups: Mapping[str, str] | None = None,
    holdout: Mapping[BoardKey, int] | None = None,
    drawn: pd.DataFrame | None = None,
) -> Leaderboard:
    """Returns the leaderboard of a tidy frame: one board per data set and protocol.

    Args:
        frame: as `Run.frame` returns it.
        metrics: their declarations, for all data sets or by data set.
        combine: family -> `mean` or `worst`, in the order in which families are shown.
        ratios: n_test / n_train, for all or by data set and protocol; see `bench.statistics.paired_tests`.
        groups: data set -> group; data sets that are not independent share one. Default: each is its own.
        holdout: rows of holdout in a split, by data set and protocol. Without it no rows are implausible.
        drawn: values of reference rows on splits of the same data sets and protocols that are not the run's own, in the
            columns of `frame`; in `holdout`, if it has that column, the rows of a holdout. They decide which metrics
            rank, so that this does not depend on the number of repeats. A board without any is decided on its own
            splits.
    """
    boards = []
    for (dataset, protocol), part in frame.groupby(["dataset", "protocol"], sort=False, observed=True):
        key = str(dataset), str(protocol)
        ratio = ratios if isinstance(ratios, float) else ratios.get(key, RATIO)
        rows = (holdout or {}).get(key, 0)
        own = metrics[key[0]] if isinstance(metrics, Mapping) else metrics
        boards.append(_board(key, part[part["column"] == ""], own, combine, ratio, rows, _drawn_for(key, drawn)))
    protocols = dict.fromkeys(board.protocol for board in boards)
    across = {name: compare_across_datasets(_overall_scores(boards, name), groups or {}) for name in protocols}
    return Leaderboard(tuple(boards), across)


def metrics_by_dataset(run: Run) -> dict[str, tuple[Metric, ...]]:
    """Returns the metrics that exist on each data set: others are no metrics of its board."""
    return {data.name: run.manifest.metrics_on(data.name) for data in run.manifest.datasets}


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


def holdout_rows(run: Run) -> dict[BoardKey, int]:
    """Returns the rows of the smallest holdout, by data set and protocol; none where a table has no unseen rows."""
    evaluation = run.manifest.evaluation
    if evaluation is not None and evaluation.holdout is None:
        return {}
    rows: dict[BoardKey, int] = {}
    for split in run.manifest.splits:
        key = split.dataset, split.protocol
        rows[key] = min(rows.get(key, split.sizes.holdout), split.sizes.holdout)
    return rows


def _drawn_for(key: BoardKey, drawn: pd.DataFrame | None) -> pd.DataFrame | None:
    if drawn is None:
        return None
    part = drawn[(drawn["dataset"] == key[0]) & (drawn["protocol"] == key[1])]
    return part if len(part) else None


def _overall_scores(boards: Sequence[Board], protocol: str) -> dict[str, dict[str, float]]:
    """Returns data set -> generator -> overall score, of plausible rows."""
    return {
        board.dataset: {
            entry.generator: entry.overall.mean for entry in board.entries if entry.overall and not entry.implausible
        }
        for board in boards
        if board.protocol == protocol
    }


def _board(
    key: BoardKey,
    frame: pd.DataFrame,
    metrics: Sequence[Metric],
    combine: Mapping[str, str],
    ratio: float,
    holdout: int,
    drawn: pd.DataFrame | None,
) -> Board:
    kept_out = _kept_out(frame, metrics, holdout, drawn)
    entering = [metric for metric in metrics if metric.ranked and metric.name not in kept_out]
    no_overall = _no_overall(frame, metrics, combine, kept_out)
    by_metric = metric_scores(frame, entering)
    by_family = family_scores(by_metric, entering, combine)
    entries = [
        with_family_scores(raw_entry(str(name), str(kind), part, metrics), by_metric[str(name)], by_family[str(name)])
        for (name, kind), part in frame.groupby(["generator", "kind"], sort=False, observed=True)
    ]
    references = sorted((entry for entry in entries if entry.kind == "reference"), key=sort_key)
    generators = [
        replace(entry, implausible=implausible_reason(entry, references, metrics, holdout, ratio))
        for entry in entries
        if entry.kind == "generator"
    ]
    if not no_overall:
        generators = [with_overall_score(entry, by_family[entry.generator], ratio) for entry in generators]
    generators = in_order(generators)
    families = tuple(name for name in combine if any(metric.family == name for metric in entering))
    board = Board(
        *key,
        frame["split"].nunique(),
        (*generators, *references),
        families,
        kept_out,
        ratio,
        no_overall=no_overall,
    )
    return board if no_overall else _with_uncertainty(board, generators, references)


def _kept_out(
    frame: pd.DataFrame, metrics: Sequence[Metric], holdout: int, drawn: pd.DataFrame | None
) -> dict[str, str]:
    """Returns the ranked metrics that cannot rank here -> why."""
    own = overall_values(frame[frame["kind"] == "reference"])
    deciding, where = own, ""
    if drawn is not None:
        deciding = overall_values(drawn[drawn["kind"] == "reference"])
        where = f" on {drawn['split'].nunique()} drawn splits"
        holdout = int(drawn["holdout"].min()) if "holdout" in drawn else holdout
    reasons = {
        metric.name: _with_place(unranked_reason(metric, deciding, holdout), where) or scale_missing(metric, own)
        for metric in metrics
        if metric.ranked
    }
    return {name: reason for name, reason in reasons.items() if reason}


def _with_place(reason: str, where: str) -> str:
    """Returns a reason with the splits that it was found on."""
    return f"{reason}{where}" if reason else ""


def _no_overall(
    frame: pd.DataFrame, metrics: Sequence[Metric], combine: Mapping[str, str], kept_out: Mapping[str, str]
) -> str:
    """Returns why a board has no overall scores: the families without a metric that can rank; empty if all have one."""
    ranked = {
        family: [metric.name for metric in metrics if metric.ranked and metric.family == family] for family in combine
    }
    needed = [family for family, names in ranked.items() if names]
    missing = [family for family in needed if all(name in kept_out for name in ranked[family])]
    if not missing:
        return ""
    lacking: dict[str, list[str]] = {}
    for family in missing:
        lacking.setdefault(_cause(frame, ranked[family], kept_out), []).append(family)
    causes = "; ".join(f"{_have_none(families)} ({cause})" for cause, families in lacking.items())
    return f"No overall score: it needs all of {', '.join(needed)}; {causes}."


def _have_none(families: Sequence[str]) -> str:
    """Says that no metric of these families can rank.

    >>> _have_none(["privacy"]), _have_none(["fidelity", "privacy"])
    ('privacy could not be measured here', 'fidelity and privacy could not be measured here')
    """
    *first, last = families
    names = f"{', '.join(first)} and {last}" if first else last
    return f"{names} could not be measured here"


def _cause(frame: pd.DataFrame, names: Sequence[str], kept_out: Mapping[str, str]) -> str:
    """Returns why a family cannot rank: the commonest reason for no value, or why its first metric is left out."""
    of_family = frame[frame["metric"].isin(names)]
    reasons = of_family.loc[of_family["value"].isna() & (of_family["reason"] != ""), "reason"]
    if of_family["value"].isna().all() and len(reasons):
        return str(reasons.mode().iloc[0])
    others = f", and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{names[0]}: {kept_out[names[0]]}{others}"


def _with_uncertainty(board: Board, generators: Sequence[Entry], references: Sequence[Entry]) -> Board:
    """Returns the board with comparisons and rank ranges. Generators that never succeeded are last for certain."""
    ranked = [entry for entry in generators if entry.rank is not None]
    succeeded = [entry for entry in ranked if entry.succeeded]
    last = [entry for entry in ranked if not entry.succeeded]
    scores = {entry.generator: entry.by_split for entry in succeeded}
    at_floor = {entry.generator: entry.at_floor for entry in succeeded}
    shrunk = moderation(scores)
    pairs = compare_pairs(scores, board.ratio, shrunk, at_floor)
    last_range = (len(succeeded) + 1, len(succeeded) + len(last))
    ranges = rank_ranges(list(scores), pairs) | {entry.generator: last_range for entry in last}
    last_ranks = {entry.generator: entry.rank or 0 for entry in last}
    in_tests = {name for pair in pairs if pair.tested for name in (pair.first, pair.second)}
    untested = {name for name in scores if len(scores) > 1 and name not in in_tests}
    probabilities = rank_probabilities(scores, board.ratio, last_ranks, shrunk)
    entries = [
        replace(
            entry,
            ranks=ranges.get(entry.generator),
            rank_probabilities=probabilities.get(entry.generator, ()),
            tested=entry.generator not in untested,
        )
        for entry in generators
    ]
    return replace(
        board,
        entries=(*entries, *references),
        pairs=pairs,
        tied=tied_groups(list(scores), [frozenset((pair.first, pair.second)) for pair in pairs if pair.differ]),
        wins=_wins(board, succeeded) | {entry.generator: 0.0 for entry in last},
        leader_pairs=compare_with_leader(scores, board.ratio, shrunk, at_floor),
        moderation=shrunk,
    )


def _wins(board: Board, succeeded: Sequence[Entry]) -> dict[str, float]:
    """Returns the share of family weights with which each generator leads, over the families that all of them have."""
    common = [family for family in board.families if all(family in entry.families for entry in succeeded)]
    if not common:
        return {}
    return shares_won({entry.generator: [entry.families[name].mean for name in common] for entry in succeeded})
