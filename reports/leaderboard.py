"""Section Leaderboard: the ranking of each board, and how the score is computed."""

from __future__ import annotations

from collections.abc import Sequence

from bench.api import Block, Board, Bound, Entry, Fold, Leaderboard, Metric, Run, Section, Table, Text
from bench.common.formatting import IMPLAUSIBLE, ranks, why_implausible, why_no_overall

from ._format import count, family_score, listing, name, overall_score, stat, statuses
from ._lookup import anchors, blocks_by_board, generators, memorises, references, tags
from ._rank_figure import rank_figure
from ._value_tables import Cells, extreme_cells

_HINTS = {
    "Rank": "best and worst rank that the paired comparisons allow; equal ranges are ties; none for implausible rows",
    "Overall": "geometric mean of the family scores; 0 if a generator is at the floor of any family",
    "Fit CPU s": "CPU seconds of one fit; not part of the score",
    "Fit s": "seconds of one fit on one thread; not part of the score",
    "Trials": "number of trials by outcome",
}
_REFERENCE_ROWS = {
    "independent": "each column of train shuffled separately",
    "uniform": "uniform values from the range of each column",
    "copy": "train rows",
    "interpolated": "between train rows and their neighbours",
    "near-copy": "train rows moved by the distance to neighbours",
    "time-interpolated": "between train rows that follow each other in time",
    "real-train": "real rows",
    # Of runs that were made under the earlier protocol.
    "holdout-half": "unseen real rows against other unseen rows",
}
_METHOD = (
    "Reference rows on the same split set the scale: each value is placed between the floor (0) and the ceiling (1), "
    "and values outside are set to 0 or 1. Floors: {floors}. Ceilings: {ceilings}.{constants} An R2 below 0 counts as "
    "0, and an AUC of predictions below 0.5 as 0.5. A metric does not count on a repeat where its floor and ceiling "
    "nearly meet. Scores are computed on each repeat and then averaged, so a mean score can differ from the score of "
    "the mean value.\n\n"
    "The score of a family is the mean of its metrics' scores. In families where a single weakness is a complete "
    "failure, it is the worst score ({worst}). A worst score lies a little below 1 even for rows that leak nothing, "
    "because noise lowers one of its metrics: compare it with that of the row independent. Bold is the best mean of a "
    "column; baselines that memorise are left out, and families are not tested. The overall score is the geometric "
    "mean of the families, so a high score in one family cannot make up for a failure in another. Where a family has "
    "no score, there is no overall score and no rank. A family score below 0.01 is shown in words, at the floor: "
    "differences among such scores are noise. A value that could not be computed and a trial that failed count as the "
    "floor. A metric whose floor and "
    "ceiling differ by no more than noise is not ranked. Rows that resemble unseen rows more than real rows do are "
    "marked as implausible and have no rank.\n\n"
    "Splits of one table share rows, so intervals and tests use the corrected variance of Nadeau and Bengio (2003). "
    "Generators are compared split by split, with Holm's correction for all pairs. A rank range such as 1–3 means that "
    "the comparisons cannot narrow the rank further. The summary asks only which generators can be the best: it "
    "compares the first one with each other one and corrects for these comparisons alone, so it may exclude more of "
    "them. Several seeds on one split are averaged first."
)
_CONSTANTS = " Constants are values that are known or fixed in advance, and have no noise of their own."


def _build(run: Run, leaderboard: Leaderboard) -> list[Block]:
    worst = [name for name, family in run.manifest.families.items() if family.combine == "worst"]
    ranked = [metric for metric in run.metrics if metric.ranked]
    method = _METHOD.format(
        worst=listing(sorted(worst)) or "none here",
        floors=_bounds_in_words([(bound, metric) for metric in ranked for bound in metric.floors]),
        ceilings=_bounds_in_words([(metric.ceiling, metric) for metric in ranked]),
        constants=_CONSTANTS if any(_has_constant(metric) for metric in ranked) else "",
    )
    boards = blocks_by_board(leaderboard, lambda board: _board_blocks(run, board))
    return [*boards, Fold("How the score is computed", (Text(method),))]


def _has_constant(metric: Metric) -> bool:
    return any(not isinstance(bound, str) for bound in (*metric.floors, metric.ceiling))


def _bounds_in_words(bounds: Sequence[tuple[Bound, Metric]]) -> str:
    """Returns reference rows with their meaning, and constants with the metrics that they bound."""
    rows = {bound for bound, _ in bounds if isinstance(bound, str)}
    known = [f"{row} ({words})" for row, words in _REFERENCE_ROWS.items() if row in rows]
    others = sorted(row for row in rows if row not in _REFERENCE_ROWS)
    constants: dict[float, list[str]] = {}
    for bound, metric in bounds:
        if not isinstance(bound, str):
            constants.setdefault(bound, []).append(metric.name)
    fixed = [f"the constant {value:g} ({', '.join(constants[value])})" for value in sorted(constants)]
    parts = [*known, *map(name, others), *fixed]
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def _board_blocks(run: Run, board: Board) -> list[Block]:
    note = [] if board.repeats > 1 else [Text("There is only one repeat, so no spread is shown.")]
    return [_ranking(run, board), *note, *_two_corrections(board), *rank_figure(board)]


def _two_corrections(board: Board) -> list[Text]:
    """Returns why the summary may exclude generators that rank ranges do not, where it does."""
    differ = {frozenset((pair.first, pair.second)) for pair in board.pairs if pair.differ}
    more = [pair for pair in board.leader_pairs if pair.differ and frozenset((pair.first, pair.second)) not in differ]
    text = (
        "Rank ranges are adjusted for all pairs of generators. The summary compares the first generator with each "
        f"other one and is adjusted for these {len(board.leader_pairs)} comparisons alone, so it excludes more."
    )
    return [Text(text)] if more else []


def _ranking(run: Run, board: Board) -> Table:
    ranked = generators(board)
    entries = [*ranked, *(entry for entry in references(board) if entry.families)]
    families = [family.capitalize() for family in board.families]
    header = ("Rank", "Generator", "Overall", *families, _time_column(board)[0], "Trials")
    plausible = [entry for entry in ranked if not entry.implausible]
    scores = _score_cells(plausible, board)
    compared = {cell: score for cell, score in scores.items() if not memorises(run, plausible[cell[0]].generator)}
    return Table(
        header=header,
        rows=tuple(_row(entry, board) for entry in entries),
        caption=f"{'Scores' if board.no_overall else 'Ranking'} on {name(board.dataset)}, {_conditions(run, board)}",
        align="rl" + "r" * (len(board.families) + 2) + "l",
        strong=frozenset(cell for cell in extreme_cells(compared, max) if scores[cell] > 0),
        apart=frozenset(range(len(plausible), len(entries))),
        hints={head: _HINTS[head] for head in header if head in _HINTS}
        | {family.capitalize(): _hint(run, family) for family in board.families},
        bars=scores,
        names=1,
        groups=("", "", "", *board.families, "", ""),
        tags=tags(run, ranked),
        anchors=anchors(run, board),
    )


def _conditions(run: Run, board: Board) -> str:
    given = run.manifest.evaluation is not None
    repeats = "one repeat" if board.repeats < 2 else count(board.repeats, "repeat")
    parts = ["the tables as given" if given else f"{board.protocol} split, {repeats}"]
    parts += ["earlier protocol"] if run.manifest.earlier_protocol else []
    return ", ".join(parts) + _what_is_shown(board)


def _what_is_shown(board: Board) -> str:
    if board.no_overall:
        return f"; no overall score: {why_no_overall(board)}"
    if board.repeats < 2:
        return ""
    return (
        ": overall as mean and 95 % interval (corrected for rows that splits share), the others as mean ± standard "
        "deviation"
    )


def _hint(run: Run, family: str) -> str:
    description = run.manifest.families[family]
    return f"{description.summary}: the {description.combine} of its ranked metrics, 0 (floor) to 1 (ceiling)"


def _time_column(board: Board) -> tuple[str, str]:
    """Returns header and metric of the time column: wall time in runs that did not measure CPU time."""
    measured = any("fit_cpu_seconds" in entry.metrics for entry in board.entries)
    return ("Fit CPU s", "fit_cpu_seconds") if measured else ("Fit s", "fit_seconds")


def _row(entry: Entry, board: Board) -> tuple[str, ...]:
    scores = (family_score(entry.families.get(family)) for family in board.families)
    seconds = stat(entry.metrics.get(_time_column(board)[1]), 3)
    return (ranks(entry), entry.generator, overall_score(entry), *scores, seconds, _trials(entry))


def _trials(entry: Entry) -> str:
    if entry.kind == "reference":
        return "reference"
    outcomes = ", ".join(statuses(entry))
    if entry.implausible:
        return f"{outcomes}, {IMPLAUSIBLE}: {why_implausible(entry)}"
    return f"{outcomes}: {entry.reason}" if entry.reason else outcomes


def _score_cells(entries: list[Entry], board: Board) -> Cells:
    """Returns the mean overall and family scores by row and column of the table."""
    cells: Cells = {}
    for row, entry in enumerate(entries):
        scores = (entry.overall, *(entry.families.get(family) for family in board.families))
        cells |= {(row, column): value.mean for column, value in enumerate(scores, start=2) if value}
    return cells


SECTION = Section("Leaderboard", 10, _build, "Result")
