"""The commands about plugins and what is installed: list, data, new, test-plugin, doctor."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option, Typer

from bench.api import BenchError
from bench.commands.option_flags import ABOUT_COLUMNS, option_flags
from bench.plugins.entry_points import Kind
from bench.workflows.plugin_checks import scaffold

app = Typer()
data = Typer(help="List, describe and fetch data sets.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(data, name="data")


@app.command("list")
def list_(
    kind: Annotated[Kind, Argument(help="What to list.")],
    presets: Annotated[bool, Option("--presets", help="Of generators: their presets, by set.")] = False,
    long: Annotated[
        bool,
        Option(
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
    rows = list_plugins.ability_rows() if long else list_plugins.plugin_rows("presets" if presets else kind)
    terminal.terminal().print(terminal.plain_table(*rows))


@data.command("list")
def data_list() -> None:
    """List the registered data sets."""
    list_("datasets")


@data.command("describe")
@option_flags(write=["target", "ordered", "time", "missing", *ABOUT_COLUMNS, "group", "distinct"])
def data_describe(
    name: Annotated[str, Argument(help="A registered name, or a path.")],
    write: Annotated[
        bool, Option("--write", help="Write all decisions to a TOML file beside the table, to edit.")
    ] = False,
    **options: object,
) -> None:
    """Load a data set; print its columns by kind, why they are of it, source, licence and what a split of it leaks."""
    from bench.commands import describe_table, terminal
    from bench.planning.read_config import build_config

    described = describe_table.describe(build_config({"dataset": name, **options}).datasets[0])
    written = [describe_table.write_decisions(described, Path(name))] if write else []
    for line in described.lines():
        terminal.print_lines(line)
    for rows in described.tables():
        print()
        terminal.terminal().print(terminal.plain_table(*rows))
    for path in written:
        print(f"wrote {path}")


@data.command("fetch")
def data_fetch(name: Annotated[str, Argument(help="A registered name.")]) -> None:
    """Load a data set, downloading it once if need be, and check it."""
    from bench.tables.datasets import resolve
    from bench.tables.table_request import TableRequest

    data = resolve(TableRequest(name))
    print(f"{data.name}: {len(data.frame)} rows, {len(data.schema.names)} columns, sha256 {data.sha256}")


@app.command()
def new(
    kind: Annotated[scaffold.ScaffoldKind, Argument(help="What to write.")],
    name: Annotated[str, Argument(help="Lower case letters, digits and '-'.")],
    out: Annotated[Path, Option(help="Folder to write to.")] = Path(),
    force: Annotated[bool, Option("--force", help="Replace files.")] = False,
) -> None:
    """Write a working plugin and its test, to start from; print how to try and how to register it."""
    for line in scaffold.write_scaffold(kind, name, out, force=force):
        print(line)


@app.command("test-plugin")
def try_plugin(
    plugin: Annotated[str, Argument(metavar="NAME|FILE", help="A registered name, or a Python file.")],
    trace: Annotated[bool, Option("--traceback", help="Show where a plugin raised.")] = False,
) -> None:
    """Try every rule of the contract on a plugin; say what is broken and what is expected. Exit 1 if anything is."""
    from bench.workflows.plugin_checks.check_in_process import count_broken_rules

    if count_broken_rules(plugin, trace=trace):
        raise typer.Exit(1)


@app.command()
def doctor() -> None:
    """Say what is installed, what is missing and how to get it, and which data are at hand."""
    from bench.commands import terminal
    from bench.commands.doctor import diagnosis

    terminal.terminal().print(terminal.plain_table(("topic", "what", "found"), diagnosis()))
