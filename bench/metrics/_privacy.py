"""Distances to the closest real record, on one scale for train and holdout."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ._table import score

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.api import Arrays, Details, Score

    from ._table import Matrix

# Neighbour search is near quadratic in the worst case (far-away rows), so tables are cut to this many rows.
_MOST = 20_000
# Scaled distances closer than this are ties: on a grid equal distances differ by rounding only.
_TIE = 1e-12


def references(train: Matrix, holdout: Matrix, seed: int) -> Details:
    """Equally large random parts of train and holdout, in units of train's ranges, and these units.

    One scale for both: dividing each set by its own range makes shares of exchangeable halves
    wander between 0.15 and 0.82. A column that is constant in train keeps its unit.
    """
    span = np.ptp(train, axis=0)
    unit = np.where(span > 0, span, 1.0)
    rng = np.random.default_rng(seed)
    count = min(len(train), len(holdout), _MOST)
    near, far = (rng.permutation(table)[:count] / unit for table in (train, holdout))
    return {"train": near, "holdout": far, "unit": unit}


def scores(rows: Matrix, train: Matrix, artefacts: Arrays, seed: int) -> list[Score]:
    """All privacy scores of `rows` (rows x columns, finite)."""
    sample = np.random.default_rng(seed).permutation(rows)[:_MOST] / artefacts["unit"]
    to_train, to_holdout = (closest(sample, artefacts[part]) for part in ("train", "holdout"))
    return [
        score("dcr_share", closer(to_train, to_holdout)),
        score("copies", float(identical(rows, train).mean())),
        score("dcr_train", float(np.median(to_train))),
        score("dcr_holdout", float(np.median(to_holdout))),
    ]


def closest(rows: Matrix, reference: Matrix) -> Matrix:
    """Mean absolute difference over columns to the closest row of `reference`; (rows,)."""
    from scipy.spatial import cKDTree

    return np.asarray(cKDTree(reference).query(rows, p=1)[0] / rows.shape[1], dtype=np.float64)


def closer(first: Matrix, second: Matrix) -> float:
    """Share of rows whose `first` distance is smaller than the `second`; a tie counts as half."""
    gap = first - second
    tied = np.abs(gap) <= _TIE
    return float((((gap < 0) & ~tied) + tied / 2).mean())


def identical(rows: Matrix, reference: Matrix) -> NDArray[np.bool_]:
    """Which rows occur in `reference`, compared byte by byte; (rows,)."""
    known = {row.tobytes() for row in reference}
    return np.array([row.tobytes() in known for row in rows], dtype=bool)
