"""Scores of numeric tables, and the rows made of them, are those of before other kinds of columns were supported."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from tests import numeric_scores

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.api import Split


@pytest.fixture(scope="module")
def splits() -> Mapping[str, Split]:
    return numeric_scores.splits()


@pytest.fixture(scope="module")
def rows() -> Mapping[str, str]:
    stored: dict[str, str] = json.loads(numeric_scores.ROWS.read_text(encoding="utf-8"))
    return stored


@pytest.mark.parametrize("case", numeric_scores.CASES)
def test_scores_are_the_stored_ones(case: str, splits: Mapping[str, Split]) -> None:
    stored: dict[str, dict[str, Any]] = json.loads(numeric_scores.SCORES.read_text(encoding="utf-8"))[case]
    scores = numeric_scores.scores_of(case, splits[case])
    assert list(scores) == list(stored)
    for row, values in scores.items():
        assert list(values) == list(stored[row])
        blank = {key for key, value in values.items() if value is None}
        assert blank == {key for key, value in stored[row].items() if value is None}
        known = {key: value for key, value in stored[row].items() if key not in blank}
        assert {key: values[key] for key in known} == pytest.approx(known, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("case", numeric_scores.CASES)
def test_reference_rows_are_the_stored_bytes(case: str, splits: Mapping[str, Split], rows: Mapping[str, str]) -> None:
    digests = numeric_scores.reference_digests(case, splits[case])
    assert digests == {key: rows[key] for key in rows if key.startswith(f"{case}/")}


@pytest.mark.parametrize("name", numeric_scores.GENERATORS)
def test_generators_draw_the_stored_rows(name: str) -> None:
    """Processors round sums in different orders: networks of one seed differ by millionths of a column's spread."""
    stored = pd.DataFrame(json.loads(numeric_scores.GENERATED.read_text(encoding="utf-8"))[name])
    rows = numeric_scores.generated(name)
    assert list(rows) == list(stored)
    differences = (rows - stored).abs() / stored.std()
    assert differences.to_numpy().max() < 1e-4
