"""Tasks that fit without scoring, and what they return when a generator fails."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from bench.api import BenchError
from bench.common.atomic_files import pack_table
from bench.execution import fit_and_sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.execution.task import Files, Tell
    from bench.execution.trial_task import Job

ERROR, USAGE = "error.txt", "usage.txt"
"""What a task returns instead of its files: how a generator failed, or what was wrong with the question."""


def guarded(work: Callable[[], Files]) -> Files:
    """The files of a task that runs a plugin's code, or the one that says why there are none."""
    try:
        return work()
    except BenchError as error:
        return {USAGE: str(error).encode()}
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything
        traceback.print_exc()
        return {ERROR: fit_and_sample.one_line(error).encode()}


def rows(job: Job, tell: Tell) -> Files:
    """A task: the rows of a trial, made again."""

    def work() -> Files:
        model = fit_and_sample.build(job.trial, job.plugin)
        fit_and_sample.fit(model, job.trial, job.split.train, job.split.schema, tell)
        synthetic, _ = fit_and_sample.sample(model, job.trial, job.split.train)
        return {"synthetic.parquet": pack_table(synthetic)}

    return guarded(work)
