"""A leaderboard as plain data: rows of named columns for CSV, one object for JSON. Numbers are not rounded."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bench.runs.manifest import pack_metric

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bench.api import Across, Board, Entry, Leaderboard, Pair, Stat
    from bench.runs.run_directory import Run

STATUSES = ("ok", "failed", "timeout", "memory", "skipped")
TIMES = ("fit_cpu_seconds", "fit_seconds")

COLUMNS = {
    "dataset": "the table",
    "protocol": "how it was split: random or blocked",
    "repeats": "splits with a result",
    "kind": "generator, or reference: a row that sets the scale",
    "generator": "its name, or that of the reference row",
    "rank": "1 is best, by overall score; equal scores share one; empty where there is no score",
    "rank_best": "the best rank that the paired comparisons allow",
    "rank_worst": "the worst one",
    "tied_with_first": "1 where another generator is first and the ranks of both overlap, else 0",
    "overall": "geometric mean of the family scores, averaged over splits; 0 is the floor, 1 is real data",
    "overall_sd": "its standard deviation over splits",
    "overall_low": "lower end of its 95 % interval",
    "overall_high": "upper end",
    "<family>": "the score of each family that entered, averaged over splits",
    "<family>_sd": "its standard deviation over splits",
    "fit_cpu_seconds": "processor seconds of fitting, averaged over splits",
    "fit_seconds": "seconds of fitting by the clock, likewise",
    **{f"trials_{status}": f"how many trials ended as {status}" for status in STATUSES},
    "reason": "the first error, where trials failed",
}
"""The columns of `leaderboard.csv`, in order, and what they hold; `<family>` stands for every one that entered."""


def to_csv(run: Run, leaderboard: Leaderboard) -> str:
    """One line per data set, protocol and generator or reference row; see `COLUMNS`."""
    families = _families(run, leaderboard)
    header = [column.replace("<family>", name) for column, name in _columns(families)]
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, header, lineterminator="\n", extrasaction="raise")
    writer.writeheader()
    for board in leaderboard.boards:
        tied = tied_with_first(board)
        writer.writerows(_record(board, row, families, row.generator in tied) for row in board.entries)
    return buffer.getvalue()


def _columns(families: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each column with the family it is of; those of families stand beside each other."""
    names = list(COLUMNS)
    at = names.index("<family>")
    yield from ((column, "") for column in names[:at])
    yield from ((column, family) for family in families for column in ("<family>", "<family>_sd"))
    yield from ((column, "") for column in names[at + 2 :])


def _families(run: Run, leaderboard: Leaderboard) -> list[str]:
    """Those that entered on any board, in the order in which they are shown."""
    known = dict.fromkeys(metric.family for metric in run.metrics)
    return [name for name in known if any(name in board.families for board in leaderboard.boards)]


def tied_with_first(board: Board) -> frozenset[str]:
    """The other generators whose ranks overlap those of the first."""
    rows = [row for row in board.entries if row.kind == "generator" and row.ranks]
    if not rows or rows[0].ranks is None:
        return frozenset()
    worst = rows[0].ranks[1]
    return frozenset(row.generator for row in rows[1:] if row.ranks and row.ranks[0] <= worst)


def _record(board: Board, row: Entry, families: Sequence[str], tied: bool) -> dict[str, Any]:
    scores = {name: row.families.get(name) for name in families if name in board.families}
    return {
        **_head(board, row),
        **_place(row, tied),
        **{name: of.mean for name, of in scores.items() if of},
        **{f"{name}_sd": of.spread for name, of in scores.items() if of},
        **{name: row.metrics[name].mean for name in TIMES if name in row.metrics},
        **{f"trials_{status}": row.status.get(status, 0) for status in STATUSES},
        "reason": " ".join(row.reason.split()),
    }


def _head(board: Board, row: Entry) -> dict[str, Any]:
    return {
        "dataset": board.dataset,
        "protocol": board.protocol,
        "repeats": board.repeats,
        "kind": row.kind,
        "generator": row.generator,
    }


def _place(row: Entry, tied: bool) -> dict[str, Any]:
    best, worst = row.ranks or (row.rank, row.rank)
    low, high = row.interval or (None, None)
    return {
        "rank": row.rank,
        "rank_best": best,
        "rank_worst": worst,
        "tied_with_first": int(tied) if row.rank else None,
        "overall": row.overall.mean if row.overall else None,
        "overall_sd": row.overall.spread if row.overall else None,
        "overall_low": low,
        "overall_high": high,
    }


def to_plain(run: Run, leaderboard: Leaderboard) -> dict[str, Any]:
    """All of a leaderboard, with what its metrics mean, as JSON can hold it."""
    return {
        "schema_version": 1,
        "name": run.manifest.name,
        "command": run.manifest.command,
        "created": run.manifest.created,
        "finished": run.manifest.finished,
        "boards": [_board(board) for board in leaderboard.boards],
        "across": {protocol: _across(found) for protocol, found in leaderboard.across.items()},
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
        "kept_out": dict(board.kept_out),
        "rows": [_row(board, row, row.generator in tied) for row in board.entries],
        "pairs": [_pair(pair) for pair in board.pairs],
        "tied": [list(names) for names in board.tied],
    }


def _row(board: Board, row: Entry, tied: bool) -> dict[str, Any]:
    return {
        **{key: value for key, value in _head(board, row).items() if key in ("kind", "generator")},
        **_place(row, tied),
        "by_split": dict(row.by_split),
        "rank_probabilities": list(row.rank_probabilities),
        "families": _stats(row.families),
        "scores": _stats(row.scores),
        "metrics": _stats(row.metrics),
        "trials": dict(row.status),
        "reason": row.reason,
    }


def _stats(found: Mapping[str, Stat]) -> dict[str, Any]:
    return {name: {"mean": of.mean, "sd": of.spread, "splits": of.n} for name, of in found.items()}


def _pair(pair: Pair) -> dict[str, Any]:
    low, high = pair.difference.interval or (None, None)
    found = pair.difference
    said = {"first": pair.first, "second": pair.second, "difference": found.mean, "low": low, "high": high}
    return said | {"splits": found.n, "p_holm": pair.p, "differ": pair.differ}


def _across(found: Across | str) -> Any:  # noqa: ANN401 - an object, or the sentence that refuses one
    if isinstance(found, str):
        return found
    wilcoxon = [{"first": a, "second": b, "p_holm": p} for (a, b), p in found.wilcoxon.items()]
    return asdict(found) | {"wilcoxon": wilcoxon}
