"""What is stored for the pictures of a report: maps of rows, grids of pairs, rows in time."""

from __future__ import annotations

import doctest
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from bench.api import Column, Schema, Split
from bench.scoring.encoding import encoding_of
from bench.scoring.metrics.fidelity import pair_grids, row_map, rows_in_time
from bench.scoring.metrics.fidelity.family import FAMILY
from bench.scoring.metrics.privacy import distance_histograms as histograms
from bench.scoring.score_table import prepare_all, score_all
from tests.scoring.patients import PATIENTS, patients_table

if TYPE_CHECKING:
    from bench.api import Details
    from bench.scoring.encoding import Encoding

RNG = np.random.default_rng(0)


def numbers(columns: int, rows: int = 200) -> pd.DataFrame:
    shared = RNG.normal(size=(rows, 1))
    table = shared + RNG.normal(size=(rows, columns))
    return pd.DataFrame(table, columns=[f"c{at}" for at in range(columns)])


def split_of(frame: pd.DataFrame, schema: Schema) -> Split:
    half, rest = len(frame) // 2, 3 * len(frame) // 4
    return Split(frame[:half], frame[half:rest], frame[rest:], schema, "random", 1)


def numeric(columns: int, *, ordered: bool = False) -> Split:
    frame = numbers(columns)
    return split_of(frame, Schema.of_numbers(frame.columns, "c0", ordered=ordered))


def stored(split: Split, rows: pd.DataFrame, *, pictures: bool = True) -> Details:
    prepared = prepare_all([FAMILY], split, 1)
    scored = score_all([FAMILY], split, rows, prepared, seed=1, pictures=pictures)
    assert not [reason for reason in scored.reasons.values() if "failed" in reason]
    return scored.details


def mixed() -> Split:
    return split_of(patients_table(240, 0), Schema(PATIENTS, "illness", ordered=True, task="multiclass"))


def test_doctests() -> None:
    for module in (pair_grids, rows_in_time, histograms):
        assert doctest.testmod(module) == doctest.TestResults(0, doctest.testmod(module).attempted)


def test_pictures_move_no_score() -> None:
    split = numeric(3)
    prepared = prepare_all([FAMILY], split, 1)
    found = [score_all([FAMILY], split, split.holdout, prepared, seed=1, pictures=shown) for shown in (False, True)]
    assert found[0].metrics == found[1].metrics
    more = found[1].details.keys() - found[0].details.keys()
    assert more == {"fidelity/tsne/real", "fidelity/tsne/synthetic"}


def test_the_same_rows_have_the_same_maps() -> None:
    split = mixed()
    first, again = (stored(split, split.holdout) for _ in range(2))
    assert first.keys() == again.keys()
    assert all(first[key].tobytes() == again[key].tobytes() for key in first)


def test_components_tell_a_shift_in_units_of_train() -> None:
    split = numeric(3)
    moved = split.train + 10 * split.train.std(ddof=0)
    real, synthetic = (stored(split, rows)["fidelity/components"] for rows in (split.train, moved))
    assert np.linalg.norm(synthetic.mean(axis=0) - real.mean(axis=0)) == pytest.approx(10 * np.sqrt(3), rel=0.05)


def test_the_map_has_other_rows_apart_and_equal_rows_together() -> None:
    split = numeric(3)
    apart = stored(split, split.train + 50)
    real, synthetic = apart["fidelity/tsne/real"], apart["fidelity/tsne/synthetic"]
    assert len(real) == len(synthetic) == 100
    gap = np.linalg.norm(real.mean(axis=0) - synthetic.mean(axis=0))
    assert gap > 2 * max(real.std(), synthetic.std())


def test_values_of_any_size_are_placed() -> None:
    split = numeric(2)
    huge = split.train.copy()
    huge.iloc[0] = [3e38, -3e38]
    arrays = stored(split, huge)
    assert np.isfinite(arrays["fidelity/components"]).all()
    assert np.isfinite(arrays["fidelity/tsne/synthetic"]).all()


@pytest.mark.parametrize("columns", [1, 40])
def test_few_and_many_columns(columns: int) -> None:
    split = numeric(columns)
    arrays = stored(split, split.holdout)
    assert ("fidelity/components" in arrays) == (columns > 1)
    # The three strongest pairs and three of the target, which may be among the former.
    assert (len(arrays["fidelity/grids/counts"]) in range(3, 7)) == (columns > 1)


def test_constant_tables_have_no_map() -> None:
    frame = pd.DataFrame({"a": np.ones(80), "b": np.ones(80)})
    split = split_of(frame, Schema.of_numbers(["a", "b"], "a", ordered=True))
    arrays = stored(split, split.holdout)
    assert "fidelity/components" not in arrays
    assert "fidelity/tsne/real" not in arrays


def test_tables_without_numbers() -> None:
    columns = tuple(column for column in PATIENTS if column.kind == "categorical")
    frame = patients_table(240, 0)[[column.name for column in columns]]
    split = split_of(frame, Schema(columns, "illness", ordered=True, task="multiclass"))
    arrays = stored(split, split.holdout)
    assert "fidelity/components" in arrays
    assert "fidelity/in_time/real" not in arrays


def test_grids_count_every_row_with_both_values() -> None:
    split = mixed()
    rows = split.train.reset_index(drop=True)
    arrays = stored(split, rows)
    pairs = arrays["fidelity/grids/columns"]
    assert ["town", "state"] in pairs.tolist()
    for (x, y), counts in zip(pairs, arrays["fidelity/grids/counts"], strict=True):
        assert counts.sum() == rows[[x, y]].notna().all(axis=1).sum()
        assert len(arrays[f"fidelity/grids/cells/{x}"]) <= pair_grids.CELLS
    towns = pairs.tolist().index(["town", "state"])
    counts = arrays["fidelity/grids/counts"][towns]
    # The state follows from the town, so each town lies in one cell.
    assert ((counts > 0).sum(axis=0) <= 1).all()


def test_invented_and_rare_levels_share_a_cell() -> None:
    levels = tuple(f"l{at:02}" for at in range(30))
    schema = Schema((Column("level", "categorical", levels), Column("other", "categorical", ("a", "b"))), "other")
    train = np.column_stack([np.repeat(np.arange(30.0), np.arange(30, 0, -1)), np.zeros(465)])
    edges = pair_grids.cell_edges(train, schema)
    rows = np.array([[0.0, 0.0], [14.0, 1.0], [29.0, 0.0], [30.0, 0.0]])
    (counts,) = pair_grids.pair_counts(rows, [(0, 1)], schema, edges)
    assert counts[0].tolist() == [1] + [0] * 14 + [2]
    assert counts[1, 14] == 1
    assert pair_grids.cell_names(0, schema, edges)[-1] == "(other)"


def test_a_number_of_few_values_has_a_cell_for_each() -> None:
    schema = Schema.of_numbers(["few", "many"], "many")
    train = np.column_stack([np.arange(100) % 3 + 7, np.linspace(0, 1, 100)])
    edges = pair_grids.cell_edges(train, schema)
    assert pair_grids.cell_names(0, schema, edges).tolist() == ["7", "8", "9"]
    (counts,) = pair_grids.pair_counts(train, [(1, 0)], schema, edges)
    assert counts.sum(axis=1)[:4].tolist() == [34, 33, 33, 0]
    assert len(pair_grids.cell_names(1, schema, edges)) == pair_grids.CELLS


def test_pairs_that_differ_most_are_the_tables_own() -> None:
    split = numeric(8)
    lost = split.train.copy()
    lost["c6"] = RNG.permutation(lost["c6"])
    own = stored(split, lost)["fidelity/grids/own_columns"]
    assert all("c6" in pair for pair in own.tolist())


def test_rows_without_a_date_have_no_time() -> None:
    split = numeric(5, ordered=True)
    arrays = stored(split, split.holdout)
    assert arrays["fidelity/in_time/columns"][0] == "c0"
    assert len(arrays["fidelity/in_time/columns"]) == 3
    assert arrays["fidelity/in_time/positions"].tolist() == split.train.index.tolist()
    assert "fidelity/in_time/rows" not in arrays
    assert "fidelity/in_time/real" not in stored(numeric(5), split.holdout)


def test_rows_with_a_date_are_in_its_order() -> None:
    split = mixed()
    arrays = stored(split, split.holdout)
    assert str(arrays["fidelity/in_time/clock"]) == "visit"
    seconds = arrays["fidelity/in_time/rows_seconds"]
    assert (np.diff(seconds) >= 0).all()
    assert len(seconds) == len(arrays["fidelity/in_time/rows"]) == len(split.holdout)


def test_distances_follow_the_edges_of_holdout() -> None:
    unseen = np.linspace(0.1, 1, 50)
    found = histograms.distance_histograms(np.array([0.0, 1e-30, 1e9, np.inf]), unseen)
    assert found["distances/synthetic"].sum() == pytest.approx(0.5)
    assert found["distances/copies"].tolist() == [0.5, 0.0]
    assert found["distances/holdout"].sum() == pytest.approx(1)
    again = histograms.distance_histograms(unseen, unseen)
    np.testing.assert_array_equal(found["distances/edges"], again["distances/edges"])


def test_holdout_of_copies_has_edges_too() -> None:
    found = histograms.distance_histograms(np.array([0.5, 2.0]), np.zeros(5))
    assert np.isfinite(found["distances/edges"]).all()
    assert found["distances/synthetic"].sum() == pytest.approx(1)


def test_axes_need_three_rows() -> None:
    assert row_map.component_axes(np.ones((2, 2)), _encoding(), 0) == {}


def _encoding() -> Encoding:
    frame = numbers(2)
    return encoding_of(frame, Schema.of_numbers(frame.columns, "c0"))
