"""Small tables whose kinds are inferred."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.api import BenchError
from bench.tables.infer import Inference, infer_schema
from bench.tables.overrides import ColumnChoice, Overrides

ROWS = 120


def infer(columns: dict[str, Any], overrides: Overrides | None = None, **options: Any) -> Inference:  # noqa: ANN401
    """A table of some columns and a target of numbers, unless there is a `y` among them."""
    frame = pd.DataFrame({**columns, **({} if "y" in columns else {"y": np.arange(ROWS) * 0.7})})
    return infer_schema(frame, "y", overrides or Overrides(), "t.csv", **options)


def column(values: list[Any], choice: ColumnChoice | None = None, **options: Any) -> Inference:  # noqa: ANN401
    """A table whose column `x` repeats some values."""
    cells = (values * ROWS)[:ROWS]
    return infer({"x": cells}, Overrides(columns={"x": choice} if choice else {}), **options)


def note_of(found: Inference, name: str = "x") -> str:
    return next(note for note in found.notes if note.startswith(f"{name}:"))


def refusal(columns: dict[str, Any], overrides: Overrides | None = None) -> str:
    with pytest.raises(BenchError) as error:
        infer(columns, overrides)
    assert "\n" not in str(error.value)
    return str(error.value)
