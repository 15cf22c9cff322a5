"""Explains a score: the weakest family, the metric in it and the column in that metric."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api import Entry, Metric
from bench.statistics.scores import loss

from ._format import digits_of, number, percent

if TYPE_CHECKING:
    from ._value_tables import BoardValues

_STANDS_OUT = 2.0
"""A column is named if its share is so many times what it would be if all columns had the same."""

_LARGE_SHARE = 0.6
"""A column with this share is named, however few there are."""

_GAIN = "c2st_gain"
"""Metric with values by column: the share of the discriminator's gain."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A family, a metric of it and that metric's most important column, with its values as text (empty if none)."""

    family: str
    metric: Metric
    column: str

    def value(self, entry: Entry) -> str:
        """Returns the mean value of the metric, as text."""
        value = entry.metrics.get(self.metric.name)
        return number(value.mean if value else None, digits_of(self.metric))


def weakest(board_values: BoardValues, entry: Entry) -> Cause:
    """Returns the cause of a generator's lowest family score; the entry must have family scores."""
    families = board_values.scored_families(entry)
    return weakest_in_family(board_values, entry, min(families, key=lambda family: entry.families[family].mean))


def weakest_in_family(board_values: BoardValues, entry: Entry, family: str) -> Cause:
    """Returns the metric with the lowest score in a family, and its column."""
    metric = min(board_values.scored_metrics(entry, family), key=lambda metric: entry.scores[metric.name].mean)
    return Cause(family, metric, _weakest_column(board_values, entry, metric))


def _weakest_column(board_values: BoardValues, entry: Entry, metric: Metric) -> str:
    """Returns the column with the largest loss in a metric, or in the family's lowest metric that has columns."""
    if metric.per_column:
        return _worst_column(board_values, entry, metric)
    if share := _detected_by(board_values, entry) if metric.name.startswith("c2st") else "":
        return share
    others = [other for other in board_values.family_metrics(metric.family) if other.per_column and other.name != _GAIN]
    others.sort(key=lambda other: entry.scores[other.name].mean if other.name in entry.scores else 2.0)
    texts = ((other, _worst_column(board_values, entry, other)) for other in others)
    return next((f"{text}, by {other.name}" for other, text in texts if text), "")


def _worst_column(board_values: BoardValues, entry: Entry, metric: Metric) -> str:
    values = board_values.by_column(metric.name)
    own, at = values.get(entry.generator, {}), metric.ceiling
    ceiling = values.get(at, {}) if isinstance(at, str) else dict.fromkeys(own, at)
    excess = _excess_loss(own, ceiling, metric)
    worst = max(excess, key=excess.__getitem__, default="")
    if not worst or excess[worst] <= 0:
        return ""
    digits = digits_of(metric)
    words = at if isinstance(at, str) else "ceiling"
    return f"{worst} ({number(own[worst], digits)}, {words} {number(ceiling[worst], digits)})"


def _excess_loss(values: dict[str, float], better: dict[str, float], metric: Metric) -> dict[str, float]:
    """Returns how much larger the loss is than that of the better values, by column."""
    shared = [column for column in values if column in better]
    return {column: loss(values[column], metric) - loss(better[column], metric) for column in shared}


def _detected_by(board_values: BoardValues, entry: Entry) -> str:
    """Returns the column that the discriminator gains most from, with its share, if it clearly stands out."""
    gains = board_values.by_column(_GAIN).get(entry.generator, {})
    total = math.fsum(gains.values())
    if total <= 0:
        return ""
    top = max(gains, key=gains.__getitem__)
    if gains[top] / total < min(_STANDS_OUT / len(gains), _LARGE_SHARE):
        return ""
    return f"{top} ({percent(gains[top] / total)} of the discriminator's gain)"
