"""The contracts of data sets, metric families and report sections. A rule raises `ContractError`."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api import Block, Dataset, DatasetSource, Facts, Family, Figure, Fold, Section, Table, Text
from bench.common.atomic_files import pack_arrays
from bench.plugins import entry_points
from bench.reporting.assemble_report import Part, assemble
from bench.reporting.build_report import markdown
from bench.reporting.figures.plot import plot_figure
from bench.reporting.html_report import html
from bench.scoring.score_table import Scored, prepare_all, score_all
from bench.statistics.leaderboard import rank
from bench.tables.checked_tables import check_dataset
from bench.workflows.plugin_checks import sample_run
from bench.workflows.plugin_checks.rule import Check, ContractError, Plugin, as_check, expect, expect_type

if TYPE_CHECKING:
    from bench.runs.run_directory import Run

_FAULTS = (
    "preparing failed",
    "the scorer failed",
    "the scorer returned nothing",
    "not a declared",
    "no reason",
    "the value is",
)
"""Reasons for a missing value, as `score_table` gives them, that are faults of the plugin."""


def dataset_checks() -> list[Check]:
    """Returns the checks of `bench.datasets`; call each with the `DatasetSource`."""
    return [*map(as_check, (dataset_form, loads, same_table, no_paths))]


def metric_checks() -> list[Check]:
    """Returns the checks of `bench.metrics`; call each with the `Family`."""
    return [*map(as_check, (family_form, metric_names, metric_values, same_values, storable))]


def section_checks() -> list[Check]:
    """Returns the checks of `bench.sections`; call each with the `Section`."""
    return [*map(as_check, (section_form, builds, same_blocks, renders))]


def dataset_form(plugin: Plugin) -> None:
    """It is a DatasetSource with a summary and a licence."""
    expect_type(plugin, DatasetSource, "DatasetSource(summary, licence, load)")
    expect(bool(plugin.summary and plugin.licence), "its summary or licence is empty; expected a line for `bench list`")


def loads(plugin: Plugin) -> None:
    """Its load() returns a Dataset whose table can be benchmarked."""
    check_dataset(dataset := _load(plugin))
    got, expected = list(dataset.frame.columns), list(dataset.schema.names)
    expect(got == expected, f"the table has the columns {got}; expected those of its schema, in order: {expected}")
    expect(list(dataset.frame.index) == list(range(len(dataset.frame))), "its index is not 0..n-1; use reset_index()")


def same_table(plugin: Plugin) -> None:
    """Its load() returns the same table each time, with its sha256."""
    first, second = _load(plugin), _load(plugin)
    expect(first.frame.equals(second.frame), "load() gave another table the second time; expected the same values")
    expect(first.sha256 == second.sha256, "load() gave another sha256 for the same table; expected a constant one")
    message = f"its sha256 is {first.sha256!r}; expected 64 hex digits, of the file or of the values"
    expect(re.fullmatch(r"[0-9a-f]{64}", first.sha256), message)


def no_paths(plugin: Plugin) -> None:
    """Its source is a citation or a web address, not a path on one machine."""
    source = _load(plugin).source
    message = f"its source is {source!r}; expected a citation or an address that means something on other machines"
    expect(source and str(Path.home()) not in source and not source.startswith(("/", "~", "file:")), message)


def _load(plugin: DatasetSource) -> Dataset:
    dataset = plugin.load()
    expect(isinstance(dataset, Dataset), f"load() returned a {type(dataset).__name__}; expected a Dataset")
    return dataset


def family_form(plugin: Plugin) -> None:
    """It is a Family of metrics with its own name."""
    expect_type(plugin, Family, "Family(name, summary, metrics, score)")
    foreign = [metric.name for metric in plugin.metrics if metric.family != plugin.name]
    expect(not foreign, f"the metrics {', '.join(foreign)} say another family; expected family={plugin.name!r}")
    expect(plugin.metrics, "it has no metrics; expected at least one")


def metric_names(plugin: Plugin) -> None:
    """Names of metrics are lower case with underscores, and used once."""
    families = [family for family in entry_points.families() if family.name != plugin.name]
    others = {metric.name for family in families for metric in family.metrics}
    names = [metric.name for metric in plugin.metrics]
    for name in names:
        message = f"the metric name {name!r} cannot be used; expected lower case letters, digits and underscores"
        expect(re.fullmatch(r"[a-z][a-z0-9_]*", name), message)
        expect(names.count(name) == 1 and name not in others, f"the metric name {name!r} is taken; choose another")


def metric_values(plugin: Plugin) -> None:
    """Every metric of the set gets a finite value in its range, or a reason."""
    scored = _scored(plugin)
    faults = [f"{key}: {reason}" for key, reason in scored.reasons.items() if reason.startswith(_FAULTS)]
    expect(not faults, "; ".join(faults))
    ranges = {metric.name: metric.range for metric in plugin.metrics}
    for key, value in scored.metrics.items():
        low, high = ranges[key.partition("[")[0]]
        message = f"{key} is {value}; expected a value in its range, {low:g} to {high:g}: mend one of the two"
        expect(value is None or low - 1e-9 <= value <= high + 1e-9, message)


def same_values(plugin: Plugin) -> None:
    """The same rows and seed give the same values."""
    first, second = _scored(plugin).metrics, _scored(plugin).metrics
    changed = [key for key, value in first.items() if value != second.get(key)]
    expect(not changed, f"{', '.join(changed)} changed when scored again; expected draws from context.seed only")


def storable(plugin: Plugin) -> None:
    """The arrays that it returns for reports can be stored."""
    pack_arrays(_scored(plugin).details)


def _scored(plugin: Family) -> Scored:
    split = sample_run.sample_split()
    artefacts, rows = prepare_all([plugin], split, 7), sample_run.sample_rows(split)
    return score_all([plugin], split, rows, artefacts, seed=7, cost=sample_run.COST, metric_set="full")


def section_form(plugin: Plugin) -> None:
    """It is a Section with a title and an order."""
    expect_type(plugin, Section, "Section(title, order, build)")
    expect(bool(plugin.title) and isinstance(plugin.order, int), "it lacks a title or an order (a whole number)")


def builds(plugin: Plugin) -> None:
    """It builds blocks of a run with failures, and of a run without results."""
    with tempfile.TemporaryDirectory() as folder:
        for started in (True, False):
            _blocks(plugin, sample_run.sample_run(Path(folder) / str(started), started=started))


def same_blocks(plugin: Plugin) -> None:
    """It builds the same blocks each time."""
    with tempfile.TemporaryDirectory() as folder:
        run = sample_run.sample_run(Path(folder) / "run")
        same = repr(_blocks(plugin, run)) == repr(_blocks(plugin, run))
    expect(same, "build gave other blocks the second time; expected the same: no clock, no draws, no sets in order")


def renders(plugin: Plugin) -> None:
    """Its blocks can be written as Markdown and as HTML."""
    with tempfile.TemporaryDirectory() as folder:
        run = sample_run.sample_run(Path(folder) / "run")
        part = Part(plugin.title, _blocks(plugin, run), plugin.page)
        report = assemble("", [part], sorted(run.manifest.generators))
    drawings = {figure.name: plot_figure(figure, report.styles) for figure in report.figures()}
    markdown(report, {name: f"{name}.svg" for name in drawings})
    html(report, drawings)


def _blocks(plugin: Section, run: Run) -> list[Block]:
    blocks: object = plugin.build(run, rank(run))
    types = (Text, Facts, Table, Figure, Fold)
    if not isinstance(blocks, list) or not all(isinstance(block, types) for block in blocks):
        raise ContractError(
            "build returned something else than a list of blocks; expected Text, Facts, Table, Figure or Fold"
        )
    return blocks
