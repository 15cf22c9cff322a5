"""Raises SystemExit, as scripts do."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Schema


class Model:
    """Raises SystemExit, as scripts do."""

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        self._train = train
        sys.exit("goodbye")

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        return self._train
