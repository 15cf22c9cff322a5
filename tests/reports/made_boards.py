"""Boards of a made-up run as statistics return them for implausible rows, and without overall scores."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bench.statistics.leaderboard import rank

if TYPE_CHECKING:
    from bench.api import Board, Entry, Leaderboard
    from bench.runs.run_directory import Run

WHY = "it knows rows that it was not given (c2st_auc is 0.420, 6.1 standard errors below chance)"
NO_OVERALL = "it takes a metric that can rank in each family, and privacy has none (there is no holdout)"


def with_implausible(run: Run, generator: str) -> Leaderboard:
    """The leaderboard of a run of one data set in which the rows of a generator are implausible."""
    leaderboard = rank(run)
    (board,) = leaderboard.boards
    entries = tuple(_without_rank(entry) if entry.generator == generator else entry for entry in board.entries)
    pairs = tuple(pair for pair in board.pairs if generator not in (pair.first, pair.second))
    wins = {name: share for name, share in board.wins.items() if name != generator}
    return replace(leaderboard, boards=(replace(board, entries=entries, pairs=pairs, wins=wins),))


def _without_rank(entry: Entry) -> Entry:
    return replace(entry, implausible=f"implausible: {WHY}", rank=None, ranks=None, rank_probabilities=())


def without_privacy(run: Run) -> Leaderboard:
    """The leaderboard of a run of one data set in which no metric of privacy can rank."""
    leaderboard = rank(run)
    (board,) = leaderboard.boards
    return replace(leaderboard, boards=(_without(board, "privacy", ("dcr_share", "copies")),))


def _without(board: Board, family: str, metrics: tuple[str, ...]) -> Board:
    entries = tuple(
        replace(
            entry,
            overall=None,
            rank=None,
            ranks=None,
            interval=None,
            rank_probabilities=(),
            by_split={},
            families={name: stat for name, stat in entry.families.items() if name != family},
            scores={name: stat for name, stat in entry.scores.items() if name not in metrics},
        )
        for entry in board.entries
    )
    return replace(
        board,
        entries=entries,
        families=tuple(name for name in board.families if name != family),
        kept_out=dict.fromkeys(metrics, "its floor or ceiling could not be computed"),
        no_overall=f"No overall score: {NO_OVERALL}.",
        pairs=(),
        tied=(),
        wins={},
    )
