"""The commands that only read: lists, data sets, stored runs, reports."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bench.api import BenchError
from bench.registry import Kind

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
    from bench.commands import overview

    print(overview.log(run, trial), end="")


@runs.callback(invoke_without_command=True)
def runs_list(
    context: typer.Context,
    folder: Annotated[Path, typer.Option(help="Where the runs are.")] = Path("runs"),
) -> None:
    """List runs: state, trials done, the best generator."""
    if context.invoked_subcommand is not None:
        return
    from bench.commands import console, overview

    header = ("run", "state", "trials", "best", "created")
    console.terminal().print(console.plain_table(header, overview.rows(folder)))


@runs.command("rm")
def runs_rm(
    run: Annotated[list[Path], typer.Argument(help="Run directories to remove.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove runs, their rows included."""
    from bench import store
    from bench.commands import overview

    for path in run:
        store.read_manifest(path)
    if yes or typer.confirm(f"Remove {', '.join(map(str, run))}?", abort=True):
        for path in run:
            overview.remove(path)
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
    from bench.rendering import formats
    from bench.rendering.update import update as rewrite
    from bench.words import named

    if not (runs or update):
        raise BenchError("nothing to do; expected a run directory, or --update FILE")
    if not runs and (format_ or out or pages):
        raise BenchError("--format, --out and --pages are for the report of a run; name one, or leave them out")
    names = named(format_, formats.FORMATS, "format")
    changed = formats.report(runs, names, out, figures=figures, pages=pages, write=not check) if runs else []
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
    from bench.commands import console
    from bench.commands import watch as watching

    (watching.watch if watch else watching.show)(run, metric, generator, console.terminal())


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
    from bench import store
    from bench.commands import console
    from bench.rendering import comparison, markdown
    from bench.words import named

    named([format_], ("text", "md"), "format")
    ours, theirs = store.open_run(first), store.open_run(second)
    metrics = named(metric, [each.name for each in ours.metrics], "metric")
    generators = named(generator, ours.manifest["generators"], "generator of this run")
    blocks = comparison.page(ours, theirs, metrics, generators)
    if format_ == "md":
        print(markdown.render(blocks, {}))
    else:
        console.print_blocks(console.terminal(), blocks)


@app.command()
def export(
    run: Annotated[Path, typer.Argument(help="A run directory.")],
    target: Annotated[Path, typer.Argument(help="A new folder.")],
) -> None:
    """Write a run without its rows: small enough to commit, enough to rebuild every table and figure."""
    from bench import store

    store.export(store.open_run(run), target)
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    print(f"wrote {target} ({size / 1e6:.2f} MB)")


@app.command("list")
def list_(
    kind: Annotated[Kind, typer.Argument(help="What to list.")],
    presets: Annotated[bool, typer.Option("--presets", help="Of generators: their presets, by set.")] = False,
) -> None:
    """List what is registered: name, one line, licence."""
    from bench.commands import console, listing

    if presets and kind != "generators":
        raise BenchError(f"--presets is for generators, got {kind}; leave it out")
    kind = "presets" if presets else kind
    console.terminal().print(console.plain_table(*listing.table(kind)))


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
    from bench.commands import console, listing
    from bench.tables import TableOptions, resolve

    found = resolve(name, TableOptions(target, ordered, time))
    for line in listing.facts(found):
        print(line)
    console.terminal().print(console.plain_table(*listing.columns(found)))


@data.command("fetch")
def data_fetch(name: Annotated[str, typer.Argument(help="A registered name.")]) -> None:
    """Load a data set, downloading it once if need be, and check it."""
    from bench.tables import resolve

    found = resolve(name)
    print(f"{found.name}: {len(found.frame)} rows, {len(found.schema.columns)} columns, sha256 {found.sha256}")


@app.command()
def tune(
    generator: Annotated[str, typer.Argument(help="A generator or preset.")],
    dataset: Annotated[str, typer.Option(help="A registered name, or a CSV or Parquet path.")] = "station",
    target: Annotated[str | None, typer.Option(help="For a path: the column to predict.")] = None,
    ordered: Annotated[bool | None, typer.Option("--ordered", help="For a path: its rows are in time.")] = None,
    time: Annotated[str | None, typer.Option(help="For a path: the column to sort by; implies --ordered.")] = None,
    missing: Annotated[str | None, typer.Option(help="Rows with missing values: refuse or drop. [refuse]")] = None,
    split: Annotated[str, typer.Option(help="auto, random or blocked.")] = "auto",
    seed: Annotated[int, typer.Option(help="Base seed: whose repeat 0 gives the train rows.")] = 0,
    profile: Annotated[str, typer.Option(help="quick or standard: what the defaults are, and the rows.")] = "standard",
    set_: Annotated[list[str] | None, typer.Option("--set", help="generator.param=value: fixed. Repeatable.")] = None,
    rows: Annotated[int | None, typer.Option(help="Cap on inner train rows. [the profile's]")] = None,
    device: Annotated[str, typer.Option(help="cpu, cuda, cuda:1, ...")] = "cpu",
    objective: Annotated[
        str, typer.Option(help="Families whose scores are averaged, or `overall`.")
    ] = "fidelity,detection,utility",
    guard: Annotated[str, typer.Option(help="Families whose scores multiply it; '' for none.")] = "privacy",
    seeds_per_split: Annotated[int, typer.Option(help="Fits of each setting, with different seeds; averaged.")] = 1,
    trials: Annotated[int | None, typer.Option(help="Settings to try, over all calls. [20, unless --minutes]")] = None,
    minutes: Annotated[float | None, typer.Option(help="No new trial starts after this time.")] = None,
    timeout: Annotated[float | None, typer.Option(help="Seconds a fit with its scoring may take. [no limit]")] = None,
    space: Annotated[Path | None, typer.Option(help="A TOML file of search spaces. [the generator's own]")] = None,
    study: Annotated[
        Path | None, typer.Option(help="Folder of what was tried, to go on from. [runs/tune-<generator>-<hash>]")
    ] = None,
    out: Annotated[Path, typer.Option(help="The TOML file to write; the history goes beside it.")] = Path("tuned.toml"),
    force: Annotated[bool, typer.Option("--force", help="Replace files.")] = False,
) -> None:
    """Search a generator's parameters on train rows only; write those of the best trial for `bench run --config`."""
    from bench import options
    from bench.tuning import objectives
    from bench.tuning import tune as tuning

    given: dict[str, object] = {"dataset": dataset, "target": target, "ordered": ordered, "time": time}
    given |= {"missing": missing, "generators": generator, "split": split, "seed": seed, "profile": profile}
    given |= {"set": set_, "rows": rows, "device": device, "seeds_per_split": seeds_per_split}
    config = options.build({key: value for key, value in given.items() if value is not None})
    budget, say = tuning.Budget(trials, minutes, timeout), partial(print, flush=True)
    prepared = tuning.prepare(config, space, objectives.objective(objective, guard))
    tuning.tune(prepared, budget, out, say, study=study, force=force)


@app.command()
def reproduce(
    study: Annotated[str | None, typer.Option(help="A registered study of published models. [the first]")] = None,
    dataset: Annotated[str | None, typer.Option(help="A registered name. [the study's own]")] = None,
    seeds: Annotated[int, typer.Option(help="Fits of each configuration.")] = 5,
    only: Annotated[
        list[str] | None, typer.Option(help="Presets, separated by commas or repeated; no experiments. [all]")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The page; .json beside it. [docs/results/<study>.md]")] = None,
    workers: Annotated[int | None, typer.Option(help="Fits at once, one thread each. [cores]")] = None,
    render_only: Annotated[bool, typer.Option("--render-only", help="Fit nothing; write the page anew.")] = False,
) -> None:
    """Refit published models under their own protocol, leaks included; write what was said beside what comes out."""
    from bench import options
    from bench.reproduction import reproduce as reproduction

    names = tuple(name for names in only or () for name in names.split(",") if name)
    at_once = options.operation({"workers": workers}).workers
    wanted = reproduction.Options(seeds, names, out, at_once, render_only)
    print(f"wrote {reproduction.run(study, dataset, wanted, partial(print, flush=True))}")
