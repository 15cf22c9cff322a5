"""Real rows, spoilt by degrees: what each family must notice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bench.grid import snap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_MODES = 6


@dataclass(frozen=True, slots=True)
class Corruption:
    """One way of spoiling rows.

    Attributes:
        levels: from harmless to harmful.
        spoil: (more fresh rows than are needed, train, level, rng) -> spoilt rows.
        notice: the families whose score must fall -> the level from which the fall must be significant.
    """

    name: str
    words: str
    levels: tuple[float, ...]
    spoil: Callable[[pd.DataFrame, pd.DataFrame, float, np.random.Generator], pd.DataFrame]
    notice: Mapping[str, float]


def _noise(rows: pd.DataFrame, train: pd.DataFrame, level: float, rng: np.random.Generator) -> pd.DataFrame:
    """On the grid again, or the digits alone would give every row away."""
    return snap(rows + level * train.std().to_numpy() * rng.normal(size=rows.shape), train)


def _independent(rows: pd.DataFrame, train: pd.DataFrame, level: float, rng: np.random.Generator) -> pd.DataFrame:
    shuffled = pd.DataFrame({name: rng.permutation(rows[name].to_numpy()) for name in rows.columns})
    return _replace(rows, shuffled, level, rng)


def _copies(rows: pd.DataFrame, train: pd.DataFrame, level: float, rng: np.random.Generator) -> pd.DataFrame:
    drawn = train.iloc[rng.integers(len(train), size=len(rows))].reset_index(drop=True)
    return _replace(rows, drawn, level, rng)


def _replace(rows: pd.DataFrame, others: pd.DataFrame, share: float, rng: np.random.Generator) -> pd.DataFrame:
    chosen = rng.uniform(size=len(rows)) < share
    return rows.mask(pd.Series(chosen), others)


def _clipped(rows: pd.DataFrame, train: pd.DataFrame, level: float, rng: np.random.Generator) -> pd.DataFrame:
    return rows.clip(train.quantile(level / 2), train.quantile(1 - level / 2), axis=1)


def _shuffled(rows: pd.DataFrame, train: pd.DataFrame, level: float, rng: np.random.Generator) -> pd.DataFrame:
    """Columns from the last on: of the station, the resistances of its sensors."""
    last = list(rows.columns[len(rows.columns) - int(level) :])
    return rows.assign(**{name: rng.permutation(rows[name].to_numpy()) for name in last})


def _without_modes(rows: pd.DataFrame, train: pd.DataFrame, level: float, rng: np.random.Generator) -> pd.DataFrame:
    """Rows nearest to the centres of train's largest clusters are gone; there are more than enough of the others."""
    from sklearn.cluster import KMeans

    scale = train.std().to_numpy()
    modes = KMeans(_MODES, n_init=4, random_state=0).fit(train.to_numpy() / scale)
    largest = np.argsort(-np.bincount(modes.labels_))[: int(level)]
    kept: pd.DataFrame = rows[~np.isin(modes.predict(rows.to_numpy() / scale), largest)]
    return kept


CORRUPTIONS = (
    Corruption(
        "noise",
        "Gaussian noise, in units of each column's standard deviation",
        (0.01, 0.03, 0.1, 0.3, 1.0),
        _noise,
        {"fidelity": 0.3, "detection": 0.3, "utility": 0.3},
    ),
    Corruption(
        "independent",
        "share of rows replaced by independent marginals",
        (0.1, 0.25, 0.5, 0.75, 1.0),
        _independent,
        {"fidelity": 0.25, "detection": 0.5, "utility": 0.25},
    ),
    Corruption(
        "clipped",
        "share of each column's values moved to the quantile at the nearer end",
        (0.02, 0.1, 0.3, 0.6),
        _clipped,
        {"fidelity": 0.3, "detection": 0.3, "utility": 0.3},
    ),
    Corruption("shuffled", "columns shuffled", (1, 2, 4), _shuffled, {"fidelity": 1, "detection": 1, "utility": 4}),
    Corruption("modes", "largest of six modes removed", (1, 2, 4), _without_modes, {"fidelity": 1, "detection": 1}),
    Corruption("copies", "share of rows copied from train", (0.1, 0.25, 0.5, 1.0), _copies, {"privacy": 0.1}),
)


def spoilt(
    fresh: pd.DataFrame, train: pd.DataFrame, seed: int, corruptions: Iterable[Corruption] = CORRUPTIONS
) -> dict[str, pd.DataFrame]:
    """Every corruption at every level, by `name level`, beside the untouched rows (`fresh`).

    Args:
        fresh: several times as many rows as train, exchangeable with it.
        train: the rows that a generator would have seen.
        seed: of the randomness in spoiling.
        corruptions: which ones.
    """
    fresh, count = fresh.reset_index(drop=True), len(train)
    tables = {"fresh": fresh[:count]}
    for corruption in corruptions:
        for level in corruption.levels:
            rng = np.random.default_rng(seed)
            rows = corruption.spoil(fresh, train, level, rng)[:count].reset_index(drop=True)
            tables[label(corruption, level)] = rows.astype(train.dtypes.to_dict())
    return tables


def label(corruption: Corruption, level: float) -> str:
    """The name of a spoilt table."""
    return f"{corruption.name} {level:g}"
