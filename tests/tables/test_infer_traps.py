"""Tables whose kinds other packages get wrong."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bench.api import BenchError
from bench.tables.infer import infer_schema
from bench.tables.overrides import ColumnChoice, Overrides
from tests.tables.inferred import ROWS, column, infer, note_of, refusal


@pytest.mark.parametrize("name", ["city-mpg", "phone", "email", "ssn", "id", "latitude"])
def test_names_say_nothing_of_kinds(name: str) -> None:
    numbers = np.random.default_rng(0).normal(size=ROWS)
    assert infer({name: numbers}).schema.column(name).kind == "numeric"


def test_names_that_are_integers_become_text() -> None:
    frame = pd.DataFrame({2019: np.arange(ROWS) * 0.5, 2020: np.arange(ROWS) * 0.7})
    assert infer_schema(frame, "2020", Overrides(), "t.csv").schema.names == ("2019", "2020")
    message = "columns of the same name: 1"
    with pytest.raises(BenchError, match=message):
        infer_schema(pd.DataFrame([[1, 2]], columns=[1, "1"]), "1", Overrides(), "t.csv")


def test_integer_categories_have_the_same_text_with_and_without_gaps() -> None:
    choice = ColumnChoice("categorical")
    assert column([1, 2, 10], choice).schema.column("x").levels == ("1", "2", "10")
    assert column([1, 2, 10, None], choice).schema.column("x").levels == ("1", "2", "10")


def test_whole_numbers_are_no_seconds() -> None:
    assert column([1712345678, 1712345679, 1712345999]).schema.column("x").kind == "numeric"


def test_leading_zeros_stay_text() -> None:
    found = column(["0311", "0450", "1200"])
    assert found.schema.column("x").levels == ("0311", "0450", "1200")
    assert "--column x=numeric reads numbers" in note_of(found)


def test_mixed_types_become_text() -> None:
    found = column([1, "a", 2.5, True])
    assert found.schema.column("x").levels == ("1", "a", "2.5", "True")


def test_words_among_numbers_are_told() -> None:
    found = infer({"x": [*map(str, np.arange(ROWS - 2) * 0.3), "n/d", "12.1 C"]})
    assert (
        "2 cells are no numbers; --missing-code n/d --missing-code '12.1 C' makes gaps" in found.schema.left_out[0][1]
    )


def test_cells_of_several_values_are_refused() -> None:
    assert "column 'x' of t.csv has a cell of the type list" in refusal({"x": [[1, 2]] * ROWS})


def test_types_of_frames() -> None:
    import decimal

    found = infer(
        {
            "int": pd.array([1, None, 4, 7] * 30, dtype="Int64"),
            "flag": pd.array([True, None, False] * 40, dtype="boolean"),
            "word": pd.array(["a", None, "b", "c"] * 30, dtype="string"),
            "span": pd.to_timedelta(np.arange(ROWS) ** 2, unit="s"),
            "money": [decimal.Decimal("1.10"), decimal.Decimal("2.5"), decimal.Decimal(3), None] * 30,
            "size": pd.Categorical(["s", "l", "m"] * 40, categories=["s", "m", "l", "xl"], ordered=True),
            "zone": pd.date_range("2024", periods=ROWS, tz="Europe/Oslo"),
            "day": pd.date_range("2024", periods=ROWS).date,
            "wide": np.arange(ROWS, dtype=np.uint64) ** 2 + np.uint64(2**63),
        }
    )
    kinds = {name: found.schema.column(name).kind[0] for name in found.schema.names}
    assert "".join(kinds.values()) == "nccnncddnn"
    assert found.frame["wide"].dtype == np.float64
    assert found.frame["size"].dtype == pd.CategoricalDtype(["s", "m", "l"], ordered=True)
    assert str(found.frame["zone"].dtype) == "datetime64[ns]"
    assert found.frame["money"].iloc[0] == 1.1


SENTINELS = np.array(["0001-01-01", "9999-12-31", "9999-12-30"], dtype="datetime64[s]")


def test_a_column_of_sentinel_dates_alone_is_left_out() -> None:
    found = infer({"x": np.resize(SENTINELS, ROWS)})
    assert "left out, as it has only dates outside the years 1678 to 2261" in note_of(found)
    asked = Overrides(columns={"x": ColumnChoice("datetime")})
    assert "only dates outside the years" in refusal({"x": np.resize(SENTINELS, ROWS)}, asked)
    assert "mostly dates outside the years" in refusal({"x": np.resize(SENTINELS, ROWS).astype(str)}, asked)


def test_the_cells_of_sentinel_dates_are_counted() -> None:
    days = np.datetime64("2020-01-01", "s") + np.arange(ROWS) * np.timedelta64(86_400, "s")
    days[[3, 7]] = SENTINELS[:2]
    for cells in (days, days.astype("datetime64[D]").astype(str)):
        found = infer({"x": cells})
        assert "2 outside the years 1678 to 2261 count as gaps" in note_of(found)
        assert found.frame["x"].isna().sum() == 2


def test_regression_of_a_category_is_refused() -> None:
    said = refusal({"y": (["no", "yes"] * ROWS)[:ROWS]}, Overrides(task="regression"))
    assert "has no numbers, but texts such as 'no'; --task regression expects numbers; leave it out" in said
