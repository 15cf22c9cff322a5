"""Returns train rows blurred by less than the distance of rows that follow each other.

The rows of train that a generator gets have lost their gaps, so what follows each other there is farther apart than
rows that follow each other in the table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np

from bench.scoring.reference_rows import blurred, resolution

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Schema


class Model:
    """Train with noise, on its grids.

    Attributes:
        noise: mean distance that rows are moved by, in units of the distance of rows that follow each other in train.
    """

    def __init__(self, noise: float = 0.5) -> None:
        self.noise = noise

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        self._train, self._step = train, resolution(train, ordered=schema.ordered)
        return self

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        rows = blurred(self._train, self.noise * self._step, rng)
        return rows.iloc[rng.integers(len(rows), size=n)].reset_index(drop=True) if n > len(rows) else rows[:n]
