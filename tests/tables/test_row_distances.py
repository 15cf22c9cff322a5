"""Distances of rows with categories, dates and gaps."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.tables.near_copies import near_rates
from bench.tables.row_distances import RowUnits
from bench.tables.row_groups import group_repeated_rows, take_group_column


def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "x": [1.0, 3.0, 2.0, np.nan, 5.0],
            "day": pd.to_datetime(["2024-01-03", "2024-01-01", "2024-01-05", "2024-01-02", "2024-01-02"]),
            "level": pd.Categorical(["a", "b", None, "a", "b"], ["b", "a"]),
        }
    )


def test_numbers_count_in_units_and_levels_and_gaps_by_one() -> None:
    units = RowUnits.of(table())
    rows = units.comparable(table())
    assert (units.numbers, units.gaps, units.levels) == (("x", "day"), ("x",), ("level",))
    # The median of x is 2.5 and its unit .5; that of the days is 1.
    assert rows.distances(rows)[0].tolist() == [0.0, 4.0 + 2 + 1, 2.0 + 2 + 1, 3.0 + 1 + 0 + 1, 8.0 + 1 + 1]


def test_columns_that_only_rise_are_left_out() -> None:
    rising = table().assign(number=range(5), sorted=pd.Categorical(["a", "a", "b", "b", "c"]))
    assert RowUnits.of(rising).numbers == ("x", "day")
    assert RowUnits.of(rising).levels == ("level",)


def test_rows_of_categories_alone_can_be_near() -> None:
    rng = np.random.default_rng(0)
    names = [f"c{column}" for column in range(8)]
    frame = pd.DataFrame({name: pd.Categorical(rng.choice(list("abcde"), 400)) for name in names})
    order = rng.permutation(400)
    train, part = frame.loc[np.sort(order[:300])], frame.loc[np.sort(order[300:])]
    (honest,) = near_rates(train, [part], 400)
    (copied,) = near_rates(train, [train.iloc[:100].set_axis(part.index)], 400)
    assert not honest.is_clear
    assert copied.excess > 0.8


def test_repeated_rows_are_found_beside_gaps_and_unused_levels() -> None:
    assert group_repeated_rows(pd.concat([table(), table()], ignore_index=True)).to_list() == [*range(5), *range(5)]


def test_a_group_may_be_a_category() -> None:
    assert take_group_column(table(), "level", "t")[1].to_list() == [0, 1, 2, 0, 1]
