"""The ranking, and the raw values behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import Block, Fold, Section, Table, Text
from bench.common.formatting import ranks

from . import _confidence_text
from ._format import count, listing, name, score, stat
from ._lookup import FOIL, anchors, each_board, generators, memorises, references

if TYPE_CHECKING:
    from collections.abc import Collection

    from bench.api import Board, Entry, Leaderboard, Run

_HINTS = {
    "Rank": "the best and the worst rank that the paired comparisons allow; equal ranges are ties",
    "Overall": "geometric mean of the family scores: a generator at the floor of one family scores 0",
    "Fit CPU s": "processor seconds of fitting; shown, never part of the score",
    "Fit s": "seconds of fitting, one thread; shown, never part of the score",
    "Trials": "how many trials ended how",
}
_ROWS = {
    "independent": "every column shuffled on its own",
    "uniform": "uniform within each column's range",
    "copy": "training rows themselves",
    "interpolated": "between training rows and their neighbours",
    "near-copy": "training rows blurred to the distance of neighbours",
    "real-train": "real rows",
    "holdout-half": "unseen real rows against other unseen ones",
}
_METHOD = (
    "Each value is placed between the floor (0) and the ceiling (1) that reference rows set on the same split, and "
    "cut off at both. Floors: {floors}. Ceilings: {ceilings}.\n\nA family's score is the mean of its metrics' scores; "
    "where one failure is the whole failure it is the worst of them ({worst}). The overall score is the geometric mean "
    "of the families, so that failing one cannot be bought back by another. A value that could not be computed, and a "
    "trial that failed, count as the floor. A metric whose floor and ceiling are within noise of each other is kept "
    "out.\n\n"
    "Splits of one table share rows, so intervals and tests over them use the corrected variance of Nadeau and Bengio "
    "(2003). Generators are compared split by split, with Holm's correction over all pairs: a rank such as 1–3 says "
    "that no more than that is known. Several seeds on one split are averaged first."
)


def _build(run: Run, leaderboard: Leaderboard) -> list[Block]:
    worst = [family for family, said in run.manifest.families.items() if said.combine == "worst"]
    ranked = [metric for metric in run.metrics if metric.ranked]
    method = _METHOD.format(
        worst=listing(sorted(worst)) or "none here",
        floors=_bounds({metric.floor for metric in ranked}),
        ceilings=_bounds({metric.ceiling for metric in ranked}),
    )
    boards = each_board(leaderboard, lambda board: _board(run, board))
    return [*boards, Fold("How the score is made", (Text(method),))]


def _bounds(rows: Collection[str]) -> str:
    known = [*(row for row in _ROWS if row in rows), *sorted(set(rows) - set(_ROWS))]
    return listing(f"{row} ({_ROWS[row]})" if row in _ROWS else row for row in known)


def _board(run: Run, board: Board) -> list[Block]:
    note = "" if board.repeats > 1 else "One repeat: no spread can be given."
    return [_ranking(run, board), *([Text(note)] if note else [])]


def _ranking(run: Run, board: Board) -> Table:
    tried = generators(board)
    rows = [*tried, *(row for row in references(board) if row.families)]
    header = (
        "Rank",
        "Generator",
        "Overall",
        *(family.capitalize() for family in board.families),
        _time(board)[0],
        "Trials",
    )
    shares = {(at, 2): row.overall.mean for at, row in enumerate(tried) if row.overall}
    return Table(
        header=header,
        rows=tuple(_row(row, board) for row in rows),
        caption=f"Ranking on {name(board.dataset)}, {_drawn(run, board)}",
        align="rl" + "r" * (len(board.families) + 2) + "l",
        strong=frozenset(_best(tried, board)),
        apart=frozenset(range(len(tried), len(rows))),
        hints={head: _HINTS[head] for head in header if head in _HINTS}
        | {family.capitalize(): _hint(run, family) for family in board.families},
        bars=shares | _family_bars(tried, board),
        names=1,
        groups=("", "", "", *board.families, "", ""),
        tags={at: FOIL for at, row in enumerate(tried) if memorises(run, row.generator)},
        anchors=anchors(run, board),
    )


def _drawn(run: Run, board: Board) -> str:
    return "the tables as given" if run.manifest.evaluation else f"{board.protocol} split, {_over(board)}"


def _hint(run: Run, family: str) -> str:
    said = run.manifest.families[family]
    return f"{said.summary}: the {said.combine} of its ranked metrics, 0 (floor) to 1 (ceiling)"


def _over(board: Board) -> str:
    if board.repeats < 2:
        return "one repeat"
    return (
        f"{count(board.repeats, 'repeat')}: overall as mean and 95 % interval (corrected for rows that splits share), "
        "the others as mean ± standard deviation"
    )


def _time(board: Board) -> tuple[str, str]:
    """Header and metric of the time column; wall time in runs that did not measure processor time."""
    measured = any("fit_cpu_seconds" in row.metrics for row in board.entries)
    return ("Fit CPU s", "fit_cpu_seconds") if measured else ("Fit s", "fit_seconds")


def _row(row: Entry, board: Board) -> tuple[str, ...]:
    scores = (score(row.families.get(family)) for family in board.families)
    seconds = stat(row.metrics.get(_time(board)[1]), 3)
    return (ranks(row), row.generator, _confidence_text.overall(row), *scores, seconds, _trials(row))


def _trials(row: Entry) -> str:
    if row.kind == "reference":
        return "reference"
    said = ", ".join(f"{many} {status}" for status, many in row.status.items())
    return f"{said}: {row.reason}" if row.reason else said


def _family_bars(rows: list[Entry], board: Board) -> dict[tuple[int, int], float]:
    return {
        (at, 3 + place): row.families[family].mean
        for at, row in enumerate(rows)
        for place, family in enumerate(board.families)
        if family in row.families
    }


def _best(rows: list[Entry], board: Board) -> list[tuple[int, int]]:
    cells = _family_bars(rows, board) | {(at, 2): row.overall.mean for at, row in enumerate(rows) if row.overall}
    tops = {column: max(value for (_, where), value in cells.items() if where == column) for _, column in cells}
    return [(at, column) for (at, column), value in cells.items() if value == tops[column] > 0]


SECTION = Section("Leaderboard", 10, _build)
