"""Whether the numbers of two runs may stand beside each other, and if not, why."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from bench.common.fingerprint import SCORING_PACKAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.api import Metric, TrialResult
    from bench.runs.run_directory import Run

_CLOSE = 1e-6
"""Relative: processors differ in the last digits, and models carry them on."""
_UNSET = "unset"
MEASURED = "cost"
"""The family whose values differ whenever something is done twice."""
_PROFILE = {
    "name": "profile",
    "metrics": "metric set",
    "repeats": "number of repeats",
    "train_rows": "cap on train rows",
}
_SPLIT = {"protocol": "split protocol", "seed": "seed of the first split", "rows": "cap on train rows"}


def differences(first: Run, second: Run) -> list[str]:
    """Why two runs cannot be one report, apart from what single generators give reason for."""
    ours, theirs = first.profile, second.profile
    asked = [_said(words, ours.get(key), theirs.get(key)) for key, words in _PROFILE.items()]
    version = _said("version of bench", *(run.manifest["environment"].get("bench") for run in (first, second)))
    return [
        *(reason for reason in [*asked, version] if reason),
        *scored(first, second),
        *(_protocols(first, second) or _tables(first, second)),
        *references(first, second),
    ]


def scored(first: Run, second: Run) -> list[str]:
    """Metrics that are defined, combined or computed otherwise."""
    ours, theirs = ({metric.name: _defined(metric) for metric in run.metrics} for run in (first, second))
    if ours != theirs:
        names = [name for name in dict.fromkeys([*ours, *theirs]) if ours.get(name) != theirs.get(name)]
        more = f" and {len(names) - 4} more" if len(names) > 4 else ""
        return [f"their metrics are not defined alike: {', '.join(names[:4])}{more}"]
    combine = [{name: said["combine"] for name, said in run.manifest["families"].items()} for run in (first, second)]
    if combine[0] != combine[1]:
        return ["their families are not combined alike"]
    digests = _digests(first) | _digests(second)
    if len(digests) < 2:
        return []
    return [f"their scores were made in different ways ({_why(first, second)}); `bench score` makes a run's again"]


def _defined(metric: Metric) -> tuple[object, ...]:
    """All of a metric that numbers depend on; not its words."""
    return metric.family, metric.better, metric.unit, metric.range, metric.ranked, metric.floor, metric.ceiling


def _digests(run: Run) -> set[str]:
    references = (result for rows in run.references.values() for result in rows.values())
    return {result.scoring for result in (*run.results, *references) if result.status == "ok"}


def _why(first: Run, second: Run) -> str:
    ours, theirs = (run.manifest["environment"].get("packages", {}) for run in (first, second))
    said = [_said(name, ours.get(name), theirs.get(name)) for name in SCORING_PACKAGES]
    said.append(_said("metric set", first.profile.get("metrics"), second.profile.get("metrics")))
    said.append(_said("snap", *(bool(run.manifest["config"].get("snap")) for run in (first, second))))
    return "; ".join(reason for reason in said if reason) or "the code of the metrics has changed"


def references(first: Run, second: Run) -> list[str]:
    """Floors and ceilings of the same splits that came out differently."""
    for split in (split for split in first.references if split in second.references):
        ours, theirs = first.references[split], second.references[split]
        for name in (name for name in ours if name in theirs):
            if why := unlike(first, ours[name], theirs[name]):
                return [f"the reference row {name} of the split {split} has different numbers: {why}"]
    return []


def unlike(run: Run, ours: TrialResult, theirs: TrialResult) -> str:
    """In what two results of the same trial differ, times aside; empty if in nothing.

    Args:
        run: whose metrics they are.
        ours: one of them.
        theirs: the other.
    """
    if ours.status != theirs.status:
        return f"{ours.status} and {theirs.status}"
    known = {metric.name for metric in run.metrics if metric.family != MEASURED}
    for key in (key for key in ours.metrics if key.partition("[")[0] in known):
        here, there = ours.metrics[key], theirs.metrics.get(key)
        if here is None or there is None:
            alike = here is there
        else:
            alike = math.isclose(here, there, rel_tol=_CLOSE, abs_tol=_CLOSE)
        if not alike:
            return f"{key} is {_shown(here)} and {_shown(there)}"
    return ""


def _protocols(first: Run, second: Run) -> list[str]:
    """Tables in time, and tables in no order, are split in one way each."""
    ours, theirs = _kinds(first), _kinds(second)
    said = (_said(f"split protocol of {kind}", ours[kind], theirs[kind]) for kind in ours if kind in theirs)
    return [reason for reason in said if reason]


def _kinds(run: Run) -> dict[str, str]:
    ordered = {data["name"]: bool(data["schema"].get("ordered")) for data in run.manifest["datasets"]}
    found: dict[str, set[str]] = {}
    for split in run.manifest["splits"]:
        options = ", ".join(f"{key} {value}" for key, value in sorted((split.get("options") or {}).items()))
        kind = "tables in time" if ordered[split["dataset"]] else "tables in no order"
        found.setdefault(kind, set()).add(split["protocol"] + (f" ({options})" if options else ""))
    return {kind: " or ".join(sorted(protocols)) for kind, protocols in found.items()}


def _tables(first: Run, second: Run) -> list[str]:
    ours, theirs = (
        {(data["name"], data["sha256"]): data for data in run.manifest["datasets"]} for run in (first, second)
    )
    found = [
        f"{name} of one is {other} of the other: the same table under two names"
        for name, sha256 in ours
        for other, theirs_sha256 in theirs
        if sha256 == theirs_sha256 and name != other and (other, sha256) not in ours and (name, sha256) not in theirs
    ]
    names = [data["name"] for data in first.manifest["datasets"]]
    both = [data["name"] for data in second.manifest["datasets"] if data["name"] in names]
    return found + [reason for name in both for reason in table(first, second, name, whole=True)]


def table(first: Run, second: Run, name: str, *, whole: bool) -> list[str]:
    """Why a data set of both runs, or its splits, are not the same.

    Args:
        first: a run that has it.
        second: another.
        name: of the data set.
        whole: whether all splits must be the same, or some.
    """
    ours, theirs = (next(data for data in run.manifest["datasets"] if data["name"] == name) for run in (first, second))
    if ours["sha256"] != theirs["sha256"]:
        return [f"{name} is not the same table in both (sha256 {ours['sha256'][:8]} and {theirs['sha256'][:8]})"]
    if ours["schema"] != theirs["schema"]:
        return [f"the columns of {name} are not read alike ({_differing(ours['schema'], theirs['schema'])})"]
    here, there = splits(first, name), splits(second, name)
    same = here.keys() == there.keys() if whole else here.keys() & there.keys()
    if same:
        return []
    said = [_said(words, *(_first(found, key) for found in (here, there))) for key, words in _SPLIT.items()]
    why = "; ".join(reason for reason in said if reason) or _said("number of splits", len(here), len(there))
    return [f"{name} is not split alike ({why or 'other options'})"]


def splits(run: Run, name: str) -> dict[str, Mapping[str, Any]]:
    """The splits of a data set by id, in order of repeats."""
    return {split["id"]: split for split in run.manifest["splits"] if split["dataset"] == name}


def _first(found: Mapping[str, Mapping[str, Any]], key: str) -> object:
    return next(iter(found.values()), {}).get(key)


def settings(name: str, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> str:
    """In which parameters a generator differs; empty if in none."""
    return f"{name} has other parameters ({_differing(ours, theirs)})" if ours != theirs else ""


def cards(name: str, first: Run, second: Run) -> str:
    """In which packages a generator differs; empty if in none."""
    ours, theirs = (run.manifest["generators"].get(name, {}).get("packages", {}) for run in (first, second))
    return f"{name} has other packages ({_differing(ours, theirs)})" if ours != theirs else ""


def _differing(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> str:
    keys = [key for key in dict.fromkeys([*ours, *theirs]) if ours.get(key, _UNSET) != theirs.get(key, _UNSET)]
    return ", ".join(f"{key} {_shown(ours.get(key, _UNSET))} and {_shown(theirs.get(key, _UNSET))}" for key in keys)


def _said(what: str, ours: object, theirs: object) -> str:
    return "" if ours == theirs else f"{what}: {_shown(ours)} and {_shown(theirs)}"


def _shown(value: object) -> str:
    return "none" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
