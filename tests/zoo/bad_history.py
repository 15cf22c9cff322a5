"""Has a history that cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Schema


class Model:
    """Has a history that cannot be read."""

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        self._train = train
        return self

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        return self._train.reset_index(drop=True)

    def history(self) -> pd.DataFrame:
        raise RuntimeError("no history")
