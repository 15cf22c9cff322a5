"""What a reader should distrust, said before the numbers are read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ._confidence_text import ENOUGH
from ._format import count, line, listing, name
from ._lookup import REAL, generators, memorises, splits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.api import Board, Run

_R2 = "_r2"
"""How the names of metrics end of which 0 is what the mean of the test rows has."""


def find(run: Run, board: Board) -> list[str]:
    """One sentence each."""
    parts = (
        _trials(run, board),
        _repeats(board),
        _leaks(run, board),
        _metrics(board),
        _ceilings(run, board),
        _foils(run, board),
        _making(run),
    )
    return [doubt for part in parts for doubt in part]


def _trials(run: Run, board: Board) -> Iterator[str]:
    for row in generators(board):
        bad = {status: many for status, many in row.status.items() if status != "ok"}
        if bad:
            what = listing(f"{many} {status}" for status, many in bad.items())
            of = count(sum(row.status.values()), "trial")
            yield f"{name(row.generator)}: {what} of {of} ({name(row.reason, 160)})."
    ids = {split.id for split in splits(run, board)}
    if missing := [trial for trial in run.missing_trials if trial.split in ids]:
        yield f"{count(len(missing), 'planned trial')} not run yet: the means below are over fewer repeats."


def _repeats(board: Board) -> Iterator[str]:
    if board.repeats == 1:
        yield "There is one repeat: no spread is known, and ranks may change with another seed."
    elif board.repeats < ENOUGH:
        yield (
            f"There are {board.repeats} repeats: each ± is itself a rough guess, and only large differences can be "
            "told from noise; more come with --repeats."
        )


def _leaks(run: Run, board: Board) -> Iterator[str]:
    """Warnings of the audit; those that differ between repeats in their numbers only are said once."""
    seen: set[str] = set()
    for split in splits(run, board):
        for warning in split.audit.warnings:
            if (pattern := re.sub(r"[\d.]+", "#", warning)) not in seen:
                seen.add(pattern)
                yield line(warning)


def _metrics(board: Board) -> Iterator[str]:
    for metric, why in board.kept_out.items():
        yield f"{metric} is shown but not ranked: {why}."


def _ceilings(run: Run, board: Board) -> Iterator[str]:
    """Where a model of real rows does worse on the test rows than their mean: there is nothing to be useful for."""
    found = splits(run, board)
    said = []
    for metric in (one.name for one in run.metrics if one.ranked and one.name.endswith(_R2)):
        values = {split.repeat + 1: _ceiling(run, split.id, metric) for split in found}
        if below := [repeat for repeat, value in values.items() if value is not None and value < 0]:
            repeats = "repeat" if len(below) == 1 else "repeats"
            said.append(f"{metric} in {len(below)} of {len(found)} ({repeats} {listing(below)})")
    if said:
        yield (
            f"Trained on real rows, models predict worse than the mean (R2 of {REAL} below 0) by {'; '.join(said)}: "
            "against such a ceiling a score says little."
        )


def _ceiling(run: Run, split: str, metric: str) -> float | None:
    row = run.references.get(split, {}).get(REAL)
    return row.metrics.get(metric) if row else None


def _foils(run: Run, board: Board) -> Iterator[str]:
    foils = [row.generator for row in generators(board) if memorises(run, row.generator)]
    if foils:
        be, none = ("is a foil", "no candidate") if len(foils) == 1 else ("are foils", "no candidates")
        yield (
            f"{listing(foils)} {be} and {none}: rows of train, or rows between them, are returned by design, so "
            "fidelity and utility say nothing there."
        )


def _making(run: Run) -> Iterator[str]:
    if run.manifest.environment.dirty:
        yield "The code that made these numbers had changes that are in no commit."
