"""From values to scores: each on the stretch between its metric's floor and ceiling on the same split.

Pure functions of a tidy frame (see `Run.frame`) of one data set under one protocol.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bench.api import Stat
from bench.statistics.variance import mean, variance

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    import pandas as pd

    from bench.api import Metric

_INDISTINCT = 1e-9
_LEAST_GAP = 0.1
"""Of the mean gap between floor and ceiling: on a split with less, noise would decide between 0 and 1."""
_R2 = (-math.inf, 1.0)
"""The range that tells an R2."""
_SECOND_DRAW = "copy"
_UNSEEN = "holdout-half"

Key = tuple[str, int, str, str]
"""split, draw (which seed within the split), generator, metric"""
Values = dict[Key, float]
ByTrial = dict[str, dict[tuple[str, int], dict[str, float]]]
"""row -> (split, draw) -> metric or family -> score"""
BySplit = dict[str, dict[str, dict[str, float]]]
"""row -> split -> metric or family -> score, averaged over draws"""


def stat(values: Sequence[float]) -> Stat:
    """Mean and sample standard deviation of at least one value."""
    return Stat(mean(values), math.sqrt(variance(values)) if len(values) > 1 else None, len(values))


def loss(value: float, metric: Metric) -> float:
    """How far a value is from the metric's best, up to a constant; lower is better.

    An R2 below 0 counts as 0: what predicts worse than a constant is of no use, and how much worse says nothing. On
    stretches of time unlike train real rows themselves fall far below 0, and whatever predicts a constant would win.

    >>> from bench.api import Metric, Target
    >>> loss(0.9, Metric("c2st_auc", "detection", Target(0.5, "above"), "")) == 0.4
    True
    """
    if metric.better == "higher":
        return -max(value, 0.0) if metric.range == _R2 else -value
    if metric.better == "lower":
        return value
    target = metric.better
    if target.distance == "log":
        return abs(math.log(value / target.value)) if value > 0 else math.inf
    return max(value - target.value, 0.0) if target.distance == "above" else abs(value - target.value)


def normalise(value: float | None, floor: float, ceiling: float, metric: Metric, *, clip: bool = True) -> float:
    """Where a value lies between floor (0) and ceiling (1); a value that is missing is at the floor.

    Args:
        value: of the generator.
        floor: the same metric of the floor's reference row, which must be worse than the ceiling's.
        ceiling: likewise.
        metric: says what is better.
        clip: whether scores stop at 0 and 1. Unclipped ones average without bias, so calibration looks at those.
    """
    if value is None or math.isnan(value):
        return 0.0
    worst, best = loss(floor, metric), loss(ceiling, metric)
    share = (worst - loss(value, metric)) / (worst - best)
    return min(max(share, 0.0), 1.0) if clip else share


def collect(frame: pd.DataFrame) -> Values:
    """The finite overall values; a frame without the column `draw` has one draw per split."""
    known = frame[(frame["column"] == "") & frame["value"].notna()]
    keys = zip(known["split"], draws(known), known["generator"], known["metric"], strict=True)
    return dict(zip(keys, known["value"].astype(float), strict=True))


def draws(frame: pd.DataFrame) -> list[int]:
    """The draw of each line of a frame."""
    return [int(draw) for draw in frame["draw"]] if "draw" in frame else [0] * len(frame)


def indistinct(metric: Metric, values: Values) -> str:
    """Why a metric cannot rank here: its floor is not worse than its ceiling by more than the ceiling's own noise."""
    floor, ceiling = _losses(metric.floor, metric, values), _losses(metric.ceiling, metric, values)
    if not (floor and ceiling):
        return "its floor or ceiling could not be computed"
    gap = stat(list(floor.values())).mean - stat(list(ceiling.values())).mean
    noise = 3 * _noise(ceiling, metric, values)
    if gap > max(noise, _INDISTINCT):
        return ""
    if gap < -_INDISTINCT:
        return f"its floor is better than its ceiling, by {-gap:.3g}"
    return f"floor and ceiling are {max(gap, 0.0):.3g} apart, not more than 3 x the ceiling's noise ({noise:.3g})"


def _losses(row: str, metric: Metric, values: Values) -> dict[str, float]:
    """The losses of one reference row in one metric, by split."""
    return {split: loss(v, metric) for (split, _, name, key), v in values.items() if (name, key) == (row, metric.name)}


def _noise(ceiling: Mapping[str, float], metric: Metric, values: Values) -> float:
    """The spread over repeats of the ceiling, less what the split itself does to every row alike.

    Scores are paired within splits, so how hard a split is must not count as noise: blocked splits of one table
    differ by more than floor and ceiling do. A second draw of real rows, `copy`, has that difficulty too; the
    spread of the difference is what is left. Where the ceiling is unseen rows (privacy), copied rows are no second
    draw of it, so its plain spread counts; likewise where `copy` is the floor.
    """
    alike = metric.floor != _SECOND_DRAW and metric.ceiling != _UNSEEN
    second = _losses(_SECOND_DRAW, metric, values) if alike else {}
    differences = [value - second[split] for split, value in ceiling.items() if split in second]
    return stat(differences or list(ceiling.values())).spread or 0.0


def metric_scores(frame: pd.DataFrame, metrics: Sequence[Metric], *, clip: bool = True) -> ByTrial:
    """Every row's score in each metric; what a generator lacks is at the floor, what a reference lacks is left out.

    Args:
        frame: of one data set under one protocol.
        metrics: those that enter.
        clip: see `normalise`.
    """
    values, scores = collect(frame), ByTrial()
    trials = set(zip(frame["generator"], frame["split"], draws(frame), frame["kind"], strict=True))
    ends = _ends(values, list(frame["split"].unique()), metrics)
    for name, split, draw, kind in sorted(trials):
        keys = [(m, (split, draw, name, m.name)) for m in metrics if m.name in ends[split]]
        said = [(m, values.get(key)) for m, key in keys if kind != "reference" or key in values]
        found = {m.name: normalise(value, *ends[split][m.name], m, clip=clip) for m, value in said}
        scores.setdefault(str(name), {})[str(split), draw] = found
    return scores


def _ends(
    values: Values, splits: Sequence[str], metrics: Sequence[Metric]
) -> dict[str, dict[str, tuple[float, float]]]:
    """Split -> metric -> floor and ceiling, of the metrics that can tell them apart on that split.

    The others say nothing of anybody there: where the floor came out as the better one, bad values would gain.
    """
    found: dict[str, dict[str, tuple[float, float]]] = {split: {} for split in splits}
    for metric in metrics:
        pairs = {
            split: [values.get((split, 0, row, metric.name)) for row in (metric.floor, metric.ceiling)]
            for split in splits
        }
        known = {split: (low, high) for split, (low, high) in pairs.items() if low is not None and high is not None}
        gaps = {split: loss(low, metric) - loss(high, metric) for split, (low, high) in known.items()}
        least = _LEAST_GAP * math.fsum(max(gap, 0.0) for gap in gaps.values()) / max(len(gaps), 1)
        for split, gap in gaps.items():
            if gap > max(least, _INDISTINCT):
                found[split][metric.name] = known[split]
    return found


def family_scores(scores: ByTrial, metrics: Sequence[Metric], combine: Mapping[str, str]) -> ByTrial:
    """The mean or the worst of each family's metrics.

    Args:
        scores: as `metric_scores` gives them.
        metrics: those that enter.
        combine: family -> `mean` or `worst`.
    """
    members = {family: [m.name for m in metrics if m.family == family] for family in combine}
    return {
        name: {trial: _families(of, members, combine) for trial, of in by_trial.items()}
        for name, by_trial in scores.items()
    }


def _families(
    scores: Mapping[str, float], members: Mapping[str, Collection[str]], combine: Mapping[str, str]
) -> dict[str, float]:
    known = {family: [scores[one] for one in names if one in scores] for family, names in members.items()}
    return {
        family: min(of) if combine[family] == "worst" else math.fsum(of) / len(of) for family, of in known.items() if of
    }


def per_split(scores: Mapping[tuple[str, int], Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """One row's scores, averaged over the draws within each split: splits are the units of all statistics.

    >>> per_split({("s", 0): {"r2": 0.25}, ("s", 1): {"r2": 0.75}})
    {'s': {'r2': 0.5}}
    """
    splits = dict.fromkeys(split for split, _ in scores)
    return {split: _means(of for (at, _), of in scores.items() if at == split) for split in splits}


def _means(several: Iterable[Mapping[str, float]]) -> dict[str, float]:
    rows = list(several)
    keys = dict.fromkeys(key for row in rows for key in row)
    return {key: stat([row[key] for row in rows if key in row]).mean for key in keys}
