"""The commands that fit nothing: lists, data sets, stored runs, reports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.api import BenchError
from bench.plugins.entry_points import Kind

app = typer.Typer()
data = typer.Typer(help="List, describe and fetch data sets.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(data, name="data")
runs = typer.Typer(help="List and remove runs.", rich_markup_mode=None)
app.add_typer(runs, name="runs")


@app.command()
def log(
    run: Annotated[Path, typer.Argument(help="A run directory.")],
    trial: Annotated[str, typer.Argument(help="A trial's id, or a generator's name.")],
) -> None:
    """Print what a trial printed, its traceback included."""
    from bench.commands import list_runs

    print(list_runs.log(run, trial), end="")


@runs.callback(invoke_without_command=True)
def runs_list(
    context: typer.Context,
    folder: Annotated[Path, typer.Option(help="Where the runs are.")] = Path("runs"),
) -> None:
    """List runs: state, trials done, the best generator."""
    if context.invoked_subcommand is not None:
        return
    from bench.commands import list_runs, terminal

    header = ("run", "state", "trials", "best", "created")
    terminal.terminal().print(terminal.plain_table(header, list_runs.rows(folder)))


@runs.command("rm")
def runs_rm(
    run: Annotated[list[Path], typer.Argument(help="Run directories to remove.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove runs, their rows included."""
    from bench.commands import list_runs
    from bench.runs.manifest import read_manifest

    for path in run:
        read_manifest(path)
    if yes or typer.confirm(f"Remove {', '.join(map(str, run))}?", abort=True):
        for path in run:
            list_runs.remove(path)
            print(f"removed {path}")


@app.command()
def report(
    runs: Annotated[
        list[Path] | None, typer.Argument(help="Run directories or exports; several make one report.")
    ] = None,
    format_: Annotated[
        list[str] | None,
        typer.Option("--format", help="md, html, csv, json, latex, parquet; commas or repeated. [md,html]"),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write to. [a single run's own]")] = None,
    update: Annotated[
        list[Path] | None, typer.Option(help="Rewrite the marked tables of this Markdown file. Repeatable.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit with 1 if a file or a marked table is stale.")
    ] = False,
    figures: Annotated[bool, typer.Option(help="Draw figures.")] = True,
    pages: Annotated[
        list[str] | None, typer.Option(help="Generators to draw in full whatever their rank; commas or repeated.")
    ] = None,
) -> None:
    """Rebuild reports from what is stored, or tables in other files; nothing is retrained."""
    from bench.common.suggestions import named
    from bench.reporting import outputs
    from bench.reporting.document_tables import update as rewrite

    if not (runs or update):
        raise BenchError("nothing to do; expected a run directory, or --update FILE")
    if not runs and (format_ or out or pages):
        raise BenchError("--format, --out and --pages are for the report of a run; name one, or leave them out")
    names = named(format_, outputs.FORMATS, "format")
    changed = outputs.report(runs, names, out, figures=figures, pages=pages, write=not check) if runs else []
    for path in changed:
        print(f"{'stale: ' if check else 'wrote '}{path}")
    stale = [path for path in update or () if rewrite(path, write=not check)]
    for path in stale:
        print(f"{'stale: ' if check else 'updated '}{path}")
    if check and (stale or changed):
        raise typer.Exit(1)


@app.command()
def show(
    run: Annotated[Path, typer.Argument(help="A run directory or an export.")],
    metric: Annotated[
        list[str] | None, typer.Option(help="Values of these metrics instead of scores; commas or repeated.")
    ] = None,
    generator: Annotated[
        list[str] | None, typer.Option(help="Only these generators or reference rows; commas or repeated.")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Show it again as results come in, until it is done.")] = False,
) -> None:
    """Print a run's leaderboard, finished or not."""
    from bench.commands import show_leaderboard as watching
    from bench.commands import terminal

    (watching.watch if watch else watching.show)(run, metric, generator, terminal.terminal())


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(metavar="RUN_A", help="What to compare with.")],
    second: Annotated[Path, typer.Argument(metavar="RUN_B", help="What may have changed.")],
    metric: Annotated[
        list[str] | None, typer.Option(help="Values of these metrics beside the scores; commas or repeated.")
    ] = None,
    generator: Annotated[list[str] | None, typer.Option(help="Only these generators; commas or repeated.")] = None,
    format_: Annotated[str, typer.Option("--format", help="text or md.")] = "text",
) -> None:
    """Compare two runs of the same generators on the same splits: paired differences with intervals."""
    from bench.commands import terminal
    from bench.common.suggestions import named
    from bench.reporting import comparison_page, markdown
    from bench.runs import run_directory
    from bench.runs.compare import changes

    named([format_], ("text", "md"), "format")
    ours, theirs = run_directory.open_run(first), run_directory.open_run(second)
    metrics = named(metric, [each.name for each in ours.metrics], "metric")
    generators = named(generator, ours.manifest.generators, "generator of this run")
    blocks = comparison_page.blocks(ours, theirs, changes(ours, theirs, metrics, generators))
    if format_ == "md":
        print(markdown.render(blocks, {}))
    else:
        terminal.print_blocks(terminal.terminal(), blocks)


@app.command()
def export(
    run: Annotated[Path, typer.Argument(help="A run directory.")],
    target: Annotated[Path, typer.Argument(help="A new folder.")],
) -> None:
    """Write a run without its rows: small enough to commit, enough to rebuild every table and figure."""
    from bench.runs import run_directory
    from bench.runs.export import export_run

    export_run(run_directory.open_run(run), target)
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    print(f"wrote {target} ({size / 1e6:.2f} MB)")


@app.command("list")
def list_(
    kind: Annotated[Kind, typer.Argument(help="What to list.")],
    presets: Annotated[bool, typer.Option("--presets", help="Of generators: their presets, by set.")] = False,
    long: Annotated[
        bool,
        typer.Option(
            "--long",
            help="Of generators: licence, whether fitted models can be saved and asked for rows of one kind, rough "
            "seconds of a fit under --profile standard, paper.",
        ),
    ] = False,
) -> None:
    """List what is registered: name, one line, licence."""
    from bench.commands import list_plugins, terminal

    if (presets or long) and kind != "generators":
        raise BenchError(f"{'--presets' if presets else '--long'} is for generators, got {kind}; leave it out")
    if presets and long:
        raise BenchError("--long says nothing of presets; expected --presets or --long")
    rows = list_plugins.generators() if long else list_plugins.table("presets" if presets else kind)
    terminal.terminal().print(terminal.plain_table(*rows))


@data.command("list")
def data_list() -> None:
    """List the registered data sets."""
    list_("datasets")


@data.command("describe")
def data_describe(
    name: Annotated[str, typer.Argument(help="A registered name, or a path.")],
    target: Annotated[str | None, typer.Option(help="For a path: the column to predict.")] = None,
    ordered: Annotated[bool, typer.Option("--ordered", help="For a path: its rows are in time.")] = False,
    time: Annotated[str | None, typer.Option(help="For a path: the column to sort by; implies --ordered.")] = None,
) -> None:
    """Load a data set; print its columns, source, licence and what a split of it leaks."""
    from bench.commands import list_plugins, terminal
    from bench.tables.datasets import resolve
    from bench.tables.table_request import TableRequest

    found = resolve(TableRequest(name, target, ordered, time))
    for line in list_plugins.facts(found):
        print(line)
    terminal.terminal().print(terminal.plain_table(*list_plugins.columns(found)))


@data.command("fetch")
def data_fetch(name: Annotated[str, typer.Argument(help="A registered name.")]) -> None:
    """Load a data set, downloading it once if need be, and check it."""
    from bench.tables.datasets import resolve
    from bench.tables.table_request import TableRequest

    found = resolve(TableRequest(name))
    print(f"{found.name}: {len(found.frame)} rows, {len(found.schema.columns)} columns, sha256 {found.sha256}")
