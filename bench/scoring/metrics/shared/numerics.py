"""Numbers that several families compute: AUC, standard deviations, means of the finite values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .matrix import Matrix


def auc(higher: Matrix, lower: Matrix) -> float:
    """Returns the area under the ROC curve: the share of pairs with the larger value in `higher`; ties count half.

    `higher` (m,) and `lower` (n,) have at least one value each.

    >>> auc(np.array([2.0, 3.0]), np.array([1.0, 2.0]))
    0.875
    """
    from scipy.stats import rankdata

    count = len(higher)
    rank_sum = rankdata(np.concatenate([higher, lower]))[:count].sum()
    return float((rank_sum - count * (count + 1) / 2) / (count * len(lower)))


def standard_deviations(values: Matrix, *, constant: float) -> Matrix:
    """Returns each column's standard deviation, (columns,); `constant` for columns with a single value.

    >>> standard_deviations(np.array([[0.0, 7.0], [2.0, 7.0]]), constant=1.0)
    array([1., 1.])
    >>> standard_deviations(np.array([[0.0, 7.0], [4.0, 7.0]]), constant=np.nan)
    array([ 2., nan])
    """
    return np.where(np.ptp(values, axis=0) > 0, values.std(axis=0), constant)


def finite_mean(values: Matrix) -> float:
    """Returns the mean of the finite values; NaN if there are none.

    >>> finite_mean(np.array([1.0, np.nan, 3.0])), finite_mean(np.array([np.nan]))
    (2.0, nan)
    """
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else float("nan")
