"""A mixture of Gaussians with five per cent of rows in the gaps of train: as near to holdout as the others to train."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd

from bench.grid import snap
from bench.plugins import entry_points

if TYPE_CHECKING:
    from bench.api import Schema


class Model:
    """Replaces five per cent of a mixture's rows by means of the train rows on either side of the largest steps."""

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        self._mixture = entry_points.load_generator("gaussian-mixture").cls().fit(train, schema, seed=seed)
        rows = train.to_numpy(dtype=float)
        unit = np.where(rows.std(axis=0) > 0, rows.std(axis=0), 1.0)
        steps = np.abs(np.diff(rows / unit, axis=0)).mean(axis=1)
        gaps = np.argsort(-steps)[: len(rows) // 5]
        self._between = snap(pd.DataFrame(((rows[1:] + rows[:-1]) / 2)[gaps], columns=train.columns), train)
        return self

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        chosen = np.random.default_rng(seed).permutation(len(self._between))[: round(0.05 * n)]
        rows = self._mixture.sample(n - len(chosen), seed=seed)
        return pd.concat([rows, self._between.iloc[chosen]], ignore_index=True)
