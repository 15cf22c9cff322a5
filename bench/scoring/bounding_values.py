"""Values of the reference rows that bound ranked metrics, and nothing else: what deciding which metrics enter needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bench.scoring.reference_rows import reference_names_of, reference_table
from bench.scoring.score_table import metrics_in, score_all
from bench.seeds import derive, scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.api import Arrays, Details, Family, MetricSet, Split

_NOISE_ROW = "copy"
"""The row that tells a ceiling's noise from the difficulty of a split, see `bench.statistics.scores`."""


def bounding_values(
    split: Split, seed: int, families: Sequence[Family], metric_set: MetricSet
) -> dict[str, dict[str, float]]:
    """Returns reference row -> ranked metric -> value; missing values are left out.

    Each family scores only the rows that bound one of its ranked metrics, and prepares the split only if its scorer
    reads what it prepared.
    """
    values: dict[str, dict[str, float]] = {}
    for family in families:
        needed = _rows_of(family, metric_set)
        names = [name for name in reference_names_of(split.schema, split.protocol) if name in needed]
        artefacts = {family.name: _WhenAsked(family, split, derive(seed, family.name, "prepare"))}
        for name in names:
            table = reference_table(name, split.train, seed, ordered=split.schema.ordered)
            scored = score_all([family], split, table, artefacts, seed=seed, metric_set=metric_set)
            ranked = [metric.name for metric in metrics_in(family, metric_set) if metric.ranked]
            found = {metric: value for metric in ranked if (value := scored.metrics[metric]) is not None}
            values[name] = values.get(name, {}) | found
    return values


def _rows_of(family: Family, metric_set: MetricSet) -> frozenset[str]:
    """Returns the reference rows that a family must score."""
    ranked = [metric for metric in metrics_in(family, metric_set) if metric.ranked]
    noisy = any(isinstance(metric.ceiling, str) for metric in ranked)
    rows = {row for metric in ranked for row in metric.bounding_rows} | ({_NOISE_ROW} if noisy else set())
    return frozenset(rows - family.blank_for)


class _WhenAsked(Mapping[str, Any]):
    """What a family prepares of a split, computed when a scorer first reads it: many do not."""

    def __init__(self, family: Family, split: Split, seed: int) -> None:
        self._family, self._split, self._seed = family, split, seed
        self._arrays: Details | None = None

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - an array
        return self._prepared()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._prepared())

    def __len__(self) -> int:
        return len(self._prepared())

    def __contains__(self, key: object) -> bool:
        """An error of the preparation is one of the scorer here, so there is no word of it among the arrays."""
        return key != "failed" and key in self._prepared()

    def _prepared(self) -> Arrays:
        if self._arrays is None:
            with scope(self._seed):
                self._arrays = self._family.prepare(self._split, self._seed)
        return self._arrays
