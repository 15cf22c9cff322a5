"""The ranking, and the raw values behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import Block, Fold, Section, Table, Text

from . import _values
from ._format import NONE, count, listing, name, score, stat
from ._view import each_board, generators, references

if TYPE_CHECKING:
    from bench.ranking import Board, Leaderboard, Row
    from bench.store import Run

_HINTS = {
    "Overall": "geometric mean of the family scores: a generator at the floor of one family scores 0",
    "Fit s": "seconds of fitting, one thread; shown, never part of the score",
    "Trials": "how many repeats ended how",
}
_METHOD = (
    "Each value is placed between the floor (0) and the ceiling (1) that reference rows set on the same split, and "
    "cut off at both. Floors: independent (every column shuffled on its own), uniform (uniform within its range), "
    "copy (training rows themselves, for privacy). Ceilings: real-train (real rows), holdout-half (unseen real rows "
    "against other unseen real rows, for privacy).\n\nA family's score is the mean of its metrics' scores; where one "
    "failure is the whole failure it is the worst of them ({worst}). The overall score is the geometric mean of the "
    "families, so that failing one cannot be bought back by another. A value that could not be computed, and a trial "
    "that failed, count as the floor. A metric whose floor and ceiling are within noise of each other is kept out."
)


def _build(run: Run, leaderboard: Leaderboard) -> list[Block]:
    worst = [family for family, said in run.manifest["families"].items() if said["combine"] == "worst"]
    method = _METHOD.format(worst=listing(sorted(worst)) or "none here")
    boards = each_board(leaderboard, lambda board: _board(run, board))
    return [*boards, Fold("How the score is made", (Text(method),))]


def _board(run: Run, board: Board) -> list[Block]:
    note = "" if board.repeats > 1 else "One repeat: no spread can be given."
    order = list(dict.fromkeys(metric.family for metric in run.metrics))
    ranked = sorted((metric for metric in run.metrics if metric.ranked), key=lambda one: order.index(one.family))
    raw = _values.table(board, ranked, "Raw values behind the score, reference rows below")
    return [_ranking(run, board), *([Text(note)] if note else []), *([raw] if raw else [])]


def _ranking(run: Run, board: Board) -> Table:
    tried = generators(board)
    rows = [*tried, *(row for row in references(board) if row.families)]
    header = (
        "Rank",
        "Generator",
        "Overall",
        *(family.capitalize() for family in board.families),
        "Fit s",
        "Trials",
    )
    shares = {(at, 2): row.overall.mean for at, row in enumerate(tried) if row.overall}
    return Table(
        header=header,
        rows=tuple(_row(row, board) for row in rows),
        caption=f"Ranking on {name(board.dataset)}, {board.protocol} split, {_over(board)}",
        align="rl" + "r" * (len(board.families) + 2) + "l",
        strong=frozenset(_best(tried, board)),
        apart=frozenset(range(len(tried), len(rows))),
        hints=_HINTS | {family.capitalize(): _hint(run, family) for family in board.families},
        bars=shares | _family_bars(tried, board),
        names=1,
    )


def _hint(run: Run, family: str) -> str:
    said = run.manifest["families"][family]
    return f"{said['summary']}: the {said['combine']} of its ranked metrics, 0 (floor) to 1 (ceiling)"


def _over(board: Board) -> str:
    return f"mean ± standard deviation over {count(board.repeats, 'repeat')}" if board.repeats > 1 else "one repeat"


def _row(row: Row, board: Board) -> tuple[str, ...]:
    scores = (score(row.families.get(family)) for family in board.families)
    rank = NONE if row.rank is None else str(row.rank)
    seconds = stat(row.metrics.get("fit_seconds"), 3)
    return (rank, row.generator, score(row.overall), *scores, seconds, _trials(row))


def _trials(row: Row) -> str:
    if row.kind == "reference":
        return "reference"
    said = ", ".join(f"{many} {status}" for status, many in row.status.items())
    return f"{said}: {row.reason}" if row.reason else said


def _family_bars(rows: list[Row], board: Board) -> dict[tuple[int, int], float]:
    return {
        (at, 3 + place): row.families[family].mean
        for at, row in enumerate(rows)
        for place, family in enumerate(board.families)
        if family in row.families
    }


def _best(rows: list[Row], board: Board) -> list[tuple[int, int]]:
    cells = _family_bars(rows, board) | {(at, 2): row.overall.mean for at, row in enumerate(rows) if row.overall}
    tops = {column: max(value for (_, where), value in cells.items() if where == column) for _, column in cells}
    return [(at, column) for (at, column), value in cells.items() if value == tops[column] > 0]


SECTION = Section("Leaderboard", 10, _build)
