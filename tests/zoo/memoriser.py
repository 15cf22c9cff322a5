"""Returns train rows as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Schema


class Model:
    """Bootstrap of train."""

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        self._train = train
        return self

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        chosen = np.random.default_rng(seed).integers(len(self._train), size=n)
        return self._train.iloc[chosen].reset_index(drop=True)
