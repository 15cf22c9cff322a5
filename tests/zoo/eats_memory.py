"""Takes memory until something gives."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Schema


class Model:
    """Takes memory until something gives."""

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        self._train = train
        hoard = []
        while True:
            hoard.append(bytearray(30_000_000))
            time.sleep(0.02)

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        return self._train
