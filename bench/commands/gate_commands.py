"""The commands of the regression gate: `baseline save` and `check`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option, Typer

from bench.api import BenchError
from bench.commands.option_flags import Names
from bench.common.suggestions import parse_names

app = Typer()
baselines = Typer(help="Keep what later runs are checked against.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(baselines, name="baseline")


@baselines.command("save")
def save_baseline(
    run: Annotated[Path, Argument(help="A finished run directory, or an export.")],
    file: Annotated[Path, Argument(help="The JSON file to write.")],
    metrics: Annotated[
        Names, Option(help="What to check; commas or repeated. [the first of each family, five in all]")
    ] = None,
    fits: Annotated[int, Option(help="Fits per split that later runs will have, to say what they notice.")] = 1,
    force: Annotated[bool, Option("--force", help="Replace the file.")] = False,
) -> None:
    """Store a run's values as a baseline, and say what `bench check` will notice."""
    from bench.commands import terminal
    from bench.runs import run_directory
    from bench.workflows.regression_gate import save_baseline as saving
    from bench.workflows.regression_gate.baseline import read_baseline
    from bench.workflows.regression_gate.check import detectable_losses, require_fits
    from bench.workflows.regression_gate.check_outputs import detectable_table

    stored_run = run_directory.open_run(run)
    names = parse_names(metrics, [metric.name for metric in stored_run.metrics], "metric")
    require_fits(fits)
    notes = saving.save_baseline(stored_run, file, names, force=force)
    terminal.terminal().print(terminal.plain_table(*detectable_table(detectable_losses(read_baseline(file), fits))))
    for note in notes:
        terminal.print_lines(f"note: {note}")
    print(f"wrote {file}")


@app.command()
def check(
    run: Annotated[Path, Argument(help="A run directory or an export, made as the baseline was.")],
    baseline: Annotated[Path, Option(help="A file written by `bench baseline save`.")],
    metrics: Annotated[Names, Option(help="What to check instead; commas or repeated. [the baseline's]")] = None,
    format_: Annotated[str, Option("--format", help="text, md, junit or github.")] = "text",
    out: Annotated[Path | None, Option(help="File to write to. [printed]")] = None,
    force: Annotated[bool, Option("--force", help="Replace the file.")] = False,
) -> None:
    """Compare a run with a baseline; exit with 1 on a regression, with 2 if the two cannot be compared."""
    from bench.commands import terminal
    from bench.common.atomic_files import write_file
    from bench.runs import run_directory
    from bench.workflows.regression_gate.baseline import read_baseline
    from bench.workflows.regression_gate.check import check_run
    from bench.workflows.regression_gate.check_outputs import FORMATS, headline

    (output_format,) = parse_names([format_], FORMATS, "format") or ("text",)
    if out is not None and out.is_dir():
        raise BenchError(f"--out {out} is a folder; expected a file")
    if out is not None and out.exists() and not force:
        raise BenchError(f"--out {out} exists; choose another file, or --force to replace it")
    result = check_run(run_directory.open_run(run), read_baseline(baseline), metrics or ())
    text = FORMATS[output_format](result)
    if out is None:
        (terminal.print_lines if output_format == "text" else print)(text.rstrip("\n"))
    else:
        write_file(out, text.encode())
        terminal.print_lines(f"{headline(result)}\nwrote {out}")
    if result.with_verdict("regression"):
        raise typer.Exit(1)
