"""Finds what several sections read from a run: the entries, splits, columns, results and drawings of a board."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from bench.api import (
    Block,
    Board,
    Details,
    Entry,
    Leaderboard,
    Page,
    Pair,
    Run,
    Section,
    SplitDescription,
    Text,
    TrialResult,
)
from bench.common.formatting import IMPLAUSIBLE
from bench.common.safe_text import slug, unique

from ._format import listing, name

REAL = "real-train"
LEAKY = "leaky baseline"
"""Printed next to the name of a generator that returns rows of train by design; the caveats explain it."""

DRAWN_GENERATORS = 8
"""How many generators have figures of their own."""


@dataclass(frozen=True, slots=True)
class Drawings:
    """Arrays by `family/...` to draw of the generator `name`: of its first successful trial, and of its real rows."""

    name: str
    result: TrialResult
    synthetic: Details
    real: Details

    def have(self, key: str) -> bool:
        """Returns whether an array is there for synthetic and real rows."""
        return key in self.synthetic and key in self.real


def board_section(
    title: str,
    order: int,
    build: Callable[[Run, Board], Sequence[Block]],
    introduction: str = "",
    page: Page = "About",
) -> Section:
    """Returns a section with the same blocks for every board, after an introduction if any board has blocks."""

    def blocks(run: Run, leaderboard: Leaderboard) -> list[Block]:
        board_blocks = blocks_by_board(leaderboard, lambda board: build(run, board))
        return [*([Text(introduction)] if introduction and board_blocks else []), *board_blocks]

    return Section(title, order, blocks, page)


def blocks_by_board(leaderboard: Leaderboard, build: Callable[[Board], Sequence[Block]]) -> list[Block]:
    """Returns the blocks of every board that has any, below the board's name if there are several boards."""
    several = len(leaderboard.boards) > 1
    blocks: list[Block] = []
    for board in leaderboard.boards:
        if board_blocks := build(board):
            blocks += [Text(f"{name(board.dataset)}, {board.protocol} split", level=3)] if several else []
            blocks += board_blocks
    return blocks


def generators(board: Board) -> list[Entry]:
    """Returns the entries of generators, from best to worst; implausible entries are last."""
    return list(board.generators)


def implausible(board: Board) -> list[Entry]:
    """Returns the generators whose rows cannot have been made from train alone."""
    return [entry for entry in board.generators if entry.implausible]


def has_scores(entry: Entry) -> bool:
    """Returns whether a trial succeeded and was scored, also on a board without overall scores."""
    return "ok" in entry.status and bool(entry.scores)


def leader_pairs(board: Board, leader: str) -> list[Pair]:
    """Returns the comparisons of the best generator with each other one.

    Those of the first generator are adjusted for these alone. If that one memorises, the next one leads, and its
    comparisons are those of the board, which are adjusted for all pairs.
    """
    own = [pair for pair in board.leader_pairs if pair.first == leader]
    return own or [pair for pair in board.pairs if leader in (pair.first, pair.second)]


def tag(run: Run, entry: Entry) -> str:
    """Returns the remark next to a generator's name; empty for most."""
    marks = (IMPLAUSIBLE * bool(entry.implausible), LEAKY * memorises(run, entry.generator))
    return ", ".join(filter(None, marks))


def tags(run: Run, entries: Sequence[Entry]) -> dict[int, str]:
    """Returns the remarks next to names, by the row of a table."""
    return {row: remark for row, entry in enumerate(entries) if (remark := tag(run, entry))}


def never_best(run: Run, entries: Sequence[Entry]) -> tuple[list[str], str]:
    """Returns which generators are never named as best, and the end of a text that says so."""
    leaky = [entry.generator for entry in entries if memorises(run, entry.generator)]
    others = [entry for entry in entries if entry.generator not in leaky]
    strange = [entry.generator for entry in others if entry.implausible]
    failed = [entry.generator for entry in others if not entry.implausible and entry.overall and not entry.overall.mean]
    kinds = (("deliberately leaky baselines", leaky), ("implausible rows", strange), ("an overall score of 0", failed))
    return leaky + strange + failed, " and ".join(f"{kind} ({listing(names)})" for kind, names in kinds if names)


def references(board: Board) -> list[Entry]:
    """Returns the entries of reference rows, from ceiling to floor; `holdout-half` is of the earlier protocol."""
    order = (REAL, "holdout-half", "copy", "near-copy", "interpolated", "time-interpolated", "independent", "uniform")
    entries = [entry for entry in board.entries if entry.kind == "reference"]
    positions = {reference: position for position, reference in enumerate(order)}
    return sorted(entries, key=lambda entry: (positions.get(entry.generator, len(order)), entry.generator))


def splits(run: Run, board: Board) -> list[SplitDescription]:
    """Returns the manifest's descriptions of the board's splits."""
    key = board.dataset, board.protocol
    return [split for split in run.manifest.splits if (split.dataset, split.protocol) == key]


def columns(run: Run, board: Board) -> list[str]:
    """Returns the modelled columns, in table order."""
    return list(run.manifest.dataset(board.dataset).schema.names)


def results(run: Run, board: Board) -> list[TrialResult]:
    """Returns the board's finished trials, in planned order."""
    ids = {split.id for split in splits(run, board)}
    return [result for result in run.results if result.trial.split in ids]


def memorises(run: Run, generator: str) -> bool:
    """Returns whether a generator returns rows of train, or rows between them, by design."""
    return generator in run.manifest.memorising


def anchors(run: Run, board: Board) -> dict[str, str]:
    """Returns the anchor of each generator's part of the report, by generator; the same for every section."""
    names = sorted(entry.generator for entry in generators(board))
    boards = [(data.name, split.protocol) for data in run.manifest.datasets for split in run.manifest.splits]
    position = list(dict.fromkeys(boards)).index((board.dataset, board.protocol))
    return dict(zip(names, unique(f"generator-{position + 1}-{slug(generator)}" for generator in names), strict=True))


def first_results(
    run: Run, board: Board, also: Collection[str] = (), most: int = DRAWN_GENERATORS
) -> list[TrialResult]:
    """Returns the first successful trial of the best `most` generators and of those in `also`, from best to worst."""
    keys = [(board.dataset, board.protocol, entry.generator) for entry in generators(board)]
    first = [run.first_results[key] for key in keys if key in run.first_results]
    others = [result for result in first[most:] if result.trial.generator in also]
    return first[:most] + others


def best_drawings(run: Run, board: Board, also: Collection[str] = (), most: int = DRAWN_GENERATORS) -> list[Drawings]:
    """Returns the drawings of the best generators and of those in `also`, from best to worst."""
    drawings = []
    real_arrays: dict[str, Details] = {}
    for result in first_results(run, board, also, most):
        split = result.trial.split
        if split not in real_arrays:
            real = run.references.get(split, {}).get(REAL)
            real_arrays[split] = run.drawings(real) if real else {}
        drawings.append(Drawings(result.trial.generator, result, run.drawings(result), real_arrays[split]))
    return [drawing for drawing in drawings if drawing.synthetic and drawing.real]
