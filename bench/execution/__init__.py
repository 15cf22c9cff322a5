"""Takes a plan and a run directory; computes the trials that the directory lacks, each in a process of its own.

A trial goes through four types: `Trial` (planned), `Task` (what a worker is handed), `TaskOutcome` (how the task ended)
and `TrialResult` (stored). It takes two tasks in two processes: one runs the generator, and the other scores its rows.

    runner           a run from its configuration to its finished run directory
    schedule         the order of tasks, and storing their results
    due_tasks        finds the trials and reference rows that are due
    drawn_tasks      the tasks that score reference rows on drawn splits, and what they found
    tasks            `Task`, `TaskOutcome`, and the interface of a pool
    fit_trial        the task of a trial that runs its generator, in a process that knows train alone
    fitted_trial     reads what that process returned
    score_trial      the tasks without a generator: prepare a split, score a reference row, score the rows of a trial
    fit_and_sample   builds, fits and samples a generator
    inspect_plugins  imports plugins in processes of their own, and tells what they declare
    plugin_errors    what a plugin raised, as a file or a line
    check_rows       checks the form of sampled rows
    process_pool     runs tasks in processes of this machine: measures their memory, kills them, tells how they died
    process_tree     processes with all that they have started, and what they leave behind
    fork_server      what the server that tasks are forked from imports first
    worker_sandbox   a worker from inside: its process group, folder and log
    confined_writes  lets a process write to one folder only
    worker_messages  what a worker tells the driver, checked
    dask_pool        runs tasks on a Dask cluster
    import_external  stores tables made elsewhere as trials that are due for scoring
    time_estimates   rough times of a run
    describe_run     the manifest of a run, described when it starts
"""

from bench.execution.process_pool import ONE_THREAD as ONE_THREAD
from bench.execution.process_pool import ProcessPool as ProcessPool
from bench.execution.tasks import NO_LIMITS as NO_LIMITS
from bench.execution.tasks import Progress as Progress
from bench.execution.tasks import Task as Task
from bench.execution.tasks import TaskLimits as TaskLimits
from bench.execution.tasks import TaskOutcome as TaskOutcome
from bench.execution.tasks import run_one_task as run_one_task
from bench.execution.tasks import run_tasks as run_tasks
