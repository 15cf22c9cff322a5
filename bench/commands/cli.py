"""The command line: parses, calls, prints. Everything heavy is imported by the command that needs it.

Here are the commands that run and score a benchmark; `bench.commands` has the others.
"""

from __future__ import annotations

import shlex
import signal
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

import bench
from bench.api import BenchError
from bench.commands import (
    gate_commands,
    plugin_commands,
    stored_run_commands,
    study_commands,
    table_commands,
)

if TYPE_CHECKING:
    from bench.commands.progress import Style
    from bench.planning.config import Operation
    from bench.planning.plan import Plan

app = typer.Typer(
    name="bench",
    help="Benchmark synthetic-table generators honestly: many seeds, no leaks, privacy included.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(stored_run_commands.app)
app.add_typer(study_commands.app)
app.add_typer(gate_commands.app)
app.add_typer(plugin_commands.app)
app.add_typer(table_commands.app)

NOTHING_SUCCEEDED = 1
USAGE = 2
INTERRUPTED = 130

_KEY = {"set_": "set", "plugin": "plugins"}
"""Parameters of `run` by other names than their keys in a configuration file."""
_ELSEWHERE = ("config", "resume", "figures", "quiet", "json", "dry_run")
"""Parameters of `run` that are no keys."""


def main() -> NoReturn:
    """Runs the command line; what the user can mend is one line on stderr and exit code 2."""
    try:
        app()
    except BenchError as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error.strerror or error}" + (f": {error.filename}" if error.filename else ""))
    sys.exit(0)


def _fail(message: str) -> NoReturn:
    print(f"bench: {message}", file=sys.stderr)
    sys.exit(USAGE)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"bench {bench.__version__}")
        raise typer.Exit


@app.callback()
def _app(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None: ...


@app.command()
def run(
    dataset: Annotated[
        list[str] | None, typer.Option(help="A registered name, or a CSV or Parquet path. Repeatable. [station]")
    ] = None,
    target: Annotated[str | None, typer.Option(help="For a path: the column to predict.")] = None,
    ordered: Annotated[bool | None, typer.Option("--ordered", help="For a path: its rows are in time.")] = None,
    time: Annotated[str | None, typer.Option(help="For a path: the column to sort by; implies --ordered.")] = None,
    missing: Annotated[str | None, typer.Option(help="Rows with missing values: refuse or drop. [refuse]")] = None,
    generators: Annotated[
        list[str] | None, typer.Option(help="`all`, or names separated by commas or repeated. [all]")
    ] = None,
    plugin: Annotated[
        list[str] | None, typer.Option(help="A Python file of generators, in `all` and to be named. Repeatable.")
    ] = None,
    repeats: Annotated[int | None, typer.Option(help="Splits to draw. [the profile's]")] = None,
    seeds_per_split: Annotated[
        int | None, typer.Option(help="Fits of a generator on each split: tells training noise from split noise. [1]")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Base seed; everything random derives from it. [0]")] = None,
    split: Annotated[
        str | None, typer.Option(help="random or blocked. [blocked where rows are in time, else random]")
    ] = None,
    holdout_share: Annotated[
        float | None, typer.Option(help="Of a blocked split: the share of rows that are not test, held out. [0.2]")
    ] = None,
    profile: Annotated[str | None, typer.Option(help="quick, standard or ci. [quick]")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="generator.param=value, over the profile. Repeatable.")
    ] = None,
    rows: Annotated[int | None, typer.Option(help="Cap on train rows, applied after the split.")] = None,
    snap: Annotated[
        bool | None, typer.Option("--snap", help="Move generated columns to train's grids before scoring.")
    ] = None,
    device: Annotated[str | None, typer.Option(help="cpu or cuda; a plugin may know more. [cpu]")] = None,
    external: Annotated[
        list[str] | None, typer.Option(help="name=folder: tables made elsewhere, one per split. Repeatable.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="A TOML file with these options; flags win.")] = None,
    out: Annotated[Path | None, typer.Option(help="Run directory. [runs/<name>-<hash of the configuration>]")] = None,
    workers: Annotated[int | None, typer.Option(help="Trials at once, one thread each. [cores]")] = None,
    timeout: Annotated[float | None, typer.Option(help="Seconds a trial may take. [no limit]")] = None,
    memory: Annotated[float | None, typer.Option(help="GiB a trial may use. [no limit]")] = None,
    retry: Annotated[list[str] | None, typer.Option(help="Run again what ended so: failed, timeout, memory.")] = None,
    cache: Annotated[Path | None, typer.Option(help="Folder through which runs share finished trials.")] = None,
    cluster: Annotated[
        str | None, typer.Option(help="Run on this Dask scheduler (tcp://host:8786) instead of this machine.")
    ] = None,
    track: Annotated[
        str | None, typer.Option(help="mlflow: log the finished run there too; with --resume, a stored one.")
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(help="Continue this run directory, with the configuration stored in it.")
    ] = None,
    figures: Annotated[bool, typer.Option(help="Draw figures into the reports.")] = True,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object per event, for programs.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the trials and the estimated time only.")] = False,
) -> None:
    """Fit, sample and score every generator on every data set; rank them; write report.md and report.html."""
    given = dict(locals())
    flags = {_KEY.get(name, name): value for name, value in given.items() if name not in _ELSEWHERE}
    from bench.execution import runner
    from bench.planning import options
    from bench.workflows.mlflow_tracking import log_run

    values = options.merge(options.read_file(config) if config else {}, flags)
    operation = options.operation(values)
    log_run.require_tracker(operation.track)
    if resume is not None:
        options.refuse_configuration({**values, "external": None}, "--resume")
    joining = options.external(values)
    plan = runner.load_plan(options.build(values)) if resume is None else runner.restore_plan(resume, joining)
    path = runner.choose_run_directory(plan, operation.out if resume is None else resume)
    if dry_run:
        _print_plan(plan, path, operation.workers)
    else:
        _run(plan, path, operation, "json" if json else "quiet" if quiet else "full", figures=figures)


def _run(plan: Plan, path: Path, operation: Operation, style: Style, *, figures: bool) -> None:
    from bench.commands import progress, terminal
    from bench.execution import runner
    from bench.reporting import build_report
    from bench.runs import run_directory
    from bench.statistics import leaderboard
    from bench.workflows.mlflow_tracking import log_run

    screen = terminal.terminal(quiet=style != "full")
    for line in terminal.warnings(plan):
        screen.print(f"note: {line}", highlight=False, markup=False)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with (
            runner.session(plan, path, operation) as schedule,
            progress.follow(style, screen, schedule, operation.workers) as listen,
        ):
            found = runner.run(schedule, operation, listen)
    except KeyboardInterrupt:
        done = len(run_directory.open_run(path).results) if run_directory.is_run(path) else 0
        print(f"\nbench: stopped with {done} of {len(plan.trials)} trials stored in {path}", file=sys.stderr)
        again = f"bench run --resume {shlex.quote(str(path))}"
        print(f"bench: to continue, run the same command again, or: {again}", file=sys.stderr)
        sys.exit(INTERRUPTED)
    board = leaderboard.rank(found)
    screen.print(terminal.boards_table(board))
    for line in terminal.troubles(found):
        screen.print(line, highlight=False, markup=False)
    for report in build_report.write_report(found, figures=figures, leaderboard=board):
        screen.print(f"wrote {report}", highlight=False, markup=False)
    log_run.track_run(found, operation.track, partial(screen.print, highlight=False, markup=False))
    if not any(result.status == "ok" for result in found.results):
        _fail_run("no trial succeeded; the reasons are above and in the report")


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _fail_run(message: str) -> NoReturn:
    print(f"bench: {message}", file=sys.stderr)
    raise typer.Exit(NOTHING_SUCCEEDED)


def _print_plan(plan: Plan, path: Path, workers: int) -> None:
    from bench.commands import list_plugins, terminal
    from bench.execution import runner

    screen = terminal.terminal()
    header, rows = list_plugins.trials(plan)
    screen.print(terminal.plain_table(header, rows))
    expected = terminal.seconds_text(runner.estimate_seconds(plan, workers))
    screen.print(f"{len(rows)} trials in {path}; about {expected} with {workers} workers", markup=False)


@app.command()
def score(
    run: Annotated[Path, typer.Argument(help="A run directory.")],
    workers: Annotated[int | None, typer.Option(help="Trials at once. [cores]")] = None,
    figures: Annotated[bool, typer.Option(help="Draw figures into the reports.")] = True,
) -> None:
    """Score the kept rows again with today's metrics, without fitting anything."""
    from dataclasses import replace

    from bench.execution import runner
    from bench.planning import options

    operation = replace(options.operation({"workers": workers}), refit=False)
    _run(runner.restore_plan_for_scoring(run), run, operation, "full", figures=figures)
