"""Files that are no tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from pyarrow import parquet

from bench.api import BenchError
from bench.tables import read_files

if TYPE_CHECKING:
    from pathlib import Path
from tests.tables.small_tables import ROWS, frame, refused, saved


def test_missing_file(tmp_path: Path) -> None:
    assert "no file" in refused(tmp_path / "nowhere.csv")


def test_directory(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    assert "is a directory" in refused(tmp_path / "folder.csv")


@pytest.mark.parametrize(("name", "text"), [("t.csv", ""), ("t.csv", "\n\n  \n"), ("t.parquet", "")])
def test_empty_file(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert "is empty" in refused(tmp_path / name)


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_header_only(tmp_path: Path, name: str) -> None:
    assert "has a header and no rows" in refused(saved(frame(0), tmp_path, name))


def test_binary_file(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(bytes(range(256)) * 4)
    assert "is binary" in refused(tmp_path / "t.csv")


def test_text_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("größe,y\n1,2\n".encode("latin-1"))
    assert "is not UTF-8 text" in refused(tmp_path / "t.csv")


def test_broken_parquet(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_bytes(b"PAR1 and then nothing of the kind")
    assert "is not a Parquet file" in refused(tmp_path / "t.parquet")


def test_another_suffix(tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(b"PK")
    assert "'.xlsx'; expected .csv or .parquet" in refused(tmp_path / "t.xlsx")


@pytest.mark.parametrize("row", ["1,2,3,4", '1,2,"3'])
def test_ragged_rows(tmp_path: Path, row: str) -> None:
    (tmp_path / "t.csv").write_text(f"x,n,y\n1,2,3\n{row}\n")
    assert "not a well-formed CSV" in refused(tmp_path / "t.csv")


def test_every_row_longer_than_the_header(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("x,y\n" + "1,2,3\n" * ROWS)
    assert "not a well-formed CSV" in refused(tmp_path / "t.csv")


def test_no_header(tmp_path: Path) -> None:
    frame().to_csv(tmp_path / "t.csv", header=False, index=False)
    assert "begins with numbers" in refused(tmp_path / "t.csv")


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_duplicate_names(tmp_path: Path, name: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / name
    if name == "t.csv":
        path.write_text("x,y,x,y,z\n1,2,3,4,5\n")
    else:
        pq.write_table(pa.table([pa.array([1.0])] * 5, names=["x", "y", "x", "y", "z"]), path)
    assert "columns of the same name: x, y;" in refused(path)


def test_a_column_without_a_name(tmp_path: Path) -> None:
    frame().to_csv(tmp_path / "t.csv", index=True)
    message = refused(tmp_path / "t.csv")
    assert "column 1 of 4 has no name" in message
    assert "index=False" in message


def test_a_parquet_column_whose_values_do_not_exist_is_named(tmp_path: Path) -> None:
    zones = pa.array([1, 2], pa.timestamp("us", tz="Nowhere/Atlantis"))
    days = pa.array([1_000_000_000, 5], pa.int32()).cast(pa.date32())
    for name, column in {"zone": zones, "day": days}.items():
        parquet.write_table(pa.table({"x": [1.0, 2.0], name: column}), tmp_path / "odd.parquet")
        with pytest.raises(BenchError, match=rf"column '{name}' of .*odd\.parquet holds values that cannot be read"):
            read_files.read_table_file(tmp_path / "odd.parquet")


def test_whole_numbers_of_any_length_are_numbers(tmp_path: Path) -> None:
    (tmp_path / "long.csv").write_text("y,b\n" + "".join(f"{i},{'1' * 5000}\n" for i in range(ROWS)))
    assert f"infinite values (b: {ROWS})" in refused(tmp_path / "long.csv")
