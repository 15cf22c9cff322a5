"""A membership attack with shadow fits: how much closer do synthetic rows come to a record that the fit had?

Adapted from LiRA (Carlini et al. 2022, arXiv:2112.03570) and Stadler et al. 2022 (arXiv:2011.07018). The attacker knows
the generator and its parameters, and fits it to other halves of train. For each record he compares the distances to the
closest synthetic row with the record in the fit and without it: so he knows what is near for *this* record, which no
attack by distance alone does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bench.scoring.encoding import encoding_of
from bench.scoring.unusable_cells import unusable

from ..shared.matrix import matrix
from ..shared.numerics import auc
from .closest_records import closest_distance
from .membership_attacks import tpr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bench.api import Context, Split
    from bench.scoring.points import Rows

    from ..shared.matrix import Matrix

METRICS = ("shadow_auc", "shadow_tpr")
"""The metrics with an interval; `_low` and `_high` at the end name its ends."""

MOST_RECORDS = 2_000
"""At most so many records of train are attacked."""

FEWEST_RECORDS = 100
"""With fewer records no threshold has 1 % false alarms."""

FEWEST_PAIRS = 4
"""With fewer, no spread is known of a record once one pair is attacked and the jackknife leaves another one out."""

_CLOSEST = 1e-4
"""Distances below this are as good as none: their logarithms would have no scale."""

_LEAST_VARIANCE = 1e-6


class Estimate(NamedTuple):
    """A value and its 95 % interval."""

    value: float
    low: float
    high: float


def shadow_values(context: Context) -> tuple[dict[str, float], str]:
    """Returns the values of the metrics, and why those that are absent have none.

    The artefacts of the context are those of `privacy_values.split_artefacts`.
    """
    shadows, split = context.shadows, context.split
    if shadows is None or shadows.members is None:
        return {}, "only generators are fitted to halves of train" if shadows is None else shadows.problem
    tables = [matrix(table, split.schema) for table in shadows.tables]
    if problem := _problem(tables, split):
        return {}, problem
    encoding = encoding_of(split.train, split.schema)
    train, points = encoding.points(matrix(split.train, split.schema)), [encoding.points(table) for table in tables]
    chosen = np.random.default_rng(context.seed).permutation(len(train))[:MOST_RECORDS]
    found = attack(statistics(train[chosen], points), shadows.members[:, chosen])
    values = {
        f"{name}{end}": value
        for name, estimate in zip(METRICS, found, strict=True)
        for end, value in zip(("", "_low", "_high"), estimate, strict=True)
    }
    if (isolated := context.artefacts.get("isolated/train")) is not None:
        of_isolated = attack(statistics(train[isolated], points), shadows.members[:, isolated])
        values["shadow_isolated_auc"] = of_isolated[0].value
    return values, "too few rows of train have no duplicate"


def _problem(tables: Sequence[Matrix], split: Split) -> str:
    """Returns why the tables cannot be used; empty if they can."""
    if len(split.train) < FEWEST_RECORDS:
        return f"train has fewer than {FEWEST_RECORDS} rows to attack"
    if len(tables) < 2 * FEWEST_PAIRS:
        return f"there are {len(tables)} shadow fits; expected at least {2 * FEWEST_PAIRS}"
    reasons = (unusable(table, split.schema.names, split.schema.missing) for table in tables)
    return next((f"shadow fit {fit}: {reason}" for fit, reason in enumerate(reasons, 1) if reason), "")


def statistics(records: Rows, tables: Sequence[Rows]) -> Matrix:
    """Returns the log distance from each record to the closest row of each table, (tables, records).

    >>> statistics(np.array([[0.0], [3.0]]), [np.array([[1.0], [3.0]])]).round(2).tolist()
    [[0.0, -9.21]]
    """
    return np.array([np.log(np.maximum(closest_distance(records, table), _CLOSEST)) for table in tables])


def log_likelihood_ratio(values: Matrix, others: Matrix, members: NDArray[np.bool_]) -> Matrix:
    """Returns log p(value | the record was in the fit) - log p(value | it was not), (fits, records).

    Both densities are Gaussian. Their means are the record's own, over the other fits with it and without it; their
    variances are pooled over all records, as in LiRA with few shadow fits.

    Args:
        values: statistics of the fits under attack, (fits, records).
        others: statistics of other fits, (others, records).
        members: marks the records that these had, (others, records); each record is in half of them.

    A record whose closest rows are at 0 and 2 with it, at 4 and 6 without it: means 1 and 5, variances 2 and 2, so a
    value of 1 has the ratio (1 - 5)^2 / 4 - 0, and the value between the means has none.

    >>> others, members = np.array([[0.0], [2.0], [4.0], [6.0]]), np.array([[True], [True], [False], [False]])
    >>> log_likelihood_ratio(np.array([[1.0], [3.0]]), others, members).tolist()
    [[4.0], [0.0]]
    """
    inside, outside = (_log_density(values, others, of_kind) for of_kind in (members, ~members))
    return np.asarray(inside - outside)


def _log_density(values: Matrix, others: Matrix, of_kind: NDArray[np.bool_]) -> Matrix:
    """Returns the log density of values, without the constant, under the fits marked in `of_kind`."""
    count = of_kind.sum(axis=0)
    mean = np.where(of_kind, others, 0.0).sum(axis=0) / count
    squares = np.where(of_kind, (others - mean) ** 2, 0.0).sum()
    variance = max(float(squares / (count - 1).sum()), _LEAST_VARIANCE)
    return np.asarray(-((values - mean) ** 2) / (2 * variance) - np.log(variance) / 2)


def attack(values: Matrix, members: NDArray[np.bool_]) -> tuple[Estimate, Estimate]:
    """Returns the AUC and the true-positive rate at 1 % false alarms, means over the pairs of fits.

    A pair is attacked with what the other pairs say. Its own fits say nothing: with them, a record would have one fit
    fewer on the side that it is on, and the AUC of fits that reveal nothing would be below 0.5.

    Args:
        values: from `statistics`, (fits, records).
        members: marks the records of each fit, (fits, records); fits 2i and 2i + 1 are a pair with complementary
            halves, and there are at least `FEWEST_PAIRS` pairs.

    Returns:
        Each with the interval of a jackknife over pairs: mean +- t standard errors. A pair is attacked by the others,
        so the pairs are not independent, and the spread between their values alone would be too small.
    """
    pairs = [(2 * pair, 2 * pair + 1) for pair in range(len(values) // 2)]
    without = [_attack_pairs(values, members, [pair for pair in pairs if pair != left]) for left in pairs]
    found = _attack_pairs(values, members, pairs)
    area, rate = (_jackknifed(value, [each[which] for each in without]) for which, value in enumerate(found))
    return area, rate


def _attack_pairs(values: Matrix, members: NDArray[np.bool_], pairs: list[tuple[int, int]]) -> tuple[float, float]:
    """Returns the mean AUC and the mean true-positive rate over some pairs, which know of no other fits."""
    areas, rates = [], []
    for pair in pairs:
        others = [fit for other in pairs if other != pair for fit in other]
        ratios = log_likelihood_ratio(values[list(pair)], values[others], members[others])
        inside = members[list(pair)]
        areas.append(auc(ratios[inside], ratios[~inside]))
        rates.append(tpr(ratios[inside], ratios[~inside]))
    return float(np.mean(areas)), float(np.mean(rates))


def _jackknifed(value: float, without: list[float]) -> Estimate:
    """Returns a value with its interval, from the values without each pair; both ends lie in 0..1.

    >>> [round(end, 3) for end in _jackknifed(0.6, [0.58, 0.6, 0.62])]
    [0.6, 0.501, 0.699]
    """
    from scipy.stats import t

    count = len(without)
    error = float(np.sqrt((count - 1) / count * np.sum((np.array(without) - np.mean(without)) ** 2)))
    half = float(t.ppf(0.975, count - 1)) * error
    return Estimate(value, max(value - half, 0.0), min(value + half, 1.0))
