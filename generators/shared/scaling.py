"""To the space where networks work and back: normal, standard or robust scores, then whitening."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy.special import ndtr, ndtri

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

Kind = Literal["normal", "standard", "robust"]

_KNOTS = 1000
_SMALLEST_VARIANCE = 1e-6


@dataclass(frozen=True, slots=True)
class NormalScores:
    """Each column through its empirical distribution function to N(0, 1).

    Attributes:
        knots: (knots, columns), equally spaced quantiles of train. Fewer than rows, so that what comes back is
            interpolated between quantiles rather than a cell of train.
    """

    knots: Matrix

    def inverse(self, scores: Matrix) -> Matrix:
        """Normal scores (rows, columns) to values within train's range."""
        levels = np.linspace(0, 1, len(self.knots))
        return np.stack([np.interp(ndtr(s), levels, k) for s, k in zip(scores.T, self.knots.T, strict=True)], axis=1)


@dataclass(frozen=True, slots=True)
class StandardScores:
    """Each column less its mean (or median), in units of its standard deviation (or interquartile range)."""

    mean: Matrix
    scale: Matrix

    def inverse(self, scores: Matrix) -> Matrix:
        """Standard scores (rows, columns) to values."""
        return scores * self.scale + self.mean


def normal_scores(values: Matrix, rng: np.random.Generator) -> tuple[Matrix, NormalScores]:
    """Scores of train, (rows, columns), and the way back.

    Equal values share the range of their ranks at random (as jitter does): every column, counts and near-constant
    ones too, is then exactly normal and continuous, and the way back returns each value as often as train has it.
    """
    rows = len(values)
    jitter = rng.random(values.shape)
    ranks = np.empty_like(values)
    for i in range(values.shape[1]):
        ranks[np.lexsort((jitter[:, i], values[:, i])), i] = np.arange(rows)
    knots = np.quantile(values, np.linspace(0, 1, min(_KNOTS, rows)), axis=0)
    return ndtri((ranks + 0.5) / rows), NormalScores(knots)


def standard_scores(values: Matrix) -> tuple[Matrix, StandardScores]:
    """Scores of train, (rows, columns), and the way back."""
    mean, scale = values.mean(axis=0), values.std(axis=0)
    return (values - mean) / scale, StandardScores(mean, scale)


def robust_scores(values: Matrix) -> tuple[Matrix, StandardScores]:
    """Scores of train by median and interquartile range, (rows, columns), and the way back.

    A column of which half the rows are equal has no such range and keeps its unit, as in scikit-learn's RobustScaler.
    """
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75], axis=0)
    scale = np.where(high > low, high - low, 1.0)
    return (values - middle) / scale, StandardScores(middle, scale)


@dataclass(frozen=True, slots=True)
class Whitening:
    """Principal components scaled to unit variance; those of no variance are left out.

    Attributes:
        forward: (columns, components).
        backward: (components, columns).
    """

    forward: Matrix
    backward: Matrix


def whitening(scores: Matrix) -> Whitening:
    """PCA whitening of scores (rows, columns); about the origin, if they are not centred."""
    variance, directions = np.linalg.eigh(scores.T @ scores / len(scores))
    kept = variance > _SMALLEST_VARIANCE * variance.max()
    deviation, directions = np.sqrt(variance[kept]), directions[:, kept]
    return Whitening(directions / deviation, directions.T * deviation[:, None])


@dataclass(frozen=True, slots=True)
class Scaler:
    """The way back from a network's space to a table's values.

    Attributes:
        varying: (columns,), which columns are not constant: only these are modelled.
        constant: (columns,), their first row.
    """

    varying: NDArray[np.bool_]
    constant: Matrix
    scores: NormalScores | StandardScores
    whitening: Whitening | None

    @property
    def features(self) -> int:
        """Columns of the network's space."""
        return int(self.varying.sum()) if self.whitening is None else len(self.whitening.backward)

    def inverse(self, points: NDArray[np.floating]) -> Matrix:
        """Points (rows, features) as values (rows, columns)."""
        scores = points.astype(np.float64)
        if self.whitening is not None:
            scores = scores @ self.whitening.backward
        values = np.tile(self.constant, (len(points), 1))
        values[:, self.varying] = self.scores.inverse(scores)
        return values


def scale(values: Matrix, kind: Kind, *, whiten: bool, seed: int) -> tuple[Matrix, Scaler]:
    """Train rows as points (rows, features) of zero mean and about unit variance, and the way back.

    Args:
        values: (rows, columns), finite.
        kind: `normal`, `standard` or `robust` scores; the last have neither zero mean nor unit variance.
        whiten: whether to decorrelate; features may then be fewer than columns.
        seed: for the order of equal values.
    """
    varying = np.ptp(values, axis=0) > 0
    scores: NormalScores | StandardScores
    if kind == "normal":
        points, scores = normal_scores(values[:, varying], np.random.default_rng(seed))
    elif kind == "standard":
        points, scores = standard_scores(values[:, varying])
    else:
        points, scores = robust_scores(values[:, varying])
    white = whitening(points) if whiten and varying.any() else None
    if white is not None:
        points = points @ white.forward
    return points, Scaler(varying, values[0], scores, white)


def arrays(scaler: Scaler) -> dict[str, NDArray[Any]]:
    """A scaler as arrays by name."""
    found: dict[str, NDArray[Any]] = {"varying": scaler.varying, "constant": scaler.constant}
    parts = [scaler.scores] if scaler.whitening is None else [scaler.scores, scaler.whitening]
    for part in parts:
        found |= {each.name: getattr(part, each.name) for each in fields(part)}
    return found


def scaler(found: Mapping[str, NDArray[Any]]) -> Scaler:
    """The inverse of `arrays`."""
    scores = NormalScores(found["knots"]) if "knots" in found else StandardScores(found["mean"], found["scale"])
    white = Whitening(found["forward"], found["backward"]) if "forward" in found else None
    return Scaler(found["varying"], found["constant"], scores, white)
