"""Returns words where numbers were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Schema


class Model:
    """Returns words where numbers were."""

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        self._train = train
        return self

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        return self._train.astype(str)
