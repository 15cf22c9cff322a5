"""SMOTE: rows between train rows and their neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd
from sklearn.neighbors import NearestNeighbors

from bench.grid import snap

if TYPE_CHECKING:
    from bench.api import Schema


class Model:
    """A random place between a random row and one of its `k` nearest neighbours."""

    def __init__(self, k: int = 5) -> None:
        self.k = k

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        scaled = train / train.std().where(train.std() > 0, 1.0)
        self._train = train
        self._near = NearestNeighbors(n_neighbors=self.k + 1).fit(scaled).kneighbors(scaled)[1][:, 1:]
        return self

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        rows = self._train.to_numpy(dtype=float)
        first = rng.integers(len(rows), size=n)
        second = self._near[first, rng.integers(self.k, size=n)]
        between = rows[first] + rng.uniform(size=(n, 1)) * (rows[second] - rows[first])
        return snap(pd.DataFrame(between, columns=self._train.columns), self._train)
