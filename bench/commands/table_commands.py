"""The commands about synthetic rows: make them, score any, write train parts for tables made elsewhere."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option, Typer

from bench.api import BenchError
from bench.commands.option_flags import ABOUT_COLUMNS, ONE_DATASET, flag, option_flags
from bench.common.safe_text import plain
from bench.planning.options import OPTIONS
from bench.tables.table_request import portable

app = Typer()


@app.command()
@option_flags(
    all_rows=[
        ONE_DATASET,
        *("target", "ordered", "time", "missing", *ABOUT_COLUMNS, "group", "distinct"),
        flag("split", "Which rows are kept back: auto, random or blocked.", "auto"),
        "holdout_share",
    ],
    condition=[
        flag("profile", "quick or standard: training, and metrics.", "standard"),
        "set",
        flag("plugins", "A Python file with generators, not installed. Repeatable."),
        flag("seed", "Base seed: the fit is that of repeat 0 of `bench run`."),
        "device",
    ],
    force=[flag("workers", "Tables scored at once.")],
)
def generate(
    generator: Annotated[str, Argument(help="A generator or preset.")],
    rows: Annotated[int, Option(help="How many rows to make.")],
    out: Annotated[Path, Option(help="The .parquet or .csv file to write; a card goes beside it, as .md.")],
    all_rows: Annotated[bool, Option("--all-rows", help="Fit on every row; the card then has no scores.")] = False,
    condition: Annotated[
        str | None,
        Option(
            help="COLUMN=LEVEL: only rows with that level; `bench list generators --long` says of which generators. On "
            "numbers alone: plume or baseline, of vae and beta-vae with regimes."
        ),
    ] = None,
    save: Annotated[Path | None, Option(help="Keep the fitted model in this file.")] = None,
    load: Annotated[Path | None, Option(help="Sample from this model instead of fitting one.")] = None,
    force: Annotated[bool, Option("--force", help="Replace files.")] = False,
    **options: object,
) -> None:
    """Write synthetic rows to use, and a card that says how they were made and what they are worth."""
    from bench.commands.steps import Steps
    from bench.planning.read_config import build_config, build_operation
    from bench.workflows.generation import generate as generation
    from bench.workflows.generation.generation_task import GenerationRequest

    if load is not None and (of_fitting := [name for name in options if name not in ("plugins", "seed", "workers")]):
        flag_name = OPTIONS[of_fitting[0]].flag_name
        raise BenchError(f"--load takes a model that is fitted already; leave out {flag_name}")
    workers = build_operation(options).workers
    request = GenerationRequest(rows, out, condition, all_rows, save, load, force, workers, _typed_command())
    config = build_config({"profile": "standard", **options, "generators": [generator]})
    try:
        with Steps() as say:
            written = generation.generate(config, request, say, say.progress)
        for path in written:
            print(f"wrote {path}")
    except generation.GeneratorFailedError as error:
        print(f"bench: {error}", file=sys.stderr)
        raise typer.Exit(1) from None


def _typed_command() -> str:
    """The command line as typed, without the folders of this machine."""
    return shlex.join(["bench", *map(_without_folder, sys.argv[1:])])


def _without_folder(word: str) -> str:
    """A word of a command line whose absolute path is reduced to the file's name.

    >>> _without_folder("--out=/home/me/a.csv"), _without_folder("here/a.csv")
    ('--out=a.csv', 'here/a.csv')
    """
    option, equals, value = word.rpartition("=")
    return option + equals + portable(value)


@app.command()
@option_flags(
    holdout=[flag("target", "The column to predict, for utility.")],
    out=[
        flag("ordered", "Rows of REAL are in time."),
        flag("time", "The column of REAL to sort by; implies --ordered."),
        flag("missing", "Gaps of REAL: keep, drop rows with gaps, or refuse."),
        *(OPTIONS[name] for name in ABOUT_COLUMNS),
        flag("profile", "quick or standard: core metrics, or all of them."),
        flag("seed", "Of the scorers and reference rows."),
        flag("workers", "Tables scored at once."),
    ],
)
def evaluate(
    real: Annotated[str, Argument(help="What the table was made from: a registered name, or a file.")],
    synthetic: Annotated[Path, Argument(help="The CSV or Parquet file to score.")],
    holdout: Annotated[
        Path | None, Option(help="Real rows that the table was not made from: for privacy and utility.")
    ] = None,
    out: Annotated[
        Path | None, Option(help="A new folder for report and result. [runs/evaluate-<names>-<hash>]")
    ] = None,
    json: Annotated[Path | None, Option(help="Write the result to this file too.")] = None,
    figures: Annotated[bool, Option(help="Draw figures into the reports.")] = True,
    force: Annotated[bool, Option("--force", help="Replace an earlier evaluation.")] = False,
    **options: object,
) -> None:
    """Score a synthetic table made anywhere: the same metrics, reference rows and report as `bench run`."""
    from bench.commands import terminal
    from bench.commands.steps import Steps
    from bench.planning.read_config import build_config, build_operation
    from bench.statistics import leaderboard
    from bench.workflows.evaluation import evaluate as evaluation
    from bench.workflows.evaluation.input_tables import EvaluationRequest
    from bench.workflows.evaluation.result_json import decisive_facts

    config, workers = build_config({**options, "dataset": real}), build_operation(options).workers
    request = EvaluationRequest(config.datasets[0], synthetic, holdout, config.profile, config.seed, workers)
    with Steps() as say:
        say(f"scoring {synthetic.name} and the reference rows")
        run = evaluation.evaluate(request, out, json, figures=figures, force=force)
    for fact in decisive_facts(run):
        terminal.print_lines(f"note: {plain(fact)}")
    terminal.terminal().print(terminal.boards_table(leaderboard.rank(run), over="tables as given"))
    for path in (run.path / "report.md", run.path / "report.html", json or run.path / evaluation.RESULT):
        print(f"wrote {path}")


@app.command("split")
def split_(
    run: Annotated[Path, Argument(help="A run directory.")],
    folder: Annotated[Path, Argument(help="A new folder.")],
) -> None:
    """Write a run's train parts, one per split: for tables made elsewhere, which `bench run --external` ranks."""
    from bench.common.atomic_files import require_empty
    from bench.execution import import_external, runner
    from bench.runs.manifest import read_manifest

    require_empty(folder, "FOLDER", "the parts")
    plan = runner.restore_plan(run, stored=read_manifest(run).trials)
    for path in import_external.write_train_parts(plan, folder):
        print(f"wrote {path}")
