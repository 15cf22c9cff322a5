"""A small real-looking table, split, and one family scored on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from bench.api import Cost, Schema, Split
from bench.plugins import entry_points
from bench.scoring.score_table import Scored, prepare_all, score_all
from tests.scoring.patients import patients_split

if TYPE_CHECKING:
    from collections.abc import Callable

COLUMNS = ("target", "slope", "curve", "noise")


def make_table(rows: int, seed: int) -> pd.DataFrame:
    """Four columns on a grid of three decimals; the target follows two of them."""
    rng = np.random.default_rng(seed)
    slope, bend, noise = rng.normal(size=(3, rows))
    curve = np.exp(0.5 * bend) + 0.3 * slope
    target = 2 * slope + curve + 0.1 * rng.normal(size=rows)
    return pd.DataFrame(dict(zip(COLUMNS, (target, slope, curve, noise), strict=True))).round(3)


def make_split(train: pd.DataFrame, holdout: pd.DataFrame, test: pd.DataFrame | None = None) -> Split:
    schema = Schema.of_numbers(train.columns, str(train.columns[0]))
    return Split(train, holdout, holdout if test is None else test, schema, "random", 0)


@pytest.fixture(scope="session")
def patients() -> Split:
    """300 rows of all kinds to train on, 150 held out, 150 to test on; the target has three classes."""
    return patients_split("illness")


@pytest.fixture(scope="session")
def patients_by_age() -> Split:
    """The same rows, with a number as the target."""
    return patients_split("age")


@pytest.fixture(scope="session")
def table() -> Callable[[int, int], pd.DataFrame]:
    return make_table


@pytest.fixture(scope="session")
def split_of() -> Callable[..., Split]:
    return make_split


@pytest.fixture(scope="session")
def split() -> Split:
    """600 rows to train on, 200 held out, 200 to test on; all of one distribution."""
    return make_split(make_table(600, 1), make_table(200, 2), make_table(200, 3))


@pytest.fixture(scope="session")
def score() -> Callable[..., Scored]:
    """Scores a table with one registered family, prepared on the split."""

    def run(name: str, split: Split, synthetic: pd.DataFrame, *, seed: int = 0, cost: Cost | None = None) -> Scored:
        families = [entry_points.load("metrics", name)]
        artefacts = prepare_all(families, split, seed)
        return score_all(families, split, synthetic, artefacts, seed=seed, cost=cost)

    return run
