"""A well-behaved generator: train rows drawn with replacement, with a little noise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np

from bench.api import BenchError

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import ProgressCallback, Schema


class Model:
    """Bootstrap with noise."""

    def __init__(self, noise: float = 0.1, steps: int = 3) -> None:
        self.noise = noise
        self.steps = steps
        self._train: pd.DataFrame | None = None
        self._tell: ProgressCallback | None = None

    def on_progress(self, callback: ProgressCallback) -> None:
        self._tell = callback

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        self._train = train
        for step in range(self.steps if self._tell else 0):
            if self._tell is not None:
                self._tell(step + 1, self.steps)
        return self

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        if self._train is None:
            raise BenchError("sample was called before fit; call fit first")
        rng = np.random.default_rng(seed)
        drawn = self._train.iloc[rng.integers(len(self._train), size=n)].reset_index(drop=True)
        noise = rng.normal(0, self.noise, drawn.shape) * self._train.std().to_numpy()
        return drawn.add(noise)
