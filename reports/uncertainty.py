"""How sure the ranking is: over splits, seeds, family weights and data sets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bench.api import Block, Fold, Section, Table, Text
from bench.common.formatting import p_value, ranks

from . import _across, _confidence_text
from ._format import NONE, listing, number
from ._lookup import each_board, generators

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.api import Board, Entry, Leaderboard, Pair, Run

_BEST = 4
_RANKS = 10
_P = "p (Holm)"
_HINTS = {
    _P: "of no difference, by the corrected paired t test, adjusted for all pairs of the board; they differ below "
    "0.05, with three or more repeats",
    "95 % interval": "of the difference, corrected for rows that splits share; not adjusted for other pairs",
}


def _build(run: Run, leaderboard: Leaderboard) -> list[Block]:
    blocks = each_board(leaderboard, _board)
    return [*blocks, *_across.blocks(leaderboard)] if blocks else []


def _board(board: Board) -> list[Block]:
    rows = [row for row in generators(board) if row.overall]
    ran = [row for row in rows if row.succeeded]
    if len(ran) < 2:
        return []
    parts = [_ties(board), _means(rows), _probabilities(rows), _pairs(board, ran), _noise(ran), _weights(board, ran)]
    return [block for part in parts for block in part]


def _ties(board: Board) -> list[Block]:
    said = (
        f"Cannot be told apart: {_confidence_text.ties(board.tied)}."
        if board.tied
        else "Every generator differs from the next."
    )
    return [Text(f"{said} {_confidence_text.more_repeats(board)}".strip())]


def _means(rows: Sequence[Entry]) -> list[Block]:
    """Mean, spread and interval of the overall scores; the leaderboard has no room for all three."""
    if not any(row.interval for row in rows):
        return []
    table = Table(
        header=("Generator", "Mean", "Standard deviation", "95 % interval of the mean"),
        rows=tuple(
            (
                row.generator,
                number(row.overall.mean if row.overall else None),
                number(row.overall.spread if row.overall else None),
                _confidence_text.span(row.interval) if row.interval else NONE,
            )
            for row in rows
        ),
        caption="Overall score over splits",
        names=0,
    )
    return [table]


def _probabilities(rows: Sequence[Entry]) -> list[Block]:
    if not any(row.rank_probabilities for row in rows):
        return []
    places = range(min(len(rows), _RANKS))
    shares = {(at, 2 + place): _chance(row, place) for at, row in enumerate(rows) for place in places}
    table = Table(
        header=("Generator", "Ranks", *(f"P({place + 1})" for place in places)),
        rows=tuple(
            (row.generator, ranks(row), *(f"{shares[at, 2 + place]:.2f}" for place in places))
            for at, row in enumerate(rows)
        ),
        caption="Probability of each rank: 2,000 bootstrap draws of the splits, the same for all generators",
        bars=shares,
        names=0,
    )
    return [table]


def _chance(row: Entry, place: int) -> float:
    return row.rank_probabilities[place] if place < len(row.rank_probabilities) else 0.0


def _pairs(board: Board, ran: Sequence[Entry]) -> list[Block]:
    """Differences of the best few; the others when asked for."""
    if not any(pair.difference.interval for pair in board.pairs):
        return []
    best = {row.generator for row in ran[:_BEST]}
    near = [pair for pair in board.pairs if {pair.first, pair.second} <= best]
    table = _differences(near, f"Overall score, differences within splits: the best {len(best)}")
    others = [pair for pair in board.pairs if pair not in near]
    if not others:
        return [table]
    beside = replace(_differences(others, "Overall score, differences within splits: the other pairs"), hints={})
    return [table, Fold("The other pairs", (beside,))]


def _differences(pairs: Sequence[Pair], caption: str) -> Table:
    return Table(
        header=("Better", "Other", "Difference", "95 % interval", _P),
        rows=tuple(_difference(pair) for pair in pairs),
        caption=caption,
        align="llrrr",
        strong=frozenset((at, 4) for at, pair in enumerate(pairs) if pair.differ),
        hints=_HINTS,
        names=0,
    )


def _difference(pair: Pair) -> tuple[str, ...]:
    found = pair.difference
    interval = _confidence_text.span(found.interval, sign="+") if found.interval else NONE
    return (pair.first, pair.second, f"{found.mean:+.3f}", interval, p_value(pair.p))


def _noise(rows: Sequence[Entry]) -> list[Block]:
    known = [(row.generator, row.noise) for row in rows if row.noise]
    if not known:
        return [
            Text(
                "One seed per split: split noise and training noise cannot be told apart; --seeds-per-split 3 does it."
            )
        ]
    return [
        Table(
            header=("Generator", "Between splits", "Between seeds", "Seeds per split"),
            rows=tuple((who, number(of.split), number(of.training), str(of.draws)) for who, of in known),
            caption="Noise of the overall score, as standard deviations: of the split itself, and of training on it",
            names=0,
        )
    ]


def _weights(board: Board, rows: Sequence[Entry]) -> list[Block]:
    if len(board.families) < 2:
        return []
    shares = {at: board.wins.get(row.generator, 0.0) for at, row in enumerate(rows)}
    table = Table(
        header=("Generator", "Weights won"),
        rows=tuple((row.generator, f"{100 * shares[at]:.0f} %") for at, row in enumerate(rows)),
        caption=f"Share of all ways to weight {listing(board.families)} with which each leads",
        bars={(at, 1): share for at, share in shares.items()},
        names=0,
    )
    return [table]


SECTION = Section("How sure", 15, _build)
