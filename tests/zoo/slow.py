"""Takes two seconds, and says how far it is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import ProgressCallback, Schema


class Model:
    """Sleeps for two seconds, then returns train."""

    def on_progress(self, callback: ProgressCallback) -> None:
        self._tell = callback

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        self._train = train
        for step in range(20):
            time.sleep(0.1)
            self._tell(step + 1, 20)
        return self

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        return self._train
