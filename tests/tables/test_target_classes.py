"""Classes with few rows."""

from __future__ import annotations

import pandas as pd
import pytest

from bench.api import BenchError
from bench.tables.target_classes import check_classes


def classes(**counts: int) -> pd.Series:
    return pd.Series([name for name, count in counts.items() for _ in range(count)], name="y", dtype="category")


def test_classes_with_enough_rows_need_no_note() -> None:
    assert check_classes(classes(a=50, b=10), "t.csv") == ()


def test_a_rare_class_is_noted() -> None:
    assert check_classes(classes(a=50, b=9), "t.csv") == ("Classes of y with fewer than 10 rows: b (9).",)


def test_of_many_rare_classes_some_are_named() -> None:
    (note,) = check_classes(classes(**{f"k{at}": 3 for at in range(50)}), "t.csv")
    assert note.count("(3)") == 5
    assert note.endswith("(3) and 45 more.")


def test_a_class_of_one_row_is_refused() -> None:
    with pytest.raises(BenchError, match="classes with fewer than 2 rows: b; expected one row of each class in train"):
        check_classes(classes(a=50, b=1), "t.csv")
