"""Takes a plan and a run directory; computes the trials that the directory lacks, each in a process of its own.

A trial goes through four types: `Trial` (planned), `Task` (what a worker is handed), `TaskOutcome` (how the task ended)
and `TrialResult` (stored).

    runner           a run from its configuration to its finished run directory
    schedule         the order of tasks, and storing their results
    due_tasks        finds the trials and reference rows that are due
    tasks            `Task`, `TaskOutcome`, and the interface of a pool
    run_trial        the tasks of a run: prepare a split, score a reference row, run a trial, score its rows again
    fit_and_sample   builds, fits and samples a generator
    process_pool     runs tasks in processes of this machine
    worker_limits    a running worker from outside: its memory, killing it at its timeout, how it died
    worker_sandbox   a worker from inside: its process group, folder and log
    dask_pool        runs tasks on a Dask cluster
    import_external  stores tables made elsewhere as trials that are due for scoring
    manifest         the description of a run, written when it starts
"""

from bench.execution.process_pool import ONE_THREAD, ProcessPool
from bench.execution.tasks import NO_LIMITS, Progress, Task, TaskLimits, TaskOutcome, run_one_task, run_tasks

__all__ = [
    "NO_LIMITS",
    "ONE_THREAD",
    "ProcessPool",
    "Progress",
    "Task",
    "TaskLimits",
    "TaskOutcome",
    "run_one_task",
    "run_tasks",
]
