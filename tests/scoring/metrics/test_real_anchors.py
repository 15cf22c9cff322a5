"""On the public table the references have the values that are known for it (shuffled 80/20 split, seed 42)."""

from __future__ import annotations

from typing import Any

import pytest
from sklearn.model_selection import train_test_split

from bench.api import Split
from bench.plugins import entry_points
from tests.reference_scores import references

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def rows() -> dict[str, dict[str, Any]]:
    data = entry_points.load("datasets", "methane-1").load()
    train, held = train_test_split(data.frame, test_size=0.2, random_state=42)
    split = Split(train, held, held, data.schema, "random", 42)
    families = [entry_points.load("metrics", name) for name in entry_points.names("metrics")]
    return {name: dict(row.metrics) for name, row in references(split, 42, families, "core").rows.items()}


def test_real_rows_reach_the_known_ceilings(rows: dict[str, dict[str, Any]]) -> None:
    real = rows["real-train"]
    assert real["quality"] == pytest.approx(0.987, abs=0.003)
    assert real["std_ratio"] == pytest.approx(1.0, abs=0.02)
    assert real["tstr_xgb_r2"] == pytest.approx(0.995, abs=0.001)
    assert real["tstr_linear_r2"] == pytest.approx(0.806, abs=0.001)
    assert real["c2st_auc"] == pytest.approx(0.5, abs=0.04)


def test_independent_columns_are_the_known_floor(rows: dict[str, dict[str, Any]]) -> None:
    floor = rows["independent"]
    # 0.786 with sdmetrics' default threshold, which leaves 16 of the 36 pairs out.
    assert floor["quality"] == pytest.approx(0.859, abs=0.005)
    assert floor["tstr_xgb_r2"] < 0.05
    assert floor["tstr_linear_r2"] == pytest.approx(0.01, abs=0.03)
    assert floor["c2st_auc"] > 0.995


def test_copies_are_caught(rows: dict[str, dict[str, Any]]) -> None:
    assert rows["copy"]["copies"] == pytest.approx(1, abs=0.01)
    assert rows["copy"]["dcr_share"] == pytest.approx(0.625, abs=0.03)
    assert rows["copy"]["mia_dcr_auc"] == pytest.approx(0.82, abs=0.03)
    assert rows["independent"]["copies"] == 0
