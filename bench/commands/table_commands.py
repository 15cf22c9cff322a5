"""The commands about rows: make them, score any, give parts out, check stored ones; and what is installed."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bench.api import BenchError
from bench.execution import import_external

app = typer.Typer()

FAILED = 1


@app.command()
def generate(  # noqa: PLR0913 - an option is a parameter
    generator: Annotated[str, typer.Argument(help="A generator or preset.")],
    rows: Annotated[int, typer.Option(help="How many rows to draw.")],
    out: Annotated[Path, typer.Option(help="The .parquet or .csv file to write; a card goes beside it, as .md.")],
    dataset: Annotated[str | None, typer.Option(help="A registered name, or a CSV or Parquet path. [station]")] = None,
    target: Annotated[str | None, typer.Option(help="For a path: the column to predict.")] = None,
    ordered: Annotated[bool | None, typer.Option("--ordered", help="For a path: its rows are in time.")] = None,
    time: Annotated[str | None, typer.Option(help="For a path: the column to sort by; implies --ordered.")] = None,
    missing: Annotated[str | None, typer.Option(help="Rows with missing values: refuse or drop. [refuse]")] = None,
    split: Annotated[str | None, typer.Option(help="Which rows are kept back: auto, random or blocked. [auto]")] = None,
    holdout_share: Annotated[float | None, typer.Option(help="Of a blocked split: as in `bench run`. [0.2]")] = None,
    all_rows: Annotated[
        bool, typer.Option("--all-rows", help="Fit on every row; the card then has no scores.")
    ] = False,
    profile: Annotated[str | None, typer.Option(help="quick or standard: training, and metrics. [standard]")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="generator.param=value, over the profile. Repeatable.")
    ] = None,
    plugin: Annotated[
        list[str] | None, typer.Option(help="A Python file with generators, not installed. Repeatable.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Base seed: the fit is that of repeat 0 of `bench run`.")] = 0,
    device: Annotated[str | None, typer.Option(help="cpu or cuda; a plugin may know more. [cpu]")] = None,
    condition: Annotated[
        str | None, typer.Option(help="Rows of one kind only, of a model fitted for kinds, e.g. beta-vae with regimes.")
    ] = None,
    save: Annotated[Path | None, typer.Option(help="Keep the fitted model in this file.")] = None,
    load: Annotated[Path | None, typer.Option(help="Draw from this model instead of fitting one.")] = None,
    workers: Annotated[int | None, typer.Option(help="Tables scored at once. [cores]")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files.")] = False,
) -> None:
    """Write synthetic rows to use, and a card that says how they were made and what they are worth."""
    from bench.planning import options
    from bench.workflows.generation import generate as making
    from bench.workflows.generation.generation_task import GenerationRequest

    data = {"dataset": dataset, "target": target, "ordered": ordered, "time": time, "missing": missing}
    given = {**data, "split": split, "holdout_share": holdout_share, "profile": profile, "set": set_, "device": device}
    given = {key: value for key, value in given.items() if value is not None}
    if load is not None and given:
        raise BenchError(
            f"--load takes a model that is fitted already; leave out --{next(iter(given)).replace('_', '-')}"
        )
    at_once = options.operation({"workers": workers}).workers
    request = GenerationRequest(rows, out, condition, all_rows, save, load, force, at_once, _command())
    config = options.build({"profile": "standard", **given, "generators": [generator], "seed": seed, "plugins": plugin})
    tell = partial(print, flush=True)
    try:
        for path in making.generate(config, request, tell):
            print(f"wrote {path}")
    except making.GeneratorFailedError as error:
        print(f"bench: {error}", file=sys.stderr)
        raise typer.Exit(FAILED) from None


def _command() -> str:
    """The command line as typed; absolute paths are reduced to file names, as nobody else has the folders."""
    import shlex

    return shlex.join(["bench", *map(_portable, sys.argv[1:])])


def _portable(word: str) -> str:
    """A word without the folders of this machine.

    >>> _portable("--out=/home/me/a.csv"), _portable("here/a.csv")
    ('--out=a.csv', 'here/a.csv')
    """
    option, equals, value = word.rpartition("=")
    path = Path(value)
    return option + equals + (path.name if path.is_absolute() else value)


@app.command()
def evaluate(  # noqa: PLR0913 - an option is a parameter
    real: Annotated[str, typer.Argument(help="What the table was made from: a registered name, or a file.")],
    synthetic: Annotated[Path, typer.Argument(help="The CSV or Parquet file to score.")],
    target: Annotated[str | None, typer.Option(help="The column to predict, for utility.")] = None,
    holdout: Annotated[
        Path | None, typer.Option(help="Real rows that the table was not made from: for privacy and utility.")
    ] = None,
    ordered: Annotated[bool, typer.Option("--ordered", help="Rows of REAL are in time.")] = False,
    time: Annotated[str | None, typer.Option(help="The column of REAL to sort by; implies --ordered.")] = None,
    missing: Annotated[str, typer.Option(help="Rows of REAL with missing values: refuse or drop.")] = "refuse",
    profile: Annotated[str, typer.Option(help="quick or standard: core metrics, or all of them.")] = "quick",
    seed: Annotated[int, typer.Option(help="Of the scorers and reference rows.")] = 0,
    workers: Annotated[int | None, typer.Option(help="Tables scored at once. [cores]")] = None,
    out: Annotated[
        Path | None, typer.Option(help="A new folder for report and result. [runs/evaluate-<names>-<hash>]")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Write the result to this file too.")] = None,
    figures: Annotated[bool, typer.Option(help="Draw figures into the reports.")] = True,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier evaluation.")] = False,
) -> None:
    """Score a synthetic table made anywhere: the same metrics, reference rows and report as `bench run`."""
    from bench.commands import terminal
    from bench.planning import options
    from bench.statistics import leaderboard
    from bench.tables.table_request import TableRequest
    from bench.workflows.evaluation import evaluate as scoring
    from bench.workflows.evaluation.input_tables import EvaluationRequest
    from bench.workflows.evaluation.result_json import unassessed_families

    # The shared checks of values that a run has too.
    checked = options.build({"profile": profile, "seed": seed, "missing": missing})
    request = EvaluationRequest(
        TableRequest(real, target, ordered, time, checked.datasets[0].missing),
        synthetic,
        holdout,
        profile,
        seed,
        options.operation({"workers": workers}).workers,
    )
    found = scoring.evaluate(request, out, json, figures=figures, force=force)
    terminal.terminal().print(terminal.boards_table(leaderboard.rank(found), over="tables as given"))
    for line in unassessed_families(found):
        print(f"note: {line}")
    for path in (found.path / "report.md", found.path / "report.html", json or found.path / scoring.RESULT):
        print(f"wrote {path}")


@app.command("split")
def split_(
    run: Annotated[Path, typer.Argument(help="A run directory.")],
    folder: Annotated[Path, typer.Argument(help="A new folder.")],
) -> None:
    """Write a run's train parts, one per split: for tables made elsewhere, which `bench run --external` ranks."""
    from bench.common.atomic_files import require_empty
    from bench.execution import runner

    require_empty(folder, "FOLDER", "the parts")
    for path in import_external.write_train_parts(runner.restore_plan(run), folder):
        print(f"wrote {path}")


@app.command()
def verify(
    run: Annotated[Path, typer.Argument(help="A run directory, rows included.")],
    trials: Annotated[int, typer.Option(help="How many to fit again.")] = 3,
    seed: Annotated[int, typer.Option(help="Which of them.")] = 0,
    workers: Annotated[int | None, typer.Option(help="Fits at once. [cores]")] = None,
) -> None:
    """Fit some of a run's trials again and compare the hashes of their rows; exit with 1 if one differs."""
    from bench.commands import terminal
    from bench.planning import options
    from bench.workflows import verify as checking

    found = []
    for each in checking.verify_trials(run, trials, seed, options.operation({"workers": workers}).workers):
        found.append(each)
        state = "same" if each.same else "DIFFERENT" if each.new_digest else "failed"
        line = f"{state}: {terminal.label(each.trial)}: {each.stored_digest[:12]} stored, "
        line += f"{each.new_digest[:12] or 'nothing'} now"
        print(line + (f" ({each.reason})" if each.reason else ""), flush=True)
    agreed = sum(each.same for each in found)
    print(f"{agreed} of {len(found)} trials gave the same rows")
    if agreed < len(found):
        raise typer.Exit(FAILED)


@app.command()
def doctor() -> None:
    """Say what is installed, what is missing and how to get it, and which data are at hand."""
    from bench.commands import doctor as looking
    from bench.commands import terminal

    terminal.terminal().print(terminal.plain_table(("topic", "what", "found"), looking.lines()))
