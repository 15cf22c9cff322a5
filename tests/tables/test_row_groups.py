"""Groups of rows: how they are read, and that no two parts of a split share one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.api import BenchError, Column, Dataset, Schema
from bench.tables.checked_tables import check_dataset
from bench.tables.datasets import resolve, resolve_all
from bench.tables.row_groups import digest_groups, group_repeated_rows
from bench.tables.splits import MIN_PART, split
from bench.tables.table_request import TableRequest
from tests.tables.small_tables import ROWS, frame, read_path, saved

if TYPE_CHECKING:
    from pathlib import Path

PATIENTS: dict[str, Any] = {
    "text": [f"p{number // 4}" for number in range(ROWS)],
    "numbers": np.arange(ROWS) // 4,
    "dates": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(ROWS) // 4, unit="D"),
    "flags and text": [True, "a", 3, None] * (ROWS // 4),
}


def grouped(groups: Any) -> Dataset:  # noqa: ANN401 - anything that makes a series
    """A checked table whose rows belong to groups."""
    table = frame(len(groups))
    schema = Schema.of_numbers(table.columns, "y")
    return check_dataset(Dataset("t", "t", table, schema, "", "", "", row_groups=pd.Series(groups)))


def refusal(table: pd.DataFrame, folder: Path, **options: Any) -> str:  # noqa: ANN401
    with pytest.raises(BenchError) as error:
        read_path(saved(table, folder, "mine.csv"), **options)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("kind", PATIENTS)
@pytest.mark.parametrize("name", ["mine.csv", "mine.parquet"])
def test_no_two_parts_share_a_group(tmp_path: Path, kind: str, name: str) -> None:
    if (kind, name) == ("flags and text", "mine.parquet"):
        name = "mine.csv"  # Parquet columns have one type
    data = read_path(saved(frame().assign(who=PATIENTS[kind]), tmp_path, name), group="who")
    assert data.row_groups is not None
    assert data.schema.numeric == ("x", "n", "y")
    groups = data.row_groups.nunique()
    assert groups == pd.Series(PATIENTS[kind]).nunique(dropna=False)
    assert data.notes == (
        f"Rows with the same who, which is not modelled, stay in one part of a split: {groups} groups.",
    )
    parts = split(data, "random", 1)
    train, test = (set(data.row_groups.loc[part.index]) for part in (parts.train, parts.test))
    assert not train & test
    assert len(train | test) == groups
    assert list(parts.train.index.union(parts.test.index)) == list(range(ROWS))


def test_rows_without_a_value_are_one_group(tmp_path: Path) -> None:
    table = frame().assign(who=pd.Series(["a", "b", None] * 40))
    data = read_path(saved(table, tmp_path), group="who")
    assert data.row_groups is not None
    assert data.row_groups.value_counts().to_list() == [40, 40, 40]


def test_groups_follow_their_rows_when_rows_are_sorted_and_dropped(tmp_path: Path) -> None:
    table = frame().assign(who=[f"p{number % 30}" for number in range(ROWS)], when=np.arange(ROWS)[::-1])
    table.loc[[3, 50], "x"], table.loc[7, "when"] = np.nan, np.nan
    data = read_path(saved(table, tmp_path), group="who", time="when", missing="drop")
    assert data.row_groups is not None
    assert len(data.row_groups) == len(data.frame) == ROWS - 3
    assert (data.row_groups == data.frame["n"] // 3 % 30).all()
    assert not split(data, "random", 0).train.empty


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"group": "wo"}, "did you mean 'who'"),
        ({"group": "y"}, "'y' is the group of mine.csv and its target or time as well"),
        ({"group": "when", "time": "when"}, "'when' is the group of mine.csv and its target or time as well"),
        ({"group": "one"}, "'one' makes one group of all 120 rows"),
        ({"group": "large"}, "puts 72 of the 120 rows of mine into one of 49 groups"),
        ({"group": "who", "distinct": True}, "leave --distinct or --group out"),
    ],
)
def test_columns_that_make_no_groups(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    table = frame().assign(
        who=PATIENTS["text"], when=np.arange(ROWS), one="a", large=[0] * 72 + list(range(1, ROWS - 71))
    )
    others = [name for name in ("who", "when", "one", "large") if name not in options.values()]
    kept = table if options["group"] == "wo" else table.drop(columns=others)
    assert message in refusal(kept, tmp_path, **options)


def test_lists_make_no_groups(tmp_path: Path) -> None:
    path = saved(frame().assign(who=pd.Series([[1, 2]] * ROWS)), tmp_path, "mine.parquet")
    with pytest.raises(BenchError, match="holds values that cannot be compared"):
        read_path(path, group="who")


def test_groups_of_other_rows_are_refused() -> None:
    data = grouped(np.arange(ROWS))
    with pytest.raises(BenchError, match="expected row_groups with the index of frame"):
        check_dataset(Dataset("t", "t", data.frame, data.schema, "", "", "", row_groups=pd.Series([1, 2])))


def test_groups_are_not_cut_by_blocks() -> None:
    with pytest.raises(BenchError, match="add --split random"):
        split(grouped(np.arange(1500) // 3), "blocked", 0)


def test_groups_that_leave_a_part_too_small() -> None:
    """If the small group comes first, none of the others brings the held-out rows nearer to 24."""
    data = grouped([0] * 12 + [1] * 36 + [2] * 36 + [3] * 36)
    sizes: set[int | str] = set()
    for seed in range(20):
        try:
            sizes.add(len(split(data, "random", seed).test))
        except BenchError as error:
            sizes.add(str(error)[:26])
    assert sizes == {36, "the groups of t make parts"}


@given(st.lists(st.integers(1, 40), min_size=8, max_size=60), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_whole_groups_come_near_to_a_fifth_of_the_rows(sizes: list[int], seed: int) -> None:
    groups = np.repeat(np.arange(len(sizes)), sizes)
    if len(groups) < 100 or max(sizes) >= 0.4 * len(groups):
        return
    data = grouped(np.random.default_rng(seed).permutation(groups))
    assert data.row_groups is not None
    try:
        parts = split(data, "random", seed)
    except BenchError:
        return
    held, left = (set(data.row_groups.loc[part.index]) for part in (parts.test, parts.train))
    assert not held & left
    assert min(len(parts.train), len(parts.test)) >= MIN_PART
    target, rows = np.ceil(0.2 * len(groups)), len(parts.test)
    # No group that is left would bring the number of rows nearer.
    assert all(abs(rows + sizes[group] - target) >= abs(rows - target) for group in left)


def test_groups_of_one_row_are_drawn_as_rows_without_groups() -> None:
    data, single = grouped(np.arange(ROWS) // 2), grouped(np.arange(ROWS))
    plain = check_dataset(Dataset("t", "t", data.frame, data.schema, "", "", ""))
    for seed in range(3):
        pd.testing.assert_frame_equal(split(single, "random", seed).test, split(plain, "random", seed).test)
    assert not split(data, "random", 0).test.equals(split(plain, "random", 0).test)


def test_every_group_is_held_out_at_times() -> None:
    data = grouped(np.arange(ROWS) // 10)
    assert data.row_groups is not None
    held = [set(data.row_groups.loc[split(data, "random", seed).test.index]) for seed in range(40)]
    assert set().union(*held) == set(range(12))
    assert all(len(groups) in (2, 3) for groups in held)


class TestDistinct:
    def test_repeated_rows_of_a_file_stay_together(self, tmp_path: Path) -> None:
        table = pd.concat([frame(100)] * 3).sample(frac=1, random_state=0)
        data = read_path(saved(table, tmp_path), distinct=True)
        assert data.notes == ("Splits are drawn over the 100 distinct rows of 300: repeated rows stay together.",)
        parts = split(data, "random", 0)
        assert not parts.test.merge(parts.train).size
        assert len(parts.test) == 60

    def test_a_registered_data_set_can_be_drawn_so(self) -> None:
        plain, distinct = (resolve(TableRequest("diabetes", distinct=flag)) for flag in (False, True))
        assert plain.row_groups is None
        assert distinct.row_groups is not None
        assert distinct.row_groups.nunique() == 442
        (data,) = resolve_all([TableRequest("diabetes", distinct=True)]).values()
        assert data.row_groups is not None

    def test_a_row_that_is_most_of_the_table(self, tmp_path: Path) -> None:
        table = frame()
        table.iloc[:60] = table.iloc[0].to_numpy()
        message = refusal(table, tmp_path, distinct=True)
        assert message.startswith("--distinct puts 60 of the 120 rows of mine into one of 61 groups")

    def test_the_group_column_is_for_files(self) -> None:
        with pytest.raises(BenchError, match="--group is for CSV and Parquet files, and diabetes is none"):
            resolve_all([TableRequest("diabetes", group="sex")])

    def test_equal_numbers_of_different_sign_and_type_are_one_row(self) -> None:
        assert group_repeated_rows(pd.DataFrame({"a": [0.0, -0.0], "b": [1, 1]})).nunique() == 1


def test_the_digest_is_of_what_belongs_together() -> None:
    one, same, other = pd.Series(["a", "b", "a"]), pd.Series([7, 1, 7]), pd.Series([7, 1, 1])
    assert digest_groups(one) == digest_groups(same) != digest_groups(other)


@pytest.mark.parametrize("seed", range(10))
def test_whole_groups_hold_each_class_in_its_share(seed: int) -> None:
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(400), rng.integers(1, 7, 400))
    classes = np.array(["rare", "often", "mostly"])[np.searchsorted([0.04, 0.34], rng.random(400))][groups]
    table = frame(len(groups)).assign(y=pd.Categorical(classes))
    levels = tuple(table["y"].cat.categories)
    columns = (Column("x"), Column("n"), Column("y", "categorical", levels))
    schema = Schema(columns, "y", task="multiclass")
    data = check_dataset(Dataset("t", "t", table, schema, "", "", "", row_groups=pd.Series(groups)))
    parts = split(data, "random", seed)
    counts, held = table["y"].value_counts(), parts.test["y"].value_counts()
    # A group has six rows at most.
    assert all(abs(held[level] - 0.2 * counts[level]) <= 6 for level in levels)
    assert not set(groups[parts.test.index]) & set(groups[parts.train.index])
