"""Rows that nobody could have made from train alone: they are better than real rows that were never seen.

A classifier or an attack that compares synthetic rows, or train, with holdout has an AUC of 0.5 for rows that know
nothing of holdout. Chance moves it a little below. An AUC far below means that the rows were made with holdout at hand.
An AUC is a mean over all rows, in which a few rows made of holdout can hide, or make up for rows that are too close to
train. So the share of holdout rows that are closer than nearly all train rows counts as well: it is 1 % by chance.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bench.api import Target
from bench.statistics.variance import chance_noise

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bench.api import Entry, Metric, Stat

LEAST_ERRORS = 3.0
"""Standard errors on the wrong side of chance from which rows are implausible."""
_IGNORANT_ROWS = ("real-train", "independent", "uniform")
"""Reference rows that know nothing of holdout: their noise is that of honest rows, whatever depends on what."""

_CLASSIFIER = 2.0
"""Folds share a classifier's training rows, which adds to the noise of an AUC: 1.7 times on rows of the station."""

_LARGEST_OWN = 2.0
"""At most so often the noise of honest rows counts a generator's own spread: it may know more of one split."""


def implausible_reason(
    entry: Entry, references: Sequence[Entry], metrics: Iterable[Metric], holdout_rows: int, ratio: float
) -> str:
    """Returns why the rows of a generator cannot have been made from train alone; empty if nothing speaks against it.

    Args:
        entry: of the generator, with its raw values.
        references: entries of reference rows on the same board.
        metrics: declarations; those with `chance` are looked at.
        holdout_rows: in a split; 0 if there is no holdout, and then nothing is implausible.
        ratio: n_test / n_train; see `bench.statistics.paired_tests`.
    """
    beyond = [
        (errors, metric, entry.metrics[metric.name].mean)
        for metric in metrics
        if metric.name in entry.metrics
        and (errors := errors_beyond_chance(metric, entry.metrics[metric.name], references, holdout_rows, ratio))
        > LEAST_ERRORS
    ]
    if not beyond:
        return ""
    errors, metric, value = max(beyond, key=lambda found: found[0])
    side = "below" if _sign(metric) > 0 else "above"
    return (
        f"implausible: it knows rows that it was not given ({metric.name} is {value:.3f}, {errors:.1f} standard errors "
        f"{side} chance)"
    )


def errors_beyond_chance(
    metric: Metric, value: Stat, references: Sequence[Entry], holdout_rows: int, ratio: float
) -> float:
    """Returns how many standard errors a mean lies on the wrong side of chance: below it, or above for a rate.

    Negative on the other side, and 0 if that is not known.
    """
    if metric.chance is None or holdout_rows * metric.chance < 1:
        # With fewer than 100 rows, one of them decides where 1 % of them are.
        return 0.0
    ignorant = [entry.metrics for entry in references if entry.generator in _IGNORANT_ROWS]
    of_rows = [values[metric.name] for values in ignorant if metric.name in values]
    short = _sign(metric) * (metric.chance - value.mean)
    return short / _standard_error(metric, metric.chance, value, of_rows, holdout_rows, ratio)


def _sign(metric: Metric) -> int:
    """Returns 1 if only rows that know holdout can be below chance, -1 if only they can be above."""
    return -1 if isinstance(metric.better, Target) and metric.better.distance == "above" else 1


def _standard_error(
    metric: Metric, chance: float, value: Stat, references: Sequence[Stat], rows: int, ratio: float
) -> float:
    """Returns the largest of four estimates of the standard error of the mean over splits.

    Each is too small somewhere: that of independent rows where rows depend on each other, the spread over splits where
    these are few. Reference rows that know nothing add a spread of their own, and how far beyond chance their mean is.
    The generator's own spread is limited, because rows that know more of one split than of another have a large one.
    """
    honest = max(_CLASSIFIER * chance_noise(chance, rows), *(stat.spread or 0.0 for stat in references), 0.0)
    spread = max(honest, min(value.spread or 0.0, _LARGEST_OWN * honest))
    return max(
        math.sqrt(1 / value.n + ratio) * spread,
        *(_sign(metric) * (chance - stat.mean) for stat in references),
        0.0,
    )
