"""The commands for those who write plugins."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.workflows.plugin_checks.scaffold import ScaffoldKind  # noqa: TC001 - Typer reads it at run time

app = typer.Typer()


@app.command()
def new(
    kind: Annotated[ScaffoldKind, typer.Argument(help="What to write.")],
    name: Annotated[str, typer.Argument(help="Lower case letters, digits and '-'.")],
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Replace files.")] = False,
) -> None:
    """Write a working plugin and its test, to start from; print how to try and how to register it."""
    from bench.workflows.plugin_checks import scaffold

    for line in scaffold.write_scaffold(kind, name, out, force=force):
        print(line)


@app.command("test-plugin")
def try_plugin(
    plugin: Annotated[str, typer.Argument(metavar="NAME|FILE", help="A registered name, or a Python file.")],
    trace: Annotated[bool, typer.Option("--traceback", help="Show where a plugin raised.")] = False,
) -> None:
    """Try every rule of the contract on a plugin; say what is broken and what is expected. Exit 1 if anything is."""
    from bench.workflows.plugin_checks import check_plugin

    broken = [check_plugin.print_results(tested, trace=trace) for tested in check_plugin.find_plugins(plugin)]
    if any(broken):
        raise typer.Exit(1)
