"""Raises an error whose message ends the process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Schema


class MuteError(Exception):
    def __str__(self) -> str:
        raise SystemExit(5)


class Model:
    """Raises an error whose message ends the process."""

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        self._train = train
        raise MuteError

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        return self._train
