"""A mixture of Gaussians with ten per cent of its rows replaced by rows of train."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd

from bench.plugins import entry_points

if TYPE_CHECKING:
    from bench.api import Schema


class Model:
    """Replaces ten per cent of a mixture's rows."""

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        self._mixture = entry_points.load_generator("gaussian-mixture").cls().fit(train, schema, seed=seed)
        self._train = train
        return self

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        rng, count = np.random.default_rng(seed), round(0.1 * n)
        copies = self._train.iloc[rng.permutation(len(self._train))[:count]]
        return pd.concat([self._mixture.sample(n - len(copies), seed=seed), copies], ignore_index=True)
