"""How well single columns follow the real ones: distribution functions, distances, tails, spread.

Everything in units of the column is divided by its standard deviation in train, so that columns can be averaged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ..shared.matrix import Matrix

_TAILS = (0.01, 0.99)
_WIDEST = 100.0
_PERCENTILES = np.arange(1, 100) / 100


def units(train: Matrix) -> Matrix:
    """Each column's standard deviation in train, (columns,); NaN for a column that is constant there.

    >>> units(np.array([[0.0, 7.0], [2.0, 7.0]]))
    array([ 1., nan])
    """
    return np.where(np.ptp(train, axis=0) > 0, train.std(axis=0), np.nan)


def ks_complement(real: Matrix, rows: Matrix) -> Matrix:
    """1 - the largest distance of the two empirical distribution functions (Kolmogorov-Smirnov); (columns,), 0..1.

    >>> ks_complement(np.array([[1.0], [2.0]]), np.array([[2.0], [3.0]]))
    array([0.5])
    """
    return np.array([_complement(*pair) for pair in zip(real.T, rows.T, strict=True)])


def _complement(real: Matrix, values: Matrix) -> float:
    points = np.concatenate([real, values])
    shares = (np.searchsorted(np.sort(part), points, side="right") / len(part) for part in (real, values))
    return 1.0 - float(np.abs(next(shares) - next(shares)).max())


def wasserstein(real: Matrix, rows: Matrix, unit: Matrix) -> Matrix:
    """Wasserstein-1 distance of each column in `unit`: the mean |difference| of equal quantiles; (columns,).

    >>> wasserstein(np.array([[1.0], [2.0]]), np.array([[4.0], [2.0]]), np.array([2.0]))
    array([0.75])
    """
    from scipy.stats import wasserstein_distance

    distances = [wasserstein_distance(*pair) for pair in zip(real.T, rows.T, strict=True)]
    return np.asarray(np.array(distances) / unit)


def tail_error(real: Matrix, rows: Matrix, unit: Matrix) -> Matrix:
    """Mean |difference| of the 1 % and of the 99 % quantiles of each column, in `unit`; (columns,).

    >>> real = np.arange(101.0).reshape(-1, 1)
    >>> tail_error(real, np.clip(real, 3, 100), np.array([10.0])).round(6)
    array([0.1])
    """
    gaps = [np.quantile(table, _TAILS, axis=0) for table in (real, rows)]
    return np.asarray(np.abs(gaps[1] - gaps[0]).mean(axis=0) / unit)


def top_decile_error(real: Matrix, values: Matrix) -> float:
    """Relative error of how far the mean of the top decile lies above the real mean; NaN for constant `real`.

    |T(values) - T(real)| / (T(real) - mean(real)), where T is the mean of the ceil(n / 10) largest values. Taken
    from the mean rather than from zero, the error does not depend on where the unit has its origin.

    Args:
        real: (rows,).
        values: (rows,), synthetic.

    >>> real = np.array([0.0] * 9 + [10.0])
    >>> top_decile_error(real, np.array([0.0] * 9 + [5.5]))
    0.5
    """
    top = _top_mean(real)
    if not np.ptp(real):
        return float("nan")
    return float(abs(_top_mean(values) - top) / (top - real.mean()))


def _top_mean(values: Matrix) -> float:
    return float(np.sort(values)[-max(-(-len(values) // 10), 1) :].mean())


def std_ratios(real: Matrix, rows: Matrix) -> Matrix:
    """Standard deviation of synthetic over that of real values, (columns,); NaN where the real ones are constant.

    >>> std_ratios(np.array([[0.0, 1.0], [2.0, 1.0]]), np.array([[0.0, 0.0], [1.0, 1.0]]))
    array([0.5, nan])
    """
    return np.asarray(rows.std(axis=0) / units(real))


def spread_errors(ratios: Matrix) -> Matrix:
    """|log of std ratios| (columns,), at most log 100: too narrow and too wide columns do not make up for each other.

    >>> spread_errors(np.array([1.0, 0.5, 2.0, 0.0])).round(3)
    array([0.   , 0.693, 0.693, 4.605])
    """
    least = 1 / _WIDEST
    return np.asarray(np.abs(np.log(np.clip(ratios, least, _WIDEST))))


def percentiles(values: Matrix) -> Matrix:
    """The 99 quantiles from 1 % to 99 % of a column's finite values, (99,); NaN if it has none.

    >>> percentiles(np.arange(101.0))[[0, 49, 98]]
    array([ 1., 50., 99.])
    """
    finite = values[np.isfinite(values)]
    return np.quantile(finite, _PERCENTILES) if len(finite) else np.full(len(_PERCENTILES), np.nan)
