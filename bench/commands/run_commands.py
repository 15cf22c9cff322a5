"""The commands that fit or score a benchmark: `run` and `score`."""

from __future__ import annotations

import shlex
import signal
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer import Argument, Option, Typer

from bench.api import BenchError
from bench.commands.option_flags import option_flags
from bench.planning.options import NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.commands.progress import Style
    from bench.commands.terminal import Screen
    from bench.planning.config import Operation
    from bench.planning.plan import Plan
    from bench.runs.run_directory import Run

app = Typer()

INTERRUPTED = 128 + signal.SIGINT
"""The exit code after Ctrl-C."""


class Interrupted(SystemExit):
    """The end of a command that was interrupted and has said what is stored."""


@app.command(context_settings={"allow_extra_args": True})
@option_flags(config=[*NAMES["data"], *NAMES["configuration"]], resume=NAMES["operation"])
def run(
    context: typer.Context,
    config: Annotated[Path | None, Option(help="A TOML file with these options; flags win.")] = None,
    resume: Annotated[
        Path | None, Option(help="Continue this run directory, with the configuration stored in it.")
    ] = None,
    figures: Annotated[bool, Option(help="Draw figures into the reports.")] = True,
    quiet: Annotated[bool, Option("--quiet", help="Print nothing but errors.")] = False,
    json: Annotated[bool, Option("--json", help="Print one JSON object per event, for programs.")] = False,
    dry_run: Annotated[bool, Option("--dry-run", help="Print the trials and the estimated time only.")] = False,
    **options: object,
) -> None:
    """Fit, sample and score every generator on every data set; rank them; write report.md and report.html."""
    from bench.commands import terminal
    from bench.planning import read_config
    from bench.workflows.mlflow_tracking import log_run

    if context.args:
        given = shlex.join(context.args)
        raise BenchError(f"bench run takes options alone, got {given}; a table is named by --dataset {given}")
    values = read_config.merge_options(read_config.read_config_file(config) if config else {}, options)
    operation = read_config.build_operation(values)
    log_run.require_tracker(operation.track)
    style: Style = "json" if json else "quiet" if quiet else "full"
    terminal.terminal(quiet=dry_run or style != "full").print("reading data and generators")
    plan, path = _plan_of(values, operation, resume)
    if dry_run:
        _print_plan(plan, path, operation.workers)
    else:
        _run(plan, path, operation, style, figures=figures)


def _plan_of(values: Mapping[str, Any], operation: Operation, resume: Path | None) -> tuple[Plan, Path]:
    """Returns the plan of new options or of a run to continue, and the run directory."""
    from bench.execution import runner
    from bench.planning import read_config

    if resume is None:
        plan = runner.load_plan(read_config.build_config(values))
        return plan, runner.choose_run_directory(plan, operation.out)
    read_config.refuse_configuration({**values, "external": None, "plugins": None}, "--resume")
    added = read_config.build_config({name: values.get(name) for name in ("external", "plugins")})
    plan = runner.restore_plan(resume, added.external, plugins=added.plugins)
    return plan, runner.choose_run_directory(plan, resume)


@app.command()
@option_flags(figures=["workers"])
def score(
    run: Annotated[Path, Argument(help="A run directory.")],
    force: Annotated[bool, Option("--force", help="Score everything again, also what is up to date.")] = False,
    figures: Annotated[bool, Option(help="Draw figures into the reports.")] = True,
    **options: object,
) -> None:
    """Score the kept rows again with today's metrics, without fitting anything."""
    from bench.execution import runner
    from bench.planning import read_config

    operation = replace(read_config.build_operation(options), refit=False, rescore=force)
    _run(runner.restore_plan_for_scoring(run), run, operation, "full", figures=figures)


def _run(plan: Plan, path: Path, operation: Operation, style: Style, *, figures: bool) -> None:
    from bench.commands import terminal
    from bench.commands.progress import show_progress
    from bench.execution import runner
    from bench.execution.dask_pool import SchedulerLostError

    screen = terminal.terminal(quiet=style != "full")
    say = partial(screen.print, highlight=False, markup=False)
    for warning in terminal.plan_warnings(plan):
        say(f"note: {warning}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with (
            runner.session(plan, path, operation) as schedule,
            show_progress(style, screen, schedule, operation.workers) as listen,
        ):
            for note in schedule.notes:
                say(f"note: {note}")
            run = runner.run(schedule, operation, listen)
    except KeyboardInterrupt:
        _exit_interrupted(plan, path)
    except SchedulerLostError as error:
        command = f"{_resume_command(plan, path)} --cluster {operation.cluster}"
        raise BenchError(f"{error}, with {_stored(plan, path)}; start a scheduler and run: {command}") from error
    _report(run, operation, screen, figures=figures)
    if not any(result.status == "ok" for result in run.results):
        print("bench: no trial succeeded; the reasons are above and in the report", file=sys.stderr)
        raise typer.Exit(1)


def _report(run: Run, operation: Operation, screen: Screen, *, figures: bool) -> None:
    """Prints the leaderboard, writes the reports and logs the run to a tracker."""
    from bench.commands import terminal
    from bench.reporting import build_report
    from bench.statistics import leaderboard
    from bench.workflows.mlflow_tracking import log_run

    say = partial(screen.print, highlight=False, markup=False)
    boards = leaderboard.rank(run)
    screen.print(terminal.boards_table(boards))
    for line in terminal.unsuccessful_trials(run):
        say(line)
    say("writing the report")
    for report in build_report.write_report(run, figures=figures, leaderboard=boards):
        say(f"wrote {report}")
    log_run.track_run(run, operation.track, say)


def _exit_interrupted(plan: Plan, path: Path) -> NoReturn:
    print(f"\nbench: stopped with {_stored(plan, path)}", file=sys.stderr)
    print(f"bench: to continue, run the same command again, or: {_resume_command(plan, path)}", file=sys.stderr)
    raise Interrupted(INTERRUPTED)


def _stored(plan: Plan, path: Path) -> str:
    from bench.runs import run_directory

    done = len(run_directory.open_run(path, damaged=[]).results) if run_directory.is_run(path) else 0
    return f"{done} of {len(plan.trials)} trials stored in {path}"


def _resume_command(plan: Plan, path: Path) -> str:
    plugins = [word for plugin in plan.config.plugins for word in ("--plugin", plugin)]
    return shlex.join(["bench", "run", "--resume", str(path), *plugins])


def _print_plan(plan: Plan, path: Path, workers: int) -> None:
    from bench.commands import list_plugins, terminal
    from bench.execution.time_estimates import estimate_seconds

    screen = terminal.terminal()
    screen.print(terminal.plain_table(*list_plugins.trial_rows(plan)))
    expected = terminal.seconds_text(estimate_seconds(plan, workers))
    screen.print(f"{len(plan.trials)} trials in {path}; about {expected} with {workers} workers", markup=False)
