"""From a tidy frame to a leaderboard; pure functions.

A value becomes a score in [0, 1] on the stretch between its metric's floor and ceiling on the same split. A
family's score is the mean of its metrics' scores (privacy: the worst). The overall score is the geometric mean
of the families': a generator at the floor of one family scores 0, whatever it does elsewhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from bench.api import Metric
    from bench.store import Run


_INDISTINCT = 1e-9
_SECOND_DRAW = "copy"


@dataclass(frozen=True, slots=True)
class Stat:
    """A mean over repeats and its standard deviation (None for a single repeat)."""

    mean: float
    spread: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a leaderboard.

    Attributes:
        kind: `generator` or `reference`.
        rank: 1 is best, equal scores share one; None where `overall` is.
        overall: geometric mean of the family scores; None for references and for what was never run.
        families: normalised family scores in [0, 1]; of a reference, those that say something about it.
        metrics: raw values by metric name; a metric that no repeat could compute is absent.
        status: how many repeats ended how, e.g. {"ok": 4, "failed": 1}.
        reason: the first error, for rows with failures.
    """

    generator: str
    kind: str
    rank: int | None
    overall: Stat | None
    families: Mapping[str, Stat]
    metrics: Mapping[str, Stat]
    status: Mapping[str, int]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """The ranking on one data set under one protocol.

    Attributes:
        rows: ranked generators from best to worst, then references.
        families: the families that entered the overall score, in registry order.
        kept_out: ranked metrics that could not tell floor from ceiling here -> why.
    """

    dataset: str
    protocol: str
    repeats: int
    rows: tuple[Row, ...]
    families: tuple[str, ...]
    kept_out: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """One board per data set and protocol."""

    boards: tuple[Board, ...]


def loss(value: float, metric: Metric) -> float:
    """How far a value is from the metric's best, up to a constant; lower is better.

    >>> loss(0.9, Metric("c2st_auc", "detection", Target(0.5, "above"), "")) == 0.4
    True
    """
    if metric.better == "higher":
        return -value
    if metric.better == "lower":
        return value
    target = metric.better
    if target.distance == "log":
        return abs(math.log(value / target.value)) if value > 0 else math.inf
    return max(value - target.value, 0.0) if target.distance == "above" else abs(value - target.value)


def normalise(value: float | None, floor: float, ceiling: float, metric: Metric) -> float:
    """Where a value lies between floor (0) and ceiling (1), clipped; a value that is missing is at the floor."""
    if value is None or math.isnan(value):
        return 0.0
    worst, best = loss(floor, metric), loss(ceiling, metric)
    share = (worst - loss(value, metric)) / (worst - best)
    return min(max(share, 0.0), 1.0)


def stat(values: Sequence[float]) -> Stat:
    """Mean and sample standard deviation."""
    n = len(values)
    mean = math.fsum(values) / n
    spread = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (n - 1)) if n > 1 else None
    return Stat(mean, spread, n)


def leaderboard(frame: pd.DataFrame, metrics: Sequence[Metric], combine: Mapping[str, str]) -> Leaderboard:
    """Ranks the generators of a tidy frame, one board per data set and protocol.

    Args:
        frame: as `Run.frame` returns it.
        metrics: their specifications.
        combine: family -> `mean` or `worst`, in the order families are shown.
    """
    groups = frame.groupby(["dataset", "protocol"], sort=False)
    return Leaderboard(tuple(_board(str(d), str(p), part, metrics, combine) for (d, p), part in groups))


def rank(run: Run) -> Leaderboard:
    """The leaderboard of a run, finished or not."""
    # Families are shown in the order in which the metrics are listed.
    combine = {metric.family: str(run.manifest["families"][metric.family]["combine"]) for metric in run.metrics}
    return leaderboard(run.frame(), run.metrics, combine)


def _board(
    dataset: str, protocol: str, frame: pd.DataFrame, metrics: Sequence[Metric], combine: Mapping[str, str]
) -> Board:
    overall = frame[frame["column"] == ""]
    values = _values(overall)
    kept_out = {m.name: why for m in metrics if m.ranked and (why := _indistinct(m, values))}
    entering = [m for m in metrics if m.ranked and m.name not in kept_out]
    families = tuple(name for name in combine if any(m.family == name for m in entering))
    by_split = _family_scores(overall, values, entering, combine, families)
    rows = [
        _row(str(name), str(kind), part, metrics, by_split.get(str(name), {}), families)
        for (name, kind), part in overall.groupby(["generator", "kind"], sort=False)
    ]
    ranked = _ranked([row for row in rows if row.kind == "generator"])
    references = sorted((row for row in rows if row.kind == "reference"), key=_order)
    return Board(dataset, protocol, overall["split"].nunique(), (*ranked, *references), families, kept_out)


Values = dict[tuple[str, str, str], float]  # (split, generator, metric) -> finite value


def _values(overall: pd.DataFrame) -> Values:
    known = overall[overall["value"].notna()]
    keys = zip(known["split"], known["generator"], known["metric"], strict=True)
    return dict(zip(keys, known["value"].astype(float), strict=True))


def _indistinct(metric: Metric, values: Values) -> str:
    """Why a metric cannot rank here: its floor and ceiling are too close for the ceiling's own noise."""
    floor, ceiling = _losses(metric.floor, metric, values), _losses(metric.ceiling, metric, values)
    if not (floor and ceiling):
        return "its floor or ceiling could not be computed"
    gap = abs(stat(list(floor.values())).mean - stat(list(ceiling.values())).mean)
    noise = 3 * _noise(ceiling, metric, values)
    if gap > max(noise, _INDISTINCT):
        return ""
    return f"floor and ceiling are {gap:.3g} apart, not more than 3 x the ceiling's noise ({noise:.3g})"


def _losses(row: str, metric: Metric, values: Values) -> dict[str, float]:
    """The losses of one row in one metric, by split."""
    return {split: loss(v, metric) for (split, name, key), v in values.items() if (name, key) == (row, metric.name)}


def _noise(ceiling: Mapping[str, float], metric: Metric, values: Values) -> float:
    """The spread over repeats of the ceiling, less what the split itself does to every row alike.

    Scores are paired within splits, so how hard a split is must not count as noise: blocked splits of one table
    differ by more than floor and ceiling do. A second draw of real rows, `copy`, has that difficulty too; the
    spread of the difference is what is left. Where `copy` is the floor (privacy), the ceiling's spread counts.
    """
    second = {} if metric.floor == _SECOND_DRAW else _losses(_SECOND_DRAW, metric, values)
    differences = [value - second[split] for split, value in ceiling.items() if split in second]
    return stat(differences or list(ceiling.values())).spread or 0.0


def _family_scores(
    overall: pd.DataFrame,
    values: Values,
    entering: Sequence[Metric],
    combine: Mapping[str, str],
    families: Sequence[str],
) -> dict[str, dict[str, dict[str, float]]]:
    """Row -> split -> family -> score; what a generator lacks is at the floor, what a reference lacks is left out."""
    scores: dict[str, dict[str, dict[str, float]]] = {}
    for (name, split, kind), _ in overall.groupby(["generator", "split", "kind"], sort=False):
        of_split = scores.setdefault(str(name), {}).setdefault(str(split), {})
        for family in families:
            metrics = [m for m in entering if m.family == family]
            known = [m for m in metrics if (split, name, m.name) in values]
            normalised = [
                _normalised(values, str(split), str(name), m) for m in (known if kind == "reference" else metrics)
            ]
            if normalised:
                mean = math.fsum(normalised) / len(normalised)
                of_split[family] = min(normalised) if combine[family] == "worst" else mean
    return scores


def _normalised(values: Values, split: str, generator: str, metric: Metric) -> float:
    floor, ceiling = (values.get((split, row, metric.name)) for row in (metric.floor, metric.ceiling))
    if floor is None or ceiling is None or math.isclose(loss(floor, metric), loss(ceiling, metric)):
        return 0.0
    return normalise(values.get((split, generator, metric.name)), floor, ceiling, metric)


def _row(
    name: str,
    kind: str,
    part: pd.DataFrame,
    metrics: Sequence[Metric],
    by_split: Mapping[str, Mapping[str, float]],
    families: Sequence[str],
) -> Row:
    known = part[part["value"].notna()]
    raw = {m.name: known.loc[known["metric"] == m.name, "value"].astype(float).tolist() for m in metrics}
    statuses = part.drop_duplicates(["split"])["status"].value_counts().to_dict()
    failed = part.loc[(part["status"] != "ok") & (part["reason"] != ""), "reason"]
    by_split = {} if set(statuses) == {"skipped"} else by_split
    ran = kind == "generator" and bool(by_split) and bool(families)
    return Row(
        generator=name,
        kind=kind,
        rank=None,
        overall=stat([_geometric(of.values()) for of in by_split.values()]) if ran else None,
        families={f: stat(of) for f in families if (of := [by[f] for by in by_split.values() if f in by])},
        metrics={key: stat(values) for key, values in raw.items() if values},
        status={str(status): int(count) for status, count in sorted(statuses.items())},
        reason=str(failed.iloc[0]) if len(failed) else "",
    )


def _geometric(scores: Iterable[float]) -> float:
    numbers = list(scores)
    return math.prod(numbers) ** (1 / len(numbers))


def _order(row: Row) -> tuple[bool, bool, float, float, str]:
    """Best first: what ran, without failures only, by overall score, then by the mean family score."""
    overall = row.overall.mean if row.overall else -1.0
    families = [of.mean for of in row.families.values()] or [0.0]
    return (row.overall is None, "ok" not in row.status, -overall, -math.fsum(families) / len(families), row.generator)


def _ranked(rows: Sequence[Row]) -> list[Row]:
    """Numbers the rows; only exactly equal scores share a rank."""
    ordered = sorted(rows, key=_order)
    ranked: list[Row] = []
    for place, row in enumerate(ordered, start=1):
        if row.overall is None:
            ranked.append(row)
            continue
        same = bool(ranked) and _order(ranked[-1])[:4] == _order(row)[:4]
        ranked.append(replace(row, rank=ranked[-1].rank if same else place))
    return ranked
