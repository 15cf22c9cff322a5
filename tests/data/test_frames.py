from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bench.api import BenchError
from bench.data._frames import fingerprint, typed


def mixed() -> pd.DataFrame:
    day = pd.Timestamp("2024-05-31")
    return pd.DataFrame({"n": [1, 2, 3], "c": ["b", None, "a"], "d": [day, pd.NaT, day]})


def test_kinds_and_gaps() -> None:
    frame, columns = typed(mixed(), categorical={"c": ()}, dates=("d",))
    assert [(column.name, column.kind, column.missing) for column in columns] == [
        ("n", "numeric", False),
        ("c", "categorical", True),
        ("d", "datetime", True),
    ]
    assert columns[1].levels == ("b", "a")  # in order of appearance
    assert [str(dtype) for dtype in frame.dtypes] == ["int64", "category", "datetime64[ns]"]


def test_codes_that_are_numbers_become_ascending_text() -> None:
    frame, (column,) = typed(pd.DataFrame({"c": [10, 9, -1]}), categorical={"c": ()})
    assert column.levels == ("-1", "9", "10")
    assert list(frame["c"]) == ["10", "9", "-1"]
    _, (column,) = typed(pd.DataFrame({"c": [2.0, np.nan, 1.0]}), categorical={"c": ()})
    assert (column.levels, column.missing) == (("1", "2"), True)


def test_a_cell_that_is_no_level_is_refused() -> None:
    with pytest.raises(BenchError, match="column 'c' has 'b'; expected one of: a, x"):
        typed(mixed(), categorical={"c": ("a", "x")}, dates=("d",))


def test_the_fingerprint_sees_every_cell() -> None:
    frame, _ = typed(mixed(), categorical={"c": ("a", "b")}, dates=("d",))
    changed = [
        frame.assign(n=[1, 2, 4]),
        frame.assign(c=frame["c"].fillna("a")),
        frame.assign(d=frame["d"].ffill()),
        frame.rename(columns={"n": "m"}),
        frame.iloc[::-1],
    ]
    assert len({fingerprint(table) for table in (frame, *changed)}) == 6
    assert fingerprint(frame.copy()) == fingerprint(frame)


def test_the_fingerprint_does_not_depend_on_the_order_of_levels() -> None:
    one, _ = typed(mixed(), categorical={"c": ("a", "b")}, dates=("d",))
    other, _ = typed(mixed(), categorical={"c": ("b", "a")}, dates=("d",))
    assert fingerprint(one) == fingerprint(other)
