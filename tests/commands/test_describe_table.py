"""`bench data describe`: columns by kind, every decision, and the file that keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from bench.api import BenchError
from bench.commands.cli import app
from bench.commands.describe_table import describe, write_decisions
from bench.tables.datasets import resolve
from bench.tables.table_request import TableRequest
from tests.tables.mixed_tables import mixed_frame
from tests.tables.small_tables import saved

if TYPE_CHECKING:
    from pathlib import Path


def test_columns_are_shown_by_kind_with_what_was_decided(tmp_path: Path) -> None:
    described = describe(TableRequest(str(saved(mixed_frame(), tmp_path))))
    tables = {header[0]: (header, {row[0]: row for row in rows}) for header, rows in described.tables()}
    assert list(tables) == ["numbers", "categories", "dates", "left out"]
    assert tables["numbers"][1]["count"][-1] == "numbers"
    assert tables["categories"][1]["grade"][1:] == ("3", "high (49%)", "low (8)", "0", "text")
    assert tables["dates"][1]["day"][1:] == ("2024-01-01", "2024-03-30", "74", "11", "dates, day first")
    assert tables["left out"][1]["code"][1] == "an identifier: 160 different texts in 160 cells"
    assert "target: grade, multiclass (as none is named; --target names another)" in described.lines()


def test_a_last_column_that_can_be_no_target_is_passed_over(tmp_path: Path) -> None:
    described = describe(TableRequest(str(saved(mixed_frame().drop(columns="grade"), tmp_path))))
    assert described.data.schema.target == "smoker"


def test_a_target_that_the_toml_file_names_counts_as_named(tmp_path: Path) -> None:
    path = saved(mixed_frame(), tmp_path)
    (tmp_path / "mine.toml").write_text('target = "smoker"')
    assert "target: smoker, binary" in describe(TableRequest(str(path))).lines()
    (tmp_path / "mine.toml").write_text('target = "day"')
    with pytest.raises(BenchError, match="target"):
        describe(TableRequest(str(path)))


def test_a_registered_data_set_has_no_reasons() -> None:
    (header, rows), *others = describe(TableRequest("diabetes")).tables()
    assert (header[0], header[-1], len(rows), others) == ("numbers", "lag-1 corr.", 11, [])


def test_what_is_written_reads_as_the_same_table(tmp_path: Path) -> None:
    path = saved(mixed_frame(), tmp_path)
    request = TableRequest(str(path), "grade", column=("count=categorical",), missing_code=("count=0",))
    before = resolve(request)
    assert write_decisions(describe(request), path) == tmp_path / "mine.toml"
    after = resolve(TableRequest(str(path)))
    assert [(c.name, c.kind, set(c.levels)) for c in after.schema.columns] == [
        (c.name, c.kind, set(c.levels)) for c in before.schema.columns
    ]
    assert after.frame.astype(str).equals(before.frame.astype(str))
    with pytest.raises(BenchError, match=r"mine.toml exists"):
        write_decisions(describe(request), path)


def test_registered_data_sets_have_no_file_to_write(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["data", "describe", "diabetes", "--write"])
    assert "--write is for files" in str(done.exception)


def test_a_code_may_begin_with_a_dash(tmp_path: Path) -> None:
    path = saved(mixed_frame(), tmp_path)
    done = CliRunner().invoke(app, ["data", "describe", str(path), "--missing-code", "-200"])
    assert done.exit_code == 0, done.output
    assert "note: No cell is '-200', a code for gaps." in done.output
