"""Scores stored rows and reference rows again, and compares every value with the stored one.

A value that was edited is found whatever digest was stored with it. Of what is stored, only the rows and the latents
are used: what scoring needs of a split is computed anew, and no generator is loaded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from bench.common.atomic_files import unpack_arrays
from bench.execution import runner
from bench.execution.due_tasks import prepare_task, reference_task, rescore_task
from bench.execution.process_pool import ProcessPool
from bench.execution.score_trial import ARTEFACTS, ScoreInputs, read_stored_files
from bench.execution.tasks import Task, TaskOutcome, run_tasks
from bench.runs import run_directory
from bench.runs.result_digests import is_intact
from bench.scoring.score_table import nest
from bench.seeds import derive

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from bench.api import TrialResult
    from bench.planning.plan import Plan

_TOLERANCE = 1e-6
"""Relative: processors differ in the last digits."""


class ChangedValue(NamedTuple):
    """A value of a metric that is not what was computed again; None where there is no value."""

    metric: str
    stored: float | None
    recomputed: float | None

    def __str__(self) -> str:
        return f"{self.metric}: {_number(self.stored)} stored, {_number(self.recomputed)} recomputed"


@dataclass(frozen=True, slots=True)
class CheckedScores:
    """The stored result of a trial or reference row, and what is not as it was stored; nothing if all is the same."""

    result: TrialResult
    changed: tuple[ChangedValue, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether every value and every digest is the same."""
        return not self.changed and not self.reasons


def check_scores(plan: Plan, path: Path, results: Sequence[TrialResult], workers: int) -> Iterator[CheckedScores]:
    """Scores the rows of some results of a run again, and the stored reference rows of their splits.

    Args:
        plan: that of the run, see `runner.restore_plan`.
        path: the run directory, rows included.
        results: trials that succeeded.
        workers: tables scored at once; no number depends on it.
    """
    run = run_directory.open_run(path, damaged=[])
    splits = [plan.splits[name] for name in dict.fromkeys(result.trial.split for result in results)]
    references = {result.trial.id: result for split in splits for result in run.references[split.id].values()}
    stored = {**{result.trial.id: result for result in results}, **references}
    with ProcessPool(workers, runner.modules_to_preload()) as pool:
        inputs = {split.id: _inputs(plan, split.id) for split in splits}
        prepared = run_tasks(pool, [replace(prepare_task(split), payload=inputs[split.id]) for split in splits])
        for task, outcome in prepared:
            artefacts = nest(unpack_arrays(outcome.files[ARTEFACTS])) if outcome.status == "ok" else {}
            inputs[task.trial.split] = replace(inputs[task.trial.split], artefacts=artefacts)
        tasks = [_rescore(path, result, inputs) for result in results]
        for result in references.values():
            trial = result.trial
            task = reference_task(plan.splits[trial.split], trial.generator)
            tasks.append(replace(task, payload=inputs[trial.split]))
        for task, outcome in run_tasks(pool, tasks):
            yield _compare(stored[task.trial.id], outcome, plan.scoring)


def _inputs(plan: Plan, split: str) -> ScoreInputs:
    planned, config = plan.splits[split], plan.config
    seed = derive(planned.seed, "score")
    return ScoreInputs(
        plan.draw(planned),
        {},
        seed,
        config.budget.metrics,
        plan.scoring,
        snap=config.snap,
        shadow_fits=config.budget.shadow_fits,
    )


def _rescore(path: Path, result: TrialResult, inputs: Mapping[str, ScoreInputs]) -> Task:
    """The rows are scored even if they are not those that were scored before; the comparison says so."""
    files = read_stored_files(run_directory.result_directory(path, result.trial), path)
    files[run_directory.RESULT] = run_directory.pack_result(replace(result, rows_digest=""))
    return replace(rescore_task(result.trial), payload=replace(inputs[result.trial.split], stored=files))


def _compare(stored: TrialResult, outcome: TaskOutcome, scoring: str) -> CheckedScores:
    again = run_directory.unpack_result(outcome.files[run_directory.RESULT]) if outcome.status == "ok" else None
    if again is None or again.status != "ok":
        reason = outcome.error if again is None else again.error
        return CheckedScores(stored, reasons=(f"its rows could not be scored: {reason}",))
    keys = dict.fromkeys([*stored.metrics, *again.metrics])
    values = [ChangedValue(key, stored.metrics.get(key), again.metrics.get(key)) for key in keys]
    changed = tuple(value for value in values if not _is_close(value.stored, value.recomputed))
    return CheckedScores(stored, changed, tuple(_reasons(stored, again, scoring, changed)))


def _reasons(stored: TrialResult, again: TrialResult, scoring: str, changed: Sequence[ChangedValue]) -> Iterator[str]:
    if not is_intact(stored):
        yield "its result is not the one that was stored: the file was changed"
    if stored.rows_digest not in ("", again.rows_digest):
        yield "its rows are not those that were scored: the file was changed"
    if stored.split_digest not in ("", again.split_digest):
        yield "it was scored against other real rows"
    if changed and stored.scoring != scoring:
        yield "it was scored by other code or packages; `bench score` makes the scores of a run again"


def _is_close(first: float | None, second: float | None) -> bool:
    if first is None or second is None:
        return first is second
    return math.isclose(first, second, rel_tol=_TOLERANCE, abs_tol=1e-12)


def _number(value: float | None) -> str:
    return "no value" if value is None else f"{value:.10g}"
