"""Pictures made of stored points: principal components, and two columns on a grid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest

from bench.api import Board
from bench.reports._density_grids import grid_figure
from bench.reports._lookup import Drawings
from bench.reports._principal_components import component_figure

if TYPE_CHECKING:
    from bench.api import TrialResult

BOARD = Board("table", "random", 1, (), ())
RNG = np.random.default_rng(0)
LINE = RNG.normal(size=400)
REAL = np.column_stack([LINE, 2 * LINE + 0.01 * RNG.normal(size=400), RNG.normal(size=400)])


def drawing(name: str, synthetic: np.ndarray[Any, Any], real: np.ndarray[Any, Any] = REAL) -> Drawings:
    return Drawings(name, cast("TrialResult", None), {"fidelity/points": synthetic}, {"fidelity/points": real})


def test_components_are_those_of_the_real_rows() -> None:
    (figure,) = component_figure(BOARD, [drawing("same", REAL), drawing("other", REAL + 5)])
    assert figure.detail
    assert [panel.title for panel in figure.panels] == ["same", "other"]
    same, other = figure.panels
    assert same.series[0].x == pytest.approx(same.series[1].x)
    assert same.series[0].x == other.series[0].x
    assert same.x_label == "component 1 (67 %)"
    # Standardised, both columns of the line weigh the same, so the first component is their sum.
    assert abs(np.corrcoef(same.series[0].x, REAL[:300, 0] + REAL[:300, 1] / 2)[0, 1]) > 0.99


def test_rows_with_gaps_are_no_points_and_few_columns_have_no_components() -> None:
    holes = REAL.copy()
    holes[:150, 1] = np.nan
    (figure,) = component_figure(BOARD, [drawing("vae", holes)])
    assert len(figure.panels[0].series[1].x) == 150
    assert component_figure(BOARD, [drawing("vae", REAL[:, :2], REAL[:, :2])]) == []
    assert component_figure(BOARD, [drawing("vae", REAL, np.full((400, 3), np.nan))]) == []


def test_a_constant_column_is_no_error() -> None:
    flat = REAL.copy()
    flat[:, 2] = 1.0
    (figure,) = component_figure(BOARD, [drawing("vae", flat, flat)])
    assert np.isfinite(figure.panels[0].series[0].x).all()


def test_the_grid_shows_where_rows_are_missing_and_adds_up_to_nothing() -> None:
    low = REAL[REAL[:, 0] < 0]
    (figure,) = grid_figure(BOARD, [drawing("same", REAL), drawing("low", low)], ["a", "b", "c"], 0, 2)
    same, half = figure.panels
    assert np.abs(same.matrix).max() == 0
    assert np.sum(half.matrix) == pytest.approx(0)
    columns = np.sum(half.matrix, axis=0)
    assert (columns[:4] > 0).all()
    assert (columns[-3:] < 0).all()
    assert half.title == "low minus real"
    assert half.series[0].name == "low"


def test_a_constant_column_has_no_grid() -> None:
    flat = REAL.copy()
    flat[:, 1] = 3.0
    assert grid_figure(BOARD, [drawing("vae", flat, flat)], ["a", "b", "c"], 0, 1) == []
