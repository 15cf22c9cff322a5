"""The model of `clinic`: visits of a hospital, whose patients come back or do not.

All rows are independent. N is a standard normal draw, U a uniform one, and `old` = (age - 55) / 10.

- `visit`: a day of 2023 and 2024, with weights by weekday, and by season: 1 + 0.3 cos(2 pi (day - 15) / 365.25).
  Between 7:00 and 20:00, more in the morning than in the afternoon.
- `age` = 18 + floor(80 Beta(2.2, 1.7)). `sex`: 54 % female.
- `ward`: burns in 0.8 % of the rows; else softmax of log shares plus a slope times `old`.
- `district`: k = 1..25 with weights 1 / (k + 3), as codes 0301 to 0325. Each has a wealth between -1 and 1.
- `insurance`: softmax over (public, private, uninsured) of (1.6, 0.2 old + 1.2 wealth, -1 - 0.3 old - 0.8 wealth).
- `height` = 165 (female) or 178, + 6.5 N - 0.4 old, in cm; `weight` = 26 exp(0.16 N + 0.02 old) height^2, in kg;
  `bmi` = weight / height^2, of the printed values, to 1 decimal.
- `smoker`: yes with probability sigmoid(-0.5 + 0.5 male - 0.6 wealth). `pack_years` = (age - 15) Beta(1.5, 4), in
  steps of 0.5, at least 0.5; missing where `smoker` is no.
- `crp`, in mg/l, = exp(1.3 + 0.8 N + 0.15 old + 0.04 (bmi - 26) + 0.5 smoker + 0.9 burns), to 1 decimal; missing with
  probability sigmoid(-1.5 + 1.1 orthopaedics + 0.8 neurology - 0.25 old).
- `discharge` = visit + exp(3.4 + 0.7 N + 0.15 old + effect of the ward) hours, in minutes; missing in 5 % of the rows.
- `readmitted`: softmax over (no, planned, urgent) of (0, planned, urgent), where urgent has an interaction.

        planned = -2.4 + 1.6 orthopaedics + 1.4 cardiology + 1.1 private - 0.45 old
        urgent = -5.6 + 0.5 old + 0.9 ln(crp / 4) + 0.7 smoker + 1.8 [age > 65 and crp > 8]

  where missing values of `crp` enter as they would have been measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]
    Texts: TypeAlias = NDArray[np.str_]
    Times: TypeAlias = NDArray[np.datetime64]

ROWS = 3_000
DAYS = 731
WEEKDAYS = np.array([1.3, 1.1, 1.0, 1.0, 1.05, 0.35, 0.2])
"""How many visits a day has, Monday to Sunday."""

WARDS = ("medicine", "surgery", "cardiology", "orthopaedics", "neurology", "burns")
SHARES = np.array([0.31, 0.28, 0.17, 0.15, 0.09])
AGES = np.array([0.1, 0.0, 0.35, -0.15, 0.05])
"""Slope of the log share of each ward but the last in `old`."""

STAYS = dict(zip(WARDS, (0.2, 0.1, 0.0, 0.3, 0.2, 0.9), strict=True))
INSURANCES = ("public", "private", "uninsured")
DISTRICTS = tuple(f"03{number:02}" for number in range(1, 26))
CLASSES = ("no", "planned", "urgent")


def simulate(seed: int) -> pd.DataFrame:
    """Returns 3,000 rows x 14 columns: numbers, text and dates, with NaN and NaT where there are gaps."""
    rng = np.random.default_rng(seed)
    age = 18 + np.floor(80 * rng.beta(2.2, 1.7, ROWS))
    old = (age - 55) / 10
    sex = np.where(rng.random(ROWS) < 0.54, "female", "male")
    visit, ward, (district, wealth) = _visits(rng), _wards(rng, old), _districts(rng)
    columns = {
        "visit": visit,
        "age": age.astype(np.int64),
        "sex": sex,
        "ward": ward,
        "insurance": _choose(rng, INSURANCES, _insurance(old, wealth)),
        "district": district,
        **_bodies(rng, sex, old),
    }
    smoker = rng.random(ROWS) < _sigmoid(-0.5 + 0.5 * (sex == "male") - 0.6 * wealth)
    packs = np.maximum(np.round(2 * (age - 15) * rng.beta(1.5, 4.0, ROWS)) / 2, 0.5)
    columns |= {"smoker": np.where(smoker, "yes", "no"), "pack_years": np.where(smoker, packs, np.nan)}
    crp = _inflammation(rng, old, columns["bmi"], smoker, ward)
    unmeasured = rng.random(ROWS) < _sigmoid(
        -1.5 + 1.1 * (ward == "orthopaedics") + 0.8 * (ward == "neurology") - 0.25 * old
    )
    columns |= {"crp": np.where(unmeasured, np.nan, crp), "discharge": _discharges(rng, visit, ward, old)}
    planned = -2.4 + 1.6 * (ward == "orthopaedics") + 1.4 * (ward == "cardiology") - 0.45 * old
    planned += 1.1 * (columns["insurance"] == "private")
    urgent = -5.6 + 0.5 * old + 0.9 * np.log(crp / 4) + 0.7 * smoker + 1.8 * ((age > 65) & (crp > 8))
    columns["readmitted"] = _choose(rng, CLASSES, np.column_stack([np.zeros(ROWS), planned, urgent]))
    return pd.DataFrame(columns)


def _visits(rng: np.random.Generator) -> Times:
    """Returns the minute of each visit."""
    days = np.arange(DAYS)
    weekday = (days + 6) % 7  # 1 January 2023 was a Sunday
    weights = WEEKDAYS[weekday] * (1 + 0.3 * np.cos(2 * np.pi * (days - 15) / 365.25))
    day = rng.choice(days, ROWS, p=weights / weights.sum())
    morning = rng.random(ROWS) < 0.6
    part = np.where(morning, rng.beta(3, 7, ROWS), rng.beta(7, 5, ROWS))
    minutes = day * 1440 + 7 * 60 + np.floor(part * 13 * 60).astype(np.int64)
    visits: Times = np.datetime64("2023-01-01", "ns") + minutes.astype("timedelta64[m]")
    return visits


def _wards(rng: np.random.Generator, old: Numbers) -> Texts:
    chosen = _choose(rng, WARDS[:-1], np.log(SHARES) + np.outer(old, AGES))
    return np.where(rng.random(ROWS) < 0.008, WARDS[-1], chosen)


def _districts(rng: np.random.Generator) -> tuple[Texts, Numbers]:
    """Returns the district of each row and its wealth."""
    number = np.arange(len(DISTRICTS))
    weights = 1 / (number + 4)
    chosen = rng.choice(number, ROWS, p=weights / weights.sum())
    wealth = 7 * number % len(DISTRICTS) / 12 - 1
    return np.asarray(DISTRICTS)[chosen], np.asarray(wealth[chosen])


def _insurance(old: Numbers, wealth: Numbers) -> Numbers:
    return np.column_stack([np.full(ROWS, 1.6), 0.2 * old + 1.2 * wealth, -1 - 0.3 * old - 0.8 * wealth])


def _bodies(rng: np.random.Generator, sex: Texts, old: Numbers) -> dict[str, NDArray[np.generic]]:
    height = np.round(np.where(sex == "male", 178, 165) + 6.5 * rng.standard_normal(ROWS) - 0.4 * old)
    weight = np.round(26 * np.exp(0.16 * rng.standard_normal(ROWS) + 0.02 * old) * (height / 100) ** 2, 1)
    return {"weight": weight, "height": height.astype(np.int64), "bmi": np.round(weight / (height / 100) ** 2, 1)}


def _inflammation(rng: np.random.Generator, old: Numbers, bmi: Numbers, smoker: Flags, ward: Texts) -> Numbers:
    logs = 1.3 + 0.8 * rng.standard_normal(ROWS) + 0.15 * old + 0.04 * (bmi - 26)
    logs += 0.5 * smoker + 0.9 * (ward == "burns")
    return np.asarray(np.maximum(np.round(np.exp(logs), 1), 0.1))


def _discharges(rng: np.random.Generator, visit: Times, ward: Texts, old: Numbers) -> Times:
    logs = 3.4 + 0.7 * rng.standard_normal(ROWS) + 0.15 * old + np.array([STAYS[name] for name in ward])
    discharge = visit + np.round(60 * np.exp(logs)).astype("timedelta64[m]")
    return np.where(rng.random(ROWS) < 0.05, np.datetime64("NaT", "ns"), discharge)


def _choose(rng: np.random.Generator, names: tuple[str, ...], logits: Numbers) -> Texts:
    """Draws a name for each row, by the softmax of its logits: rows x names."""
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    edges = np.cumsum(shares / shares.sum(axis=1, keepdims=True), axis=1)
    chosen = (rng.random(ROWS)[:, None] > edges[:, :-1]).sum(axis=1)
    return np.asarray(np.array(names)[chosen])


def _sigmoid(logits: Numbers) -> Numbers:
    return np.asarray(1 / (1 + np.exp(-logits)))
