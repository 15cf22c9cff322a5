"""The tables of an evaluation, with categories, dates and gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from bench.api import BenchError
from bench.tables.dates import OUTSIDE
from bench.tables.table_request import TableRequest
from bench.workflows.evaluation.input_tables import EvaluationRequest, InputTables, read_input_tables
from tests.tables.mixed_tables import mixed_frame

if TYPE_CHECKING:
    from pathlib import Path

CODES = ("count=-1",)


def read(folder: Path, real: pd.DataFrame, rows: pd.DataFrame, held: pd.DataFrame | None = None) -> InputTables:
    files = {"real": real, "rows": rows, "held": held}
    for name, table in files.items():
        if table is not None:
            table.to_csv(folder / f"{name}.csv", index=False)
    request = TableRequest(str(folder / "real.csv"), "grade", missing_code=CODES)
    holdout = None if held is None else folder / "held.csv"
    return read_input_tables(EvaluationRequest(request, folder / "rows.csv", holdout))


def test_all_tables_have_the_types_of_the_real_one(tmp_path: Path) -> None:
    table = mixed_frame(240)
    rows = table[:50].assign(place="invented", count=-1)
    held = table[160:].assign(smoker="never")
    tables = read(tmp_path, table[:160], rows, held)
    schema, synthetic = tables.split.schema, tables.synthetic
    assert schema.column("smoker").levels == ("yes", "no", "never")
    assert synthetic["count"].isna().all()
    assert list(synthetic["place"].cat.categories)[-1] == "invented"
    for column in schema.columns:
        types = {str(part[column.name].dtype) for part in (tables.split.train, tables.split.holdout)}
        assert len(types) == 1
        if column.kind == "categorical":
            for part in (tables.split.train, tables.split.holdout):
                assert tuple(part[column.name].cat.categories) == column.levels
    assert "code" not in synthetic
    assert not [note for note in tables.data.notes if "has columns that" in note]


def test_dates_that_become_gaps_are_named(tmp_path: Path) -> None:
    table = mixed_frame(240)
    rows, held = table[:50].copy(), table[160:].copy()
    rows.loc[rows.index[:3], "day"] = ["01.01.2999", "01.01.0001", "NA"]
    held.loc[held.index[0], "day"] = "31.12.1500"
    tables = read(tmp_path, table[:160], rows, held)
    assert tables.synthetic["day"].isna().sum() == 3 + table["day"][3:50].isna().sum()
    notes = " ".join(tables.data.notes)
    for table_name, count in (("the synthetic table", 2), ("the holdout", 1)):
        assert f"Cells of day in {table_name} that are no dates, or {OUTSIDE}, count as gaps: {count}." in notes


def test_reused_rows_are_counted_beside_gaps(tmp_path: Path) -> None:
    table = mixed_frame(240)
    held = pd.concat([table[:10], table[160:]])
    assert read(tmp_path, table[:160], table[:50], held).reused_rows == 10
    with pytest.raises(BenchError, match="100 of its 100 rows are rows of real"):
        read(tmp_path, table[:160], table[:50], table[:100])


def test_the_command_states_what_is_said(tmp_path: Path) -> None:
    real = TableRequest("real.csv", "grade", column=("count=numeric",), missing_code=CODES, task="multiclass")
    command = EvaluationRequest(real, tmp_path / "rows.csv").command()
    assert "--task multiclass --column count=numeric --missing-code count=-1" in command


def test_gaps_of_any_kind_that_the_real_rows_lack_are_said(tmp_path: Path) -> None:
    real = mixed_frame(240).dropna().reset_index(drop=True)
    for column in ("place", "grade", "count"):
        rows = real[:60].copy()
        rows.loc[:4, column] = None
        facts = read(tmp_path, real[:100], rows, real[100:]).decisive
        assert facts[0].startswith(
            f"rows.csv cannot be scored, and has the worst value of every metric: gaps in {column}"
        )
        held = real[100:].copy()
        held.loc[held.index[:5], column] = None
        if column != "grade":
            assert read(tmp_path, real[:100], rows, held).decisive == (), "the holdout has such gaps"


def test_dates_that_cannot_be_represented_are_named(tmp_path: Path) -> None:
    real = mixed_frame(240)
    with pytest.raises(BenchError, match="has only dates outside the years 1678 to 2261"):
        read(tmp_path, real, real[:60].assign(day="31.12.9999"))
