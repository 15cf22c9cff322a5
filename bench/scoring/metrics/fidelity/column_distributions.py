"""Distributions of single columns: Kolmogorov-Smirnov, Wasserstein, tails and standard deviations.

Values in units of a column are divided by its standard deviation in train, so that columns can be averaged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..shared.matrix import column_scores, score
from ..shared.numerics import finite_mean, standard_deviations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.api import Score

    from ..shared.matrix import Matrix

_TAILS = (0.01, 0.99)
_LARGEST_RATIO = 100.0
_PERCENTILES = np.arange(1, 100) / 100


def score_columns(
    train: Matrix, real: Matrix, rows: Matrix, columns: Sequence[str], target: int, part: str = "holdout"
) -> list[Score]:
    """Returns the scores of all metrics of single columns. All tables are rows x columns; `train` gives the units.

    The synthetic `rows` are compared with the `part` that `real` is: against `train`, metrics end in `_train` and have
    no values per column. `target` is the position of the target.
    """
    suffix, unit = "" if part == "holdout" else f"_{part}", standard_deviations(train, constant=np.nan)
    ratios, constant = std_ratios(real, rows), f"constant in {part}"
    by_metric = {
        f"wasserstein{suffix}": (wasserstein(real, rows, unit), "constant in train"),
        f"tail_error{suffix}": (tail_error(real, rows, unit), "constant in train"),
        f"std_ratio{suffix}": (ratios, constant),
    }
    top = top_decile_error(real[:, target], rows[:, target])
    scores = [score(f"top_decile_error{suffix}", top, undefined=f"the target is {constant}")]
    for name, (values, reason) in by_metric.items():
        scores.append(score(name, finite_mean(values), undefined=f"all columns are {reason}"))
        scores += [] if suffix else column_scores(name, values, columns, reason)
    if not suffix:
        spread = finite_mean(spread_errors(ratios))
        scores.append(score("spread_error", spread, undefined=f"all columns are {constant}"))
    return scores


def score_snapped_columns(train: Matrix, holdout: Matrix, rows: Matrix) -> list[Score]:
    """Returns the scores of synthetic rows that were moved to train's grid; all tables are rows x columns."""
    distances = wasserstein(holdout, rows, standard_deviations(train, constant=np.nan))
    return [
        score("column_shapes_snapped", ks_complement(holdout, rows).mean()),
        score("wasserstein_snapped", finite_mean(distances), undefined="all columns are constant in train"),
    ]


def ks_complement(real: Matrix, rows: Matrix) -> Matrix:
    """Returns 1 - the Kolmogorov-Smirnov statistic of each column, (columns,), 0..1.

    The statistic is the largest distance between the two empirical distribution functions.

    >>> ks_complement(np.array([[1.0], [2.0]]), np.array([[2.0], [3.0]]))
    array([0.5])
    """
    return np.array([_ks_complement(*pair) for pair in zip(real.T, rows.T, strict=True)])


def _ks_complement(real: Matrix, values: Matrix) -> float:
    points = np.concatenate([real, values])
    first, second = (np.searchsorted(np.sort(table), points, side="right") / len(table) for table in (real, values))
    return 1.0 - float(np.abs(first - second).max())


def wasserstein(real: Matrix, rows: Matrix, unit: Matrix) -> Matrix:
    """Returns each column's Wasserstein-1 distance in `unit`: the mean |difference| of equal quantiles, (columns,).

    >>> wasserstein(np.array([[1.0], [2.0]]), np.array([[4.0], [2.0]]), np.array([2.0]))
    array([0.75])
    """
    from scipy.stats import wasserstein_distance

    distances = [wasserstein_distance(*pair) for pair in zip(real.T, rows.T, strict=True)]
    return np.asarray(np.array(distances) / unit)


def tail_error(real: Matrix, rows: Matrix, unit: Matrix) -> Matrix:
    """Returns the mean |difference| of each column's 1 % and 99 % quantiles, in `unit`, (columns,).

    >>> real = np.arange(101.0).reshape(-1, 1)
    >>> tail_error(real, np.clip(real, 3, 100), np.array([10.0])).round(6)
    array([0.1])
    """
    first, second = (np.quantile(table, _TAILS, axis=0) for table in (real, rows))
    return np.asarray(np.abs(second - first).mean(axis=0) / unit)


def top_decile_error(real: Matrix, values: Matrix) -> float:
    """Returns the relative error of the top decile's mean, measured from the real mean; NaN for constant `real`.

    |T(values) - T(real)| / (T(real) - mean(real)), where T is the mean of the ceil(n / 10) largest values, (rows,). It
    is measured from the mean and not from zero, so that it does not depend on the origin of the unit.

    >>> real = np.array([0.0] * 9 + [10.0])
    >>> top_decile_error(real, np.array([0.0] * 9 + [5.5]))
    0.5
    """
    if not np.ptp(real):
        return float("nan")
    top = _top_decile_mean(real)
    return float(abs(_top_decile_mean(values) - top) / (top - real.mean()))


def _top_decile_mean(values: Matrix) -> float:
    return float(np.sort(values)[-max(-(-len(values) // 10), 1) :].mean())


def std_ratios(real: Matrix, rows: Matrix) -> Matrix:
    """Returns the standard deviation of synthetic over that of real values, (columns,); NaN for constant real columns.

    >>> std_ratios(np.array([[0.0, 1.0], [2.0, 1.0]]), np.array([[0.0, 0.0], [1.0, 1.0]]))
    array([0.5, nan])
    """
    return np.asarray(rows.std(axis=0) / standard_deviations(real, constant=np.nan))


def spread_errors(ratios: Matrix) -> Matrix:
    """Returns |log of std ratios|, (columns,), at most log 100: too narrow and too wide columns do not cancel out.

    >>> spread_errors(np.array([1.0, 0.5, 2.0, 0.0])).round(3)
    array([0.   , 0.693, 0.693, 4.605])
    """
    return np.asarray(np.abs(np.log(np.clip(ratios, 1 / _LARGEST_RATIO, _LARGEST_RATIO))))


def percentiles(values: Matrix) -> Matrix:
    """Returns the quantiles from 1 % to 99 % of a column's finite values, (99,); NaN if it has none.

    >>> percentiles(np.arange(101.0))[[0, 49, 98]]
    array([ 1., 50., 99.])
    """
    finite = values[np.isfinite(values)]
    return np.quantile(finite, _PERCENTILES) if len(finite) else np.full(len(_PERCENTILES), np.nan)
