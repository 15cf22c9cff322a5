"""Leaves without a word."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Schema


class Model:
    """Leaves without a word."""

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        self._train = train
        os._exit(3)

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        return self._train
