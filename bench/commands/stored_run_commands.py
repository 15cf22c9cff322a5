"""The commands about stored runs: logs, lists, reports, comparison, export, verification."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option, Typer

from bench.api import BenchError
from bench.commands.option_flags import Names, flag, option_flags
from bench.common.suggestions import parse_names

app = Typer()
runs = Typer(help="List and remove runs.", rich_markup_mode=None)
app.add_typer(runs, name="runs")


@app.command()
def log(
    run: Annotated[Path, Argument(help="A run directory.")],
    trial: Annotated[str, Argument(help="A trial's id, or a generator's name.")],
) -> None:
    """Print what a trial printed, its traceback included."""
    from bench.commands import list_runs

    print(list_runs.read_log(run, trial), end="")


@runs.callback(invoke_without_command=True)
def runs_list(
    context: typer.Context, folder: Annotated[Path, Option(help="Where the runs are.")] = Path("runs")
) -> None:
    """List runs: state, trials done, the best generator."""
    if context.invoked_subcommand is not None:
        return
    from bench.commands import list_runs, terminal

    header = ("run", "state", "trials", "best", "created")
    rows = list(list_runs.run_rows(folder))
    if rows:
        terminal.terminal().print(terminal.plain_table(header, rows))
    else:
        print(f"no runs in {folder}; bench run makes one, and --folder names another place")


@runs.command("rm")
def runs_rm(
    run: Annotated[list[Path], Argument(help="Run directories to remove.")],
    yes: Annotated[bool, Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove runs, their rows included."""
    from bench.commands import list_runs
    from bench.runs.manifest import read_manifest

    for path in run:
        read_manifest(path)
    if yes or typer.confirm(f"Remove {', '.join(map(str, run))}?", abort=True):
        for path in run:
            list_runs.remove_run(path)
            print(f"removed {path}")


@app.command()
def report(
    runs: Annotated[list[Path] | None, Argument(help="Run directories or exports; several make one report.")] = None,
    format_: Annotated[
        Names, Option("--format", help="md, html, csv, json, latex, parquet; commas or repeated. [md,html]")
    ] = None,
    out: Annotated[Path | None, Option(help="Folder to write to. [a single run's own]")] = None,
    update: Annotated[
        list[Path] | None, Option(help="Rewrite the marked tables of this Markdown file. Repeatable.")
    ] = None,
    check: Annotated[
        bool, Option("--check", help="Change nothing; exit with 1 if a file or a marked table is stale.")
    ] = False,
    figures: Annotated[bool, Option(help="Draw figures.")] = True,
    pages: Annotated[Names, Option(help="Generators to draw in full whatever their rank; commas or repeated.")] = None,
) -> None:
    """Rebuild reports from what is stored, or tables in other files; nothing is retrained."""
    from bench.reporting import outputs
    from bench.reporting.document_tables import update as update_document

    if not (runs or update):
        raise BenchError("nothing to do; expected a run directory, or --update FILE")
    if not runs and (format_ or out or pages):
        raise BenchError("--format, --out and --pages are for the report of a run; name one, or leave them out")
    formats = parse_names(format_, outputs.FORMATS, "format")
    changed = outputs.report(runs, formats, out, figures=figures, pages=pages, write=not check) if runs else []
    documents = [path for path in update or () if update_document(path, write=not check)]
    for path in changed:
        print(f"{'stale: ' if check else 'wrote '}{path}")
    for path in documents:
        print(f"{'stale: ' if check else 'updated '}{path}")
    if check and (documents or changed):
        raise typer.Exit(1)


@app.command()
def show(
    run: Annotated[Path, Argument(help="A run directory or an export.")],
    metric: Annotated[Names, Option(help="Values of these metrics instead of scores; commas or repeated.")] = None,
    generator: Annotated[Names, Option(help="Only these generators or reference rows; commas or repeated.")] = None,
    watch: Annotated[bool, Option("--watch", help="Show it again as results come in, until it is done.")] = False,
) -> None:
    """Print a run's leaderboard, finished or not."""
    from bench.commands import show_leaderboard, terminal

    print_run = show_leaderboard.watch_run if watch else show_leaderboard.show_run
    print_run(run, metric, generator, terminal.terminal())


@app.command()
def compare(
    first: Annotated[Path, Argument(metavar="RUN_A", help="What to compare with.")],
    second: Annotated[Path, Argument(metavar="RUN_B", help="What may have changed.")],
    metric: Annotated[Names, Option(help="Values of these metrics beside the scores; commas or repeated.")] = None,
    generator: Annotated[Names, Option(help="Only these generators; commas or repeated.")] = None,
    format_: Annotated[str, Option("--format", help="text or md.")] = "text",
) -> None:
    """Compare two runs of the same generators on the same splits: paired differences with intervals."""
    from bench.commands import terminal
    from bench.reporting import comparison_page, markdown
    from bench.runs import run_directory
    from bench.runs.compare import changes

    parse_names([format_], ("text", "md"), "format")
    run_a, run_b = run_directory.open_run(first), run_directory.open_run(second)
    metrics = parse_names(metric, [known.name for known in run_a.metrics], "metric")
    generators = parse_names(generator, run_a.manifest.generators, "generator of this run")
    blocks = comparison_page.blocks(run_a, run_b, changes(run_a, run_b, metrics, generators))
    if format_ == "md":
        print(markdown.render(blocks, {}))
    else:
        terminal.print_blocks(terminal.terminal(), blocks)


@app.command()
def export(
    run: Annotated[Path, Argument(help="A run directory.")],
    target: Annotated[Path, Argument(help="A new folder.")],
) -> None:
    """Write a run without its rows: small enough to commit, enough to rebuild every table and figure."""
    from bench.runs import run_directory
    from bench.runs.export import export_run

    export_run(run_directory.open_run(run), target)
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    print(f"wrote {target} ({size / 1e6:.2f} MB)")


@app.command()
@option_flags(
    options=[flag("plugins", "The file of a plugin of the run. Repeatable."), flag("workers", "Fits at once.")]
)
def verify(
    run: Annotated[Path, Argument(help="A run directory, rows included.")],
    trials: Annotated[int, Option(help="How many to fit again.")] = 3,
    seed: Annotated[int, Option(help="Which of them.")] = 0,
    **options: object,
) -> None:
    """Fit and score some trials of a run again; compare rows and values; exit with 1 if anything differs."""
    from bench.commands.print_verification import print_verification
    from bench.commands.steps import Steps
    from bench.planning.read_config import build_config, build_operation
    from bench.workflows.verify import verify_trials

    workers, plugins = build_operation(options).workers, build_config(options).plugins
    with Steps() as say:
        say(f"refitting and scoring trials of {run}")
        say.keep()
        same = print_verification(verify_trials(run, trials, seed, workers, plugins))
    if not same:
        raise typer.Exit(1)
