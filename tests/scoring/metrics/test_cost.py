from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.api import Cost
from bench.plugins import entry_points

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.api import Split


def test_cost_is_read_from_the_trial(split: Split, score: Callable[..., Any]) -> None:
    cost = Cost(12.5, 0.5, 600, 3_000_000, fit_cpu_seconds=11.0, parameters=4_321)
    result = score("cost", split, split.train, cost=cost)
    assert result.metrics == {
        "fit_seconds": 12.5,
        "fit_cpu_seconds": 11.0,
        "sample_rows_per_second": 1200.0,
        "memory_mb": 3.0,
        "parameters": 4321.0,
    }
    assert result.reasons == {}


def test_nothing_of_it_is_ranked() -> None:
    assert not any(metric.ranked for metric in entry_points.load("metrics", "cost").metrics)


def test_reference_rows_cost_nothing_and_say_why(split: Split, score: Callable[..., Any]) -> None:
    result = score("cost", split, split.train)
    assert set(result.metrics.values()) == {None}
    assert "no model makes" in result.reasons["fit_seconds"]


def test_what_was_not_measured_has_a_reason(split: Split, score: Callable[..., Any]) -> None:
    result = score("cost", split, split.train, cost=Cost(1.0, 0.0, 600, None))
    assert result.metrics["fit_seconds"] == 1
    assert result.reasons == {
        "fit_cpu_seconds": "processor time was not measured",
        "sample_rows_per_second": "too fast for the clock",
        "memory_mb": "memory was not measured",
        "parameters": "the generator does not count its parameters",
    }


def test_zero_is_a_measurement(split: Split, score: Callable[..., Any]) -> None:
    result = score("cost", split, split.train, cost=Cost(0.0, 0.1, 600, 0, 0.0, 0))
    assert [result.metrics[key] for key in ("fit_seconds", "fit_cpu_seconds", "memory_mb", "parameters")] == [0] * 4
