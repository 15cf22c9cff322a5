"""Writes 60 MB to wherever it is, and to the folder for temporary files."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Schema


class Model:
    """Writes 60 MB to wherever it is, and to the folder for temporary files."""

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        self._train = train
        for folder in (Path.cwd(), Path(tempfile.gettempdir())):
            (folder / "junk.bin").write_bytes(bytes(30_000_000))
        return self

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        return self._train
