"""A small table of all kinds with gaps, classes and relations between columns."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.api import Column, Schema, Split

PATIENTS = (
    Column("age"),
    Column("town", "categorical", ("Ulm", "Bonn", "Kiel", "Trier")),
    Column("state", "categorical", ("BW", "NW", "SH", "RP")),
    Column("smoker", "categorical", ("no", "yes"), missing=True),
    Column("packs", missing=True),
    Column("visit", "datetime"),
    Column("leave", "datetime", missing=True),
    Column("illness", "categorical", ("none", "mild", "severe")),
)
"""The state follows from the town, packs are a gap unless somebody smokes, nobody leaves before the visit, and when the
old leave is often a gap."""


def patients_table(rows: int, seed: int) -> pd.DataFrame:
    """Eight columns of all kinds with gaps and relations; the illness follows age, town and smoking."""
    rng = np.random.default_rng(seed)
    age, town = rng.integers(18, 80, rows), rng.choice(4, rows, p=[0.5, 0.3, 0.15, 0.05])
    smokes, unknown = rng.uniform(size=rows) < 0.3, rng.uniform(size=rows) < 0.1
    packs = np.where(smokes & ~unknown, rng.gamma(2, 10, rows).round(1), np.nan)
    days = rng.integers(0, 365, rows)
    visit = pd.Timestamp("2024-01-01") + pd.to_timedelta(days * 24 + rng.choice([8, 9, 10, 15], rows), "h")
    stay = pd.to_timedelta(rng.integers(0, 20, rows), "D")
    leave = pd.Series(visit + stay).mask(rng.uniform(size=rows) < 0.6 * (age > 60))
    burden = 0.06 * (age - 50) + 1.5 * smokes + (town == 1) + rng.logistic(0, 0.5, rows)
    codes = {
        "town": town,
        "state": town,
        "smoker": np.where(unknown, -1, smokes),
        "illness": np.digitize(burden, [0.8, 2.8]),
    }
    frame = pd.DataFrame({"age": age, "packs": packs, "visit": visit, "leave": leave})
    for column in PATIENTS:
        if column.kind == "categorical":
            dtype = pd.CategoricalDtype(list(column.levels))
            frame[column.name] = pd.Categorical.from_codes(codes[column.name].astype(int), dtype=dtype)
    return frame[[column.name for column in PATIENTS]]


def patients_split(target: str) -> Split:
    schema = Schema(PATIENTS, target, task="regression" if target == "age" else "multiclass")
    train, holdout, test = (patients_table(rows, seed) for rows, seed in ((300, 1), (150, 2), (150, 3)))
    return Split(train, holdout, test, schema, "random", 0)
