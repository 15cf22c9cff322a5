"""The TOML file beside a table, flags over it, and what is wrong in either."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

if TYPE_CHECKING:
    from pathlib import Path

from bench.api import BenchError
from bench.planning.options import NAMES
from bench.tables.infer import infer_schema
from bench.tables.overrides import ColumnChoice, Overrides, parse_flags
from bench.tables.table_toml import KEYS, RUN_KEYS, configures_run, read_toml, toml_beside, write_toml

TEXT = """
target = "y"
task = "binary"
leave_out = ["name"]
missing = ["?", -200]
[columns]
hour = "categorical"
grade = { kind = "categorical", levels = ["low", "high"], ordered = true }
age = { missing = ["-1"] }
day = { kind = "datetime", day_first = true }
"""


def written(folder: Path, text: str) -> Path:
    (folder / "t.toml").write_text(text)
    return folder / "t.toml"


def test_a_file_says_it_all(tmp_path: Path) -> None:
    assert read_toml(written(tmp_path, TEXT)) == Overrides(
        target="y",
        task="binary",
        leave_out=("name",),
        missing=("?", "-200"),
        columns={
            "hour": ColumnChoice("categorical"),
            "grade": ColumnChoice("categorical", ("low", "high"), ordered=True),
            "age": ColumnChoice(missing=("-1",)),
            "day": ColumnChoice("datetime", day_first=True),
        },
    )


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    assert read_toml(written(tmp_path, "")).identity() == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tasks = 'binary'", "unknown key 'tasks': did you mean 'task'?"),
        ("task = 'clustering'", "task of t.toml is 'clustering'"),
        ("[columns]\nhour = 'category'", "did you mean 'categorical'?"),
        ("[columns]\nhour = 3", "is 3"),
        ("[columns]\nhour = { sort = 'numeric' }", "unknown key 'sort'"),
        ("[columns]\nhour = { kind = 'numeric', levels = ['1'] }", "expected kind"),
        ("[columns]\nhour = { levels = ['1', '1'] }", "'1' more than once"),
        ("[columns]\nhour = { kind = 'datetime', day_first = 1 }", "expected true or false"),
        ("[columns]\nhour = { kind = 'numeric', day_first = true }", "is numeric and has day_first"),
        ("columns = 3", "expected a table [columns]"),
        ("target = 3", "expected a text in quotes"),
        ("leave_out = 'name'", "expected a list of texts"),
        ("missing = [true]", "expected a list of texts"),
        ("a = = b", "is not valid TOML"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BenchError) as error:
        read_toml(written(tmp_path, text))
    assert message in str(error.value)
    assert "t.toml" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        "target = 'y'\nprofile = 'quick'\n[column]\nhour = 'categorical'",
        "generators = ['independent']\nmissing = 'drop'",
        "target = 'y'\nmissing = 'keep'",
        "[[dataset]]\nname = 't.csv'\ntarget = 'y'",
    ],
)
def test_a_configuration_of_a_run_says_nothing_about_the_table(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)
    assert configures_run(path)
    assert read_toml(path) == Overrides()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("target = 'y'\n[colums]\nhour = 'categorical'", "colums"),
        ("target = 'y'\n[column]\nhour = 'categorical'", "column"),
        ("time = 'when'", "time"),
        ("seed = 1\n[columns]\nhour = 'categorical'", "seed"),
    ],
)
def test_a_misspelt_file_of_a_table_is_no_configuration(tmp_path: Path, text: str, key: str) -> None:
    path = written(tmp_path, text)
    assert not configures_run(path)
    with pytest.raises(BenchError, match=f"unknown key '{key}'"):
        read_toml(path)


def test_keys_of_a_run_are_the_options_that_say_nothing_about_a_table() -> None:
    assert set(RUN_KEYS) == {"dataset", *NAMES["configuration"], *NAMES["operation"]}
    assert not set(RUN_KEYS) & set(KEYS)


def test_no_file(tmp_path: Path) -> None:
    assert toml_beside(tmp_path / "t.csv") == tmp_path / "t.toml"
    with pytest.raises(BenchError, match="cannot be read"):
        read_toml(tmp_path / "t.toml")


def test_what_is_written_reads_as_the_same_schema(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "a b": ["x", "y", "?"] * 40,
            'say "hi"\n': range(120),
            "hour": [0, 1, 2] * 40,
            "grade": ["low", "high", "mid"] * 40,
            "name": [f"n{at}" for at in range(120)],
            "when": ["01/02/2024", "02/03/2024", "03/04/2024"] * 40,
            "gone": [None] * 120,
            "y": [0.5, 1.5, -200] * 40,
        }
    )
    said = Overrides(
        missing=("-200",),
        columns={
            "hour": ColumnChoice("categorical"),
            "grade": ColumnChoice("categorical", ("low", "mid", "high"), ordered=True),
            "when": ColumnChoice("datetime", day_first=True),
        },
    )
    found = infer_schema(frame, "y", said, "t.csv")
    path = tmp_path / "t.toml"
    write_toml(found.schema, found.reasons, path, said)
    again = infer_schema(frame, "y", read_toml(path), "t.csv")
    assert again.schema.columns == found.schema.columns
    assert again.schema.task == found.schema.task
    assert [name for name, _ in again.schema.left_out] == ["name", "gone"]
    pd.testing.assert_frame_equal(again.frame, found.frame)
    with pytest.raises(BenchError, match="exists"):
        write_toml(found.schema, found.reasons, path)


def test_flags() -> None:
    flags = parse_flags(
        ["a=b", "age"],
        column=["a=b=categorical"],
        missing_code=["-200", "age=-1", "x=y"],
        leave_out=["id"],
        task="binary",
    )
    assert flags.columns == {"a=b": ColumnChoice("categorical"), "age": ColumnChoice(missing=("-1",))}
    assert (flags.missing, flags.leave_out, flags.task) == (("-200", "x=y"), ("id",), "binary")


@pytest.mark.parametrize("text", ["hour", "=categorical", "hour=code"])
def test_flags_that_say_no_kind(text: str) -> None:
    with pytest.raises(BenchError, match=r"NAME=KIND|expected one of"):
        parse_flags(["hour"], column=[text])


def test_flags_win_over_the_file() -> None:
    file = Overrides(
        target="a",
        missing=("?",),
        columns={
            "g": ColumnChoice("categorical", ("1", "2"), ordered=True),
            "h": ColumnChoice("numeric", missing=("0",)),
        },
    )
    flags = Overrides(
        target="b", missing=("-",), columns={"g": ColumnChoice("categorical"), "h": ColumnChoice("categorical")}
    )
    both = flags.over(file)
    assert (both.target, both.missing) == ("b", ("?", "-"))
    assert both.choice("g") == file.choice("g")
    assert both.choice("h") == ColumnChoice("categorical", missing=("0",))


def test_a_flag_and_the_file_that_say_the_same_are_the_same() -> None:
    flags = parse_flags(["a", "b"], column=["a=numeric", "b=categorical"])
    file = Overrides(target="y", columns={"b": ColumnChoice("categorical"), "a": ColumnChoice("numeric")})
    assert flags.over(Overrides()).identity() == file.identity()


def test_the_day_comes_first_in_a_flag_or_in_the_file(tmp_path: Path) -> None:
    expected = ColumnChoice("datetime", day_first=True)
    flags = parse_flags(["when"], column=["when=datetime:day-first"])
    assert flags.choice("when") == expected
    assert flags.over(Overrides(columns={"when": ColumnChoice("datetime")})).choice("when") == expected
    for said in ("'datetime:day-first'", "{ day_first = true }"):
        assert read_toml(written(tmp_path, f"[columns]\nwhen = {said}")).choice("when") == expected


def test_days_first_are_read_so() -> None:
    frame = pd.DataFrame({"when": ["01/02/2024", "03/02/2024", "04/02/2024"], "y": [1.0, 2.5, 3.5]})
    read = infer_schema(frame, "y", parse_flags(frame.columns, column=["when=datetime:day-first"]), "t.csv")
    assert set(read.frame["when"].dt.month) == {2}
