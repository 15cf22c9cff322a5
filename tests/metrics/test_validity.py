from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from bench.api import Split


def test_real_rows_are_valid(split: Split, score: Callable[..., Any]) -> None:
    found = score("validity", split, split.train).metrics
    assert found["diagnostic"] == 1
    assert found["out_of_range"] == found["non_finite"] == found["constant_columns"] == 0


def test_out_of_range_counts_cells_of_every_column(split: Split, score: Callable[..., Any]) -> None:
    rows = split.train.copy()
    rows.iloc[:60, 1] = 1e6
    found = score("validity", split, rows).metrics
    assert found["out_of_range[slope]"] == pytest.approx(0.1)
    assert found["out_of_range[target]"] == 0
    assert found["out_of_range"] == pytest.approx(0.025)
    assert found["diagnostic"] < 1


def test_missing_and_infinite_cells_are_counted_and_out_of_range(split: Split, score: Callable[..., Any]) -> None:
    rows = split.train.copy()
    rows.iloc[:30, 0] = np.nan
    rows.iloc[30:60, 0] = np.inf
    found = score("validity", split, rows).metrics
    assert found["non_finite"] == pytest.approx(60 / 2400)
    assert found["out_of_range[target]"] == pytest.approx(0.1)


def test_a_frozen_column_is_counted(split: Split, score: Callable[..., Any]) -> None:
    assert score("validity", split, split.train.assign(noise=0.0)).metrics["constant_columns"] == 0.25


def test_a_column_frozen_in_train_is_no_fault(
    split_of: Callable[..., Split], table: Callable[[int, int], pd.DataFrame], score: Callable[..., Any]
) -> None:
    train = table(100, 0).assign(noise=5.0)
    assert score("validity", split_of(train, train), train).metrics["constant_columns"] == 0


def test_another_dtype_lowers_the_diagnostic(split: Split, score: Callable[..., Any]) -> None:
    assert score("validity", split, split.train.astype("float32")).metrics["diagnostic"] < 1
