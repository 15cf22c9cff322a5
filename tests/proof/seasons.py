"""Two seasons are not exchangeable: by how much, and how far a memoriser's blur hides it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bench import registry
from bench.grid import snap
from bench.ranking import leaderboard
from bench.seeds import derive
from bench.splits import split
from tests.proof import pool
from tests.proof.judge import combine, judged, metrics

if TYPE_CHECKING:
    from bench.api import Split

REPEATS = 5
NOISES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
"""In units of the resolution limit: each column's median step from one row to the next."""


def two_seasons(rows: int = 2_000, repeats: int = REPEATS) -> dict[str, float]:
    """Family scores of rows of one season, judged as if generated from another."""
    load = registry.load("datasets", "station").load
    frames = []
    for repeat in range(repeats):
        data, other = (load(seed=derive(0, "season", repeat, which)).frame for which in ("one", "other"))
        drawn = split(pool.table(data), "random", derive(0, "seasons", repeat), rows=rows)
        fresh = other.sample(rows, random_state=repeat).reset_index(drop=True)
        frames.append(judged(drawn, {"other": fresh}, repeat))
    return _scores(pd.concat(frames), "other")


def blurred_copies(repeats: int = REPEATS) -> list[dict[str, Any]]:
    """Privacy of train rows with noise, on blocked splits of one season."""
    data = registry.load("datasets", "station").load()
    step = data.frame.diff().abs().median().to_numpy()
    frames = []
    for repeat in range(repeats):
        drawn = split(data, "blocked", derive(0, "blurred", repeat))
        frames.append(judged(drawn, {f"{noise:g}": _blurred(drawn, noise * step, repeat) for noise in NOISES}, repeat))
    frame = pd.concat(frames)
    return [{"noise": noise, "scores": _scores(frame, f"{noise:g}")} for noise in NOISES]


def _blurred(drawn: Split, scale: Any, seed: int) -> pd.DataFrame:  # noqa: ANN401 - an array
    rng = np.random.default_rng(seed)
    rows = drawn.train.iloc[rng.integers(len(drawn.train), size=len(drawn.train))].reset_index(drop=True)
    return snap(rows + scale * rng.normal(size=rows.shape), drawn.train)


def _scores(frame: pd.DataFrame, name: str) -> dict[str, float]:
    board = leaderboard(frame, metrics(), combine(), pool.SHARE).boards[0]
    row = next(row for row in board.rows if row.generator == name)
    return {family: found.mean for family, found in row.families.items()}
