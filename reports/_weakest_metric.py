"""From a score down to what made it: the family, the metric in it, the column in that."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.statistics.scores import loss

from ._format import digits_of, number, percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.api import Board, Entry, Metric

    from ._value_tables import Source

_GAIN = "c2st_gain"
"""By column: how much of the discriminator's work it does."""

_LEAST = 1e-3


@dataclass(frozen=True, slots=True)
class Cause:
    """A family, the metric in it that says most, and the column that says most of that.

    Attributes:
        column: in words, with its numbers; empty where nothing has values by column.
    """

    family: str
    metric: Metric
    column: str


def weakest(source: Source, row: Entry) -> Cause:
    """What holds a generator back most; its families must have been scored."""
    return within(source, row, min(families(source.board, row), key=lambda one: row.families[one].mean))


def within(source: Source, row: Entry, family: str) -> Cause:
    """What holds a generator back most in one family."""
    metric = min(entering(source, row, family), key=lambda one: row.scores[one.name].mean)
    return Cause(family, metric, _column_of(source, row, metric))


def families(board: Board, row: Entry) -> list[str]:
    """Those that made a row's overall score, in the order of reports."""
    return [family for family in board.families if family in row.families]


def decisive(source: Source, best: Entry, second: Entry) -> Cause | None:
    """Where one row gains most on another; None if it is ahead nowhere.

    The overall score is a geometric mean, so that the family with the largest ratio of scores moves it most.
    """
    common = [one for one in families(source.board, best) if one in second.families]
    family = max(common, key=lambda one: gain(best, second, one), default="")
    if not family or gain(best, second, family) <= 0:
        return None
    # Where floor and ceiling are close on all of its splits so far, an unfinished generator has no score in a metric.
    shared = [one for one in entering(source, best, family) if one.name in second.scores]
    if not shared:
        return None
    metric = max(shared, key=lambda one: score_gap(best, second, one))
    return Cause(family, metric, _column_between(source, best, second, metric))


def gain(best: Entry, second: Entry, family: str) -> float:
    """By what factor a family lifts one row over another, as a logarithm."""
    first, other = (max(row.families[family].mean, _LEAST) for row in (best, second))
    return math.log(first / other)


def score_gap(best: Entry, second: Entry, metric: Metric) -> float:
    """How much better one row's score in a metric is."""
    return best.scores[metric.name].mean - second.scores[metric.name].mean


def entering(source: Source, row: Entry, family: str) -> list[Metric]:
    """The metrics that made a row's family score, in the order they are listed."""
    return [metric for metric in source.metrics if metric.family == family and metric.name in row.scores]


def _column_of(source: Source, row: Entry, metric: Metric) -> str:
    """The column that contributes most to a metric's loss, or to that of the nearest metric that has columns."""
    if metric.per_column:
        return _worst_column(source, row, metric)
    if share := _given_away(source, row) if metric.name.startswith("c2st") else "":
        return share
    others = [one for one in source.metrics if one.family == metric.family and one.per_column and one.name != _GAIN]
    others.sort(key=lambda one: row.scores[one.name].mean if one.name in row.scores else 2.0)
    found = ((one, _worst_column(source, row, one)) for one in others)
    return next((f"{said}, by {one.name}" for one, said in found if said), "")


def _worst_column(source: Source, row: Entry, metric: Metric) -> str:
    values = source.by_column(metric.name)
    own, real = values.get(row.generator, {}), values.get(metric.ceiling, {})
    excess = _excess(own, real, metric)
    worst = max(excess, key=excess.__getitem__, default="")
    if not worst or excess[worst] <= 0:
        return ""
    digits = digits_of(metric)
    return f"{worst} ({number(own[worst], digits)}, {metric.ceiling} {number(real[worst], digits)})"


def _excess(values: Mapping[str, float], best: Mapping[str, float], metric: Metric) -> dict[str, float]:
    """How much more is lost than by the other row, by column."""
    return {column: loss(values[column], metric) - loss(best[column], metric) for column in values if column in best}


def _given_away(source: Source, row: Entry) -> str:
    """The column that the discriminator owes most to, with its share."""
    gains = source.by_column(_GAIN).get(row.generator, {})
    total = math.fsum(gains.values())
    if total <= 0:
        return ""
    top = max(gains, key=gains.__getitem__)
    return f"{top} ({percent(gains[top] / total)} of the discriminator's gain)"


def _column_between(source: Source, best: Entry, second: Entry, metric: Metric) -> str:
    """The column in which one row is furthest ahead of another, as the end of a sentence."""
    if metric.name.startswith("c2st"):
        share = _given_away(source, second)
        return f"; {second.generator} is given away first of all by {share}" if share else ""
    values = source.by_column(metric.name) if metric.per_column else {}
    one, other = values.get(best.generator, {}), values.get(second.generator, {})
    excess = _excess(other, one, metric)
    top = max(excess, key=excess.__getitem__, default="")
    return f", most of all in {top} ({number(one[top])} against {number(other[top])})" if excess.get(top, 0) > 0 else ""


def bounds(board: Board, metric: Metric) -> Sequence[float | None]:
    """The mean values of a metric's floor and ceiling."""
    means = {row.generator: row.metrics[metric.name].mean for row in board.entries if metric.name in row.metrics}
    return [means.get(name) for name in (metric.floor, metric.ceiling)]
