"""Crashes the interpreter."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Schema


class Model:
    """Crashes the interpreter."""

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        self._train = train
        os.kill(os.getpid(), signal.SIGSEGV)
        return self

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        return self._train
