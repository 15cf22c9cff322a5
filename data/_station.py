"""The model of `station`: weather, gas, five metal-oxide sensors. docs/station.md describes it with equations."""

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
    """A quantity over the rows of a season: (14,186,)."""

ROWS = 14_186
DAY = 36
"""Rows per day: one every 40 minutes, so a season is 394 days."""

YEAR = 365.25 * DAY
SMOOTH = 4.0
"""Number of rows over which every instrument averages."""

GRID = {"Methane (ppb)": 5e-5, "Moisture": 5e-4, "Temperature": 5e-3, "Humidity": 5e-2}
"""Resolution of the reference instruments; the sensors' is 1e-5 ohm."""


@dataclass(frozen=True, slots=True)
class Sensor:
    """A metal-oxide sensor. All attributes but `r0` are effects on the logarithm of its resistance.

    Attributes:
        r0: resistance when new, in ohm, in 2,000 ppb of methane at 20 degrees and 60 % relative humidity.
        gas: exponent of the power law of methane.
        heat: per degree.
        bend: per squared degree.
        damp: per % of relative humidity, immediately.
        soak: per % of relative humidity that lasts for days.
        first: per standard deviation of the first interfering gas.
        second: per standard deviation of the second interfering gas.
        own: standard deviation of noise of this sensor alone.
        warm_up: at the start of a season; it disappears within two weeks.
        ageing: by the end of a season.
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
    own: float
    warm_up: float
    ageing: float


SENSORS = (
    Sensor("R2611E", 97_400, -0.298, -0.0233, -0.7e-3, -0.0054, -0.0100, 0.036, 0.000, 0.036, -0.50, -0.23),
    Sensor("R2600", 15_800, -0.010, -0.0301, 0.9e-3, -0.0116, 0.0000, -0.016, 0.042, 0.025, 0.90, 0.00),
    Sensor("R2602", 34_900, -0.060, -0.0139, -1.7e-3, -0.0036, 0.0000, 0.045, 0.030, 0.035, 0.35, -0.84),
    Sensor("R2611C", 33_000, -0.118, -0.0327, 0.0, -0.0124, -0.0080, 0.000, 0.033, 0.017, 0.50, -0.14),
    Sensor("RMQ4", 65_200, -0.223, -0.0253, -0.4e-3, -0.0144, -0.0080, 0.015, 0.035, 0.035, 0.20, -0.09),
)


def simulate(seed: int, seasons: int) -> pd.DataFrame:
    """Returns independent seasons one after the other: (seasons x 14,186) rows x 9 columns of float64."""
    if seasons < 1:
        raise BenchError(f"got {seasons} seasons; expected at least 1")
    return pd.concat([season(derive(seed, "season", k)) for k in range(seasons)], ignore_index=True)


def season(seed: int) -> pd.DataFrame:
    """Returns one season: 14,186 rows x 9 columns of float64, rounded as the instruments print them."""
    rng = np.random.default_rng(seed)
    heat, damp = _weather(rng)
    gas = _gas(rng, heat)
    columns = {"Methane (ppb)": gas, "Moisture": _moisture(rng, heat, damp), "Temperature": heat, "Humidity": damp}
    columns |= _resistances(rng, gas, heat, damp)
    return pd.DataFrame({name: _printed(path, GRID.get(name, 1e-5)) for name, path in columns.items()})


def _printed(path: Path, grid: float) -> Path:
    # Dividing by a whole number gives the same doubles as reading the printed decimals.
    return np.round(path / grid) / round(1 / grid)


def _wander(rng: np.random.Generator, tau: float) -> Path:
    """Returns a stationary Gaussian path with a memory of `tau` rows; mean 0 and standard deviation 1 over the season.

    It is an Ornstein-Uhlenbeck process after a low-pass filter, so that neighbouring rows differ smoothly: an
    autoregression of order 2.
    """
    slow, fast = np.exp(-1 / tau), np.exp(-1 / SMOOTH)
    noise = rng.standard_normal(ROWS + int(5 * tau))
    path = lfilter([1.0], [1.0, -slow - fast, slow * fast], noise)[-ROWS:]
    return np.asarray((path - path.mean()) / path.std())


def _lagged(path: Path, tau: float) -> Path:
    """Returns `path` smoothed with a time constant of `tau` rows."""
    keep = np.exp(-1 / tau)
    return np.asarray(lfilter([1 - keep], [1.0, -keep], path - path[0]) + path[0])


def _weather(rng: np.random.Generator) -> tuple[Path, Path]:
    """Returns temperature in degrees Celsius and relative humidity in %."""
    row, start = np.arange(ROWS), rng.uniform(-0.04, 0.06)  # years since midsummer
    slow = _air_masses(rng, start) + 0.3 * _wander(rng, 60)
    sky = np.maximum(0.15, 1 + 0.5 * _wander(rng, 1.5 * DAY))  # clear days vary more
    hour, year = 2 * np.pi * row / DAY, 2 * np.pi * (start + row / YEAR)
    heat = slow + 0.4 * sky * np.sin(hour)
    # Humidity follows temperature by a quarter of a year and by five hours: their plot shows loops.
    damp = 59.4 - 0.17 * (slow - 18.8) - 5.0 * np.sin(year) - 4.0 * sky * np.sin(hour - 1.2)
    return heat, damp + 2.2 * _wander(rng, 1000)


def _air_masses(rng: np.random.Generator, start: float, count: int = 9) -> Path:
    """Returns the temperature of persistent air masses: it follows the year in steps that take a day to settle."""
    lengths = rng.gamma(8.0, size=count)
    ends = (np.cumsum(lengths) / lengths.sum() * ROWS).astype(int)
    middles = start + (ends - np.diff(ends, prepend=0) / 2) / YEAR
    levels = 8.9 + 20.2 * ((1 + np.cos(2 * np.pi * middles)) / 2) ** 1.3 + rng.normal(0, 0.6, count)
    return _lagged(levels[np.searchsorted(ends[:-1], np.arange(ROWS), side="right")], 25)


def _moisture(rng: np.random.Generator, heat: Path, damp: Path) -> Path:
    """Returns water vapour in ppm of volume, by the Magnus formula (Alduchov and Eskridge 1996), of a slow probe."""
    saturated = 610.94 * np.exp(17.625 * heat / (heat + 243.04))
    return 1e6 * 1.03 * saturated * _lagged(damp, 3) / 100 / 101_325 * np.exp(0.02 * _wander(rng, 20))


def _gas(rng: np.random.Generator, heat: Path) -> Path:
    """Returns methane in ppb: a varying background, and plumes that rise within a row and decay at two rates."""
    gas = 1985 + 30 * _wander(rng, 2500)
    # Warm soil makes more methane: plumes come at an even rate of activity, not of time.
    activity = np.cumsum(1.5 ** ((heat - 20) / 10))
    due = np.cumsum(700 + rng.gamma(2.0, 350, size=40)) - 500
    for start in np.searchsorted(activity, due[due < activity[-1]]):
        age, peak = np.arange(ROWS - start), rng.uniform(7000, 7950)
        pooled = 1.0 if rng.random() < 0.27 else rng.uniform(0.25, 0.65)  # the rest disperses immediately
        decay = pooled * np.exp(-age / rng.normal(340, 30)) + (1 - pooled) * np.exp(-age / rng.uniform(2.5, 6))
        gas[start:] += peak * decay
    return np.minimum(gas * np.exp(0.0005 * _wander(rng, 20)), 10_000)


def _resistances(rng: np.random.Generator, gas: Path, heat: Path, damp: Path) -> dict[str, Path]:
    """Returns the resistance in ohm, by sensor."""
    first, second, age = _interference(rng), _interference(rng), np.arange(ROWS)
    warm, soaked = heat - 20, _lagged(damp, 2 * DAY)
    logs = {
        sensor.name: np.log(sensor.r0)
        + sensor.gas * np.log(gas / 2000)
        + sensor.heat * warm
        + sensor.bend * warm**2
        + sensor.damp * (damp - soaked)
        + sensor.soak * (soaked - 60)
        + sensor.first * first
        + sensor.second * second
        + sensor.own * _interference(rng)
        + sensor.warm_up * np.exp(-age / 60)
        + sensor.ageing * age / ROWS
        for sensor in SENSORS
    }
    return {name: np.exp(log) for name, log in logs.items()}


def _interference(rng: np.random.Generator) -> Path:
    """Returns effects other than methane and weather: slow changes, and short disturbances that come in bursts."""
    bursts = np.exp(0.8 * _wander(rng, 200)) * _wander(rng, 6)
    return np.asarray(0.85 * _wander(rng, 250) + 0.5 * bursts / bursts.std())
