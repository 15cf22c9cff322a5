"""What several sections look up in a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api import Section, Text
from bench.common.safe_text import slug, unique

from ._format import name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from bench.api import (
        Block,
        Board,
        DatasetDescription,
        Details,
        Entry,
        Leaderboard,
        Run,
        SplitDescription,
        TrialResult,
    )

REAL = "real-train"
FOIL = "memoriser: a foil"
"""What is said beside the name of a generator that returns rows of train by design."""

_MOST = 8


@dataclass(frozen=True, slots=True)
class Shown:
    """One generator's drawings: those of its first trial that succeeded.

    Attributes:
        drawn: arrays by `family/...`.
        real: the same of the real rows of that split.
    """

    name: str
    result: TrialResult
    drawn: Details
    real: Details


def by_board(title: str, order: int, build: Callable[[Run, Board], Sequence[Block]], introduction: str = "") -> Section:
    """A section that says the same of every board, under the board's name if there are several.

    Args:
        title: of the section.
        order: among the sections.
        build: blocks of one board, or none.
        introduction: what stands before them, if there are any.
    """

    def blocks(run: Run, leaderboard: Leaderboard) -> list[Block]:
        found = each_board(leaderboard, lambda board: build(run, board))
        return [*([Text(introduction)] if introduction and found else []), *found]

    return Section(title, order, blocks)


def each_board(leaderboard: Leaderboard, build: Callable[[Board], Sequence[Block]]) -> list[Block]:
    """Blocks of every board that has any, under its name if there are several boards."""
    several = len(leaderboard.boards) > 1
    blocks: list[Block] = []
    for board in leaderboard.boards:
        if part := build(board):
            blocks += [Text(f"{name(board.dataset)}, {board.protocol} split", level=3)] if several else []
            blocks += part
    return blocks


def generators(board: Board) -> list[Entry]:
    """From best to worst."""
    return [row for row in board.entries if row.kind == "generator"]


def references(board: Board) -> list[Entry]:
    """From the ceiling down."""
    order = (REAL, "holdout-half", "copy", "near-copy", "interpolated", "independent", "uniform")
    found = [row for row in board.entries if row.kind == "reference"]
    return sorted(found, key=lambda row: (order.index(row.generator) if row.generator in order else 99, row.generator))


def splits(run: Run, board: Board) -> list[SplitDescription]:
    """The board's splits, as the manifest describes them."""
    return [
        split for split in run.manifest.splits if (split.dataset, split.protocol) == (board.dataset, board.protocol)
    ]


def data(run: Run, board: Board) -> DatasetDescription:
    """The board's data set, as the manifest describes it."""
    return run.manifest.dataset(board.dataset)


def columns(run: Run, board: Board) -> list[str]:
    """The modelled columns, in table order."""
    return list(data(run, board).schema.columns)


def results(run: Run, board: Board) -> list[TrialResult]:
    """The board's finished trials, in planned order."""
    ids = {split.id for split in splits(run, board)}
    return [result for result in run.results if result.trial.split in ids]


def memorises(run: Run, generator: str) -> bool:
    """Whether a generator returns rows of train, or rows between them, by design."""
    return run.manifest.generator(generator).memorises


def anchors(run: Run, board: Board) -> dict[str, str]:
    """Generator -> the anchor of its part of the report; the same wherever it is asked for."""
    names = [row.generator for row in generators(board)]
    boards = [(one.name, split.protocol) for one in run.manifest.datasets for split in run.manifest.splits]
    at = list(dict.fromkeys(boards)).index((board.dataset, board.protocol))
    found = unique(f"generator-{at + 1}-{slug(each)}" for each in sorted(names))
    return dict(zip(sorted(names), found, strict=True))


def first_ok(run: Run, board: Board, also: Collection[str] = ()) -> list[TrialResult]:
    """The first trial that succeeded, of each of the best generators and of `also`, from best to worst."""
    found = (run.first_results.get((board.dataset, board.protocol, row.generator)) for row in generators(board))
    firsts = [result for result in found if result is not None]
    return [result for at, result in enumerate(firsts) if at < _MOST or result.trial.generator in also]


def shown(run: Run, board: Board, also: Collection[str] = ()) -> list[Shown]:
    """Drawings of the best generators and of `also`, from best to worst."""
    found = []
    reals: dict[str, Details] = {}
    for result in first_ok(run, board, also):
        split = result.trial.split
        if split not in reals:
            real = run.references.get(split, {}).get(REAL)
            reals[split] = run.drawings(real) if real else {}
        found.append(Shown(result.trial.generator, result, run.drawings(result), reals[split]))
    return [one for one in found if one.drawn and one.real]


def column_mean(results_of: Sequence[TrialResult], metric: str, column: str) -> float | None:
    """A metric's mean over results, for one column."""
    values = [value for one in results_of if (value := one.metrics.get(f"{metric}[{column}]")) is not None]
    return sum(values) / len(values) if values else None
