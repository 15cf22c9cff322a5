"""The command line: assembles the commands of this folder, and turns errors that users can mend into one line.

Commands parse, call and print. Each command imports what is heavy when it runs.
"""

from __future__ import annotations

import sys
import warnings
from typing import Annotated, NoReturn

import typer

import bench
from bench.api import BenchError
from bench.commands import (
    gate_commands,
    plugin_commands,
    run_commands,
    stored_run_commands,
    study_commands,
    table_commands,
)
from bench.commands.run_commands import INTERRUPTED
from bench.commands.safe_output import escape_output

app = typer.Typer(
    name="bench",
    help="Benchmark synthetic-table generators honestly: many seeds, no leaks, privacy included.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for room in (run_commands, stored_run_commands, plugin_commands, study_commands, gate_commands, table_commands):
    app.add_typer(room.app)


def main() -> NoReturn:
    """Runs the command line; an error that the user can mend is one line on stderr and exit code 2."""
    escape_output()
    if not sys.warnoptions:
        # Warnings of libraries are for developers, who ask for them with `python -W default -m bench`.
        warnings.simplefilter("ignore")
    try:
        app()
        sys.exit(0)
    except SystemExit as error:
        if type(error) is SystemExit and error.code == INTERRUPTED:
            print(
                "bench: stopped; no unfinished file was written, and what a run or study has stored is kept",
                file=sys.stderr,
            )
        raise
    except BenchError as error:
        message = str(error)
    except OSError as error:
        message = f"{error.strerror or error}" + (f": {error.filename}" if error.filename else "")
    print(f"bench: {message}", file=sys.stderr)
    sys.exit(2)


def _print_version(is_given: bool) -> None:
    if is_given:
        print(f"bench {bench.__version__}")
        raise typer.Exit


@app.callback()
def _app(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None: ...
