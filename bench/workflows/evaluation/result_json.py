"""What an evaluation found, as plain data and as lines."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bench.runs import environment, run_directory
from bench.statistics.leaderboard import rank

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.api import Metric, TrialResult

NO_HOLDOUT = "not assessable without real rows that the table was not made from; give some with --holdout"
NO_TARGET = "not assessable without a column to predict; name one with --target"


def silences(run: run_directory.Run) -> list[str]:
    """What could not be assessed and why, one line per family."""
    family = {metric.name: metric.family for metric in run.metrics}
    (found,) = run.results
    said = {
        (family[key], why) for key, why in found.reasons.items() if key in family and why in (NO_HOLDOUT, NO_TARGET)
    }
    return [f"{name}: {why}" for name, why in sorted(said)]


def result(run: run_directory.Run, digests: Mapping[str, str]) -> dict[str, Any]:
    """What `evaluation.json` holds: scores, values with their bounds, and why there are none.

    Keys: schema_version, command, real, synthetic, sizes, sha256, overall, families, metrics, environment, created.
    """
    (found,), (board,) = run.results, rank(run).boards
    row = next(row for row in board.entries if row.kind == "generator")
    (of_split,) = run.references.values()
    specs = {metric.name: metric for metric in run.metrics}

    def described(key: str, value: float | None) -> dict[str, Any]:
        metric = specs[key.partition("[")[0]]
        ends = {end: of_split[name].metrics.get(key) for end, name in _ends(metric, of_split)}
        score = row.scores.get(key)
        said = {"value": value, "score": score.mean if score else None, **ends}
        return said | ({"reason": found.reasons.get(key, "")} if value is None else {})

    return {
        "schema_version": run_directory.SCHEMA_VERSION,
        "command": run.manifest.command,
        "real": found.trial.dataset,
        "synthetic": found.trial.generator,
        "sizes": asdict(run.manifest.splits[0].sizes),
        "sha256": dict(digests),
        "overall": row.overall.mean if row.overall else None,
        "families": {name: stat.mean for name, stat in row.families.items()},
        "metrics": {key: described(key, value) for key, value in found.metrics.items()},
        "environment": asdict(environment.environment()),
        "created": run.manifest.created,
    }


def _ends(metric: Metric, rows: Mapping[str, TrialResult]) -> list[tuple[str, str]]:
    ends = (("floor", metric.floor), ("ceiling", metric.ceiling))
    return [(end, name) for end, name in ends if metric.ranked and name in rows]
