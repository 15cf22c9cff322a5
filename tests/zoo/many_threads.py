"""Starts threads that never end."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Schema


class Model:
    """Starts threads that never end."""

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        self._train = train
        for _ in range(8):
            threading.Thread(target=time.sleep, args=(3600,)).start()
        return self

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        return self._train
