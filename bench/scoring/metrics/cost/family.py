"""Cost: time and memory of fitting and sampling, and the size of the model. Shown, never ranked."""

from __future__ import annotations

from functools import partial

from bench.api import Context, Cost, Details, Family, Metric, Score

_NAME = "cost"
_metric = partial(Metric, family=_NAME, better="lower", range=(0.0, float("inf")))
_METRICS = (
    _metric(
        "fit_seconds",
        meaning="wall time of fitting, with one thread; longer if other trials run at the same time",
        unit="s",
        source="perf_counter around fit",
    ),
    _metric(
        "fit_cpu_seconds",
        meaning="processor time of fitting, all threads together; other work on the machine adds up to a quarter",
        unit="s",
        source="process_time around fit",
    ),
    _metric(
        "sample_rows_per_second",
        better="higher",
        meaning="rows sampled per second of wall time, with one thread",
        unit="rows/s",
        source="perf_counter around sample",
    ),
    _metric(
        "memory_mb",
        meaning="peak of resident memory minus its value at the start",
        unit="MB",
        source="getrusage and psutil",
    ),
    _metric(
        "parameters",
        meaning="number of trained values that the fitted model keeps",
        source="the generator's parameter_count",
    ),
)


def _score(context: Context) -> tuple[list[Score], Details]:
    if context.cost is None:
        reason = "no model makes the reference rows"
        return [Score(metric.name, None, reason=reason) for metric in _METRICS], {}
    cost, memory = context.cost, context.cost.memory_bytes
    return [
        Score("fit_seconds", cost.fit_seconds),
        _measured("fit_cpu_seconds", cost.fit_cpu_seconds, "processor time was not measured"),
        _measured("sample_rows_per_second", _speed(cost), "too fast for the clock"),
        _measured("memory_mb", None if memory is None else memory / 1e6, "memory was not measured"),
        _measured("parameters", cost.parameters, "the generator does not count its parameters"),
    ], {}


def _speed(cost: Cost) -> float | None:
    """Returns rows per second; None if the clock measured no time.

    >>> _speed(Cost(1.0, 0.5, 600, None)), _speed(Cost(1.0, 0.0, 600, None))
    (1200.0, None)
    """
    return cost.rows / cost.sample_seconds if cost.sample_seconds > 0 else None


def _measured(metric: str, value: float | None, reason: str) -> Score:
    return Score(metric, None, reason=reason) if value is None else Score(metric, float(value))


FAMILY = Family(_NAME, "Time, memory and size", _METRICS, _score, order=60)
