"""Regimes of the target: its everyday values and its rare high ones, known to a model as a one-hot code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.api import BenchError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_KINDS = 2


@dataclass(frozen=True, slots=True)
class Regimes:
    """Where baseline ends and plume begins.

    Attributes:
        column: of the target.
        threshold: rows above it are plume, others baseline.
        shares: of baseline and plume among train rows.
    """

    column: int
    threshold: float
    shares: tuple[float, float]

    def of(self, values: NDArray[np.float64]) -> NDArray[np.int_]:
        """0 (baseline) or 1 (plume) of each row: (rows, columns) -> (rows,)."""
        return (values[:, self.column] > self.threshold).astype(int)

    def codes(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """One-hot: (rows, columns) -> (rows, 2)."""
        return np.eye(_KINDS)[self.of(values)]


def find(values: NDArray[np.float64], column: int, quantile: float) -> Regimes:
    """The regimes of train rows.

    Args:
        values: (rows, columns).
        column: of the target.
        quantile: of the target; rows above it are plume.

    Raises:
        BenchError: if no row is above it.
    """
    threshold = float(np.quantile(values[:, column], quantile))
    share = float((values[:, column] > threshold).mean())
    if share == 0:
        raise BenchError(f"no train row's target is above its {quantile:g} quantile; lower regimes, or give 0")
    return Regimes(column, threshold, (1 - share, share))
