"""A small table with every kind of column, gaps in each but the target."""

from __future__ import annotations

import numpy as np
import pandas as pd

ROWS = 160


def mixed_frame(rows: int = ROWS) -> pd.DataFrame:
    """Numbers, whole numbers, text, a flag, dates and an identifier; `grade` has three classes, one of them rare."""
    rng = np.random.default_rng(3)
    place = pd.Series(rng.choice(["north", "south", "west"], rows), dtype=object)
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 90, rows), "D")
    grade = np.where(np.arange(rows) % 20 == 5, "low", rng.choice(["high", "mid"], rows))
    return pd.DataFrame(
        {
            "size": pd.Series(rng.normal(5, 2, rows).round(2)).mask(rng.random(rows) < 0.1),
            "count": rng.integers(0, 200, rows),
            "place": place.mask(rng.random(rows) < 0.1),
            "smoker": rng.choice(["yes", "no"], rows),
            "day": pd.Series(day.strftime("%d.%m.%Y")).mask(rng.random(rows) < 0.1),
            "code": [f"id-{number:04d}" for number in range(rows)],
            "grade": grade,
        }
    )
