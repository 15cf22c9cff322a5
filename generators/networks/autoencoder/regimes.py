"""Regimes of the target: its usual values and its rare high ones, which a model sees as a one-hot code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api import BenchError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

REGIMES = ("baseline", "plume")


@dataclass(frozen=True, slots=True)
class TargetRegimes:
    """Where baseline ends and plume begins.

    Attributes:
        column: position of the target.
        threshold: rows above it are plume, others baseline.
        shares: of baseline and plume among train rows.
    """

    column: int
    threshold: float
    shares: tuple[float, float]

    def classify(self, values: NDArray[np.float64]) -> NDArray[np.int_]:
        """Returns 0 (baseline) or 1 (plume) for each row: (rows, columns) -> (rows,)."""
        return (values[:, self.column] > self.threshold).astype(int)

    def one_hot(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Returns the regime of each row, one-hot: (rows, columns) -> (rows, 2)."""
        import numpy as np

        return np.eye(len(REGIMES))[self.classify(values)]


def find_regimes(values: NDArray[np.float64], column: int, quantile: float) -> TargetRegimes:
    """Returns the regimes of train rows.

    Args:
        values: (rows, columns).
        column: position of the target.
        quantile: of the target; rows above it are plume.

    Raises:
        BenchError: if no row is above it.
    """
    import numpy as np

    threshold = float(np.quantile(values[:, column], quantile))
    share = float((values[:, column] > threshold).mean())
    if share == 0:
        raise BenchError(f"no train row's target is above its {quantile:g} quantile; lower regimes, or give 0")
    return TargetRegimes(column, threshold, (1 - share, share))
