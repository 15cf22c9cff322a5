"""The contract of report sections. A rule is a function that raises `ContractError`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api import Facts, Figure, Fold, Section, Table, Text
from bench.reporting import build_report
from bench.reporting.figures.plot import plot_figure
from bench.statistics.leaderboard import rank
from bench.workflows.plugin_checks import sample_run
from bench.workflows.plugin_checks.rule import Check, expect, expect_type

if TYPE_CHECKING:
    from bench.runs.run_directory import Run


def checks() -> list[Check]:
    """The rules of report sections."""
    return [
        Check("form", "It is a Section with a title and a place.", _section),
        Check("builds", "It builds blocks of a run, of one with failures, and of one that has not started.", _builds),
        Check("same-again", "It builds the same blocks each time.", _built_again),
        Check("renders", "Its blocks can be written as Markdown and as HTML.", _renders),
    ]


def _section(plugin: Any) -> None:  # noqa: ANN401
    expect_type(plugin, Section, "Section(title, order, build)")
    expect(bool(plugin.title) and isinstance(plugin.order, int), "it lacks a title or an order (a whole number)")


def _build(plugin: Section, run: Run) -> list[Any]:
    blocks: Any = plugin.build(run, rank(run))
    known = (Text, Facts, Table, Figure, Fold)
    good = isinstance(blocks, list) and all(isinstance(each, known) for each in blocks)
    expect(good, "build returned something else than a list of blocks; expected Text, Facts, Table, Figure or Fold")
    return list(blocks)


def _builds(plugin: Any) -> None:  # noqa: ANN401
    with tempfile.TemporaryDirectory() as folder:
        for started in (True, False):
            _build(plugin, sample_run.sample_run(Path(folder) / str(started), started=started))


def _built_again(plugin: Any) -> None:  # noqa: ANN401
    with tempfile.TemporaryDirectory() as folder:
        run = sample_run.sample_run(Path(folder) / "run")
        same = repr(_build(plugin, run)) == repr(_build(plugin, run))
    expect(same, "build gave other blocks the second time; expected the same: no clock, no draws, no sets in order")


def _renders(plugin: Any) -> None:  # noqa: ANN401
    with tempfile.TemporaryDirectory() as folder:
        run = sample_run.sample_run(Path(folder) / "run")
        report = build_report.assemble("", [(plugin.title, _build(plugin, run))], sorted(run.manifest.generators))
    drawings = {figure.name: plot_figure(figure, report.styles) for figure in report.figures()}
    build_report.markdown(report, {name: f"{name}.svg" for name in drawings})
    build_report.html(report, drawings)
