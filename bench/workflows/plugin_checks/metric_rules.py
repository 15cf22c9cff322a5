"""The contract of metric families. A rule is a function that raises `ContractError`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bench.api import Family
from bench.common.atomic_files import pack_arrays
from bench.plugins import entry_points
from bench.scoring.score_table import prepare_all, score_all
from bench.workflows.plugin_checks import sample_run
from bench.workflows.plugin_checks.rule import Check, expect, expect_type

if TYPE_CHECKING:
    from bench.scoring.score_table import Scored


def checks() -> list[Check]:
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
    expect_type(plugin, Family, "Family(name, summary, metrics, score)")
    strange = [metric.name for metric in plugin.metrics if metric.family != plugin.name]
    said = f"the metrics {', '.join(strange)} say another family; expected family={plugin.name!r}"
    expect(not strange, said)
    expect(bool(plugin.metrics), "it has no metrics; expected at least one")


def _names(plugin: Any) -> None:  # noqa: ANN401
    others = {
        metric.name for family in entry_points.families() if family.name != plugin.name for metric in family.metrics
    }
    names = [metric.name for metric in plugin.metrics]
    for name in names:
        said = f"the metric name {name!r} cannot be used; expected lower case letters, digits and underscores"
        expect(re.fullmatch(r"[a-z][a-z0-9_]*", name) is not None, said)
        expect(names.count(name) == 1 and name not in others, f"the metric name {name!r} is taken; choose another")


def _scored(plugin: Family) -> Scored:
    split = sample_run.sample_split()
    artefacts = prepare_all([plugin], split, 7)
    rows = sample_run.sample_rows(split)
    return score_all([plugin], split, rows, artefacts, seed=7, cost=sample_run.COST, metric_set="full")


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
    """Whether a missing value is the plugin's doing, as `score_table` says it, and not a reason of its own."""
    faults = ("preparing failed", "the scorer failed", "the scorer returned nothing", "not a declared", "no reason")
    return reason.startswith((*faults, "the value is"))


def _scored_again(plugin: Any) -> None:  # noqa: ANN401
    first, second = _scored(plugin).metrics, _scored(plugin).metrics
    changed = [key for key, value in first.items() if value != second.get(key)]
    expect(not changed, f"{', '.join(changed)} changed when scored again; expected draws from context.seed only")


def _storable(plugin: Any) -> None:  # noqa: ANN401
    pack_arrays(_scored(plugin).details)
