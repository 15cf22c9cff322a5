"""Rows in the gaps of train, where the held-out rows are: gaps of the index, or else the largest steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd

from bench.grid import snap

if TYPE_CHECKING:
    from bench.api import Schema


class Model:
    """Means of rows on either side of a gap."""

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        self._train = train
        return self

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        rows, index = self._train.to_numpy(dtype=float), self._train.index.to_numpy()
        unit = np.where(rows.std(axis=0) > 0, rows.std(axis=0), 1.0)
        steps = np.abs(np.diff(rows / unit, axis=0)).mean(axis=1)
        gaps = np.flatnonzero(np.diff(index) > 1)
        gaps = gaps if len(gaps) else np.argsort(-steps)[: len(rows) // 5]
        means = ((rows[1:] + rows[:-1]) / 2)[gaps]
        chosen = np.random.default_rng(seed).permutation(np.arange(n) % len(means))
        return snap(pd.DataFrame(means[chosen], columns=self._train.columns), self._train)
