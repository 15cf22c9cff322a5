"""Values of the reference rows that bound ranked metrics, and nothing else: what deciding which metrics enter needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.scoring.reference_rows import reference_names_of, reference_table
from bench.scoring.score_table import metrics_in, prepare_all, score_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.api import Family, MetricSet, Schema, Split

_NOISE_ROW = "copy"
"""The row that tells a ceiling's noise from the difficulty of a split, see `bench.statistics.scores`."""


def bounding_values(
    split: Split, seed: int, families: Sequence[Family], metric_set: MetricSet
) -> dict[str, dict[str, float]]:
    """Returns reference row -> ranked metric -> value; missing values are left out.

    Each family scores only the rows that bound one of its ranked metrics.
    """
    values: dict[str, dict[str, float]] = {}
    for family in families:
        needed = _rows_of(family, metric_set, split.schema)
        names = [name for name in reference_names_of(split.schema, split.protocol) if name in needed]
        artefacts = prepare_all([family], split, seed, metric_set) if names else {}
        for name in names:
            table = reference_table(name, split.train, seed, split.schema)
            scored = score_all([family], split, table, artefacts, seed=seed, metric_set=metric_set)
            ranked = [metric.name for metric in metrics_in(family, metric_set, split.schema) if metric.ranked]
            found = {metric: value for metric in ranked if (value := scored.metrics[metric]) is not None}
            values[name] = values.get(name, {}) | found
    return values


def _rows_of(family: Family, metric_set: MetricSet, schema: Schema) -> frozenset[str]:
    """Returns the reference rows that a family must score."""
    ranked = [metric for metric in metrics_in(family, metric_set, schema) if metric.ranked]
    noisy = any(isinstance(metric.ceiling, str) for metric in ranked)
    rows = {row for metric in ranked for row in metric.bounding_rows} | ({_NOISE_ROW} if noisy else set())
    return frozenset(rows - family.blank_for)
