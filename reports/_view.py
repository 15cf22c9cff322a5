"""What several sections look up in a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.api import Text

from ._format import name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bench.api import Block, Details, TrialResult
    from bench.ranking import Board, Leaderboard, Row
    from bench.store import Run

REAL = "real-train"
_MOST = 8


@dataclass(frozen=True, slots=True)
class Shown:
    """One generator's drawings: those of its first repeat that gave any.

    Attributes:
        drawn: arrays by `family/...`.
        real: the same of the real rows of that split.
    """

    name: str
    result: TrialResult
    drawn: Details
    real: Details


def each_board(leaderboard: Leaderboard, build: Callable[[Board], Sequence[Block]]) -> list[Block]:
    """Blocks of every board that has any, under its name if there are several boards."""
    several = len(leaderboard.boards) > 1
    blocks: list[Block] = []
    for board in leaderboard.boards:
        if part := build(board):
            blocks += [Text(f"{name(board.dataset)}, {board.protocol} split", level=3)] if several else []
            blocks += part
    return blocks


def generators(board: Board) -> list[Row]:
    """From best to worst."""
    return [row for row in board.rows if row.kind == "generator"]


def references(board: Board) -> list[Row]:
    """From the ceiling down."""
    order = (REAL, "holdout-half", "copy", "near-copy", "interpolated", "independent", "uniform")
    found = [row for row in board.rows if row.kind == "reference"]
    return sorted(found, key=lambda row: (order.index(row.generator) if row.generator in order else 99, row.generator))


def splits(run: Run, board: Board) -> list[Mapping[str, Any]]:
    """The board's splits, as the manifest describes them."""
    return [
        split
        for split in run.manifest["splits"]
        if (split["dataset"], split["protocol"]) == (board.dataset, board.protocol)
    ]


def data(run: Run, board: Board) -> Mapping[str, Any]:
    """The board's data set, as the manifest describes it."""
    found: Mapping[str, Any] = next(item for item in run.manifest["datasets"] if item["name"] == board.dataset)
    return found


def columns(run: Run, board: Board) -> list[str]:
    """The modelled columns, in table order."""
    schema = data(run, board)["schema"]
    return [*schema["numeric"], *schema.get("categorical", ()), *schema.get("datetime", ())]


def results(run: Run, board: Board) -> list[TrialResult]:
    """The board's finished trials, in planned order."""
    ids = {split["id"] for split in splits(run, board)}
    return [result for result in run.results if result.trial.split in ids]


def first_ok(run: Run, board: Board) -> list[TrialResult]:
    """The first repeat that succeeded, of each of the best generators, from best to worst."""
    ok = [result for result in results(run, board) if result.status == "ok"]
    firsts = {result.trial.generator: result for result in sorted(ok, key=lambda one: -one.trial.repeat)}
    return [firsts[row.generator] for row in generators(board) if row.generator in firsts][:_MOST]


def shown(run: Run, board: Board) -> list[Shown]:
    """Drawings of the best generators, from best to worst."""
    found = []
    for result in first_ok(run, board):
        real = run.references.get(result.trial.split, {}).get(REAL)
        found.append(Shown(result.trial.generator, result, run.drawings(result), run.drawings(real) if real else {}))
    return [one for one in found if one.drawn and one.real]


def column_mean(results_of: Sequence[TrialResult], metric: str, column: str) -> float | None:
    """A metric's mean over results, for one column."""
    values = [value for one in results_of if (value := one.metrics.get(f"{metric}[{column}]")) is not None]
    return sum(values) / len(values) if values else None
