"""Stretches of time have no neighbour in another part, and every part keeps enough rows."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bench.plugins import entry_points
from bench.tables.splits import split
from bench.tables.stretches import FEWEST_STRETCHES, GAP_ROWS, STRETCH_ROWS, STRETCH_SHARE, draw_stretches


def runs(rows: np.ndarray) -> list[int]:
    """The lengths of runs of consecutive positions."""
    return [len(run) for run in np.split(rows, np.flatnonzero(np.diff(rows) != 1) + 1)]


@given(st.integers(0, 8_000), st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_stretches_are_free_whole_and_apart(rows: int, seed: int, blocked: float) -> None:
    free = np.ones(rows, dtype=bool)
    free[: int(blocked * rows)] = False
    stretches, rest = draw_stretches(free, seed)
    assert not np.any(stretches & rest)
    assert not np.any((stretches | rest) & ~free)
    if not stretches.any():
        assert np.array_equal(rest, free)
        return
    inside = np.flatnonzero(stretches)
    assert len(inside) >= FEWEST_STRETCHES * STRETCH_ROWS
    assert len(inside) <= STRETCH_SHARE * free.sum()
    assert all(length % STRETCH_ROWS == 0 for length in runs(inside))
    others = np.flatnonzero(rest)
    distances = np.abs(others[:, None] - inside[None, :]) if len(others) < 2_000 else np.array([GAP_ROWS + 1])
    assert distances.size == 0 or distances.min() > GAP_ROWS


def test_a_blocked_split_of_rows_in_time_has_stretches_that_touch_no_part() -> None:
    data = entry_points.load("datasets", "station").load()
    parts = split(data, "blocked", 3)
    assert parts.stretches is not None
    assert set(runs(parts.stretches.index.to_numpy())) <= {STRETCH_ROWS, 2 * STRETCH_ROWS, 3 * STRETCH_ROWS}
    others = np.concatenate([part.index.to_numpy() for part in (parts.train, parts.holdout, parts.test)])
    nearest = np.abs(np.subtract.outer(parts.stretches.index.to_numpy(), np.unique(others))).min(axis=1)
    assert nearest.min() > GAP_ROWS
    again = split(data, "blocked", 3)
    assert again.stretches is not None
    assert again.stretches.index.equals(parts.stretches.index)


def test_only_blocked_splits_of_rows_in_time_have_stretches() -> None:
    data = entry_points.load("datasets", "station").load()
    assert split(data, "random", 3).stretches is None
    assert split(entry_points.load("datasets", "diabetes").load(), "blocked", 3).stretches is None
