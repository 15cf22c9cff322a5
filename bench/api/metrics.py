"""Metrics: declarations, scores, and the families that compute them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from bench.api.data import Schema, Split
from bench.api.generators import Latents, Shadows

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


Arrays: TypeAlias = "Mapping[str, NDArray[Any]]"
Bound: TypeAlias = str | float
"""An end of a metric's scale: the name of a reference row, or a constant where the value is known."""
MetricSet = Literal["core", "full", "audit"]
METRIC_SETS: tuple[MetricSet, ...] = ("core", "full", "audit")
"""Each set contains the metrics of those before it."""
Need = Literal[
    "numeric",
    "two numeric",
    "only numeric",
    "mixed",
    "categorical",
    "datetime",
    "missing",
    "regression",
    "classification",
]
"""What a table must have for a metric: a column of a kind, two numeric ones, a column with gaps, nothing but numeric
columns without gaps or something else too (mixed), or a kind of task."""


def contains(metric_set: MetricSet, smaller: MetricSet) -> bool:
    """Returns whether a metric set contains all metrics of another one.

    >>> contains("full", "core"), contains("core", "full")
    (True, False)
    """
    return METRIC_SETS.index(smaller) <= METRIC_SETS.index(metric_set)


@dataclass(frozen=True, slots=True)
class Target:
    """The best value of a metric for which neither the highest nor the lowest is best.

    Attributes:
        distance: of a value v from the best value t: `absolute` |v - t|, `log` |log(v / t)|, `above` max(v - t, 0).
    """

    value: float
    distance: Literal["absolute", "log", "above"] = "absolute"


@dataclass(frozen=True, slots=True)
class Metric:
    """The declaration of a metric.

    Attributes:
        name: unique over all families; lower case with underscores.
        family: validity, fidelity, detection, utility, privacy, latent or cost; a plugin may add its own.
        better: `higher`, `lower` or a `Target`.
        unit: printed after a value; empty for a share or an index.
        range: smallest and largest possible value.
        source: the paper or software that defines it.
        meaning: one line for readers of reports.
        ranked: whether it can enter the overall score.
        floor: what scores 0, if ranked: a reference row (`copy`, `near-copy`, ...), a known constant, or several of
            them, of which the best one on a split counts. Rows that a split does not have are left out.
        ceiling: what scores 1, if ranked: a reference row (`real-train`) or a known constant.
        per_column: whether values per column are stored as well as the overall value.
        within: the smallest metric set with this metric.
        chance: the value of rows that know nothing of holdout, of a metric that only rows which do know holdout can
            be on the wrong side of: below an AUC of 0.5, or above a rate that is best "from above" (`Target`); None for
            other metrics.
        useless: the value of a prediction that knows nothing; worse ones count as this one. None: there is none.
        needs: what a table must have for the metric to exist there, all of it. Where it does not exist, it is no metric
            of a board, and moves no mean.
    """

    name: str
    family: str
    better: Literal["higher", "lower"] | Target
    meaning: str
    source: str = ""
    unit: str = ""
    range: tuple[float, float] = (0.0, 1.0)
    ranked: bool = False
    floor: Bound | tuple[Bound, ...] = "independent"
    ceiling: Bound = "real-train"
    per_column: bool = False
    within: MetricSet = "core"
    chance: float | None = None
    useless: float | None = None
    needs: tuple[Need, ...] = ()

    @property
    def floors(self) -> tuple[Bound, ...]:
        """Returns what may be the floor, always as a tuple."""
        return self.floor if isinstance(self.floor, tuple) else (self.floor,)

    @property
    def bounding_rows(self) -> tuple[str, ...]:
        """Returns the names of the reference rows that the scale depends on; none if the metric is not ranked."""
        bounds = (*self.floors, self.ceiling) if self.ranked else ()
        return tuple(bound for bound in bounds if isinstance(bound, str))

    def is_in(self, metric_set: MetricSet) -> bool:
        """Returns whether a metric set includes the metric."""
        return contains(metric_set, self.within)

    def applies_to(self, schema: Schema) -> bool:
        """Returns whether the metric exists on tables of this schema."""
        return all(_holds(need, schema) for need in self.needs)

    @property
    def scale(self) -> str:
        """Returns floor and ceiling in words: `independent to real-train`; empty if the metric is not ranked."""
        floor = " or ".join(_bound_text(bound) for bound in self.floors)
        return f"{floor} to {_bound_text(self.ceiling)}" if self.ranked else ""


def _holds(need: Need, schema: Schema) -> bool:
    held: dict[Need, bool] = {
        "numeric": bool(schema.numeric),
        "two numeric": len(schema.numeric) > 1,
        "only numeric": schema.is_numeric,
        "mixed": not schema.is_numeric,
        "categorical": bool(schema.categorical),
        "datetime": bool(schema.datetime),
        "missing": bool(schema.missing),
        "regression": schema.task == "regression",
        "classification": schema.task != "regression",
    }
    return held[need]


def _bound_text(bound: Bound) -> str:
    return bound if isinstance(bound, str) else f"{bound:g}"


@dataclass(frozen=True, slots=True)
class Score:
    """One value of one metric: finite, or None with a `reason`."""

    metric: str
    value: float | None
    column: str | None = None
    reason: str | None = None

    @property
    def key(self) -> str:
        """Returns `metric` or `metric[column]`, the key in a result's flat `metrics` object."""
        return self.metric if self.column is None else f"{self.metric}[{self.column}]"


@dataclass(frozen=True, slots=True)
class Cost:
    """Time and memory of making the synthetic rows; memory is the peak minus the start, in bytes.

    Attributes:
        fit_cpu_seconds: processor time of fitting, all threads together; None if it was not measured.
        parameters: number of trained values that the fitted model keeps; None if it does not count them.
    """

    fit_seconds: float
    sample_seconds: float
    rows: int
    memory_bytes: int | None
    fit_cpu_seconds: float | None = None
    parameters: int | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that a scorer receives.

    Attributes:
        split: the real rows.
        synthetic: rows x `split.schema.names`; as many rows as train.
        artefacts: result of the family's own `prepare` for the split.
        seed: for random numbers of the scorer; the same for every generator of a split.
        cost: None for reference rows.
        metric_set: `core`; `full` to include the slow metrics; `audit` to include those that need shadow fits as well.
        latents: of the fitted model, if it has any.
        shadows: of the generator, if the trial has any.
        pictures: whether to make arrays for reports that take long: those of the first repeat alone are shown.
    """

    split: Split
    synthetic: pd.DataFrame
    artefacts: Arrays
    seed: int
    cost: Cost | None = None
    metric_set: MetricSet = "core"
    latents: Latents | None = None
    shadows: Shadows | None = None
    pictures: bool = False


# Quoted, so that importing them does not load numpy.
Details: TypeAlias = "dict[str, np.ndarray[Any, Any]]"
Scorer: TypeAlias = "Callable[[Context], tuple[list[Score], Details]]"
Preparer: TypeAlias = "Callable[[Split, int], Details]"


EVERY_REPEAT = "every_repeat/"
"""Begins the keys of small arrays that reports average over repeats: exports keep them of every trial."""


def nothing_to_prepare(split: Split, seed: int) -> Details:
    """The `prepare` of a family that computes nothing per split."""
    return {}


@dataclass(frozen=True, slots=True)
class Family:
    """A family's metrics and the function that scores them; entry points of `bench.metrics` name one.

    Attributes:
        score: returns one `Score` per metric (and per column if `per_column`), and `details`: arrays for report
            sections, keyed by path-like names such as `density/Temperature`. They are stored without pickle, so
            object arrays are refused. Exports keep them of one trial of each generator, and those whose key begins with
            `EVERY_REPEAT` of all trials.
        prepare: (split, seed) -> arrays that depend on the split alone; run once per split.
        prepares_for: the smallest metric set whose scores read these arrays; for smaller ones `prepare` is not called.
        combine: how the scores of its metrics make one: their `mean`, or the `worst` if one failure is enough (an
            attacker uses the attack that works).
        order: families are shown from the smallest to the largest.
        blank_for: reference rows that the family does not score.
        blank_reason: why, in a few words.
    """

    name: str
    summary: str
    metrics: tuple[Metric, ...]
    score: Scorer
    prepare: Preparer = nothing_to_prepare
    prepares_for: MetricSet = "core"
    combine: Literal["mean", "worst"] = "mean"
    order: int = 100
    blank_for: frozenset[str] = frozenset()
    blank_reason: str = ""
