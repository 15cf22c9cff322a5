"""Returns train rows with noise that is small against the distance of neighbours in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.grid import snap

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Schema


class Model:
    """Bootstrap of train with noise, on its grids.

    Attributes:
        noise: standard deviation, in units of each column's median step from one row to the next; where many steps
            are nought, of their mean.
    """

    def __init__(self, noise: float = 0.25) -> None:
        self.noise = noise

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> None:
        steps = train.sort_index().diff().abs()
        self._train, self._step = train, steps.median().where(steps.median() > 0, steps.mean()).to_numpy()

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        drawn = self._train.iloc[rng.integers(len(self._train), size=n)].reset_index(drop=True)
        return snap(drawn + self.noise * self._step * rng.normal(size=drawn.shape), self._train)
