"""Runs metric families over one synthetic table; whatever a family does, every metric gets a value or a reason."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

from bench.api import Context, Cost, Family, Latents, Metric, MetricSet, Score, Split
from bench.common.safe_text import one_line
from bench.seeds import derive, scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import pandas as pd

    from bench.api import Arrays, Details

_T = TypeVar("_T")
_FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Scored:
    """All that is known of one table.

    Attributes:
        metrics: finite value, or None, by `Score.key`; every metric of the metric set is there.
        reasons: why there is no value, by the same key. Also what a plugin got wrong, by `family/...`.
        details: what reports draw, by `family/key`.
        seconds: by family.
    """

    metrics: Mapping[str, float | None] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    details: Details = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)


def wanted(family: Family, metric_set: MetricSet) -> tuple[Metric, ...]:
    """The metrics of a family that a metric set includes."""
    return tuple(metric for metric in family.metrics if metric_set == "full" or metric.within == "core")


def keys(metrics: Iterable[Metric], columns: Iterable[str]) -> list[str]:
    """Every key that these metrics owe: one each, and one per column where they have columns."""
    columns = tuple(columns)
    return [
        Score(metric.name, None, column).key
        for metric in metrics
        for column in (None, *(columns if metric.per_column else ()))
    ]


def blank(family: Family, split: Split, metric_set: MetricSet, reason: str) -> Scored:
    """A family's metrics without values, all for the same reason."""
    owed = keys(wanted(family, metric_set), split.schema.columns)
    return Scored(dict.fromkeys(owed), dict.fromkeys(owed, reason))


def prepare_all(families: Iterable[Family], split: Split, seed: int) -> dict[str, Arrays]:
    """What depends on the split alone, by family.

    A family whose preparation fails gets the single array `failed` holding the reason, which survives being
    stored; `score_all` reports it for each of the family's metrics.
    """

    def prepare(family: Family) -> Arrays:
        base = derive(seed, family.name, "prepare")
        with scope(base):
            result = _guarded(lambda: _plain(family.prepare(split, base)))
        return _as_array(result) if isinstance(result, str) else result

    return {family.name: prepare(family) for family in families}


def score_all(
    families: Iterable[Family],
    split: Split,
    synthetic: pd.DataFrame,
    artefacts: Mapping[str, Arrays],
    *,
    seed: int,
    cost: Cost | None = None,
    metric_set: MetricSet = "core",
    latents: Latents | None = None,
) -> Scored:
    """Scores a table with each family; global random generators are left as they were.

    Args:
        families: the ones to run.
        split: the real rows.
        synthetic: rows x `split.schema.columns`; families get copies.
        artefacts: of `prepare_all`, by family.
        seed: the split's, so that all its tables are judged with the same draws.
        cost: what making the table took; None for reference rows.
        metric_set: `full` includes the slow metrics.
        latents: of the model that made the table.
    """
    return merge(
        _score_family(
            family,
            Context(
                split=split,
                synthetic=synthetic.copy(),
                artefacts=artefacts.get(family.name, {}),
                seed=derive(seed, family.name),
                cost=cost,
                metric_set=metric_set,
                latents=latents,
            ),
        )
        for family in families
    )


def merge(parts: Iterable[Scored]) -> Scored:
    """One result of several; names are unique over families, so nothing is overwritten."""
    parts = list(parts)

    def union(name: str) -> dict[str, Any]:
        return {key: value for part in parts for key, value in getattr(part, name).items()}

    return Scored(union("metrics"), union("reasons"), union("details"), union("seconds"))


def flatten(nested: Mapping[str, Arrays]) -> Details:
    """{family: {key: array}} -> {family/key: array}, for storing; families without arrays vanish.

    >>> flatten({"a": {"x/y": 1}, "b": {}})
    {'a/x/y': 1}
    """
    return {f"{name}/{key}": array for name, arrays in nested.items() for key, array in arrays.items()}


def nest(flat: Arrays) -> dict[str, Details]:
    """The inverse of `flatten`.

    >>> nest({"a/x/y": 1})
    {'a': {'x/y': 1}}
    """
    nested: dict[str, Details] = {}
    for path, array in flat.items():
        name, _, key = path.partition("/")
        nested.setdefault(name, {})[key] = array
    return nested


def _score_family(family: Family, context: Context) -> Scored:
    split, metric_set = context.split, context.metric_set
    if _FAILED in context.artefacts:
        return blank(family, split, metric_set, f"preparing failed: {context.artefacts[_FAILED]}")
    start = perf_counter()
    with scope(context.seed):
        result = _guarded(lambda: _tidy(family, *family.score(context), context))
    seconds = {family.name: perf_counter() - start}
    if isinstance(result, str):
        result = blank(family, split, metric_set, f"the scorer failed: {result}")
    return Scored(result.metrics, result.reasons, result.details, seconds)


def _guarded(call: Callable[[], _T]) -> _T | str:
    """The result of plugin code, or what it raised in one line.

    The one broad except of scoring: a metric family is somebody else's code, and may cost its own columns of the
    table but neither the other families nor the trial.
    """
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - see above
        return one_line(f"{type(error).__name__}: {error}")


def _tidy(family: Family, scores: list[Score], details: Details, context: Context) -> Scored:
    """Exactly the metrics that are owed, each finite or with a reason; what isn't declared is named."""
    owed = keys(wanted(family, context.metric_set), context.split.schema.columns)
    declared = keys(family.metrics, context.split.schema.columns)
    found = {score.key: _checked(score) for score in scores}
    blanks = {key: Score(key, None, reason="the scorer returned nothing") for key in owed}
    complete = blanks | {key: score for key, score in found.items() if key in blanks}
    reasons = {key: score.reason or "no reason given" for key, score in complete.items() if score.value is None}
    reasons |= {f"{family.name}/{key}": "not a declared metric" for key in found if key not in declared}
    arrays = {f"{family.name}/{key}": array for key, array in _plain(details).items()}
    return Scored({key: score.value for key, score in complete.items()}, reasons, arrays)


def _checked(score: Score) -> Score:
    if score.value is None:
        return score
    value = float(score.value)
    if math.isfinite(value):
        return Score(score.metric, value, score.column)
    return Score(score.metric, None, score.column, f"the value is {value}")


def _plain(arrays: Arrays) -> Details:
    """The same arrays, which must be storable without pickle."""
    import numpy as np

    plain = {key: np.asarray(array) for key, array in arrays.items()}
    if objects := [key for key, array in plain.items() if array.dtype.hasobject]:
        raise TypeError(f"object arrays cannot be stored: {', '.join(objects)}")
    return plain


def _as_array(reason: str) -> Details:
    import numpy as np

    return {_FAILED: np.array(reason)}
