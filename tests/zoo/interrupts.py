"""Raises what Ctrl-C raises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Schema


class Model:
    """Raises what Ctrl-C raises."""

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        self._train = train
        raise KeyboardInterrupt

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        return self._train
