"""Whether the numbers of two runs may be compared or merged, and if not, why."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bench.api import Metric, SplitDescription, TrialResult
from bench.common.digests import SCORING_PACKAGES

if TYPE_CHECKING:
    from bench.runs.run_directory import Run

_TOLERANCE = 1e-6
"""Relative: processors differ in the last digits, and fitted models amplify that."""
_UNSET = "unset"
MEASURED = "cost"
"""The family whose values differ whenever the same work is done twice."""
_PROFILE = {
    "name": "profile",
    "metrics": "metric set",
    "train_rows": "cap on train rows",
}
_SPLIT = {"protocol": "split protocol", "seed": "seed of the first split", "rows": "cap on train rows"}


def differences(first: Run, second: Run) -> list[str]:
    """Returns why two runs cannot be one report, apart from differences of single generators."""
    return protocol_version_differences(first, second) or [
        *attribute_differences(first.manifest.profile, second.manifest.profile, _PROFILE),
        *attribute_differences(first.manifest.environment, second.manifest.environment, {"bench": "version of bench"}),
        *scoring_differences(first, second),
        *(_protocol_differences(first, second) or _all_table_differences(first, second)),
        *reference_differences(first, second),
    ]


def protocol_version_differences(first: Run, second: Run) -> list[str]:
    """Returns whether splits and scales of the two runs are those of different versions of the protocol."""
    versions = [run.manifest.protocol_version for run in (first, second)]
    if versions[0] == versions[1]:
        return []
    earlier = (first, second)[versions.index(min(versions))]
    return [
        f"protocol version: {versions[0]} and {versions[1]}; they draw holdout and set floors and ceilings in "
        f"different ways, so run {earlier.path} again"
    ]


def attribute_differences(first: object, second: object, labels: Mapping[str, str]) -> list[str]:
    """Returns in which attributes two objects differ, with both values; `labels` gives the words for each attribute."""
    pairs = ((label, getattr(first, name, None), getattr(second, name, None)) for name, label in labels.items())
    return [text for label, ours, theirs in pairs if (text := _difference(label, ours, theirs))]


def scoring_differences(first: Run, second: Run) -> list[str]:
    """Returns whether metrics are defined, combined or computed in different ways."""
    if names := _metrics_defined_otherwise(first, second):
        more = f" and {len(names) - 4} more" if len(names) > 4 else ""
        return [f"their metrics are not defined alike: {', '.join(names[:4])}{more}"]
    rules = [{name: family.combine for name, family in run.manifest.families.items()} for run in (first, second)]
    if rules[0] != rules[1]:
        return ["their families are not combined alike"]
    scored = [result for run in (first, second) for _, result in run.all_results() if result.status == "ok"]
    if len({result.scoring for result in scored}) < 2:
        return []
    why = _scoring_reasons(first, second)
    return [f"their scores were made in different ways ({why}); `bench score` makes a run's again"]


def _metrics_defined_otherwise(first: Run, second: Run) -> list[str]:
    """Returns the names of metrics that differ, or that one run lacks although they exist on one of its tables.

    A run has the metrics that exist on its tables, so runs on tables of different kinds have different lists.
    """
    ours, theirs = ({metric.name: metric for metric in run.metrics} for run in (first, second))

    def differ(name: str) -> bool:
        own, other = ours.get(name), theirs.get(name)
        if own and other:
            return _definition(own) != _definition(other)
        metric, lacking = (own, second) if own else (other, first)
        return metric is not None and any(metric.applies_to(table.schema) for table in lacking.manifest.datasets)

    return [name for name in dict.fromkeys([*ours, *theirs]) if differ(name)]


def _definition(metric: Metric) -> tuple[object, ...]:
    """Returns the part of a metric that numbers depend on, without its texts."""
    return metric.family, metric.better, metric.unit, metric.range, metric.ranked, metric.floor, metric.ceiling


def _scoring_reasons(first: Run, second: Run) -> str:
    ours, theirs = (run.manifest.environment.packages for run in (first, second))
    reasons = [
        *(_difference(name, ours.get(name), theirs.get(name)) for name in SCORING_PACKAGES),
        *attribute_differences(first.manifest.profile, second.manifest.profile, {"metrics": "metric set"}),
        *attribute_differences(first.manifest.config, second.manifest.config, {"snap": "snap"}),
    ]
    return "; ".join(filter(None, reasons)) or "the code of the metrics has changed"


def reference_differences(first: Run, second: Run) -> list[str]:
    """Returns the first reference row of a common split whose values differ."""
    for split in (split for split in first.references if split in second.references):
        ours, theirs = first.references[split], second.references[split]
        for name in (name for name in ours if name in theirs):
            if why := result_difference(first, ours[name], theirs[name]):
                return [f"the reference row {name} of the split {split} has different numbers: {why}"]
    return []


def result_difference(run: Run, ours: TrialResult, theirs: TrialResult) -> str:
    """Returns in what two results of a trial differ, times aside, or nothing; `run` specifies their metrics."""
    if ours.status != theirs.status:
        return f"{ours.status} and {theirs.status}"
    names = {metric.name for metric in run.metrics if metric.family != MEASURED}
    for key in (key for key in ours.metrics if key.partition("[")[0] in names):
        first, second = ours.metrics[key], theirs.metrics.get(key)
        if first is None or second is None:
            equal = first is second
        else:
            equal = math.isclose(first, second, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)
        if not equal:
            return f"{key} is {_text(first)} and {_text(second)}"
    return ""


def _protocol_differences(first: Run, second: Run) -> list[str]:
    """Tables in time must all be split in one way, and tables in no order as well."""
    ours, theirs = _protocols_by_order(first), _protocols_by_order(second)
    labels = {order: f"split protocol of {order}" for order in ours if order in theirs}
    return [text for order, label in labels.items() if (text := _difference(label, ours[order], theirs[order]))]


def _protocols_by_order(run: Run) -> dict[str, str]:
    protocols: dict[str, set[str]] = {}
    for split in run.manifest.splits:
        options = ", ".join(f"{key} {value}" for key, value in sorted(split.options.items()))
        ordered = run.manifest.dataset(split.dataset).schema.ordered
        order = "tables in time" if ordered else "tables in no order"
        protocols.setdefault(order, set()).add(split.protocol + (f" ({options})" if options else ""))
    return {order: " or ".join(sorted(names)) for order, names in protocols.items()}


def _all_table_differences(first: Run, second: Run) -> list[str]:
    ours, theirs = ({(table.name, table.sha256) for table in run.manifest.datasets} for run in (first, second))
    renamed = [
        f"{name} of one is {other} of the other: the same table under two names"
        for name, sha256 in ((table.name, table.sha256) for table in first.manifest.datasets)
        for other, other_sha256 in ((table.name, table.sha256) for table in second.manifest.datasets)
        if sha256 == other_sha256 and name != other and (other, sha256) not in ours and (name, sha256) not in theirs
    ]
    names = [table.name for table in first.manifest.datasets]
    common = [table.name for table in second.manifest.datasets if table.name in names]
    return renamed + [text for name in common for text in table_differences(first, second, name, all_splits=True)]


def table_differences(first: Run, second: Run, name: str, *, all_splits: bool) -> list[str]:
    """Returns why a data set or its splits differ in two runs that hold it.

    Args:
        first: a run.
        second: another one.
        name: of the data set.
        all_splits: whether one run must have all splits of the other, and not only some: a run may have fewer repeats.
    """
    ours, theirs = first.manifest.dataset(name), second.manifest.dataset(name)
    if ours.sha256 != theirs.sha256:
        return [f"{name} is not the same table in both (sha256 {ours.sha256[:8]} and {theirs.sha256[:8]})"]
    if ours.schema != theirs.schema:
        why = _differences(ours.schema.identity(), theirs.schema.identity())
        return [f"the columns of {name} are not read alike ({why})"]
    splits, other_splits = splits_by_id(first, name), splits_by_id(second, name)
    common = splits.keys() & other_splits.keys()
    if len(common) == min(len(splits), len(other_splits)) if all_splits else common:
        return []
    examples = [next(iter(split_results.values()), None) for split_results in (splits, other_splits)]
    reasons = attribute_differences(examples[0], examples[1], _SPLIT)
    why = "; ".join(reasons) or _difference("number of splits", len(splits), len(other_splits)) or "other options"
    return [f"{name} is not split alike ({why})"]


def splits_by_id(run: Run, name: str) -> dict[str, SplitDescription]:
    """Returns the splits of a data set, in order of repeats."""
    return {split.id: split for split in run.manifest.dataset_splits(name)}


def parameter_difference(name: str, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> str:
    """Returns in which parameters a generator differs; empty if in none."""
    return f"{name} has other parameters ({_differences(ours, theirs)})" if ours != theirs else ""


def package_difference(name: str, first: Run, second: Run) -> str:
    """Returns in which packages a generator differs; empty if in none."""
    ours, theirs = (run.manifest.generator(name).packages for run in (first, second))
    return f"{name} has other packages ({_differences(ours, theirs)})" if ours != theirs else ""


def _differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> str:
    keys = [key for key in dict.fromkeys([*ours, *theirs]) if ours.get(key, _UNSET) != theirs.get(key, _UNSET)]
    return ", ".join(f"{key} {_text(ours.get(key, _UNSET))} and {_text(theirs.get(key, _UNSET))}" for key in keys)


def _difference(label: str, ours: object, theirs: object) -> str:
    return "" if ours == theirs else f"{label}: {_text(ours)} and {_text(theirs)}"


def _text(value: object) -> str:
    return "none" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
