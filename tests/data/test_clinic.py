from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from bench.plugins import entry_points
from tests.data.written_table import inferred, knowable

if TYPE_CHECKING:
    from pathlib import Path

    from bench.api import Dataset


def load(**options: int) -> Dataset:
    data: Dataset = entry_points.load("datasets", "clinic").load(**options)
    return data


@pytest.fixture(scope="module")
def clinic() -> Dataset:
    return load()


def gaps(data: Dataset, column: str) -> float:
    return float(data.frame[column].isna().mean())


def test_shape_kinds_and_task(clinic: Dataset) -> None:
    schema = clinic.schema
    assert clinic.frame.shape == (3_000, 14)
    assert tuple(clinic.frame) == schema.names
    assert schema.datetime == ("visit", "discharge")
    assert schema.categorical == ("sex", "ward", "insurance", "district", "smoker", "readmitted")
    assert schema.missing == ("pack_years", "crp", "discharge")
    assert (schema.target, schema.task, schema.ordered) == ("readmitted", "multiclass", False)


def test_values_are_as_in_memory(clinic: Dataset) -> None:
    for column in clinic.schema.columns:
        dtype = clinic.frame[column.name].dtype
        if column.kind == "categorical":
            assert dtype == pd.CategoricalDtype(list(column.levels))
        elif column.kind == "datetime":
            assert dtype == np.dtype("datetime64[ns]")
        else:
            assert dtype == np.dtype("int64" if column.name in ("age", "height") else "float64")
    assert clinic.frame.index.equals(pd.RangeIndex(3_000))


@pytest.mark.parametrize("seed", range(3))
def test_rates(seed: int) -> None:
    data = load(seed=seed)
    classes = data.frame["readmitted"].value_counts(normalize=True)
    assert classes["no"] == pytest.approx(0.775, abs=0.03)
    assert classes["planned"] == pytest.approx(0.16, abs=0.025)
    assert classes["urgent"] == pytest.approx(0.065, abs=0.02)
    assert 0.003 < (data.frame["ward"] == "burns").mean() < 0.015
    assert gaps(data, "crp") == pytest.approx(0.2, abs=0.025)
    assert gaps(data, "discharge") == pytest.approx(0.05, abs=0.015)


def test_every_level_occurs(clinic: Dataset) -> None:
    for name in clinic.schema.categorical:
        assert set(clinic.frame[name].dropna()) == set(clinic.schema.column(name).levels)


def test_bmi_follows_from_weight_and_height(clinic: Dataset) -> None:
    frame = clinic.frame
    assert frame["bmi"].equals((frame["weight"] / (frame["height"] / 100) ** 2).round(1))


def test_pack_years_are_missing_exactly_where_nobody_smoked(clinic: Dataset) -> None:
    frame = clinic.frame
    assert frame["pack_years"].isna().equals(frame["smoker"] == "no")
    assert frame["pack_years"].min() == 0.5


def test_discharge_is_after_visit_and_visits_are_by_day(clinic: Dataset) -> None:
    frame = clinic.frame.dropna(subset="discharge")
    assert (frame["discharge"] >= frame["visit"]).all()
    assert clinic.frame["visit"].dt.hour.between(7, 19).all()
    assert (clinic.frame["visit"].dt.dayofweek == 6).mean() < 0.06


def test_gaps_of_crp_depend_on_ward_and_age(clinic: Dataset) -> None:
    frame = clinic.frame
    missing, old = frame["crp"].isna(), frame["age"] > 65
    assert missing[frame["ward"] == "orthopaedics"].mean() > 2 * missing[frame["ward"] == "medicine"].mean()
    assert missing[~old].mean() > 1.4 * missing[old].mean()


def test_the_interaction_makes_urgent_readmissions(clinic: Dataset) -> None:
    frame = clinic.frame
    urgent, old, inflamed = frame["readmitted"] == "urgent", frame["age"] > 65, frame["crp"] > 8
    assert urgent[old & inflamed].mean() > 2.5 * max(urgent[old & ~inflamed].mean(), urgent[~old & inflamed].mean())


def test_the_same_seed_gives_the_same_table(clinic: Dataset) -> None:
    again = load()
    assert again.sha256 == clinic.sha256
    pd.testing.assert_frame_equal(again.frame, clinic.frame, check_exact=True)
    assert load(seed=0).sha256 != clinic.sha256


def test_inference_finds_the_schema_in_a_file(clinic: Dataset, tmp_path: Path) -> None:
    found = inferred(clinic, tmp_path)
    assert knowable(found.schema) == knowable(clinic.schema)
    for name in clinic.schema.categorical:
        assert found.frame[name].astype(object).equals(clinic.frame[name].astype(object))
    rest = [*clinic.schema.numeric, *clinic.schema.datetime]
    pd.testing.assert_frame_equal(found.frame[rest], clinic.frame[rest], check_exact=True)
