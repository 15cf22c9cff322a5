"""How much worse a generator must become before a check notices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api import BenchError
from bench.workflows.regression_gate import regression_test
from bench.workflows.regression_gate.check import Cell, cells

if TYPE_CHECKING:
    from bench.api import Metric
    from bench.workflows.regression_gate.baseline import Baseline


@dataclass(frozen=True, slots=True)
class Detectable:
    """What a check notices: the least mean loss that it takes for a regression when everything has changed.

    Attributes:
        value: the baseline's mean.
        noise: standard deviation of fits on one split.
        least: the loss.
    """

    dataset: str
    generator: str
    metric: Metric
    value: float
    noise: float
    least: float


def demand_fits(fits: int) -> None:
    """Refuses a number of fits per split below 1.

    Raises:
        BenchError: naming it.
    """
    if fits < 1:
        raise BenchError(f"got {fits} fits per split; expected at least 1")


def detectable(baseline: Baseline, fits: int = 1) -> tuple[Detectable, ...]:
    """What a check of everything would notice, of every metric that is checked.

    Args:
        baseline: to be checked against.
        fits: per split, of a run that is checked; at least 1.
    """
    due = list(cells(baseline, baseline.checked))
    return tuple(_detectable(cell, fits, len(due)) for cell in due)


def _detectable(cell: Cell, fits: int, tests: int) -> Detectable:
    found = regression_test.shift(cell.before, [[of[0]] * fits for of in cell.before], cell.metric)
    least = regression_test.tolerance(found.error, found.freedom, tests, cell.floor)
    value = regression_test.overall(cell.before)
    return Detectable(*cell.at, cell.metric, value, regression_test.noise(cell.before, cell.metric), least)
