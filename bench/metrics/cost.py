"""Cost: what fitting and sampling took. Shown, never ranked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import Context, Cost, Family, Metric, Score

if TYPE_CHECKING:
    from bench.api import Details

_ME = "cost"
_RANGE = (0.0, float("inf"))
_METRICS = (
    Metric("fit_seconds", _ME, "lower", "wall time of fitting, one thread", unit="s", range=_RANGE),
    Metric("sample_rows_per_second", _ME, "higher", "rows drawn per second, one thread", unit="rows/s", range=_RANGE),
    Metric(
        "memory_mb",
        _ME,
        "lower",
        "resident memory at its peak less that at the start",
        unit="MB",
        range=_RANGE,
    ),
)


def _score(context: Context) -> tuple[list[Score], Details]:
    if context.cost is None:
        reason = "reference rows are not the work of a model"
        return [Score(metric.name, None, reason=reason) for metric in _METRICS], {}
    return [
        Score("fit_seconds", context.cost.fit_seconds),
        _speed(context.cost),
        _memory(context.cost),
    ], {}


def _speed(cost: Cost) -> Score:
    if cost.sample_seconds <= 0:
        return Score("sample_rows_per_second", None, reason="too fast for the clock")
    return Score("sample_rows_per_second", cost.rows / cost.sample_seconds)


def _memory(cost: Cost) -> Score:
    if cost.memory_bytes is None:
        return Score("memory_mb", None, reason="memory was not measured")
    return Score("memory_mb", cost.memory_bytes / 1e6)


FAMILY = Family(_ME, "Time and memory", _METRICS, _score, order=60)
