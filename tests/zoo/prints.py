"""Prints ten megabytes, some of them not text."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Schema


class Model:
    """Prints ten megabytes, some of them not text."""

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        self._train = train
        for _ in range(1000):
            print("x" * 10_000)
        sys.stderr.buffer.write(bytes(range(256)) * 100)
        sys.stdout.flush()
        return self

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        return self._train
