"""A small table, files of it, and how they are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import pytest

from bench.api import BenchError
from bench.tables.datasets import read_table
from bench.tables.table_request import TableRequest

if TYPE_CHECKING:
    from pathlib import Path

    from bench.api import Dataset

ROWS = 120


def frame(rows: int = ROWS) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame({"x": rng.standard_normal(rows), "n": np.arange(rows) * 3, "y": rng.standard_normal(rows)})


def saved(table: pd.DataFrame, folder: Path, name: str = "mine.csv") -> Path:
    path = folder / name
    if path.suffix == ".csv":
        table.to_csv(path, index=False)
    else:
        table.to_parquet(path)
    return path


def read_path(path: Path, *, target: str | None = "y", **options: Any) -> Dataset:  # noqa: ANN401
    """A file as a checked data set; `options` are fields of a request."""
    return read_table(TableRequest(str(path), target, **options))


def refused(
    path: Path, *, target: str | None = "y", time: str | None = None, missing: Literal["refuse", "drop"] = "refuse"
) -> str:
    """The message with which a table is refused: always one line."""
    with pytest.raises(BenchError) as error:
        read_path(path, target=target, time=time, missing=missing)
    message = str(error.value)
    assert "\n" not in message
    return message
