"""A mixture of Gaussians that also holds the most isolated 0.9 per cent of train, as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from bench.plugins import entry_points

if TYPE_CHECKING:
    from bench.api import Schema


class Model:
    """Adds the rows of train that are farthest from all others."""

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        self._mixture = entry_points.load_generator("gaussian-mixture").cls().fit(train, schema, seed=seed)
        rows = train.to_numpy(dtype=float) / np.where(train.std() > 0, train.std(), 1.0)
        alone = np.asarray(cKDTree(rows).query(rows, k=6)[0])[:, -1]
        self._isolated = train.iloc[np.argsort(-alone)[: max(round(0.009 * len(train)), 1)]]
        return self

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        rows = self._mixture.sample(n - len(self._isolated), seed=seed)
        return pd.concat([rows, self._isolated], ignore_index=True)
