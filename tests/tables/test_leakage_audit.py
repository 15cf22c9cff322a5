from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest

from bench.api import Dataset, Schema
from bench.tables.leakage_audit import audit
from bench.tables.row_groups import group_repeated_rows
from bench.tables.splits import split


def walk(rows: int = 2000) -> Dataset:
    """Three slow random walks: every row is close to its neighbours in time."""
    steps = np.random.default_rng(0).standard_normal((rows, 3))
    return of(pd.DataFrame(np.cumsum(steps, axis=0), columns=list("abc")), ordered=True)


def noise(rows: int = 2000, columns: int = 3) -> Dataset:
    values = np.random.default_rng(0).standard_normal((rows, columns))
    return of(pd.DataFrame(values, columns=list("abcdef")[:columns]), ordered=False)


def of(frame: pd.DataFrame, *, ordered: bool) -> Dataset:
    schema = Schema.of_numbers(frame.columns, "a", ordered=ordered)
    return Dataset(name="t", group="t", frame=frame, schema=schema, sha256="", source="", licence="")


def declared(dataset: Dataset, *, ordered: bool) -> Dataset:
    return replace(dataset, schema=replace(dataset.schema, ordered=ordered))


def test_a_random_split_of_ordered_rows_warns() -> None:
    data = walk()
    result = audit(data, split(data, "random", 0))
    assert len(result.warnings) == 1
    assert "the split is random" in result.warnings[0]
    assert "--split blocked" in result.warnings[0]
    assert (result.train, result.test, result.unused, result.overlap, result.embargo) == (1600, 400, 0, 0, 0)


def test_a_blocked_split_of_a_long_ordered_table_is_silent() -> None:
    data = walk(12_000)
    parts = split(data, "blocked", 0)
    result = audit(data, parts)
    assert result.warnings == ()
    assert result.embargo == 200
    kept = [parts.train, parts.holdout, parts.test, parts.stretches]
    assert result.unused == 12_000 - sum(len(part) for part in kept if part is not None) > 0


def test_fewer_test_rows_have_near_copies_when_blocked() -> None:
    data = walk(12_000)
    random, blocked = (audit(data, split(data, protocol, 0)) for protocol in ("random", "blocked"))
    assert random.near_test > 3 * blocked.near_test
    assert random.near_test == random.near_holdout


def test_rows_that_look_ordered_are_pointed_out() -> None:
    data = declared(walk(), ordered=False)
    (warning, *_) = audit(data, split(data, "random", 0)).warnings
    assert "3 of 3 columns" in warning
    assert "--ordered" in warning


def test_unordered_rows_are_silent() -> None:
    data = noise()
    result = audit(data, split(data, "random", 0))
    assert result.warnings == ()
    assert all(lag is not None and abs(lag) < 0.1 for lag in result.lag1.values())


def test_lag1_is_the_autocorrelation_in_row_order() -> None:
    data = walk()
    result = audit(data, split(data, "random", 0))
    for column in data.frame:
        assert result.lag1[str(column)] == pytest.approx(data.frame[column].autocorr(1))


def test_blocks_on_unordered_rows_warn() -> None:
    data = noise()
    (warning, *_) = audit(data, split(data, "blocked", 0)).warnings
    assert "blocks separate nothing" in warning


def test_a_cut_embargo_warns() -> None:
    data = walk(2000)
    assert any("cut from 200 to 33 rows" in line for line in audit(data, split(data, "blocked", 0)).warnings)


def repeated(times: int = 10, distinct: int = 40) -> Dataset:
    """A table in which every row occurs several times, in random order."""
    frame = pd.concat([noise(distinct).frame] * times).sample(frac=1, random_state=0)
    return of(frame.reset_index(drop=True), ordered=False)


def test_repeated_rows_are_counted_and_explained_in_one_line() -> None:
    data = repeated()
    result = audit(data, split(data, "random", 0))
    assert (result.identical_holdout, result.identical_test, result.distinct_rows) == (1.0, 1.0, 40)
    (warning,) = result.warnings
    assert warning.startswith("100% of the holdout rows are identical to a train row (40 of the 400 rows")
    assert "cannot be told from chance" in warning
    assert "--distinct" in warning
    assert "--group COLUMN" in warning


def test_identical_rows_are_those_that_train_has_too() -> None:
    data = noise(200)
    parts = split(data, "random", 0)
    data.frame.loc[parts.test.index[:3]] = data.frame.loc[parts.train.index[:3]].to_numpy()
    result = audit(data, split(data, "random", 0))
    assert result.identical_test == 3 / 40
    assert result.distinct_rows == 197
    assert "8% of the holdout rows" in result.warnings[0]


def test_rows_that_are_grouped_or_given_as_files_get_no_advice_to_group_them() -> None:
    data = repeated()
    grouped = replace(data, row_groups=pd.Series(np.arange(400) // 2))
    (warning,) = audit(grouped, split(grouped, "random", 0)).warnings
    assert "remove the repetitions" in warning
    assert "--distinct" not in warning
    assert audit(data, split(data, "random", 0), drawn=False).warnings == ()


def test_repeated_rows_that_stay_together_do_not_warn() -> None:
    data = repeated()
    together = replace(data, row_groups=group_repeated_rows(data.frame))
    result = audit(together, split(together, "random", 0))
    assert (result.identical_holdout, result.warnings) == (0.0, ())


def test_an_overlap_is_found() -> None:
    data = noise()
    parts = split(data, "random", 0)
    broken = replace(parts, train=pd.concat([parts.train, parts.test.iloc[:7]]))
    result = audit(data, broken)
    assert result.overlap == 7
    assert any("broken split" in line for line in result.warnings)


def test_alike_neighbours_in_a_table_of_no_order_are_near_copies() -> None:
    rng = np.random.default_rng(0)
    patients = rng.standard_normal((200, 4)).repeat(5, axis=0) + 0.01 * rng.standard_normal((1000, 4))
    data = of(pd.DataFrame(patients, columns=list("abcd")), ordered=False)
    (warning,) = audit(data, split(data, "random", 0)).warnings
    assert "have a near-copy in train beyond chance, and lag-1 autocorrelation is above 0.5 in 4 of 4" in warning
    assert "--group COLUMN" in warning
    visits = np.where(np.arange(600) % 2, 2, 1)
    rows = rng.standard_normal((600, 4)).repeat(visits, axis=0) + 0.01 * rng.standard_normal((900, 4))
    data = of(pd.DataFrame(rows, columns=list("abcd")), ordered=False)
    (warning,) = audit(data, split(data, "random", 0)).warnings
    assert "so utility rewards memorising neighbouring rows of the table; if rows belong together" in warning


def test_rows_in_time_without_near_copies_do_not_warn() -> None:
    data = declared(noise(), ordered=True)
    assert audit(data, split(data, "random", 0)).warnings == ()


def test_very_large_values_have_an_autocorrelation() -> None:
    data = of(noise().frame.assign(b=lambda frame: frame["b"] * 1e300), ordered=False)
    result = audit(data, split(data, "random", 0))
    assert result.lag1["b"] == pytest.approx(noise().frame["b"].autocorr(1))


def test_thinned_rows_count_as_unused() -> None:
    data = noise()
    assert audit(data, split(data, "random", 0, rows=100)).unused == 1500


def test_a_constant_column_has_no_autocorrelation() -> None:
    data = of(noise().frame.assign(b=1.0), ordered=False)
    result = audit(data, split(data, "random", 0))
    assert result.lag1["b"] is None


def test_the_audit_is_json() -> None:
    data = noise()
    text = json.dumps(asdict(audit(data, split(data, "random", 0))))
    assert json.loads(text)["train"] == 1600
