"""Caveats of the first screen: what limits how far the results can be trusted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bench.api import Board, Run
from bench.common.safe_text import one_line

from ._format import ENOUGH_REPEATS, count, listing, name, statuses
from ._lookup import LEAKY, REAL, generators, memorises, splits

_R2 = "_r2"
"""End of the names of metrics that are 0 for a model that always predicts the mean of the test rows."""


def caveats(run: Run, board: Board) -> list[str]:
    """Returns the caveats of a board, one text each."""
    parts = (
        _unsuccessful_trials(run, board),
        _few_repeats(board),
        _audit_warnings(run, board),
        (f"{metric} is shown but not ranked: {reason}." for metric, reason in board.kept_out.items()),
        _low_ceilings(run, board),
        _leaky_baselines(run, board),
        _uncommitted_code(run),
    )
    return [caveat for part in parts for caveat in part]


def _unsuccessful_trials(run: Run, board: Board) -> Iterator[str]:
    for entry in generators(board):
        if unsuccessful := statuses(entry, leave_out="ok"):
            trials = count(sum(entry.status.values()), "trial")
            yield f"{name(entry.generator)}: {listing(unsuccessful)} of {trials} ({name(entry.reason, 160)})."
    ids = {split.id for split in splits(run, board)}
    if missing := [trial for trial in run.missing_trials if trial.split in ids]:
        yield f"{count(len(missing), 'planned trial')} not run yet: some of the means below are over fewer repeats."


def _few_repeats(board: Board) -> Iterator[str]:
    if board.repeats == 1:
        yield "There is only one repeat: the spread is unknown, and ranks may change with another seed."
    elif board.repeats < ENOUGH_REPEATS:
        yield (
            f"There are only {board.repeats} repeats: each ± is a rough estimate, and only large differences stand out "
            "from noise. Use --repeats to run more."
        )


def _audit_warnings(run: Run, board: Board) -> Iterator[str]:
    """Yields the warnings of the leakage audit; of warnings that differ only in their numbers, only the first."""
    patterns: set[str] = set()
    for split in splits(run, board):
        for warning in split.audit.warnings:
            if (pattern := re.sub(r"[\d.]+", "#", warning)) not in patterns:
                patterns.add(pattern)
                yield one_line(warning)


def _low_ceilings(run: Run, board: Board) -> Iterator[str]:
    """Yields where even models trained on real rows predict test rows worse than their mean."""
    board_splits = splits(run, board)
    texts = []
    for metric in (metric.name for metric in run.metrics if metric.ranked and metric.name.endswith(_R2)):
        ceilings = {split.repeat + 1: run.references.get(split.id, {}).get(REAL) for split in board_splits}
        values = {repeat: result.metrics.get(metric) for repeat, result in ceilings.items() if result}
        if below := [repeat for repeat, value in values.items() if value is not None and value < 0]:
            repeats = "repeat" if len(below) == 1 else "repeats"
            texts.append(f"{metric} in {len(below)} of {len(board_splits)} ({repeats} {listing(below)})")
    if texts:
        yield (
            f"Even models trained on real rows predict worse than the mean (R2 of {REAL} below 0): {'; '.join(texts)}. "
            "With such a ceiling, a score tells little."
        )


def _leaky_baselines(run: Run, board: Board) -> Iterator[str]:
    leaky = [entry.generator for entry in generators(board) if memorises(run, entry.generator)]
    if leaky:
        baselines = f"is a deliberately {LEAKY}" if len(leaky) == 1 else f"are deliberately {LEAKY}s"
        returns, its = ("It returns", "its") if len(leaky) == 1 else ("They return", "their")
        yield (
            f"{listing(leaky)} {baselines}. {returns} rows of train, or rows between them, by design, so {its} "
            "fidelity and utility scores tell nothing."
        )


def _uncommitted_code(run: Run) -> Iterator[str]:
    if run.manifest.environment.dirty:
        yield "The code had uncommitted changes when it produced these numbers."
