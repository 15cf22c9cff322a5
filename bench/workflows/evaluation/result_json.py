"""The result of an evaluation as plain data, and which families it could not assess."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bench.runs import environment, run_directory
from bench.statistics.leaderboard import rank
from bench.statistics.scores import bound_value, loss
from bench.workflows.evaluation.input_tables import NO_HOLDOUT, NO_TARGET

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.api import Metric, TrialResult


def decisive_facts(run: run_directory.Run) -> list[str]:
    """Returns what decides the scores besides the rows: a line each, and one per family that could not be assessed."""
    described = run.manifest.evaluation
    return [*(described.decisive if described else ()), *_unassessed_families(run)]


def _unassessed_families(run: run_directory.Run) -> list[str]:
    """Returns a line per reason for which families could not be assessed."""
    family_of = {metric.name: metric.family for metric in run.metrics}
    (result,) = run.results
    families: dict[str, set[str]] = {NO_HOLDOUT: set(), NO_TARGET: set()}
    for key, reason in result.reasons.items():
        if key in family_of and reason in families:
            families[reason].add(family_of[key])
    return [f"{' and '.join(sorted(names))}: {reason}" for reason, names in families.items() if names]


def evaluation_result(run: run_directory.Run, digests: Mapping[str, str]) -> dict[str, Any]:
    """Returns what `evaluation.json` holds: scores, values with their floors and ceilings, and reasons for no value.

    Keys: schema_version, command, real, synthetic, sizes, sha256, overall, no_overall, implausible, families, metrics,
    environment, created. `no_overall` says why `overall` is null, and `implausible` why the table cannot have been made
    from the real one alone; both are empty otherwise.
    """
    (result,), (board,) = run.results, rank(run).boards
    entry = next(entry for entry in board.entries if entry.kind == "generator")
    (references,) = run.references.values()
    metrics = {metric.name: metric for metric in run.metrics}

    def describe_value(key: str, value: float | None) -> dict[str, Any]:
        bounds = _bounds(metrics[key.partition("[")[0]], key, references)
        score = entry.scores.get(key)
        reason = {"reason": result.reasons.get(key, "")} if value is None else {}
        return {"value": value, "score": score.mean if score else None, **bounds, **reason}

    return {
        "schema_version": run_directory.SCHEMA_VERSION,
        "command": run.manifest.command,
        "real": result.trial.dataset,
        "synthetic": result.trial.generator,
        "sizes": asdict(run.manifest.splits[0].sizes),
        "sha256": dict(digests),
        "overall": entry.overall.mean if entry.overall else None,
        "no_overall": board.no_overall,
        "implausible": entry.implausible,
        "families": {name: stat.mean for name, stat in entry.families.items()},
        "metrics": {key: describe_value(key, value) for key, value in result.metrics.items()},
        "environment": asdict(environment.environment()),
        "created": run.manifest.created,
    }


def _bounds(metric: Metric, key: str, references: Mapping[str, TrialResult]) -> dict[str, float | None]:
    """Returns the values of the reference rows that are a metric's floor and ceiling."""
    if not metric.ranked:
        return {}
    floors = [bound_value(bound, key, references) for bound in metric.floors]
    known = [value for value in floors if value is not None]
    floor = min(known, key=lambda value: loss(value, metric), default=None)
    return {"floor": floor, "ceiling": bound_value(metric.ceiling, key, references)}
