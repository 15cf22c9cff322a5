"""A mixture of Gaussians of which only a quarter is sampled, each row 4 times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import pandas as pd

from bench.plugins import entry_points

if TYPE_CHECKING:
    from bench.api import Schema


class Model:
    """Repeats every row 4 times."""

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        self._mixture = entry_points.load_generator("gaussian-mixture").cls().fit(train, schema, seed=seed)
        return self

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        rows: pd.DataFrame = self._mixture.sample(-(-n // 4), seed=seed)
        return pd.concat([rows] * 4, ignore_index=True).iloc[:n]
