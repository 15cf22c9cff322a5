"""When a loss is a regression: more than refitting does, and more than anybody minds.

Both runs share their splits, so what a split does to every fit cancels, and what is left between two fits of the
same generator is the noise of training. It is measured on the baseline alone, from its several fits on each split, so
that a candidate cannot hide behind noise of its own. The mean of n' new fits per split less that of n old ones, over J
splits, has under no change the standard error

    s sqrt(sum_j (1/n_j + 1/n'_j)) / J

with s the pooled standard deviation within splits and sum_j (n_j - 1) degrees of freedom. Unlike the tests of
`paired_tests` this says nothing of other splits: the question is whether the generator is worse on these.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api import Target
from bench.statistics.paired_tests import holm
from bench.statistics.scores import loss
from bench.statistics.variance import variance_components

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.api import Metric

ALPHA = 0.01
"""The nominal chance that a check calls any regression where nothing but seeds has changed; for improvements too.

In resamples of stored fits (`make gate-study`, docs/ci.md) it was 2 to 3 %.
"""
FLOOR = 0.01
"""What nobody minds: this share of the way from floor to ceiling."""
_SAME = 1e-6
"""Relative: processors differ in the last digits, and models carry them on."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One metric of one generator, before and after.

    Attributes:
        before: mean over splits of the means of their fits; of those that both have, where they are the same.
        after: likewise.
        loss: by how much it is worse on the metric's own scale, as a distance from the best; below 0 it is better.
        error: standard error of that, under no change.
        freedom: degrees of freedom of the error.
        same: every fit that both have gave the same value.
    """

    before: float
    after: float
    loss: float
    error: float
    freedom: int
    same: bool

    def p(self, sign: int = 1) -> float:
        """One-sided p value of no loss (1) or no gain (-1); without any noise its limit, 0 or 1."""
        from scipy.special import stdtr

        change = sign * self.loss
        if self.same or not self.error:
            return 1.0 if self.same or change <= 0 else 0.0
        return float(stdtr(self.freedom, -change / self.error))


def shift(before: Sequence[Sequence[float]], after: Sequence[Sequence[float]], metric: Metric) -> Shift:
    """Compares fits on the same splits.

    Args:
        before: for each split, one value per fit of the baseline.
        after: likewise, of the run that is checked; numbers of fits may differ.
        metric: what the values are of.

    Raises:
        ValueError: if they have not the same splits.

    0.1 down, with s = 0.1 between fits: 0.1 * sqrt(2 * (1/2 + 1)) / 2 on 2 degrees of freedom:

    >>> from bench.api import Metric
    >>> r2 = Metric("r2", "utility", "higher", "")
    >>> found = shift([[0.8, 0.8 + 0.02**0.5], [0.8, 0.8 + 0.02**0.5]], [[0.77071068], [0.77071068]], r2)
    >>> round(found.loss, 6), round(found.error, 6), found.freedom, found.same
    (0.1, 0.086603, 2, False)
    """
    pairs = list(zip(before, after, strict=True))
    error = noise(before, metric) * math.sqrt(sum(1 / len(old) + 1 / len(new) for old, new in pairs)) / len(pairs)
    shared = [list(zip(old, new, strict=False)) for old, new in pairs]
    same = all(math.isclose(x, y, rel_tol=_SAME, abs_tol=_SAME) for fits in shared for x, y in fits)
    if same:  # the same fits: what the baseline has beside them would only look like a change
        value = overall([[old for old, _ in fits] for fits in shared])
        return Shift(value, value, 0.0, error, freedom(before), same)
    losses = [_mean([loss(x, metric) for x in new]) - _mean([loss(x, metric) for x in old]) for old, new in pairs]
    return Shift(overall(before), overall(after), _mean(losses), error, freedom(before), same)


def noise(before: Sequence[Sequence[float]], metric: Metric) -> float:
    """The standard deviation of fits on one split; with one fit on each, that over splits, which is at least as large.

    It is of the values, or of their logarithms where losses are: losses cut off at 0 would show none.
    """
    log = isinstance(metric.better, Target) and metric.better.distance == "log"
    read = [[math.log(max(x, 1e-12)) if log else x for x in fits] for fits in before]
    if any(len(fits) > 1 for fits in read):
        return variance_components(read).training or 0.0
    return variance_components([[x for fits in read for x in fits]]).training or 0.0


def freedom(before: Sequence[Sequence[float]]) -> int:
    """Degrees of freedom of `noise`.

    >>> freedom([[1.0, 2.0], [1.0, 2.0, 3.0]]), freedom([[1.0], [2.0]])
    (3, 1)
    """
    return sum(len(fits) - 1 for fits in before) or len(before) - 1


def tolerance(error: float, freedom: int, tests: int, floor: float, alpha: float = ALPHA) -> float:
    """The loss that is a regression whatever the other metrics did: the first step of Holm's.

    >>> round(tolerance(0.1, 12, 20, floor=0.01), 3), tolerance(0.0, 12, 20, floor=0.01)
    (0.432, 0.01)
    """
    from scipy.special import stdtrit

    return max(floor, error * float(stdtrit(freedom, 1 - alpha / max(tests, 1))))


def adjusted(tests: Sequence[Shift], sign: int = 1) -> list[float]:
    """The p values, adjusted for everything that changed (Holm); what has not changed is not tested, and has 1."""
    changed = [at for at, each in enumerate(tests) if not each.same]
    found = [1.0] * len(tests)
    for at, p in zip(changed, holm([tests[at].p(sign) for at in changed]), strict=True):
        found[at] = p
    return found


def absolute_floor(gap: float | None, before: Sequence[Sequence[float]], metric: Metric, share: float = FLOOR) -> float:
    """The least loss worth a word, on the metric's scale.

    Args:
        gap: from floor to ceiling; None where they are not known, and then the metric's range or the value counts.
        before: values of the baseline.
        metric: what they are of.
        share: of the gap.

    >>> from bench.api import Metric
    >>> absolute_floor(0.5, [[0.7]], Metric("auc", "detection", "lower", "")), absolute_floor(
    ...     None, [[5.0]], Metric("mae", "utility", "lower", "", range=(0.0, float("inf"))))
    (0.005, 0.05)
    """
    width = metric.range[1] - metric.range[0]
    scale = gap if gap is not None else width if math.isfinite(width) else abs(overall(before))
    return share * scale


def overall(fits: Sequence[Sequence[float]]) -> float:
    """Mean over splits of the means of their fits."""
    return _mean([_mean(of) for of in fits])


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
