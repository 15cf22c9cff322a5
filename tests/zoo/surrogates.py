"""Raises an error whose message no file can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Schema


class Model:
    """Raises an error whose message no file can hold."""

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        self._train = train
        raise ValueError("a\udc80b")

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        return self._train
