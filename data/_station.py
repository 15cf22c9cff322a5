"""The model behind `station`: weather, gas, five metal-oxide sensors. See docs/station.md for the equations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd
from scipy.signal import lfilter

from bench.api import BenchError
from bench.seeds import derive

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Path: TypeAlias = NDArray[np.float64]

ROWS = 14_186
DAY = 36
"""Rows per day: one every 40 minutes."""

YEAR = 365.25 * DAY
GRID = {"Methane (ppb)": 5e-5, "Moisture": 5e-4, "Temperature": 5e-3, "Humidity": 5e-2}
SENSOR_GRID = 1e-5
SMOOTH = 4.0
"""Rows over which every instrument averages."""


@dataclass(frozen=True, slots=True)
class Sensor:
    """A metal-oxide sensor; every effect but `r0` is on the logarithm of its resistance.

    Attributes:
        r0: ohm in 2,000 ppb of methane at 20 degrees and 60 % relative humidity.
        gas: minus the exponent of the power law of methane.
        heat: per degree.
        bend: per squared degree.
        damp: per % of relative humidity, at once.
        soak: per % of relative humidity, once it has lasted (surface hydroxyl).
        first: of the first interfering gas, per standard deviation; `second` likewise.
        noise: of the sensor itself.
        warm_up: at the start of a season.
        ageing: over a season.
    """

    name: str
    r0: float
    gas: float
    heat: float
    bend: float
    damp: float
    soak: float
    first: float
    second: float
    noise: float
    warm_up: float
    ageing: float


SENSORS = (
    Sensor("R2611E", 97_400, -0.298, -0.0233, -0.7e-3, -0.0054, -0.0100, 0.036, 0.000, 0.036, -0.50, -0.23),
    Sensor("R2600", 15_800, -0.010, -0.0301, 0.9e-3, -0.0116, 0.0000, -0.016, 0.042, 0.025, 0.90, 0.00),
    Sensor("R2602", 35_600, -0.120, -0.0139, -1.7e-3, -0.0036, 0.0000, 0.050, 0.033, 0.040, 0.35, -0.88),
    Sensor("R2611C", 33_000, -0.118, -0.0327, 0.0, -0.0124, -0.0080, 0.000, 0.033, 0.017, 0.50, -0.14),
    Sensor("RMQ4", 65_200, -0.223, -0.0253, -0.4e-3, -0.0144, -0.0080, 0.015, 0.033, 0.028, 0.20, -0.09),
)


def simulate(seed: int, seasons: int) -> pd.DataFrame:
    """`seasons` seasons one after the other: (seasons x 14,186) rows x 9 columns of float64."""
    if seasons < 1:
        raise BenchError(f"got {seasons} seasons; expected at least 1")
    return pd.concat([season(derive(seed, "season", k)) for k in range(seasons)], ignore_index=True)


def season(seed: int) -> pd.DataFrame:
    """One season: 14,186 rows x 9 columns of float64."""
    rng = np.random.default_rng(seed)
    heat, damp = _weather(rng)
    gas = _gas(rng, heat)
    frame = pd.DataFrame({"Methane (ppb)": gas, "Moisture": _moisture(rng, heat, damp), "Temperature": heat})
    frame["Humidity"] = damp
    for name, grid in GRID.items():
        frame[name] = _round(frame[name].to_numpy(), grid)
    first, second = _interference(rng), _interference(rng)
    for sensor in SENSORS:
        log = _response(sensor, gas, heat, damp) + sensor.first * first + sensor.second * second
        log += sensor.noise * _interference(rng)
        frame[sensor.name] = _round(np.exp(log), SENSOR_GRID)
    return frame


def _round(values: Path, grid: float) -> Path:
    # Dividing by a whole number gives the same doubles as reading the decimals from a file.
    return np.round(values / grid) / round(1 / grid)


def _wander(rng: np.random.Generator, tau: float) -> Path:
    """A stationary Gaussian path with a memory of `tau` rows, smooth over `SMOOTH` rows, standardised.

    An Ornstein-Uhlenbeck process through one more low-pass: an autoregression of order 2.
    """
    slow, fast = np.exp(-1 / tau), np.exp(-1 / SMOOTH)
    noise = rng.standard_normal(ROWS + int(5 * tau))
    path = lfilter([1.0], [1.0, -slow - fast, slow * fast], noise)[-ROWS:]
    return np.asarray((path - path.mean()) / path.std())


def _lag(path: Path, tau: float) -> Path:
    keep = np.exp(-1 / tau)
    return np.asarray(lfilter([1 - keep], [1.0, -keep], path - path[0]) + path[0])


def _weather(rng: np.random.Generator) -> tuple[Path, Path]:
    row = np.arange(ROWS)
    lengths = rng.gamma(8.0, size=9)
    ends = (np.cumsum(lengths) / lengths.sum() * ROWS).astype(int)
    regime = np.searchsorted(ends[:-1], row, side="right")
    start = rng.uniform(-0.04, 0.06)
    middle = (ends - np.diff(ends, prepend=0) / 2) / YEAR + start
    level = 8.9 + 20.6 * ((1 + np.cos(2 * np.pi * middle)) / 2) ** 1.3 + rng.normal(0, 0.5, 9)
    slow = _lag(level[regime], 25) + 0.3 * _wander(rng, 60)
    clear = np.maximum(0.15, 1 + 0.5 * _wander(rng, 1.5 * DAY))
    hour = 2 * np.pi * row / DAY
    heat = slow + 0.4 * clear * np.sin(hour)
    annual = 5.0 * np.sin(2 * np.pi * (row / YEAR + start))
    damp = 59.4 - 0.17 * (slow - 18.8) - annual + 2.2 * _wander(rng, 1000) - 4.0 * clear * np.sin(hour - 1.2)
    return heat, damp


def _moisture(rng: np.random.Generator, heat: Path, damp: Path) -> Path:
    """Water vapour in ppm of volume, by Magnus' formula."""
    saturated = 610.94 * np.exp(17.625 * heat / (heat + 243.04))
    return 1e6 * 1.03 * saturated * _lag(damp, 3) / 100 / 101_325 * np.exp(0.02 * _wander(rng, 20))


def _gas(rng: np.random.Generator, heat: Path) -> Path:
    gas = 1985 + 30 * _wander(rng, 2500)
    # More gas is made where it is warm, so plumes come at a steady pace of activity rather than of time.
    activity = np.cumsum(1.5 ** ((heat - 20) / 10))
    due = np.cumsum(700 + rng.gamma(2.0, 350, size=40)) - 500
    starts = np.searchsorted(activity, due[due < activity[-1]])
    for start in starts:
        age = np.arange(ROWS - start)
        peak = rng.uniform(7000, 7950)
        slow = 1.0 if rng.random() < 0.27 else rng.uniform(0.25, 0.65)
        tail = slow * np.exp(-age / rng.normal(340, 30)) + (1 - slow) * np.exp(-age / rng.uniform(2.5, 6))
        gas[start:] += peak * tail
    return np.minimum(gas * np.exp(0.0005 * _wander(rng, 20)), 10_000)


def _interference(rng: np.random.Generator) -> Path:
    """What a sensor sees beside methane: slow changes, and short disturbances that come in bursts."""
    bursts = np.exp(1.2 * _wander(rng, 200)) * _wander(rng, 6)
    return 0.85 * _wander(rng, 250) + 0.5 * bursts / bursts.std()


def _response(sensor: Sensor, gas: Path, heat: Path, damp: Path) -> Path:
    soaked = _lag(damp, 2 * DAY)
    warm = heat - 20
    climate = sensor.heat * warm + sensor.bend * warm**2 + sensor.damp * (damp - soaked) + sensor.soak * (soaked - 60)
    age = np.arange(ROWS)
    drift = sensor.warm_up * np.exp(-age / 60) + sensor.ageing * age / ROWS
    return np.asarray(np.log(sensor.r0) + sensor.gas * np.log(gas / 2000) + climate + drift)
