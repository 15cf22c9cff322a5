"""From values to scores: each is placed between its metric's floor (0) and ceiling (1) on the same split.

All functions take a tidy frame (see `Run.frame`) of one data set under one protocol, or values from it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bench.api import Bound, Metric, Stat
from bench.statistics.variance import chance_noise, mean, variance

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pandas as pd

    from bench.api import TrialResult

_ROUNDING = 1e-9
_LEAST_GAP = 0.1
"""Share of the mean gap between floor and ceiling: on a split with less, noise would decide between 0 and 1."""
_R2 = (-math.inf, 1.0)
"""The range that marks a metric as an R2."""
_COPY = "copy"
_HOLDOUT_HALF = "holdout-half"

Key = tuple[str, int, str, str]
"""split, draw (number of the fit on that split), generator or reference row, metric"""
Values = dict[Key, float]
ByTrial = dict[str, dict[tuple[str, int], dict[str, float]]]
"""generator or reference row -> (split, draw) -> metric or family -> score"""


def stat(values: Sequence[float]) -> Stat:
    """Returns mean and sample standard deviation of at least one value."""
    return Stat(mean(values), math.sqrt(variance(values)) if len(values) > 1 else None, len(values))


def counted_value(value: float, metric: Metric) -> float:
    """Returns the value that enters a score: an R2 below 0 counts as 0, an AUC of predictions below 0.5 as 0.5.

    A model that predicts worse than a constant is of no use, however much worse (`Metric.useless`). On stretches of
    time unlike train, real rows themselves fall far below 0, and a constant prediction would win.

    >>> from bench.api import Metric
    >>> counted_value(-3.0, Metric("tstr_r2", "utility", "higher", "", range=(-math.inf, 1.0)))
    0.0
    """
    useless = 0.0 if metric.range == _R2 else metric.useless
    return max(value, useless) if useless is not None and metric.better == "higher" else value


def loss(value: float, metric: Metric) -> float:
    """Returns how far the counted value is from the metric's best, up to a constant; lower is better.

    >>> from bench.api import Metric, Target
    >>> loss(0.9, Metric("c2st_auc", "detection", Target(0.5, "above"), "")) == 0.4
    True
    """
    if metric.better == "higher":
        return -counted_value(value, metric)
    if metric.better == "lower":
        return value
    target = metric.better
    if target.distance == "log":
        return abs(math.log(value / target.value)) if value > 0 else math.inf
    return max(value - target.value, 0.0) if target.distance == "above" else abs(value - target.value)


def normalise(value: float | None, worst: float, best: float, metric: Metric, *, clip: bool = True) -> float:
    """Returns where a value lies between floor (0) and ceiling (1); a missing value is at the floor.

    `worst` and `best` are the losses of floor and ceiling; the first must be larger. `clip` limits scores to 0..1.
    Unclipped scores average without bias, so calibration uses them.
    """
    if value is None or math.isnan(value):
        return 0.0
    share = (worst - loss(value, metric)) / (worst - best)
    return min(max(share, 0.0), 1.0) if clip else share


def overall_values(frame: pd.DataFrame) -> Values:
    """Returns the finite values that belong to no column; a frame without the column `draw` has one draw per split."""
    finite = frame[(frame["column"] == "") & frame["value"].notna()]
    keys = zip(finite["split"], draws(finite), finite["generator"], finite["metric"], strict=True)
    return dict(zip(keys, finite["value"].astype(float), strict=True))


def draws(frame: pd.DataFrame) -> list[int]:
    """Returns the draw of each line of a frame."""
    return [int(draw) for draw in frame["draw"]] if "draw" in frame else [0] * len(frame)


def scale_missing(metric: Metric, values: Values) -> str:
    """Returns why a metric has no scale on these splits, noise aside; empty if it has one on some split.

    Args:
        metric: its declaration.
        values: of reference rows, on the splits of a board.
    """
    if not any(key[3] == metric.name for key in values):
        return "no reference row has a value"
    floor, ceiling = floor_losses(metric, values), bound_losses(metric.ceiling, metric, values)
    if not (floor and ceiling):
        return "its floor or ceiling could not be computed"
    gaps = [floor[split] - ceiling[split] for split in floor if split in ceiling]
    if gaps and max(gaps) > _ROUNDING:
        return ""
    return "its floor is not worse than its ceiling on any split"


def unranked_reason(metric: Metric, values: Values, holdout_rows: int = 0) -> str:
    """Returns why a metric cannot rank here: floor and ceiling differ by too little; empty if it can.

    Args:
        metric: its declaration.
        values: of reference rows.
        holdout_rows: in a split, for the noise of a ceiling that is a constant; 0 if that is not known.
    """
    floor, ceiling = floor_losses(metric, values), bound_losses(metric.ceiling, metric, values)
    if not (floor and ceiling):
        return "its floor or ceiling could not be computed"
    gap = stat(list(floor.values())).mean - stat(list(ceiling.values())).mean
    if isinstance(metric.ceiling, str):
        noise, noisy = 3 * _noise(ceiling, metric, values), "ceiling"
    else:
        noise, noisy = 3 * _noise_at_constant(floor, metric, metric.ceiling, holdout_rows), "gap"
    if gap > max(noise, _ROUNDING):
        return ""
    if gap < -_ROUNDING:
        return f"its floor is better than its ceiling, by {-gap:.3g}"
    return f"floor and ceiling are {max(gap, 0.0):.3g} apart, not more than 3 x the {noisy}'s noise ({noise:.3g})"


def bound_losses(bound: Bound, metric: Metric, values: Values) -> dict[str, float]:
    """Returns the losses of a floor or ceiling in one metric, by split; a constant has the same on every split."""
    if isinstance(bound, str):
        return {key[0]: loss(value, metric) for key, value in values.items() if key[2:] == (bound, metric.name)}
    return {key[0]: loss(bound, metric) for key in values}


def floor_losses(metric: Metric, values: Values) -> dict[str, float]:
    """Returns the losses of a metric's floor, by split: of several floors, the smallest loss."""
    by_bound = [bound_losses(bound, metric, values) for bound in metric.floors]
    splits = dict.fromkeys(split for losses in by_bound for split in losses)
    return {split: min(losses[split] for losses in by_bound if split in losses) for split in splits}


def bound_value(bound: Bound, key: str, references: Mapping[str, TrialResult]) -> float | None:
    """Returns the value of a floor or ceiling on one split, from the results of its reference rows; None if unknown."""
    if not isinstance(bound, str):
        return bound
    return references[bound].metrics.get(key) if bound in references else None


def _noise(ceiling: Mapping[str, float], metric: Metric, values: Values) -> float:
    """Returns the spread of the ceiling over repeats, without the difficulty of the split.

    Scores are paired within splits, so the difficulty of a split must not count as noise: blocked splits of one table
    differ by more than floor and ceiling do. `copy` is also made of real rows and has the same difficulty, so the
    spread of the difference is the noise. The plain spread is used if `copy` is the floor, and if the ceiling is made
    of unseen rows (privacy), to which copied rows are not comparable.
    """
    comparable = _COPY not in metric.floors and metric.ceiling != _HOLDOUT_HALF
    copies = bound_losses(_COPY, metric, values) if comparable else {}
    differences = [value - copies[split] for split, value in ceiling.items() if split in copies]
    return stat(differences or list(ceiling.values())).spread or 0.0


def _noise_at_constant(floor: Mapping[str, float], metric: Metric, ceiling: float, rows: int) -> float:
    """Returns the noise of the gap below a ceiling that is a constant, which has no noise itself.

    It is the spread of the floor over splits, and at least that of rows which are truly at the ceiling, in a sample of
    independent rows: of an AUC, or of a share. A score can tell no less apart than that.
    """
    spread = stat(list(floor.values())).spread or 0.0
    if rows < 2:
        return spread
    if metric.chance is not None:
        return max(spread, chance_noise(metric.chance, rows))
    is_share = metric.range == (0.0, 1.0) and 0 < ceiling < 1
    return max(spread, math.sqrt(ceiling * (1 - ceiling) / rows)) if is_share else spread


def metric_scores(frame: pd.DataFrame, metrics: Sequence[Metric], *, clip: bool = True) -> ByTrial:
    """Returns all scores by metric; missing values of generators are at the floor, those of references left out.

    `frame` holds one data set under one protocol; see `normalise` for `clip`.
    """
    values, scores = overall_values(frame), ByTrial()
    trials = set(zip(frame["generator"], frame["split"], draws(frame), frame["kind"], strict=True))
    bounds = _bounds(values, list(frame["split"].unique()), metrics)
    for name, split, draw, kind in sorted(trials):
        by_metric = scores.setdefault(str(name), {})[str(split), draw] = {}
        for metric in metrics:
            key = (split, draw, name, metric.name)
            if metric.name in bounds[split] and (kind != "reference" or key in values):
                by_metric[metric.name] = normalise(values.get(key), *bounds[split][metric.name], metric, clip=clip)
    return scores


def _bounds(
    values: Values, splits: Sequence[str], metrics: Sequence[Metric]
) -> dict[str, dict[str, tuple[float, float]]]:
    """Returns split -> metric -> losses of floor and ceiling, of the metrics in which they differ enough there.

    Other metrics are left out there: if the floor has the better value, bad values would gain.
    """
    bounds: dict[str, dict[str, tuple[float, float]]] = {split: {} for split in splits}
    for metric in metrics:
        floor, ceiling = floor_losses(metric, values), bound_losses(metric.ceiling, metric, values)
        gaps = {split: floor[split] - ceiling[split] for split in splits if split in floor and split in ceiling}
        least = _LEAST_GAP * math.fsum(max(gap, 0.0) for gap in gaps.values()) / max(len(gaps), 1)
        for split, gap in gaps.items():
            if gap > max(least, _ROUNDING):
                bounds[split][metric.name] = floor[split], ceiling[split]
    return bounds


def family_scores(scores: ByTrial, metrics: Sequence[Metric], combine: Mapping[str, str]) -> ByTrial:
    """Returns the mean or the worst of each family's metrics; `combine` says which, by family."""
    members = {family: [metric.name for metric in metrics if metric.family == family] for family in combine}
    return {
        name: {trial: _families(by_metric, members, combine) for trial, by_metric in by_trial.items()}
        for name, by_trial in scores.items()
    }


def _families(
    scores: Mapping[str, float], members: Mapping[str, Collection[str]], combine: Mapping[str, str]
) -> dict[str, float]:
    by_family = {family: [scores[name] for name in names if name in scores] for family, names in members.items()}
    return {
        family: min(values) if combine[family] == "worst" else math.fsum(values) / len(values)
        for family, values in by_family.items()
        if values
    }


def per_split(scores: Mapping[tuple[str, int], Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Returns one generator's scores averaged over the draws of each split: splits are the units of all statistics.

    >>> per_split({("s", 0): {"r2": 0.25}, ("s", 1): {"r2": 0.75}})
    {'s': {'r2': 0.5}}
    """
    splits = dict.fromkeys(split for split, _ in scores)
    return {split: _means([values for (name, _), values in scores.items() if name == split]) for split in splits}


def _means(by_draw: Sequence[Mapping[str, float]]) -> dict[str, float]:
    keys = dict.fromkeys(key for values in by_draw for key in values)
    return {key: mean([values[key] for values in by_draw if key in values]) for key in keys}
