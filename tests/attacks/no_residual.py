"""A mixture of Gaussians whose target is the prediction of a model: no row differs from what is expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from xgboost import XGBRegressor

from bench.grid import snap
from bench.plugins import entry_points

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Schema


class Model:
    """Replaces the target by its prediction."""

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        self._mixture = entry_points.load_generator("gaussian-mixture").cls().fit(train, schema, seed=seed)
        self._train, self._target = train, schema.target
        features = train.drop(columns=self._target)
        self._model = XGBRegressor(n_estimators=300, max_depth=6, learning_rate=0.1, n_jobs=1).fit(
            features, train[self._target]
        )
        return self

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        rows = self._mixture.sample(n, seed=seed)
        predicted = self._model.predict(rows.drop(columns=self._target)).astype(float)
        return snap(rows.assign(**{self._target: predicted}), self._train)
