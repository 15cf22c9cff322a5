"""Section Failures: trials that did not succeed, ranked values that are missing, and notes that change no score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bench.api import Block, Board, Fold, Leaderboard, Run, Section, Table, Text, Trial, TrialResult

from ._format import count
from ._lookup import results
from ._merged_texts import merged, pattern

_OPTIONAL = frozenset({"latent"})
"""Families that do not apply to most generators, so that a missing value is not even worth a note."""

_NOTHING = "No trial failed, and no generator lacks the value of a ranked metric."
_FLOOR = "Ranked values that could not be computed: each counts as the floor"
_NOTE = "Values that do not exist, by reason. They change no score"


@dataclass
class _Cause:
    """What lacks values for one reason; dictionaries keep the order in which names were found."""

    reasons: dict[str, None] = field(default_factory=dict)
    metrics: dict[str, None] = field(default_factory=dict)
    generators: dict[str, None] = field(default_factory=dict)
    datasets: dict[str, None] = field(default_factory=dict)
    trials: dict[str, None] = field(default_factory=dict)
    repeats: dict[str, None] = field(default_factory=dict)

    def add(self, trial: Trial, metric: str, reason: str) -> None:
        """Adds one missing value."""
        self.reasons[reason] = self.metrics[metric] = self.generators[trial.generator] = None
        self.datasets[trial.dataset] = self.trials[trial.id] = self.repeats[_repeat(trial)] = None


_Causes = dict[tuple[str, ...], _Cause]


def _build(run: Run, leaderboard: Leaderboard) -> list[Block]:
    """Returns failures first, then what else counts against a generator, then the notes, folded."""
    at_floor, notes = _missing_values(run, leaderboard)
    every = {result.trial.generator for result in run.results if result.status == "ok"}
    tables = [table for table in (_failed_trials(run), _floor_table(at_floor, every)) if table.rows]
    if not notes:
        return [*tables]
    title = f"Notes that change no score: {count(len(notes), 'reason')} for values that do not exist"
    fold = Fold(title, (_note_table(notes, every),))
    said: list[Block] = [*tables] if tables else [Text(_NOTHING)]
    return [*said, fold]


def _failed_trials(run: Run) -> Table:
    """Returns finished trials that are not ok, then those that have not run yet."""
    failed = [(result.trial, result.status, result.error) for result in run.results if result.status != "ok"]
    trials = (*failed, *((trial, "not run", "") for trial in run.missing_trials))
    header = ("Generator", "Data set", "Repeat", "Status", "Reason")
    rows = tuple((trial.generator, trial.dataset, _repeat(trial), *outcome) for trial, *outcome in trials)
    return Table(header, rows, "Trials without a result; each counts as the floor", align="llrll", names=0)


def _repeat(trial: Trial) -> str:
    return str(trial.repeat + 1) + (f", fit {trial.draw + 1}" if trial.draw else "")


def _missing_values(run: Run, leaderboard: Leaderboard) -> tuple[_Causes, _Causes]:
    """Returns missing values that count as the floor, by what lacks them, and all others, by kind of reason."""
    at_floor: _Causes = {}
    notes: _Causes = {}
    for board, result, key, reason in _reasons(run, leaderboard):
        name, _, column = key.partition("[")
        metric = f"{name} by column" if column else name
        if _counts(run, board, result, key):
            same = (result.trial.generator, result.trial.dataset, reason)
            at_floor.setdefault(same, _Cause()).add(result.trial, metric, reason)
        else:
            notes.setdefault((pattern(reason),), _Cause()).add(result.trial, metric, reason)
    return at_floor, notes


def _reasons(run: Run, leaderboard: Leaderboard) -> Iterator[tuple[Board, TrialResult, str, str]]:
    """Yields the reasons for missing values of trials that succeeded, by board."""
    known = {metric.name for metric in run.metrics if metric.family not in _OPTIONAL}
    for board in leaderboard.boards:
        for result in (result for result in results(run, board) if result.status == "ok"):
            for key, reason in result.reasons.items():
                if key.partition("[")[0] in known or "/" in key:
                    yield board, result, key, reason


def _counts(run: Run, board: Board, result: TrialResult, key: str) -> bool:
    """Returns whether a missing value counts as the floor: the metric ranks on the board, and has a scale there."""
    metric = next((metric for metric in run.metrics if metric.name == key), None)
    if metric is None or not metric.ranked or key in board.kept_out:
        return False
    rows = run.references.get(result.trial.split, {})
    have = {name for name, row in rows.items() if row.metrics.get(key) is not None}
    return _is_known(metric.ceiling, have) and any(_is_known(floor, have) for floor in metric.floors)


def _is_known(bound: str | float, have: set[str]) -> bool:
    return not isinstance(bound, str) or bound in have


def _floor_table(causes: _Causes, every: set[str]) -> Table:
    header = ("Generators", "Data set", "Metrics", "Repeats", "Reason")
    shared: _Causes = {}
    for (_, dataset, reason), cause in causes.items():
        same = shared.setdefault((dataset, ", ".join(cause.metrics), ", ".join(cause.repeats), reason), _Cause())
        same.generators |= cause.generators
    rows = tuple((_whose(cause, every), *key) for key, cause in shared.items())
    return Table(header, rows, _FLOOR, align="lllll")


def _note_table(causes: _Causes, every: set[str]) -> Table:
    """Returns one row per kind of reason, the most frequent first."""
    header = ("Reason", "Metrics", "Generators", "Data sets", "Trials")
    ordered = sorted(causes.values(), key=lambda cause: -len(cause.trials))
    rows = tuple(
        (
            "; ".join(merged([*cause.reasons])),
            ", ".join(cause.metrics),
            _whose(cause, every),
            ", ".join(cause.datasets),
            f"{len(cause.trials):,}",
        )
        for cause in ordered
    )
    return Table(header, rows, _NOTE, align="llllr")


def _whose(cause: _Cause, every: set[str]) -> str:
    """Returns the generators of one cause."""
    names = [*cause.generators]
    return f"all {len(every)}" if len(names) == len(every) > 1 else ", ".join(names)


SECTION = Section("Failures", 70, _build)
