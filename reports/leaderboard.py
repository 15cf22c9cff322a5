"""Section Leaderboard: the ranking of each board, and how the score is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import Block, Fold, Section, Table, Text
from bench.common.formatting import ranks

from ._format import count, listing, name, overall_score, score, stat
from ._lookup import LEAKY, anchors, blocks_by_board, generators, memorises, references

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bench.api import Board, Entry, Leaderboard, Run

_HINTS = {
    "Rank": "best and worst rank that the paired comparisons allow; equal ranges are ties",
    "Overall": "geometric mean of the family scores; 0 if a generator is at the floor of any family",
    "Fit CPU s": "CPU seconds of one fit; not part of the score",
    "Fit s": "seconds of one fit on one thread; not part of the score",
    "Trials": "number of trials by outcome",
}
_REFERENCE_ROWS = {
    "independent": "each column of train shuffled separately",
    "uniform": "values drawn uniformly from each column's range",
    "copy": "train rows",
    "interpolated": "rows between train rows and their neighbours",
    "near-copy": "train rows with noise as large as the distance between neighbouring rows",
    "real-train": "real rows",
    "holdout-half": "half of the unseen real rows, compared with the other half",
}
_METHOD = (
    "Reference rows on the same split set the scale: each value is placed between the floor (0) and the ceiling (1), "
    "and values outside are set to 0 or 1. Floors: {floors}. Ceilings: {ceilings}.\n\nThe score of a family is the "
    "mean of its metrics' scores. In families where a single weakness is a complete failure, it is the worst score "
    "({worst}). The overall score is the geometric mean of the families, so a high score in one family cannot make up "
    "for a failure in another. A value that could not be computed and a trial that failed count as the floor. A metric "
    "whose floor and ceiling differ by no more than noise is not ranked.\n\n"
    "Splits of one table share rows, so intervals and tests use the corrected variance of Nadeau and Bengio (2003). "
    "Generators are compared split by split, with Holm's correction for all pairs. A rank range such as 1–3 means that "
    "the comparisons cannot narrow the rank further. Several seeds on one split are averaged first."
)


def _build(run: Run, leaderboard: Leaderboard) -> list[Block]:
    worst = [name for name, family in run.manifest.families.items() if family.combine == "worst"]
    ranked = [metric for metric in run.metrics if metric.ranked]
    method = _METHOD.format(
        worst=listing(sorted(worst)) or "none here",
        floors=_with_explanations({metric.floor for metric in ranked}),
        ceilings=_with_explanations({metric.ceiling for metric in ranked}),
    )
    boards = blocks_by_board(leaderboard, lambda board: _board_blocks(run, board))
    return [*boards, Fold("How the score is computed", (Text(method),))]


def _with_explanations(names: Collection[str]) -> str:
    order = [*(row for row in _REFERENCE_ROWS if row in names), *sorted(set(names) - set(_REFERENCE_ROWS))]
    return listing(f"{row} ({_REFERENCE_ROWS[row]})" if row in _REFERENCE_ROWS else row for row in order)


def _board_blocks(run: Run, board: Board) -> list[Block]:
    note = [] if board.repeats > 1 else [Text("There is only one repeat, so no spread is shown.")]
    return [_ranking(run, board), *note]


def _ranking(run: Run, board: Board) -> Table:
    ranked = generators(board)
    entries = [*ranked, *(entry for entry in references(board) if entry.families)]
    families = [family.capitalize() for family in board.families]
    header = ("Rank", "Generator", "Overall", *families, _time_column(board)[0], "Trials")
    scores = _score_cells(ranked, board)
    return Table(
        header=header,
        rows=tuple(_row(entry, board) for entry in entries),
        caption=f"Ranking on {name(board.dataset)}, {_conditions(run, board)}",
        align="rl" + "r" * (len(board.families) + 2) + "l",
        strong=frozenset(_best_cells(scores)),
        apart=frozenset(range(len(ranked), len(entries))),
        hints={head: _HINTS[head] for head in header if head in _HINTS}
        | {family.capitalize(): _hint(run, family) for family in board.families},
        bars=scores,
        names=1,
        groups=("", "", "", *board.families, "", ""),
        tags={row: LEAKY for row, entry in enumerate(ranked) if memorises(run, entry.generator)},
        anchors=anchors(run, board),
    )


def _conditions(run: Run, board: Board) -> str:
    return "the tables as given" if run.manifest.evaluation else f"{board.protocol} split, {_repeats(board)}"


def _hint(run: Run, family: str) -> str:
    description = run.manifest.families[family]
    return f"{description.summary}: the {description.combine} of its ranked metrics, 0 (floor) to 1 (ceiling)"


def _repeats(board: Board) -> str:
    if board.repeats < 2:
        return "one repeat"
    return (
        f"{count(board.repeats, 'repeat')}: overall as mean and 95 % interval (corrected for rows that splits share), "
        "the others as mean ± standard deviation"
    )


def _time_column(board: Board) -> tuple[str, str]:
    """Returns header and metric of the time column: wall time in runs that did not measure CPU time."""
    measured = any("fit_cpu_seconds" in entry.metrics for entry in board.entries)
    return ("Fit CPU s", "fit_cpu_seconds") if measured else ("Fit s", "fit_seconds")


def _row(entry: Entry, board: Board) -> tuple[str, ...]:
    scores = (score(entry.families.get(family)) for family in board.families)
    seconds = stat(entry.metrics.get(_time_column(board)[1]), 3)
    return (ranks(entry), entry.generator, overall_score(entry), *scores, seconds, _trials(entry))


def _trials(entry: Entry) -> str:
    if entry.kind == "reference":
        return "reference"
    outcomes = ", ".join(f"{trials} {status}" for status, trials in entry.status.items())
    return f"{outcomes}: {entry.reason}" if entry.reason else outcomes


def _score_cells(entries: Sequence[Entry], board: Board) -> dict[tuple[int, int], float]:
    """Returns the mean overall and family scores by row and column of the table."""
    cells: dict[tuple[int, int], float] = {}
    for row, entry in enumerate(entries):
        scores = (entry.overall, *(entry.families.get(family) for family in board.families))
        cells |= {(row, column): value.mean for column, value in enumerate(scores, start=2) if value}
    return cells


def _best_cells(scores: dict[tuple[int, int], float]) -> list[tuple[int, int]]:
    """Returns the cells with the highest score of their column, if it is above 0."""
    highest: dict[int, float] = {}
    for (_, column), value in scores.items():
        highest[column] = max(value, highest.get(column, 0.0))
    return [(row, column) for (row, column), value in scores.items() if value == highest[column] > 0]


SECTION = Section("Leaderboard", 10, _build)
