"""Returns rows with holes and infinities."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Schema


class Model:
    """Returns rows with holes and infinities."""

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> None:
        self._train = train

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        return self._train.mask(self._train["a"] > 10, float("nan")).reset_index(drop=True)
