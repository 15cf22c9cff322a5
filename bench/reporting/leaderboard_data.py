"""A leaderboard as plain data: named columns for CSV, one object for JSON; numbers are not rounded."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bench.api import Across, Board, Entry, Leaderboard, Pair, Run, Stat
from bench.common.formatting import why_implausible
from bench.runs.manifest import pack_metric

STATUSES = ("ok", "failed", "timeout", "memory", "skipped")
TIMES = ("fit_cpu_seconds", "fit_seconds")

COLUMNS = {
    "dataset": "the table",
    "protocol": "how it was split: random or blocked",
    "repeats": "splits with a result",
    "kind": "generator, or reference: a row that sets the scale",
    "generator": "its name, or that of the reference row",
    "rank": "1 is best, by overall score; equal scores share one; empty without an overall score and where rows are "
    "implausible",
    "rank_best": "the best rank that the paired comparisons allow; empty where too few repeats allow no test",
    "rank_worst": "the worst one",
    "tied_with_first": "1 where another generator is first and the ranks of both overlap, else 0; empty without a test",
    "overall": "geometric mean of the family scores, averaged over splits; 0 is the floor, 1 is real data",
    "overall_sd": "its standard deviation over splits",
    "overall_low": "lower end of its 95 % interval",
    "overall_high": "upper end",
    "<family>": "the score of each family that entered, averaged over splits",
    "<family>_sd": "its standard deviation over splits",
    "fit_cpu_seconds": "processor seconds of fitting, averaged over splits",
    "fit_seconds": "seconds of wall time of fitting, averaged over splits",
    **{f"trials_{status}": f"how many trials ended as {status}" for status in STATUSES},
    "reason": "the first error, where trials failed",
    "implausible": "why the rows cannot have been made from train alone; empty for all others",
}
"""The columns of `leaderboard.csv`, in order, and what they hold; `<family>` stands for every family that entered."""


def to_csv(run: Run, leaderboard: Leaderboard) -> str:
    """Returns one line per data set, protocol and generator or reference row; see `COLUMNS`."""
    families = _families(run, leaderboard)
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, _header(families), lineterminator="\n", extrasaction="raise")
    writer.writeheader()
    for board in leaderboard.boards:
        tied = tied_with_first(board)
        writer.writerows(_csv_record(board, entry, families, entry.generator in tied) for entry in board.entries)
    return buffer.getvalue()


def _header(families: Sequence[str]) -> list[str]:
    """Returns the names of the columns; those of a family are neighbours."""
    names = list(COLUMNS)
    position = names.index("<family>")
    family_columns = [column for family in families for column in (family, f"{family}_sd")]
    return [*names[:position], *family_columns, *names[position + 2 :]]


def _families(run: Run, leaderboard: Leaderboard) -> list[str]:
    """Returns the families that entered on any board, in the order of reports."""
    families = dict.fromkeys(metric.family for metric in run.metrics)
    return [name for name in families if any(name in board.families for board in leaderboard.boards)]


def tied_with_first(board: Board) -> frozenset[str]:
    """Returns the other generators whose rank ranges overlap that of the first; none of implausible ones."""
    ranked = [
        (entry.generator, entry.ranks)
        for entry in board.generators
        if entry.ranks and entry.tested and not entry.implausible
    ]
    return frozenset(name for name, (best, _) in ranked[1:] if best <= ranked[0][1][1])


def _csv_record(board: Board, entry: Entry, families: Sequence[str], tied: bool) -> dict[str, Any]:
    scores = {name: entry.families.get(name) for name in families if name in board.families}
    return {
        "dataset": board.dataset,
        "protocol": board.protocol,
        "repeats": board.repeats,
        "kind": entry.kind,
        "generator": entry.generator,
        **_rank_and_score(entry, tied),
        **{name: score.mean for name, score in scores.items() if score},
        **{f"{name}_sd": score.spread for name, score in scores.items() if score},
        **{name: entry.metrics[name].mean for name in TIMES if name in entry.metrics},
        **{f"trials_{status}": entry.status.get(status, 0) for status in STATUSES},
        "reason": " ".join(entry.reason.split()),
        "implausible": why_implausible(entry),
    }


def _rank_and_score(entry: Entry, tied: bool) -> dict[str, Any]:
    rank = None if entry.implausible else entry.rank
    best, worst = entry.ranks if rank and entry.ranks else (rank, rank)
    if not entry.tested:
        best, worst = None, None
    low, high = entry.interval or (None, None)
    return {
        "rank": rank,
        "rank_best": best,
        "rank_worst": worst,
        "tied_with_first": int(tied) if rank and entry.tested else None,
        "overall": entry.overall.mean if entry.overall else None,
        "overall_sd": entry.overall.spread if entry.overall else None,
        "overall_low": low,
        "overall_high": high,
    }


def to_plain(run: Run, leaderboard: Leaderboard) -> dict[str, Any]:
    """Returns all of a leaderboard, and the meaning of its metrics, as JSON values."""
    return {
        "schema_version": 1,
        "name": run.manifest.name,
        "command": run.manifest.command,
        "protocol_version": run.manifest.protocol_version,
        "created": run.manifest.created,
        "finished": run.manifest.finished,
        "boards": [_board(board) for board in leaderboard.boards],
        "across": {protocol: _across(result) for protocol, result in leaderboard.across.items()},
        "families": {name: asdict(family) for name, family in run.manifest.families.items()},
        "metrics": {metric.name: pack_metric(metric) for metric in run.metrics},
    }


def _board(board: Board) -> dict[str, Any]:
    tied = tied_with_first(board)
    return {
        "dataset": board.dataset,
        "protocol": board.protocol,
        "repeats": board.repeats,
        "families": list(board.families),
        "no_overall": board.no_overall,
        "kept_out": dict(board.kept_out),
        "rows": [_entry(entry, entry.generator in tied) for entry in board.entries],
        "pairs": [_pair(pair) for pair in board.pairs],
        "leader_pairs": [_pair(pair) for pair in board.leader_pairs],
        "moderation": asdict(board.moderation) if board.moderation else None,
        "tied": [list(names) for names in board.tied],
    }


def _entry(entry: Entry, tied: bool) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "generator": entry.generator,
        **_rank_and_score(entry, tied),
        "by_split": dict(entry.by_split),
        "rank_probabilities": list(entry.rank_probabilities),
        "families": _stats(entry.families),
        "scores": _stats(entry.scores),
        "metrics": _stats(entry.metrics),
        "trials": dict(entry.status),
        "reason": entry.reason,
        "implausible": entry.implausible,
    }


def _stats(stats: Mapping[str, Stat]) -> dict[str, Any]:
    return {name: {"mean": stat.mean, "sd": stat.spread, "splits": stat.n} for name, stat in stats.items()}


def _pair(pair: Pair) -> dict[str, Any]:
    low, high = pair.difference.interval or (None, None)
    return {
        "first": pair.first,
        "second": pair.second,
        "difference": pair.difference.mean,
        "low": low,
        "high": high,
        "splits": pair.difference.n,
        "p_holm": pair.p,
        "differ": pair.differ,
        "adjusted_low": pair.interval[0] if pair.interval else None,
        "adjusted_high": pair.interval[1] if pair.interval else None,
        "moderated": pair.moderated,
        "at_floor": pair.at_floor,
    }


def _across(across: Across | str) -> Any:  # noqa: ANN401 - an object, or a sentence that says why there is none
    if isinstance(across, str):
        return across
    wilcoxon = [{"first": a, "second": b, "p_holm": p} for (a, b), p in across.wilcoxon.items()]
    iman = {"iman_davenport": across.iman_davenport, "iman_davenport_p": across.iman_davenport_p}
    finite = {name: value if math.isfinite(value) else None for name, value in iman.items()}
    return asdict(across) | {"wilcoxon": wilcoxon, **finite}
