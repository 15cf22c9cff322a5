"""Sampled rows in the form of train, as tables and as files; and their digests."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from bench.api import BenchError
from bench.common.atomic_files import pack_table, unpack_table
from bench.execution.check_rows import check_table, read_rows
from bench.execution.import_external import read_external_table
from bench.grid import snap
from bench.runs.result_digests import digest_rows

if TYPE_CHECKING:
    from pathlib import Path

TRAIN = pd.DataFrame(
    {
        "x": [1.0, np.nan, 3.0],
        "n": [1, 2, 3],
        "level": pd.Categorical(["1", None, "2"], ["2", "1", "unseen"]),
        "day": pd.to_datetime(["2024-01-01", "NaT", "1700-01-01"]),
    }
)


def test_stored_rows_are_those_that_were_stored() -> None:
    pd.testing.assert_frame_equal(unpack_table(pack_table(TRAIN)), TRAIN)
    pd.testing.assert_frame_equal(read_rows(pack_table(TRAIN), TRAIN), TRAIN)


@pytest.mark.parametrize(
    "columns",
    [
        {"level": [1, None, 2]},
        {"level": ["1", np.nan, "2"]},
        {"level": pd.Categorical(["1", None, "2"])},
        {"day": ["2024-01-01", None, "1700-01-01"]},
        {"day": pd.to_datetime(["2024-01-01", "NaT", "1700-01-01"], utc=True)},
    ],
)
def test_other_types_become_those_of_train(columns: dict[str, Any]) -> None:
    rows = TRAIN.assign(**columns)
    pd.testing.assert_frame_equal(check_table(rows, TRAIN), TRAIN)
    pd.testing.assert_frame_equal(read_rows(pack_table(rows), TRAIN), TRAIN)


def test_invented_levels_are_kept() -> None:
    rows = read_rows(pack_table(TRAIN.assign(level=["new", "1", "2"])), TRAIN)
    assert list(rows["level"].cat.categories) == ["2", "1", "unseen", "new"]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"n": ["a", "b", "c"]}, "'n' as .*; expected int64"),
        ({"day": [1, 2, 3]}, "'day'"),
        ({"level": pd.to_datetime(["2024"] * 3)}, "'level' as .*; expected category"),
        ({"level": [["a"], ["b"], ["c"]]}, "'level'"),
    ],
)
def test_other_kinds_are_refused(columns: dict[str, Any], said: str) -> None:
    with pytest.raises(BenchError, match=said):
        read_rows(pack_table(TRAIN.assign(**columns)), TRAIN)


def test_the_digest_of_rows_depends_on_texts_and_not_on_codes() -> None:
    turned = TRAIN.assign(level=TRAIN["level"].cat.set_categories(["1", "2"]))
    assert digest_rows(turned) == digest_rows(TRAIN) == digest_rows(unpack_table(pack_table(TRAIN)))
    assert digest_rows(TRAIN.assign(level=TRAIN["level"].cat.rename_categories({"1": "x"}))) != digest_rows(TRAIN)
    assert digest_rows(TRAIN[::-1].reset_index(drop=True)) != digest_rows(TRAIN)


def test_grids_are_of_numbers_and_gaps_stay() -> None:
    rows = TRAIN.assign(x=[1.4, np.nan, 2.9])
    pd.testing.assert_frame_equal(snap(rows, TRAIN), TRAIN)


def test_a_csv_made_elsewhere_has_the_form_of_train(tmp_path: Path) -> None:
    path = tmp_path / "made.csv"
    TRAIN[TRAIN.columns[::-1]].to_csv(path, index=False)
    pd.testing.assert_frame_equal(read_external_table(path, TRAIN), TRAIN)


def test_rows_whose_metadata_are_nested_too_deeply_are_refused() -> None:
    train = pd.DataFrame({"x": [1.0, 2.0]})
    table = pa.Table.from_pandas(train).replace_schema_metadata({b"pandas": b"[" * 100_000})
    written = io.BytesIO()
    parquet.write_table(table, written)
    with pytest.raises(BenchError, match="the sampled rows cannot be read"):
        read_rows(written.getvalue(), train)


@pytest.mark.parametrize("metadata", ['{"columns": ["x"]}', '{"index_columns": [7]}', '{"columns": null}', "[]", "x"])
def test_rows_with_other_metadata_are_read_or_refused(metadata: str) -> None:
    table = pa.table({"x": [1.0, 2.0, 3.0], "n": [1, 2, 3]}).replace_schema_metadata({"pandas": metadata})
    buffer = io.BytesIO()
    parquet.write_table(table, buffer)
    with contextlib.suppress(BenchError):
        read_rows(buffer.getvalue(), TRAIN[["x", "n"]])


def test_a_refusal_of_parquet_is_one_line() -> None:
    data = pack_table(TRAIN[["n"]])
    for flipped in range(len(data) - 200, len(data) - 8, 7):
        with contextlib.suppress(BenchError):
            read_rows(data[:flipped] + b"\xff" + data[flipped + 1 :], TRAIN[["n"]])
    with pytest.raises(BenchError, match=r"columns n, m u;"):
        read_rows(pack_table(TRAIN[["n"]].assign(**{"m\nu": 1})), TRAIN[["n"]])


def test_cells_that_hold_lists_have_a_digest() -> None:
    lists, others = ([[1, 2], [3], [1, 2]], [[1, 2], [4], [1, 2]])
    assert digest_rows(pd.DataFrame({"a": lists})) == digest_rows(pd.DataFrame({"a": lists}))
    assert digest_rows(pd.DataFrame({"a": lists})) != digest_rows(pd.DataFrame({"a": others}))
