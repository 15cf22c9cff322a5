"""The contracts of data sets, metric families and report sections. A rule is a function that raises `ContractError`."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import registry
from bench.api import Dataset, DatasetSource, Facts, Family, Figure, Fold, Section, Table, Text
from bench.contract import made
from bench.contract.rule import Check, expect
from bench.rendering import render
from bench.rendering.draw import draw
from bench.scoring import prepare_all, score_all
from bench.statistics.ranking import rank
from bench.tables import check as check_table

if TYPE_CHECKING:
    from bench.scoring import Scored
    from bench.store import Run


def datasets() -> list[Check]:
    """The rules of data sets."""
    return [
        Check("form", "It is a DatasetSource with a summary and a licence.", _source),
        Check("loads", "load() returns a Dataset whose table can be benchmarked.", _loads),
        Check("same-again", "load() returns the same table each time, with its sha256.", _same_again),
        Check("no-paths", "Its source is a citation or an address, never a path of one machine.", _no_paths),
    ]


def _source(plugin: Any) -> None:  # noqa: ANN401
    got = type(plugin).__name__
    expect(isinstance(plugin, DatasetSource), f"got a {got}; expected a DatasetSource(summary, licence, load)")
    expect(bool(plugin.summary and plugin.licence), "its summary or licence is empty; expected a line for `bench list`")


def _load(plugin: DatasetSource) -> Dataset:
    found = plugin.load()
    expect(isinstance(found, Dataset), f"load() returned a {type(found).__name__}; expected a Dataset")
    return found


def _loads(plugin: Any) -> None:  # noqa: ANN401
    found = _load(plugin)
    check_table(found)
    got, wanted = list(found.frame.columns), list(found.schema.columns)
    expect(got == wanted, f"the table has the columns {got}; expected those of its schema, in order: {wanted}")
    expect(list(found.frame.index) == list(range(len(found.frame))), "its index is not 0..n-1; use reset_index()")


def _same_again(plugin: Any) -> None:  # noqa: ANN401
    first, second = _load(plugin), _load(plugin)
    expect(first.frame.equals(second.frame), "load() gave another table the second time; expected the same values")
    expect(first.sha256 == second.sha256, "load() gave another sha256 for the same table; expected a constant one")
    said = f"its sha256 is {first.sha256!r}; expected 64 hex digits, of the file or of the values"
    expect(re.fullmatch(r"[0-9a-f]{64}", first.sha256) is not None, said)


def _no_paths(plugin: Any) -> None:  # noqa: ANN401
    source = _load(plugin).source
    said = f"its source is {source!r}; expected a citation or an address that means something on other machines"
    expect(bool(source) and str(Path.home()) not in source and not source.startswith(("/", "~", "file:")), said)


def metrics() -> list[Check]:
    """The rules of metric families."""
    return [
        Check("form", "It is a Family of metrics with its own name.", _family),
        Check("names", "Names of metrics are lower case with underscores, and used once.", _names),
        Check(
            "values", "It scores rows: every metric that is due, finite or with a reason, and in its range.", _values
        ),
        Check("same-again", "The same rows and seed give the same values.", _scored_again),
        Check("reports", "What it returns can be stored.", _storable),
    ]


def _family(plugin: Any) -> None:  # noqa: ANN401
    got = type(plugin).__name__
    expect(isinstance(plugin, Family), f"got a {got}; expected a Family(name, summary, metrics, score)")
    strange = [metric.name for metric in plugin.metrics if metric.family != plugin.name]
    said = f"the metrics {', '.join(strange)} say another family; expected family={plugin.name!r}"
    expect(not strange, said)
    expect(bool(plugin.metrics), "it has no metrics; expected at least one")


def _names(plugin: Any) -> None:  # noqa: ANN401
    others = {metric.name for family in registry.families() if family.name != plugin.name for metric in family.metrics}
    names = [metric.name for metric in plugin.metrics]
    for name in names:
        said = f"the metric name {name!r} cannot be used; expected lower case letters, digits and underscores"
        expect(re.fullmatch(r"[a-z][a-z0-9_]*", name) is not None, said)
        expect(names.count(name) == 1 and name not in others, f"the metric name {name!r} is taken; choose another")


def _scored(plugin: Family) -> Scored:
    split = made.split()
    artefacts = prepare_all([plugin], split, 7)
    rows = made.rows(split)
    return score_all([plugin], split, rows, artefacts, seed=7, cost=made.COST, metric_set="full")


def _values(plugin: Any) -> None:  # noqa: ANN401
    found = _scored(plugin)
    wrong = {key: why for key, why in found.reasons.items() if _is_fault(why)}
    expect(not wrong, "; ".join(f"{key}: {why}" for key, why in wrong.items()))
    ranges = {metric.name: metric.range for metric in plugin.metrics}
    for key, value in found.metrics.items():
        low, high = ranges[key.partition("[")[0]]
        said = f"{key} is {value}; expected a value in its range, {low:g} to {high:g}: mend one of the two"
        expect(value is None or low - 1e-9 <= value <= high + 1e-9, said)


def _is_fault(reason: str) -> bool:
    """Whether a missing value is the plugin's doing, as `bench.scoring` says it, and not a reason of its own."""
    faults = ("preparing failed", "the scorer failed", "the scorer returned nothing", "not a declared", "no reason")
    return reason.startswith((*faults, "the value is"))


def _scored_again(plugin: Any) -> None:  # noqa: ANN401
    first, second = _scored(plugin).metrics, _scored(plugin).metrics
    changed = [key for key, value in first.items() if value != second.get(key)]
    expect(not changed, f"{', '.join(changed)} changed when scored again; expected draws from context.seed only")


def _storable(plugin: Any) -> None:  # noqa: ANN401
    from bench.files import pack_arrays

    pack_arrays(_scored(plugin).details)


def sections() -> list[Check]:
    """The rules of report sections."""
    return [
        Check("form", "It is a Section with a title and a place.", _section),
        Check("builds", "It builds blocks of a run, of one with failures, and of one that has not started.", _builds),
        Check("same-again", "It builds the same blocks each time.", _built_again),
        Check("renders", "Its blocks can be written as Markdown and as HTML.", _renders),
    ]


def _section(plugin: Any) -> None:  # noqa: ANN401
    got = type(plugin).__name__
    expect(isinstance(plugin, Section), f"got a {got}; expected a Section(title, order, build)")
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
            _build(plugin, made.run(Path(folder) / str(started), started=started))


def _built_again(plugin: Any) -> None:  # noqa: ANN401
    with tempfile.TemporaryDirectory() as folder:
        run = made.run(Path(folder) / "run")
        same = repr(_build(plugin, run)) == repr(_build(plugin, run))
    expect(same, "build gave other blocks the second time; expected the same: no clock, no draws, no sets in order")


def _renders(plugin: Any) -> None:  # noqa: ANN401
    with tempfile.TemporaryDirectory() as folder:
        run = made.run(Path(folder) / "run")
        report = render.assemble("", [(plugin.title, _build(plugin, run))], sorted(run.manifest["generators"]))
    drawings = {figure.name: draw(figure, report.looks) for figure in report.figures()}
    render.markdown(report, {name: f"{name}.svg" for name in drawings})
    render.html(report, drawings)
