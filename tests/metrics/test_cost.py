from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.api import Cost

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.api import Split


def test_cost_is_read_from_the_trial(split: Split, score: Callable[..., Any]) -> None:
    cost = Cost(fit_seconds=12.5, sample_seconds=0.5, rows=600, memory_bytes=3_000_000)
    found = score("cost", split, split.train, cost=cost).metrics
    assert found == {"fit_seconds": 12.5, "sample_rows_per_second": 1200.0, "memory_mb": 3.0}


def test_reference_rows_cost_nothing_and_say_why(split: Split, score: Callable[..., Any]) -> None:
    found = score("cost", split, split.train)
    assert set(found.metrics.values()) == {None}
    assert "not the work of a model" in found.reasons["fit_seconds"]


def test_what_was_not_measured_has_a_reason(split: Split, score: Callable[..., Any]) -> None:
    found = score("cost", split, split.train, cost=Cost(1.0, 0.0, 600, None))
    assert found.metrics["fit_seconds"] == 1
    assert found.reasons == {
        "sample_rows_per_second": "too fast for the clock",
        "memory_mb": "memory was not measured",
    }
