"""The rule of the gate: a loss is a regression if it is beyond the noise of refitting and large enough to matter.

Both runs share their splits, so the effect of a split on every fit cancels. What differs between two fits of the same
generator is the noise of training. It is measured on the baseline alone, from its several fits on each split, so a
candidate cannot hide behind noise of its own. With n fits of the baseline and n' of the run on each of J splits, the
difference of the means has, if nothing changed, the standard error

    s sqrt(sum_j (1/n_j + 1/n'_j)) / J

with s the pooled standard deviation within splits and sum_j (n_j - 1) degrees of freedom. Unlike the tests of
`paired_tests` this says nothing about other splits: the question is whether the generator is worse on these.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api import Metric, Target
from bench.statistics.paired_tests import holm
from bench.statistics.scores import loss
from bench.statistics.variance import variance_components

if TYPE_CHECKING:
    from collections.abc import Sequence


ALPHA = 0.01
"""Nominal probability that a check reports a regression where only seeds changed; the same for improvements.

In resamples of stored fits (`make gate-study`, docs/ci.md) it was 2 to 3 %.
"""
IGNORED_SHARE = 0.01
"""Ignored differences: up to this share of the distance from floor to ceiling."""
_UNCHANGED = 1e-6
"""Relative: processors differ in the last digits, and models amplify such differences."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One metric of one generator, before and after.

    Attributes:
        before: mean over splits of the means of their fits; if unchanged, of the fits that both runs have.
        after: the same of the run that is checked.
        loss: by how much it is worse on the metric's own scale, as a distance from the best; below 0 it is better.
        error: standard error of the loss if nothing changed.
        freedom: degrees of freedom of the error.
        unchanged: whether every fit that both runs have gave the same value.
    """

    before: float
    after: float
    loss: float
    error: float
    freedom: int
    unchanged: bool

    def p(self, sign: int = 1) -> float:
        """Returns the one-sided p value of no loss (sign 1) or no gain (-1); without noise its limit, 0 or 1."""
        from scipy.special import stdtr

        change = sign * self.loss
        if self.unchanged or not self.error:
            return 1.0 if self.unchanged or change <= 0 else 0.0
        return float(stdtr(self.freedom, -change / self.error))


def shift(before: Sequence[Sequence[float]], after: Sequence[Sequence[float]], metric: Metric) -> Shift:
    """Compares fits of two runs on the same splits: for each split, one value per fit; numbers of fits may differ.

    Raises:
        ValueError: if the numbers of splits differ.

    0.1 down, with s = 0.1 between fits: 0.1 * sqrt(2 * (1/2 + 1)) / 2 on 2 degrees of freedom:

    >>> from bench.api import Metric
    >>> r2 = Metric("r2", "utility", "higher", "")
    >>> lower = shift([[0.8, 0.8 + 0.02**0.5], [0.8, 0.8 + 0.02**0.5]], [[0.77071068], [0.77071068]], r2)
    >>> round(lower.loss, 6), round(lower.error, 6), lower.freedom, lower.unchanged
    (0.1, 0.086603, 2, False)
    """
    pairs = list(zip(before, after, strict=True))
    error = noise(before, metric) * math.sqrt(sum(1 / len(old) + 1 / len(new) for old, new in pairs)) / len(pairs)
    shared = [list(zip(old, new, strict=False)) for old, new in pairs]
    unchanged = all(math.isclose(x, y, rel_tol=_UNCHANGED, abs_tol=_UNCHANGED) for fits in shared for x, y in fits)
    if unchanged:  # further fits of the baseline would only look like a change
        value = overall([[old for old, _ in fits] for fits in shared])
        return Shift(value, value, 0.0, error, freedom(before), unchanged)
    losses = [_mean([loss(x, metric) for x in new]) - _mean([loss(x, metric) for x in old]) for old, new in pairs]
    return Shift(overall(before), overall(after), _mean(losses), error, freedom(before), unchanged)


def noise(before: Sequence[Sequence[float]], metric: Metric) -> float:
    """Returns the standard deviation of fits on one split.

    With one fit on each split it is the standard deviation over splits, which is at least as large. It is taken of the
    values, or of their logarithms where losses are logarithmic: losses are cut off at 0 and would hide noise.
    """
    log = isinstance(metric.better, Target) and metric.better.distance == "log"
    values = [[math.log(max(x, 1e-12)) if log else x for x in fits] for fits in before]
    if all(len(fits) < 2 for fits in values):
        values = [[x for fits in values for x in fits]]
    return variance_components(values).training or 0.0


def freedom(before: Sequence[Sequence[float]]) -> int:
    """Returns the degrees of freedom of `noise`.

    >>> freedom([[1.0, 2.0], [1.0, 2.0, 3.0]]), freedom([[1.0], [2.0]])
    (3, 1)
    """
    return sum(len(fits) - 1 for fits in before) or len(before) - 1


def tolerance(error: float, freedom: int, tests: int, minimal_loss: float, alpha: float = ALPHA) -> float:
    """Returns the loss above which a metric is a regression whatever the others did (first step of Holm's method).

    >>> round(tolerance(0.1, 12, 20, minimal_loss=0.01), 3), tolerance(0.0, 12, 20, minimal_loss=0.01)
    (0.432, 0.01)
    """
    from scipy.special import stdtrit

    return max(minimal_loss, error * float(stdtrit(freedom, 1 - alpha / max(tests, 1))))


def adjusted_p_values(shifts: Sequence[Shift], sign: int = 1) -> list[float]:
    """Returns the p values, adjusted for everything that changed (Holm); 1 for what did not change."""
    changed = iter(holm([shift.p(sign) for shift in shifts if not shift.unchanged]))
    return [1.0 if shift.unchanged else next(changed) for shift in shifts]


def minimal_loss(gap: float | None, before: Sequence[Sequence[float]], metric: Metric) -> float:
    """Returns the smallest loss that matters, on the metric's scale: `IGNORED_SHARE` of the gap from floor to ceiling.

    If the gap is None, the metric's range takes its place, or else the mean value of the baseline.

    >>> from bench.api import Metric
    >>> minimal_loss(0.5, [[0.7]], Metric("auc", "detection", "lower", "")), minimal_loss(
    ...     None, [[5.0]], Metric("mae", "utility", "lower", "", range=(0.0, float("inf"))))
    (0.005, 0.05)
    """
    width = metric.range[1] - metric.range[0]
    scale = gap if gap is not None else width if math.isfinite(width) else abs(overall(before))
    return IGNORED_SHARE * scale


def overall(fits: Sequence[Sequence[float]]) -> float:
    """Returns the mean over splits of the means of their fits."""
    return _mean([_mean(split) for split in fits])


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
