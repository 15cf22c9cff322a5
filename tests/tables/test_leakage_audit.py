from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest

from bench.api import Dataset, Schema
from bench.tables.leakage_audit import audit
from bench.tables.splits import split


def walk(rows: int = 2000) -> Dataset:
    """Three slow random walks: every row is close to its neighbours in time."""
    steps = np.random.default_rng(0).standard_normal((rows, 3))
    return of(pd.DataFrame(np.cumsum(steps, axis=0), columns=list("abc")), ordered=True)


def noise(rows: int = 2000, columns: int = 3) -> Dataset:
    values = np.random.default_rng(0).standard_normal((rows, columns))
    return of(pd.DataFrame(values, columns=list("abcdef")[:columns]), ordered=False)


def of(frame: pd.DataFrame, *, ordered: bool) -> Dataset:
    schema = Schema(numeric=tuple(frame.columns), target="a", ordered=ordered)
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
    result = audit(data, split(data, "blocked", 0))
    assert result.warnings == ()
    assert result.embargo == 200
    assert result.unused == 12_000 - result.train - result.holdout - result.test > 0


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


def test_duplicated_rows_warn() -> None:
    frame = noise(300).frame
    data = of(pd.concat([frame, frame], ignore_index=True), ordered=False)
    assert any("near-copy in train" in line for line in audit(data, split(data, "random", 0)).warnings)


def test_an_overlap_is_found() -> None:
    data = noise()
    parts = split(data, "random", 0)
    broken = replace(parts, train=pd.concat([parts.train, parts.test.iloc[:7]]))
    result = audit(data, broken)
    assert result.overlap == 7
    assert any("broken split" in line for line in result.warnings)


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
