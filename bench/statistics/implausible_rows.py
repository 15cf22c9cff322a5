"""Rows that nobody could have made from train alone: they are better than real rows that were never seen.

A classifier or an attack that compares synthetic rows, or train, with holdout has an AUC of 0.5 for rows that know
nothing of holdout. Chance moves it a little below. An AUC far below means that the rows were made with holdout at hand.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bench.statistics.variance import auc_noise

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bench.api import Entry, Metric, Stat

LEAST_ERRORS = 3.0
"""Standard errors below chance from which rows are implausible."""
_IGNORANT_ROWS = ("real-train", "independent", "uniform")
"""Reference rows that know nothing of holdout: their noise is that of honest rows, whatever depends on what."""

_CLASSIFIER = 2.0
"""Folds share a classifier's training rows, which adds to the noise of an AUC: 1.7 times on rows of the station."""


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
    below = [
        (errors, metric.name, entry.metrics[metric.name].mean)
        for metric in metrics
        if metric.name in entry.metrics
        and (errors := errors_below_chance(metric, entry.metrics[metric.name], references, holdout_rows, ratio))
        > LEAST_ERRORS
    ]
    if not below:
        return ""
    errors, name, value = max(below)
    return (
        f"implausible: it knows rows that it was not given ({name} is {value:.3f}, {errors:.1f} standard errors below "
        "chance)"
    )


def errors_below_chance(
    metric: Metric, value: Stat, references: Sequence[Entry], holdout_rows: int, ratio: float
) -> float:
    """Returns how many standard errors a mean lies below chance; negative above it, and 0 if that is not known."""
    if metric.chance is None or holdout_rows < 2:
        return 0.0
    ignorant = [entry.metrics for entry in references if entry.generator in _IGNORANT_ROWS]
    of_rows = [values[metric.name] for values in ignorant if metric.name in values]
    return (metric.chance - value.mean) / _standard_error(metric.chance, value, of_rows, holdout_rows, ratio)


def _standard_error(chance: float, value: Stat, references: Sequence[Stat], rows: int, ratio: float) -> float:
    """Returns the largest of four estimates of the standard error of the mean over splits.

    Each is too small somewhere: that of independent rows where rows depend on each other, the spread over splits where
    these are few. Reference rows that know nothing add a spread of their own, and how far below chance their mean is.
    """
    spreads = [_CLASSIFIER * auc_noise(rows), value.spread or 0.0, *(stat.spread or 0.0 for stat in references)]
    return max(
        math.sqrt(1 / value.n + ratio) * max(spreads),
        *(chance - stat.mean for stat in references),
        0.0,
    )
