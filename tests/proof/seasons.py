"""Two seasons are not exchangeable: by how much, and how far a memoriser's blur hides it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from bench.plugins import entry_points
from bench.scoring.reference_rows import blurred, resolution
from bench.seeds import derive
from bench.statistics.leaderboard import rank_frame
from bench.tables.splits import split
from tests.proof import pool
from tests.proof.judge import combine, judged, metrics

REPEATS = 5
NOISES = (0.0, 0.5, 0.95, 1.5, 2.0, 4.0)
"""Mean distances that copies are moved by, in units of the distance of rows that follow each other."""


def two_seasons(rows: int = 2_000, repeats: int = REPEATS) -> dict[str, float]:
    """Family scores of rows of one season, judged as if generated from another."""
    load = entry_points.load("datasets", "station").load
    frames = []
    for repeat in range(repeats):
        data, other = (load(seed=derive(0, "season", repeat, which)).frame for which in ("one", "other"))
        drawn = split(pool.table(data), "random", derive(0, "seasons", repeat), rows=rows)
        fresh = other.sample(rows, random_state=repeat).reset_index(drop=True)
        frames.append(judged(drawn, {"other": fresh}, repeat))
    return _scores(pd.concat(frames), "other")


def blurred_copies(repeats: int = REPEATS) -> list[dict[str, Any]]:
    """Privacy of train rows with noise, on blocked splits of one season."""
    data = entry_points.load("datasets", "station").load()
    frames = []
    for repeat in range(repeats):
        drawn = split(data, "blocked", derive(0, "blurred", repeat))
        step, rng = resolution(drawn.train, ordered=True), np.random.default_rng(repeat)
        tables = {f"{noise:g}": blurred(drawn.train, noise * step, rng) for noise in NOISES}
        frames.append(judged(drawn, tables, repeat))
    frame = pd.concat(frames)
    return [{"noise": noise, "scores": _scores(frame, f"{noise:g}")} for noise in NOISES]


def _scores(frame: pd.DataFrame, name: str) -> dict[str, float]:
    board = rank_frame(frame, metrics(), combine(), pool.SHARE).boards[0]
    row = next(row for row in board.entries if row.generator == name)
    overall = {"overall": row.overall.mean} if row.overall else {}
    return overall | {family: result.mean for family, result in row.families.items()}
