from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from bench.api import BenchError, Dataset
from bench.data._station import DAY, GRID, SENSORS, season
from bench.data._station_compare import distances, statistics
from bench.plugins import entry_points
from bench.tables.datasets import resolve
from bench.tables.splits import split
from bench.tables.table_request import TableRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

GAS = "Methane (ppb)"
COLUMNS = [GAS, "Moisture", "Temperature", "Humidity", "R2611E", "R2600", "R2602", "R2611C", "RMQ4"]
FURTHER = 5


@pytest.fixture(scope="module")
def station() -> Dataset:
    return resolve(TableRequest("station"))


@pytest.fixture(scope="module")
def real() -> Mapping[str, float]:
    """Summary statistics of methane-1, which the comparison writes."""
    text = (Path(__file__).parent / "methane-1.json").read_text(encoding="utf-8")
    loaded: dict[str, float] = json.loads(text)
    return loaded


def load(**options: int) -> Dataset:
    data: Dataset = entry_points.load("datasets", "station").load(**options)
    return data


def test_a_season_looks_like_methane_1(station: Dataset) -> None:
    assert list(station.frame.columns) == COLUMNS
    assert station.frame.shape == (14_186, 9)
    assert set(station.frame.dtypes) == {np.dtype("float64")}
    assert station.schema.ordered
    assert station.schema.target == GAS
    assert station.notes == ()


def test_all_statistics_of_the_default_season_are_near(station: Dataset, real: Mapping[str, float]) -> None:
    apart = distances(real, statistics(station.frame))
    assert len(apart) == 153
    assert {key: round(value, 2) for key, value in apart.items() if value > 1} == {}


def test_most_statistics_of_other_seasons_are_near(real: Mapping[str, float]) -> None:
    seasons = [distances(real, statistics(season(seed))) for seed in range(FURTHER)]
    near = [value <= 1 for apart in seasons for value in apart.values()]
    assert np.mean(near) > 0.85


def test_distance_is_one_at_the_edge_of_near(real: Mapping[str, float]) -> None:
    moved = dict(real)
    moved["mean/Moisture"] += 0.3 * real["std/Moisture"]
    moved["std/RMQ4"] /= 1.25
    moved["lag 1/Humidity"] -= 0.02
    moved["lag 10/Humidity"] += 0.15
    apart = distances(real, moved)
    assert sum(value == pytest.approx(1) for value in apart.values()) == 4
    assert sum(value == 0 for value in apart.values()) == len(real) - 4


def test_the_same_seed_gives_the_same_bytes(station: Dataset) -> None:
    again, other = load(), load(seed=1)
    assert again.sha256 == station.sha256
    pd.testing.assert_frame_equal(again.frame, station.frame, check_exact=True)
    assert other.sha256 != station.sha256


def test_further_seasons_are_new_draws_and_change_nothing_before_them(station: Dataset) -> None:
    three = load(seasons=3).frame
    parts = [three.iloc[k * 14_186 : (k + 1) * 14_186].reset_index(drop=True) for k in range(3)]
    pd.testing.assert_frame_equal(parts[0], station.frame, check_exact=True)
    assert list(three.index) == list(range(3 * 14_186))
    assert all(abs(np.corrcoef(parts[0][GAS], part[GAS])[0, 1]) < 0.9 for part in parts[1:])


def test_no_seasons_are_refused() -> None:
    with pytest.raises(BenchError, match="got 0 seasons; expected at least 1"):
        load(seasons=0)


@pytest.mark.parametrize("column", COLUMNS)
def test_values_lie_on_the_grid_of_their_instrument(station: Dataset, column: str) -> None:
    values, grid = station.frame[column].to_numpy(), GRID.get(column, 1e-5)
    steps = values * round(1 / grid)
    assert np.abs(steps - np.round(steps)).max() < 1e-4
    digits = len(f"{grid:.10f}".rstrip("0").split(".")[1])
    assert all(value == float(f"{value:.{digits}f}") for value in values[:500])


def test_methane_is_a_background_with_plumes(station: Dataset) -> None:
    gas = station.frame[GAS].to_numpy()
    assert gas.min() > 1_800
    assert 9_000 < gas.max() <= 10_000
    assert gas.mean() > np.median(gas) + 300
    assert 5 <= (np.diff(gas) > 1_000).sum() <= 20


def test_humidity_lags_behind_temperature(station: Dataset) -> None:
    """Within days humidity mirrors temperature some hours later: loops, not a curve."""
    heat, damp = (
        station.frame[name] - station.frame[name].rolling(DAY, center=True).mean()
        for name in ("Temperature", "Humidity")
    )
    delays = range(-DAY // 2, DAY // 2)
    mirrored = [-heat.corr(damp.shift(-delay)) for delay in delays]
    assert 4 <= delays[int(np.argmax(mirrored))] <= 10
    assert max(mirrored) > 0.6
    assert abs(heat.corr(damp)) < 0.7


def test_moisture_follows_temperature_and_two_sensors_are_near_duplicates(station: Dataset) -> None:
    frame = station.frame
    assert frame["Moisture"].corr(frame["Temperature"]) == pytest.approx(0.95, abs=0.03)
    assert frame["R2611C"].corr(frame["RMQ4"]) > 0.94


def test_sensors_answer_to_methane_by_their_power_laws() -> None:
    """Within the row of a plume nothing but the gas moves much, so the step gives back the exponent."""
    frame = pd.concat([season(seed) for seed in range(FURTHER)])
    step = np.log(frame).diff()
    plume = step[frame[GAS].diff() > 4_000]
    for sensor in SENSORS:
        assert (plume[sensor.name] / plume[GAS]).median() == pytest.approx(sensor.gas, abs=0.02)


def test_the_table_is_as_hard_as_the_real_one(station: Dataset) -> None:
    """Near-perfect for trees on shuffled rows, not for a line, and much less so on blocks."""
    from sklearn.linear_model import LinearRegression
    from xgboost import XGBRegressor

    def r2(model: XGBRegressor | LinearRegression, parts: Dataset) -> float:
        drawn = split(parts, "blocked" if parts.schema.ordered else "random", 0)
        model.fit(drawn.train.drop(columns=GAS), drawn.train[GAS])
        return float(model.score(drawn.test.drop(columns=GAS), drawn.test[GAS]))

    shuffled = replace(station, schema=replace(station.schema, ordered=False))
    assert r2(XGBRegressor(n_estimators=100, n_jobs=1, random_state=0), shuffled) > 0.97
    assert 0.6 < r2(LinearRegression(), shuffled) < 0.85
    assert r2(XGBRegressor(n_estimators=100, n_jobs=1, random_state=0), station) < 0.9


@pytest.mark.real
def test_the_statistics_are_those_of_methane_1(real: Mapping[str, float]) -> None:
    result = statistics(resolve(TableRequest("methane-1")).frame)
    assert result == pytest.approx(dict(real), rel=1e-5, abs=1e-6)
