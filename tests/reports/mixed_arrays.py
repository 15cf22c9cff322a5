"""Made-up arrays of a table with categories, dates and gaps, under the names with which scoring stores them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bench.api import Column, Schema

if TYPE_CHECKING:
    from numpy.typing import NDArray

ZONES = tuple(f"{side} {place}, a rather long name" for place in "ABCDEFGHIJKLMN" for side in ("Upper", "Lower"))
SCHEMA = Schema(
    (
        Column("visit", "datetime"),
        Column("age"),
        Column("weight", missing=True),
        Column("lab", missing=True),
        Column("ward", "categorical", ("medicine", "surgery", "cardiology", "burns")),
        Column("zone", "categorical", ZONES, missing=True),
        Column("hour", "categorical", tuple(map(str, range(12)))),
        Column("discharge", "datetime", missing=True),
        Column("readmitted", "categorical", ("no", "planned", "urgent")),
    ),
    "readmitted",
    task="multiclass",
    left_out=(("name", "an identifier: 3,000 different texts in 3,000 cells"),),
)
OTHER, GAP = "(other)", "(gap)"
MOST_LEVELS = 20
START, END = 1_672_531_200.0, 1_735_689_600.0  # the years 2023 and 2024


def mixed_drawings(schema: Schema, rng: np.random.Generator, quality: float) -> dict[str, Any]:
    """What a trial stores for reports: the real table if `quality` is 1, and further from it the lower it is."""
    numbers, width = schema.numeric, len(schema.names)
    points = rng.normal(50, 10, (300, len(numbers))).astype(np.float32)
    points[::5, -1] = np.nan
    association = np.full((width, width), 0.1 * quality, np.float32)
    np.fill_diagonal(association, 1.0)
    association[4, -1] = association[-1, 4] = 0.6 * quality
    gaps = np.array([0.3 * column.missing * (0.5 + 0.5 * quality) for column in schema.columns], np.float32)
    patterns = np.zeros((4, width), bool)
    patterns[1, 2], patterns[2, 2:4], patterns[3, [2, 3, 5, 7]] = True, True, True
    drawn: dict[str, Any] = {
        "columns": np.array(schema.names),
        "association": association,
        "gaps": gaps,
        "gap_patterns": patterns,
        "gap_shares": _blurred(np.array([0.6, 0.2, 0.1, 0.08, 0.02]), quality),
        "point_columns": np.array(numbers),
        "points": points,
        "point_correlation": np.eye(len(numbers)),
    }
    for column in schema.columns:
        drawn |= {f"{what}/{column.name}": array for what, array in _column(column, rng, quality).items()}
    confusion = np.diag([70, 15, 5]) + np.array([[0, 5, 1], [4, 0, 2], [3, 2, 0]])
    return {f"fidelity/{name}": array for name, array in drawn.items()} | {
        "utility/classes": np.array(schema.column(schema.target).levels),
        **{f"utility/confusion/{model}": confusion for model in ("linear", "xgb")},
    }


def _column(column: Column, rng: np.random.Generator, quality: float) -> dict[str, NDArray[Any]]:
    if column.kind == "categorical":
        names = [*column.levels[:MOST_LEVELS], *([OTHER] if len(column.levels) > MOST_LEVELS else [])]
        names += [GAP] if column.missing else []
        shares = 1 / np.arange(1.0, len(names) + 1)
        return {"levels": np.array(names), "shares": _blurred(shares / shares.sum(), quality)}
    if column.kind == "datetime":
        day = np.exp(-(((np.arange(24) - 10) / 4) ** 2))
        week, year = np.array([1.2, 1, 1, 1, 1, 0.4, 0.2]), 1 + 0.3 * np.cos(np.arange(12) * np.pi / 6)
        parts = {"hour": day, "weekday": week, "month": year, "timeline": np.ones(40)}
        blurred = {part: _blurred(weights / weights.sum(), quality) for part, weights in parts.items()}
        return {"timeline_edges": np.linspace(START, END, 41), **blurred}
    values = rng.normal(50, 10 * quality + 1, 500)
    edges = np.linspace(20, 80, 61)
    return {
        "edges": edges,
        "density": np.histogram(values, edges, density=True)[0].astype(np.float32),
        "quantiles": np.quantile(values, np.linspace(0.01, 0.99, 99)).astype(np.float32),
    }


def _blurred(shares: NDArray[np.float64], quality: float) -> NDArray[np.float32]:
    """Shares between even ones and the given ones."""
    return (quality * shares + (1 - quality) / len(shares)).astype(np.float32)
