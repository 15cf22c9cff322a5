"""Scores one synthetic table with metric families. Every metric gets a value or a reason, even if a family fails."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

from bench.api import (
    Arrays,
    Context,
    Cost,
    Details,
    Family,
    Latents,
    Metric,
    MetricSet,
    Schema,
    Score,
    Shadows,
    Split,
    contains,
)
from bench.common.safe_text import one_line
from bench.seeds import derive, scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

_T = TypeVar("_T")
_FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Scored:
    """All scores of one table.

    Attributes:
        metrics: finite value, or None, by `Score.key`; every metric of the set that exists on the table is there.
        reasons: why there is no value, by the same key. Also mistakes of a plugin, by `family/...`.
        details: arrays for reports, by `family/key`.
        seconds: by family.
    """

    metrics: Mapping[str, float | None] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    details: Details = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)


def metrics_in(family: Family, metric_set: MetricSet, schema: Schema) -> tuple[Metric, ...]:
    """Returns the metrics of a family that a metric set includes and that exist on tables of this schema."""
    return tuple(metric for metric in family.metrics if metric.is_in(metric_set) and metric.applies_to(schema))


def score_keys(metrics: Iterable[Metric], columns: Iterable[str]) -> list[str]:
    """Returns every key that these metrics have: one each, and one per column for metrics with values per column."""
    columns = tuple(columns)
    return [
        Score(metric.name, None, column).key
        for metric in metrics
        for column in (None, *(columns if metric.per_column else ()))
    ]


def blank_scores(family: Family, split: Split, metric_set: MetricSet, reason: str) -> Scored:
    """Returns a family's metrics without values, all for the same reason."""
    keys = score_keys(metrics_in(family, metric_set, split.schema), split.schema.names)
    return Scored(dict.fromkeys(keys), dict.fromkeys(keys, reason))


def prepare_all(
    families: Iterable[Family], split: Split, seed: int, metric_set: MetricSet = "audit"
) -> dict[str, Arrays]:
    """Returns the arrays that depend on the split alone, by family; none where the metric set does not need them.

    A family whose preparation fails gets the single array `failed` with the reason, which can be stored. `score_all`
    reports it for each of the family's metrics.
    """

    def prepare(family: Family) -> Arrays:
        if not contains(metric_set, family.prepares_for):
            return {}
        base = derive(seed, family.name, "prepare")
        with scope(base):
            result = _guarded(lambda: _storable(family.prepare(split, base)))
        return _storable({_FAILED: result}) if isinstance(result, str) else result

    return {family.name: prepare(family) for family in families}


def score_all(  # noqa: PLR0913 - all that a `Context` holds
    families: Iterable[Family],
    split: Split,
    synthetic: pd.DataFrame,
    artefacts: Mapping[str, Arrays],
    *,
    seed: int,
    cost: Cost | None = None,
    metric_set: MetricSet = "core",
    latents: Latents | None = None,
    shadows: Shadows | None = None,
    pictures: bool = False,
) -> Scored:
    """Scores a table with each family; the global random generators are restored.

    Families get copies of `synthetic`, rows x `split.schema.names`, in an order that whoever made the rows could not
    choose (see `shuffle_rows`), and their own `artefacts` of `prepare_all`.
    `seed` is the split's, so that all its tables are scored with the same random numbers. `cost` is None for reference
    rows, `latents` for models without an encoder, `shadows` for rows without shadow fits. With `pictures`, families
    make the arrays for reports that take long, too.
    """
    shuffled = shuffle_rows(synthetic, seed)

    def context(family: Family) -> Context:
        arrays, own_seed = artefacts.get(family.name, {}), derive(seed, family.name)
        return Context(split, shuffled.copy(), arrays, own_seed, cost, metric_set, latents, shadows, pictures)

    return merge(_score_family(family, context(family)) for family in families)


def shuffle_rows(table: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Returns the rows of a table in an order that depends on the seed and on all values, but not on their order.

    Scorers look at some rows only, chosen by a seed that follows from the names of the data set and of the split.
    A generator that computes it too could keep its best rows for the places that a classifier looks at.
    """
    import numpy as np

    values = table.select_dtypes(["number", "bool"]).to_numpy(dtype=np.float64) + 0.0
    if values.shape[1] < table.shape[1]:
        others = table.select_dtypes(exclude=["number", "bool"])
        values = np.column_stack([values, *(_sortable(others[name]) for name in others)])
    order = np.lexsort(values.T[::-1])
    content = hashlib.sha256(np.ascontiguousarray(values[order]).tobytes()).hexdigest()
    shuffled = np.random.default_rng(derive(seed, "rows", content)).permutation(order)
    return table.iloc[shuffled].reset_index(drop=True)


def _sortable(column: pd.Series[Any]) -> NDArray[np.float64]:
    """Returns numbers that say which cells of dates or levels are equal, (rows,)."""
    import numpy as np
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        return np.asarray(column.cat.codes, dtype=np.float64)
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return np.asarray(column.astype("int64"), dtype=np.float64)
    return np.asarray(pd.Categorical(column.astype(str)).codes, dtype=np.float64)


def merge(parts: Iterable[Scored]) -> Scored:
    """Returns several results as one; names are unique over families, so nothing is overwritten."""
    parts = list(parts)

    def union(name: str) -> dict[str, Any]:
        return {key: value for part in parts for key, value in getattr(part, name).items()}

    return Scored(union("metrics"), union("reasons"), union("details"), union("seconds"))


def flatten(nested: Mapping[str, Arrays]) -> Details:
    """Returns {family: {key: array}} as {family/key: array}, for storing; families without arrays vanish.

    >>> flatten({"a": {"x/y": 1}, "b": {}})
    {'a/x/y': 1}
    """
    return {f"{name}/{key}": array for name, arrays in nested.items() for key, array in arrays.items()}


def nest(flat: Arrays) -> dict[str, Details]:
    """Returns the inverse of `flatten`.

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
        return blank_scores(family, split, metric_set, f"preparing failed: {context.artefacts[_FAILED]}")
    start = perf_counter()
    with scope(context.seed):
        result = _guarded(lambda: _complete(family, *family.score(context), context))
    seconds = {family.name: perf_counter() - start}
    if isinstance(result, str):
        result = blank_scores(family, split, metric_set, f"the scorer failed: {result}")
    return Scored(result.metrics, result.reasons, result.details, seconds)


def _guarded(call: Callable[[], _T]) -> _T | str:
    """Returns the result of plugin code, or the error that it raised in one line.

    This is the one broad except of scoring. A metric family may be somebody else's code. Its errors cost its own
    metrics, but neither the other families nor the trial.
    """
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - see above
        return one_line(f"{type(error).__name__}: {error}")


def _complete(family: Family, scores: list[Score], details: Details, context: Context) -> Scored:
    """Returns the metrics of the set that exist on the table, each finite or with a reason; names undeclared ones."""
    schema = context.split.schema
    expected = score_keys(metrics_in(family, context.metric_set, schema), schema.names)
    declared = score_keys(family.metrics, schema.names)
    returned = {score.key: _finite(score) for score in scores}
    blanks = {key: Score(key, None, reason="the scorer returned nothing") for key in expected}
    complete = blanks | {key: score for key, score in returned.items() if key in blanks}
    reasons = {key: score.reason or "no reason given" for key, score in complete.items() if score.value is None}
    reasons |= {f"{family.name}/{key}": "not a declared metric" for key in returned if key not in declared}
    values = {key: score.value for key, score in complete.items()}
    return Scored(values, reasons, flatten({family.name: _storable(details)}))


def _finite(score: Score) -> Score:
    if score.value is None:
        return score
    value = float(score.value)
    if math.isfinite(value):
        return Score(score.metric, value, score.column)
    return Score(score.metric, None, score.column, f"the value is {value}")


def _storable(arrays: Mapping[str, Any]) -> Details:
    """Returns the values as arrays; raises TypeError for those that only pickle can store."""
    import numpy as np

    plain = {key: np.asarray(array) for key, array in arrays.items()}
    if objects := [key for key, array in plain.items() if array.dtype.hasobject]:
        raise TypeError(f"object arrays cannot be stored: {', '.join(objects)}")
    return plain
