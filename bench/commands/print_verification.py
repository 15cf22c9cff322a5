"""Prints what `bench verify` finds, one line per trial as soon as it is known, and a line per value that differs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench.commands.terminal import print_lines, trial_label
from bench.common.safe_text import plain
from bench.workflows.verify import DamagedTrial, Verified, VerifiedTrial
from bench.workflows.verify_drawn_splits import CheckedDrawnSplit
from bench.workflows.verify_scores import ChangedValue, CheckedScores

_MOST_VALUES = 20


def print_verification(verified: Iterable[Verified]) -> bool:
    """Prints everything and returns whether all rows and values are the same."""
    trials: list[VerifiedTrial] = []
    references: list[CheckedScores] = []
    drawn: list[CheckedDrawnSplit] = []
    damaged = 0
    for item in verified:
        if isinstance(item, DamagedTrial):
            damaged += 1
            print_lines(f"DAMAGED: {plain(item.reason)}")
        elif isinstance(item, VerifiedTrial):
            trials.append(item)
            _print_trial(item)
        elif isinstance(item, CheckedDrawnSplit):
            drawn.append(item)
            _print_drawn_split(item)
        else:
            references.append(item)
            _print_reference(item)
    same_values = sum(trial.scores.same for trial in trials)
    same_rows, same_references = sum(trial.same_rows for trial in trials), sum(item.same for item in references)
    print_lines(f"{same_rows} of {len(trials)} trials gave the same rows")
    of_references = f"{same_references} of {len(references)} reference rows"
    same_drawn = sum(item.same for item in drawn)
    of_drawn = f" and {same_drawn} of {len(drawn)} drawn splits" if drawn else ""
    print_lines(f"{same_values} of {len(trials)} trials and {of_references}{of_drawn} gave the same values")
    all_references = same_references == len(references) and same_drawn == len(drawn)
    return same_rows == same_values == len(trials) and all_references and not damaged


def _print_trial(trial: VerifiedTrial) -> None:
    same = trial.same_rows and trial.scores.same
    state = "same" if same else "DIFFERENT" if trial.new_digest else "failed"
    hashes = f"{trial.stored_digest[:12]} stored, {trial.new_digest[:12] or 'nothing'} now"
    reasons = "; ".join(filter(None, [trial.reason, *trial.scores.reasons]))
    print_lines(f"{state}: {trial_label(trial.trial)}: rows {hashes}{f' ({reasons})' if reasons else ''}")
    _print_values(trial.scores.changed)


def _print_reference(checked: CheckedScores) -> None:
    if not checked.same:
        reasons = f" ({'; '.join(checked.reasons)})" if checked.reasons else ""
        print_lines(f"DIFFERENT: {trial_label(checked.result.trial)}, a reference row{reasons}")
        _print_values(checked.changed)


def _print_drawn_split(checked: CheckedDrawnSplit) -> None:
    if not checked.same:
        reason = f" ({checked.reason})" if checked.reason else ""
        split = f"{checked.dataset}, {checked.protocol}, drawn split {checked.number + 1}"
        print_lines(f"DIFFERENT: {split}{reason}: it decides which metrics enter")
        _print_values(checked.changed)


def _print_values(changed: Sequence[ChangedValue]) -> None:
    for value in changed[:_MOST_VALUES]:
        print_lines(f"  {value}")
    if len(changed) > _MOST_VALUES:
        print_lines(f"  and {len(changed) - _MOST_VALUES} more values")
