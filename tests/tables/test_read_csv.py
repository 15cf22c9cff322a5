"""CSV files as people write them; mixed tables that are written and read again."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.api import BenchError
from bench.tables.infer import Inference, infer_schema
from bench.tables.overrides import Overrides
from bench.tables.read_files import TableFile, read_with_notes
from tests.tables.small_tables import frame, saved

REAL = Path(os.environ.get("BENCH_DATA_DIR", "data"))


def read(folder: Path, text: str) -> TableFile:
    (folder / "t.csv").write_text(text, encoding="utf-8")
    return read_with_notes(folder / "t.csv")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators(tmp_path: Path, separator: str) -> None:
    frame().to_csv(tmp_path / "t.csv", sep=separator, index=False)
    found = read_with_notes(tmp_path / "t.csv")
    pd.testing.assert_frame_equal(found.frame, pd.read_csv(tmp_path / "t.csv", sep=separator))
    assert (found.notes, found.comma_first) == ((), separator == ";")


def test_numbers_are_those_of_pandas(tmp_path: Path) -> None:
    numbers = np.random.default_rng(0).normal(size=(400, 3)) * 10.0 ** np.arange(-3, 6, 3)
    path = saved(pd.DataFrame(numbers, columns=["a", "b", "c"]), tmp_path)
    assert read_with_notes(path).frame.equals(pd.read_csv(path, low_memory=False))


def test_blanks_as_separators(tmp_path: Path) -> None:
    expected = frame()
    lines = expected.to_csv(sep=" ", index=False).splitlines()
    for text in (lines, [line.replace(" ", "   ") for line in lines], [f"{line}  " for line in lines]):
        (tmp_path / "t.csv").write_text("\n".join(text))
        found = read_with_notes(tmp_path / "t.csv")
        pd.testing.assert_frame_equal(found.frame, expected)
        assert found.notes[0] == "Cells are separated by blanks."


def test_a_separator_inside_names_and_cells(tmp_path: Path) -> None:
    found = read(tmp_path, 'a;b,"y, z"\n"1;2",3\n')
    assert list(found.frame.columns) == ["a;b", "y, z"]
    assert found.frame.shape == (1, 2)


def test_decimal_commas_between_semicolons(tmp_path: Path) -> None:
    found = read(tmp_path, "a;y\n1,234;2,5\n0,5;3,5\n2,25;4,5\n")
    inferred = infer_schema(found.frame, "y", Overrides(), "t.csv", comma_first=found.comma_first)
    assert inferred.frame["a"].tolist() == [1.234, 0.5, 2.25]


def test_blank_rows_and_columns(tmp_path: Path) -> None:
    found = read(tmp_path, "a;b;y;;\n1;x;2;;\n3;y;4;;\n\n" + ";;;;\n ; ;;;\n" * 57)
    assert found.frame.to_dict("list") == {"a": [1, 3], "b": ["x", "y"], "y": [2, 4]}
    assert found.frame["a"].dtype == np.int64
    assert found.notes == ("114 blank rows were dropped.", "2 columns without name and cells were dropped.")


def test_only_blank_rows(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="has a header and no rows"):
        read(tmp_path, "a,y\n,\n,\n")


def test_an_unnamed_column_with_cells(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="column 3 of 3 has no name"):
        read(tmp_path, "a,y,\n1,2,\n3,4,x\n")


def test_blank_rows_of_parquet(tmp_path: Path) -> None:
    pd.DataFrame({"a": [1.0, None, 2.0], "y": ["x", None, "y"]}).to_parquet(tmp_path / "t.parquet")
    found = read_with_notes(tmp_path / "t.parquet")
    assert found.frame["a"].tolist() == [1, 2]
    assert found.notes == ("1 blank row was dropped.",)


def test_leading_zeros(tmp_path: Path) -> None:
    found = read(tmp_path, "zip,n,gapped,y\n0311,10,01,1.5\n1200,0,,2.5\n")
    assert found.frame["zip"].tolist() == ["0311", "1200"]
    assert found.frame["gapped"].tolist()[:1] == ["01"]
    assert found.frame["gapped"].isna().tolist() == [False, True]
    assert found.frame["n"].dtype == np.int64


def test_words_for_gaps_are_told(tmp_path: Path) -> None:
    found = read(tmp_path, "a,y\nNA,1\nb,2\nNone,3\n,4\nNA,5\n")
    assert found.frame["a"].isna().tolist() == [True, False, True, True, True]
    assert found.notes == ("'NA' counts as a gap: a (2).", "'None' counts as a gap: a (1).")


def test_lines_before_the_header(tmp_path: Path) -> None:
    assert read(tmp_path, "# exported, 2024\n# by hand\na,b,y\n1,2,3\n").notes == (
        "2 lines before the header did not count.",
    )
    assert read(tmp_path, "# one of many\n" * 300 + "a,b,y\n1,2,3\n").notes == (
        "300 lines before the header did not count.",
    )
    assert read(tmp_path, "sep=|\na|y,z\n1|2\n").frame.columns.tolist() == ["a", "y,z"]
    assert read(tmp_path, "#id,y\n1,2\n").frame.columns.tolist() == ["#id", "y"]


def test_repeated_headers_and_units(tmp_path: Path) -> None:
    found = read(tmp_path, "a,y\n1,2\na,y\n3,4\n")
    assert found.frame["a"].tolist() == [1, 3]
    assert found.notes == ("1 repeated header row was dropped.",)
    found = read(tmp_path, "a,y\nkg,%\n1,2\n3,4\n")
    assert found.frame["a"].dtype == np.int64
    assert "dropped as units" in found.notes[0]
    assert read(tmp_path, "a,y\nx,u\n1,v\n3,w\n").notes == ()


def test_blanks_after_separators(tmp_path: Path) -> None:
    found = read(tmp_path, '"a", "b", "y"\n1, x, 2\n')
    assert found.frame.to_dict("list") == {"a": [1], "b": ["x"], "y": [2]}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "t.csv").write_text("größe,y\n1,2\n", encoding=encoding)
    assert list(read_with_notes(tmp_path / "t.csv").frame) == ["größe", "y"]


def test_a_row_instead_of_a_header(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="begins with numbers"):
        read(tmp_path, "28.8,16.0,2.6,g\n31.6,11.7,2.5,h\n")


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Z")), min_size=2, max_size=8).map(
    "w{}".format
)


@st.composite
def mixed_tables(draw: st.DrawFn) -> pd.DataFrame:
    """Numbers, whole numbers with gaps, two to five words with gaps, codes and dates."""
    rows = draw(st.integers(30, 60))

    def cells(values: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(values, min_size=rows, max_size=rows))

    words = draw(st.lists(WORDS, min_size=2, max_size=5, unique=True))
    gapped = cells(st.sampled_from([*words, None]))
    return pd.DataFrame(
        {
            "number": [0.25, 1.75, -3.5, *draw(st.lists(st.floats(-1e6, 1e6), min_size=rows - 3, max_size=rows - 3))],
            "whole": pd.array([1, 2, 3, *cells(st.integers(-99, 99) | st.none())[3:]], dtype="Int64"),
            "word": pd.Series([*words[:2], *gapped[2:]], dtype=object),
            "code": ["007", "010", *cells(st.sampled_from(["007", "010", "123"]))[2:]],
            "day": pd.to_datetime([0, 1, 2, *cells(st.integers(0, 9999))[3:]], unit="D"),
            "y": np.arange(rows) * 0.7,
        }
    )


@settings(max_examples=25)
@given(mixed_tables(), st.sampled_from([",", ";", "\t"]), st.sampled_from(["%Y-%m-%d", "%d.%m.%Y %H:%M"]))
def test_a_mixed_table_that_is_written_and_read_again(table: pd.DataFrame, separator: str, dates: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        table.to_csv(path, sep=separator, index=False, date_format=dates)
        file = read_with_notes(path)
    found = infer_schema(file.frame, "y", Overrides(), "t.csv", comma_first=file.comma_first)
    kinds = [found.schema.column(str(name)).kind for name in table]
    assert kinds == ["numeric", "numeric", "categorical", "categorical", "datetime", "numeric"]
    np.testing.assert_allclose(found.frame["number"], table["number"], rtol=1e-9)
    assert found.frame["whole"].astype("Int64").equals(table["whole"])
    for name in ("word", "code"):
        assert found.frame[name].astype(object).fillna("gap").tolist() == table[name].fillna("gap").tolist()
    if dates.startswith("%Y") or (table["day"].dt.day > 12).any():
        assert found.frame["day"].tolist() == table["day"].tolist()


def real(name: str, target: str, overrides: Overrides | None = None) -> Inference:
    file = read_with_notes(REAL / name)
    return infer_schema(file.frame, target, overrides or Overrides(), name, comma_first=file.comma_first)


@pytest.mark.real
def test_real_tables() -> None:
    air = real("AirQualityUCI.csv", "C6H6(GT)", Overrides(missing=("-200",)))
    assert (air.schema.datetime, air.schema.categorical, len(air.frame)) == (("Date",), ("Time",), 8991)
    assert air.frame["Date"].iloc[0] == pd.Timestamp("2004-03-10")
    beijing = real("beijing-pm25.csv", "pm2.5")
    assert (beijing.schema.categorical, len(beijing.frame)) == (("cbwd",), 41757)
    shoppers = real("online_shoppers_intention.csv", "Revenue")
    assert shoppers.schema.categorical == ("Month", "VisitorType", "Weekend", "Revenue")
    assert shoppers.schema.task == "binary"
    penguins = real("penguins.csv", "species")
    assert (penguins.schema.task, penguins.schema.categorical) == ("multiclass", ("species", "island", "sex"))
    taxis = real("taxis.csv", "total")
    assert taxis.schema.datetime == ("pickup", "dropoff")
    assert [len(taxis.schema.column(f"{end}_zone").levels) for end in ("pickup", "dropoff")] == [194, 203]
    methane = real("methane-1.csv", "Methane (ppb)")
    assert (methane.schema.is_numeric, methane.notes) == (True, ())
