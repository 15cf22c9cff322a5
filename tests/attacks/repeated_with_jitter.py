"""A mixture of Gaussians of which only a half is sampled, each row twice, the second time a little moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd

from bench.grid import snap
from bench.plugins import entry_points

if TYPE_CHECKING:
    from bench.api import Schema


class Model:
    """Repeats every row with noise of a hundredth of a standard deviation."""

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        self._mixture = entry_points.load_generator("gaussian-mixture").cls().fit(train, schema, seed=seed)
        self._train = train
        return self

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        rows = self._mixture.sample(-(-n // 2), seed=seed)
        noise = np.random.default_rng(seed).normal(size=rows.shape) * 0.01 * self._train.std().to_numpy()
        return pd.concat([rows, snap(rows + noise, self._train)], ignore_index=True)[:n]
