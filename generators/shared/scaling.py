"""Scales a table to features and back: normal, standard or robust scores, then whitening."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from scipy.special import ndtr, ndtri

from bench.api import BenchError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

_KNOTS = 1000
_SMALLEST_VARIANCE = 1e-6


@dataclass(frozen=True, slots=True)
class NormalScores:
    """Maps each column to N(0, 1) through its empirical distribution function.

    Attributes:
        knots: (knots, columns), equally spaced quantiles of train. There are at most 1,000, so that values of large
            tables are interpolated between quantiles rather than copied from train.
    """

    knots: Matrix

    def inverse(self, scores: Matrix) -> Matrix:
        """Maps normal scores (rows, columns) to values within train's range."""
        levels = np.linspace(0, 1, len(self.knots))
        return np.stack([np.interp(ndtr(s), levels, k) for s, k in zip(scores.T, self.knots.T, strict=True)], axis=1)


@dataclass(frozen=True, slots=True)
class StandardScores:
    """Subtracts each column's mean (or median) and divides by its standard deviation (or interquartile range)."""

    mean: Matrix
    scale: Matrix

    def inverse(self, scores: Matrix) -> Matrix:
        """Maps standard scores (rows, columns) to values."""
        return scores * self.scale + self.mean


def normal_scores(values: Matrix, rng: np.random.Generator) -> tuple[Matrix, NormalScores]:
    """Returns scores of train, (rows, columns), and their inverse.

    Equal values get the ranks of their range in random order, as with jitter. Every column is then exactly normal and
    continuous, even counts and near-constant columns, and the inverse returns each value as often as train has it.
    """
    rows = len(values)
    jitter = rng.random(values.shape)
    ranks = np.empty_like(values)
    for i in range(values.shape[1]):
        ranks[np.lexsort((jitter[:, i], values[:, i])), i] = np.arange(rows)
    knots = np.quantile(values, np.linspace(0, 1, min(_KNOTS, rows)), axis=0)
    return ndtri((ranks + 0.5) / rows), NormalScores(knots)


def standard_scores(values: Matrix) -> tuple[Matrix, StandardScores]:
    """Returns scores of train, (rows, columns), and their inverse."""
    mean, scale = values.mean(axis=0), values.std(axis=0)
    return (values - mean) / scale, StandardScores(mean, scale)


def robust_scores(values: Matrix) -> tuple[Matrix, StandardScores]:
    """Returns scores of train by median and interquartile range, (rows, columns), and their inverse.

    If the interquartile range is 0, a column keeps its unit, as in scikit-learn's RobustScaler.
    """
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75], axis=0)
    scale = np.where(high > low, high - low, 1.0)
    return (values - middle) / scale, StandardScores(middle, scale)


@dataclass(frozen=True, slots=True)
class Whitening:
    """Principal components, scaled to unit variance; components without variance are left out.

    Attributes:
        forward: (columns, components).
        backward: (components, columns).
    """

    forward: Matrix
    backward: Matrix


def whitening(scores: Matrix) -> Whitening:
    """Returns the PCA whitening of scores (rows, columns), about the origin even if they are not centred."""
    variance, directions = np.linalg.eigh(scores.T @ scores / len(scores))
    kept = variance > _SMALLEST_VARIANCE * variance.max()
    deviation, directions = np.sqrt(variance[kept]), directions[:, kept]
    return Whitening(directions / deviation, directions.T * deviation[:, None])


@dataclass(frozen=True, slots=True)
class Scaler:
    """Maps features back to a table's values.

    Attributes:
        varying: (columns,), true for columns that are not constant: only these are modelled.
        constant: (columns,), the first row of train.
        scores: of the varying columns.
        whitening: of the scores, if they are decorrelated.
    """

    varying: NDArray[np.bool_]
    constant: Matrix
    scores: NormalScores | StandardScores
    whitening: Whitening | None

    @property
    def features(self) -> int:
        """The number of features."""
        return int(self.varying.sum()) if self.whitening is None else len(self.whitening.backward)

    def inverse(self, points: NDArray[np.floating]) -> Matrix:
        """Maps points (rows, features) to values (rows, columns)."""
        scores = points.astype(np.float64)
        if self.whitening is not None:
            scores = scores @ self.whitening.backward
        values = np.tile(self.constant, (len(points), 1))
        values[:, self.varying] = self.scores.inverse(scores)
        return values

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Returns the scaler as arrays by name."""
        parts = [self.scores] if self.whitening is None else [self.scores, self.whitening]
        named = {field.name: getattr(part, field.name) for part in parts for field in fields(part)}
        return {"varying": self.varying, "constant": self.constant, **named}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Returns the scaler of `to_arrays`."""
        normal = "knots" in arrays
        scores = NormalScores(arrays["knots"]) if normal else StandardScores(arrays["mean"], arrays["scale"])
        white = Whitening(arrays["forward"], arrays["backward"]) if "forward" in arrays else None
        return cls(arrays["varying"], arrays["constant"], scores, white)


def varying_columns(values: Matrix) -> NDArray[np.bool_]:
    """Returns which columns of values (rows, columns) are not constant: (columns,).

    Raises:
        BenchError: if all columns are constant.
    """
    varying: NDArray[np.bool_] = np.ptp(values, axis=0) > 0
    if not varying.any():
        raise BenchError("every column of train is constant; expected at least one that varies")
    return varying


def scale(
    values: Matrix, kind: Literal["normal", "standard", "robust"], *, whiten: bool, seed: int
) -> tuple[Matrix, Scaler]:
    """Returns train rows as points (rows, features) of zero mean and about unit variance, and their inverse.

    Args:
        values: (rows, columns), finite.
        kind: `normal`, `standard` or `robust` scores; the last have neither zero mean nor unit variance.
        whiten: whether to decorrelate; there may then be fewer features than columns.
        seed: of the order of equal values.

    Raises:
        BenchError: if all columns are constant.
    """
    varying = varying_columns(values)
    scores: NormalScores | StandardScores
    if kind == "normal":
        points, scores = normal_scores(values[:, varying], np.random.default_rng(seed))
    elif kind == "standard":
        points, scores = standard_scores(values[:, varying])
    else:
        points, scores = robust_scores(values[:, varying])
    white = whitening(points) if whiten else None
    if white is not None:
        points = points @ white.forward
    return points, Scaler(varying, values[0], scores, white)
