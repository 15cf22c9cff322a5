"""Needs a package that nobody has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from bench.api import GeneratorInfo

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Schema


class Model:
    """Needs a package that nobody has."""

    info = GeneratorInfo(packages=("no-such-package",), install="pip install 'no-such-package'")

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        self._train = train
        return self

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        return self._train
