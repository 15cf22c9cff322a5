"""The first screen: what was compared, who leads, and what to distrust."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from bench.api import Block, Facts, Figure, Panel, Section, Series, Text

from . import _caveats, _verdict
from ._format import count, listing, name
from ._lookup import columns, data, each_board, generators, references, splits

if TYPE_CHECKING:
    from bench.api import Board, Entry, EvaluationDescription, Leaderboard, Run

_MOST = 16
_USUAL_SHARE = 0.2
_WHY = {
    "blocked": (
        "whole stretches of time are held out, with rows around them dropped: neighbours in time are near-copies, "
        "and a shuffled split would let models pass by remembering them"
    ),
    "random": "test rows are drawn at random, which is fair only where rows do not depend on their neighbours",
}


def _build(run: Run, leaderboard: Leaderboard) -> list[Block]:
    if not leaderboard.boards:
        return [Text(f"Nothing has run yet of {count(len(run.manifest.trials), 'planned trial')}.", tone="lead")]
    return each_board(leaderboard, lambda board: _board(run, board))


def _board(run: Run, board: Board) -> list[Block]:
    doubts = _caveats.find(run, board)
    warning = [Text("What to distrust", tone="warning", items=tuple(doubts))] if doubts else []
    return [Text(_verdict.words(board), tone="lead"), Facts(tuple(_facts(run, board))), *_figure(board), *warning]


def _facts(run: Run, board: Board) -> list[tuple[str, str]]:
    if given := run.manifest.evaluation:
        return _given(run, board, given)
    card, schema = data(run, board), data(run, board).schema
    order = "rows in time" if schema.ordered else "rows in no order"
    table = f"{count(card.rows, 'row')} of {count(len(columns(run, board)), 'column')}, {order}"
    names = [row.generator for row in generators(board)]
    return [
        ("Compared", f"{count(len(names), 'generator')}: {listing(names)}; beside them {_references(board)}"),
        ("On", f"{name(board.dataset)}: {table}; the target is {name(schema.target)}"),
        ("Protocol", f"{board.protocol}, {count(board.repeats, 'repeat')}{_sizes(run, board)}: {_WHY[board.protocol]}"),
        ("Profile", _profile(run)),
    ]


def _references(board: Board) -> str:
    known = references(board)
    return f"the reference rows {listing(row.generator for row in known)}" if known else "no reference rows"


def _sizes(run: Run, board: Board) -> str:
    sizes: dict[str, int] = next((asdict(split.sizes) for split in splits(run, board)), {})
    parts = [f"{part} {size:,}" for part, size in sizes.items() if size]
    return f" (rows in the first: {', '.join(parts)}{_share(run, board)})" if parts else ""


def _share(run: Run, board: Board) -> str:
    """The share of holdout, where it is not the usual one."""
    share = next((split.options.get("holdout") for split in splits(run, board)), None)
    return f"; holdout is {100 * share:g} % of what is not test" if share not in (None, _USUAL_SHARE) else ""


def _given(run: Run, board: Board, given: EvaluationDescription) -> list[tuple[str, str]]:
    """Of `bench evaluate`: tables that were made elsewhere, and of which nothing was drawn."""
    sizes, schema = splits(run, board)[0].sizes, data(run, board).schema
    real = f"{name(given.real)} ({count(sizes.train, 'row')})"
    against = (
        f"{real}, which it is said to be made from, and with a holdout, {name(given.holdout)} "
        f"({count(sizes.holdout, 'row')}), real rows that it was not made from"
        if given.holdout
        else f"{real}, which it may have been made from; without a holdout, privacy and utility are not assessable"
    )
    scores = "all metrics" if run.manifest.profile.metrics == "full" else "core metrics"
    return [
        ("Evaluated", f"{name(given.synthetic)} ({count(given.synthetic_rows, 'row')}), made elsewhere"),
        ("Compared with", f"{against}; beside it {_references(board)}"),
        ("On", f"{count(len(columns(run, board)), 'column')}; the target is {name(schema.target)}"),
        ("Protocol", f"an evaluation of the tables as given, with {scores}: nothing was fitted, drawn or repeated"),
    ]


def _profile(run: Run) -> str:
    profile = run.manifest.profile
    cap = f"train is cut to {profile.train_rows:,} rows" if profile.train_rows else "all train rows are used"
    budget = "generators train briefly; for numbers to publish, use --profile standard"
    full = "generators train in full"
    return f"{profile.name}: {cap}; {budget if profile.name == 'quick' else full}"


def _figure(board: Board) -> list[Block]:
    scored = [row for row in generators(board) if row.overall]
    rows = scored[:_MOST]
    if not rows:
        return []
    best = f"; the best {len(rows)} of {len(scored)}" if len(rows) < len(scored) else ""
    series = tuple(_interval(row, at) for at, row in enumerate(rows))
    labels = tuple(row.generator for row in rows)
    limits = (-0.03, 1.03, len(rows) - 0.5, -0.5)
    panel = Panel("interval", x_label="overall score", series=series, labels=labels, limits=limits)
    sure = "; corrected 95 % intervals" if any(row.interval for row in rows) else ""
    alt = "; ".join(f"{name(row.generator)} {row.overall.mean:.3f}" for row in rows if row.overall)
    title = f"Overall score: 0 is the floor, 1 is real data{sure}{best}"
    return [Figure(f"overall-{board.dataset}-{board.protocol}", title, f"Overall scores: {alt}", (panel,), columns=1)]


def _interval(row: Entry, at: int) -> Series:
    mean = row.overall.mean if row.overall else 0.0
    low, high = row.interval or (mean, mean)
    return Series(row.generator, (mean,), (float(at),), (low,), (high,))


SECTION = Section("Summary", 0, _build)
