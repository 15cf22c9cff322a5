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
DAY = 32
"""Rows per day: one every 45 minutes."""

YEAR = 365.25 * DAY
GRID = {"Methane (ppb)": 5e-5, "Moisture": 5e-4, "Temperature": 5e-3, "Humidity": 5e-2}
SENSOR_GRID = 1e-5


@dataclass(frozen=True, slots=True)
class Sensor:
    """R = r0 (gas / 2000 ppb)^-alpha exp(-by_heat (T - 20) - by_damp (H - 60)) exp(drift)."""

    name: str
    r0: float
    alpha: float
    by_heat: float
    by_damp: float
    drift: float


SENSORS = (
    Sensor("R2611E", 81_700, 0.26, 0.0253, 0.0123, 0.083),
    Sensor("R2600", 16_700, 0.03, 0.0323, 0.0046, 0.087),
    Sensor("R2602", 20_100, 0.02, 0.0233, 0.0236, 0.235),
    Sensor("R2611C", 30_550, 0.117, 0.0347, 0.0119, 0.054),
    Sensor("RMQ4", 60_350, 0.207, 0.0262, 0.0106, 0.056),
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
    gas = _gas(rng)
    frame = pd.DataFrame({"Methane (ppb)": gas, "Moisture": _moisture(rng, heat, damp), "Temperature": heat})
    frame["Humidity"] = damp
    for name, grid in GRID.items():
        frame[name] = _round(frame[name].to_numpy(), grid)
    for sensor in SENSORS:
        frame[sensor.name] = _round(_resistance(rng, sensor, gas, heat, damp), SENSOR_GRID)
    return frame


def _round(values: Path, grid: float) -> Path:
    # Dividing by a whole number gives the same doubles as reading the decimals from a file.
    return np.round(values / grid) / round(1 / grid)


def _wander(rng: np.random.Generator, tau: float) -> Path:
    """An Ornstein-Uhlenbeck path with a memory of `tau` rows, standardised over the season."""
    keep = np.exp(-1 / tau)
    path = lfilter([1.0], [1.0, -keep], rng.standard_normal(ROWS + int(5 * tau)))[-ROWS:]
    return np.asarray((path - path.mean()) / path.std())


def _lag(path: Path, tau: float) -> Path:
    keep = np.exp(-1 / tau)
    return np.asarray(lfilter([1 - keep], [1.0, -keep], path - path[0]) + path[0])


def _weather(rng: np.random.Generator) -> tuple[Path, Path]:
    row = np.arange(ROWS)
    lengths = rng.gamma(8.0, size=8)
    ends = (np.cumsum(lengths) / lengths.sum() * ROWS).astype(int)
    regime = np.searchsorted(ends[:-1], row, side="right")
    middle = (ends - np.diff(ends, prepend=0) / 2) / YEAR
    level = 18.8 + 10.2 * np.cos(2 * np.pi * (middle + rng.random())) + rng.normal(0, 0.6, 8)
    slow = _lag(level[regime], 25) + 0.3 * _wander(rng, 60)
    clear = np.maximum(0.15, 1 + 0.5 * _wander(rng, 1.5 * DAY))
    hour = 2 * np.pi * row / DAY
    heat = slow + 0.4 * clear * np.sin(hour)
    damp = 59.4 - 0.22 * (slow - 18.8) + 4.1 * _wander(rng, 2500) - 4.0 * clear * np.sin(hour - 1.2)
    return heat, damp


def _moisture(rng: np.random.Generator, heat: Path, damp: Path) -> Path:
    """Water vapour in ppm of volume, by Magnus' formula."""
    saturated = 610.94 * np.exp(17.625 * heat / (heat + 243.04))
    return 1e6 * 1.03 * saturated * _lag(damp, 3) / 100 / 101_325 * np.exp(0.02 * _wander(rng, 20))


def _gas(rng: np.random.Generator) -> Path:
    starts = np.cumsum(500 + rng.gamma(2.0, 450, size=10)).astype(int)
    gas = 1990 + 35 * _wander(rng, 2500)
    for start in starts[starts < ROWS - 10]:
        age = np.arange(ROWS - start)
        peak, slow = rng.uniform(7000, 7950), rng.uniform(0.3, 1.0)
        gas[start:] += peak * (slow * np.exp(-age / rng.normal(370, 40)) + (1 - slow) * np.exp(-age / 4))
    return np.minimum(gas * np.exp(0.001 * _wander(rng, 3)), 10_000)


def _resistance(rng: np.random.Generator, sensor: Sensor, gas: Path, heat: Path, damp: Path) -> Path:
    environment = -sensor.by_heat * (heat - 20) - sensor.by_damp * (damp - 60)
    drift = sensor.drift * (0.9 * _wander(rng, 800) + 0.43 * _wander(rng, 30))
    return sensor.r0 * (gas / 2000) ** -sensor.alpha * np.exp(environment + drift)
