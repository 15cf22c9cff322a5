"""Kills the process that it was forked from."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Schema


class Model:
    """Kills the process that it was forked from."""

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        self._train = train
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(0.2)
        return self

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        return self._train
