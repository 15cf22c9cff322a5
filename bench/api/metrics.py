"""Metrics: what a number means, what it is computed from, and the families that compute them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from bench.api.data import Split
    from bench.api.generators import Latents

Arrays: TypeAlias = "Mapping[str, NDArray[Any]]"
MetricSet = Literal["core", "full"]


@dataclass(frozen=True, slots=True)
class Target:
    """A metric whose best value is a number rather than an end of the scale.

    Attributes:
        value: the best value.
        distance: how far a value is from it: `absolute` |v - t|, `log` |log(v / t)|, `above` max(v - t, 0).
    """

    value: float
    distance: Literal["absolute", "log", "above"] = "absolute"


@dataclass(frozen=True, slots=True)
class Metric:
    """What a number means.

    Attributes:
        name: unique over all families; lower case with underscores.
        family: validity, fidelity, detection, utility, privacy, latent or cost; a plugin may add its own.
        better: `higher`, `lower` or a `Target`.
        unit: as printed after a value; empty for a share or an index.
        range: smallest and largest possible value.
        source: paper or software that defines it.
        meaning: one line for the reader of a report.
        ranked: whether it may enter the overall score.
        floor: the reference row that scores 0 (`copy`, `near-copy`, `interpolated`, ...), if ranked.
        ceiling: the reference row that scores 1 (`real-train`, `holdout-half`), if ranked.
        per_column: whether values per column are stored beside the overall one.
        within: the smallest metric set that includes it.
    """

    name: str
    family: str
    better: Literal["higher", "lower"] | Target
    meaning: str
    source: str = ""
    unit: str = ""
    range: tuple[float, float] = (0.0, 1.0)
    ranked: bool = False
    floor: str = "independent"
    ceiling: str = "real-train"
    per_column: bool = False
    within: MetricSet = "core"


@dataclass(frozen=True, slots=True)
class Score:
    """One value of one metric; `value` is finite or None, and then `reason` says why."""

    metric: str
    value: float | None
    column: str | None = None
    reason: str | None = None

    @property
    def key(self) -> str:
        """`metric` or `metric[column]`, the key in a result's flat `metrics` object."""
        return self.metric if self.column is None else f"{self.metric}[{self.column}]"


@dataclass(frozen=True, slots=True)
class Cost:
    """What producing the synthetic rows took; memory is peak less start, in bytes.

    Attributes:
        fit_cpu_seconds: processor time of fitting, all threads together; None for runs that did not measure it.
        parameters: trained numbers that the fitted model keeps; None where it does not say.
    """

    fit_seconds: float
    sample_seconds: float
    rows: int
    memory_bytes: int | None
    fit_cpu_seconds: float | None = None
    parameters: int | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """All that a scorer may look at.

    Attributes:
        split: the real rows.
        synthetic: rows x `split.schema.columns`; as many as train.
        artefacts: what the family's own `prepare` made of the split.
        seed: for whatever the scorer draws; the same for every generator of a split.
        cost: None for reference rows.
        metric_set: `core`, or `full` to include the slow metrics.
        latents: of the fitted model, where it has any.
    """

    split: Split
    synthetic: pd.DataFrame
    artefacts: Arrays
    seed: int
    cost: Cost | None = None
    metric_set: MetricSet = "core"
    latents: Latents | None = None


# Quoted, so that they can be imported where numpy is not loaded.
Details: TypeAlias = "dict[str, np.ndarray[Any, Any]]"
Scorer: TypeAlias = "Callable[[Context], tuple[list[Score], Details]]"
Preparer: TypeAlias = "Callable[[Split, int], Details]"


def nothing_to_prepare(split: Split, seed: int) -> Details:
    """The `prepare` of a family that has no work belonging to the split."""
    return {}


@dataclass(frozen=True, slots=True)
class Family:
    """What an entry point of `bench.metrics` names: a family's metrics and the function that scores them.

    Attributes:
        score: returns one `Score` per metric (and per column where `per_column`), and `details`: arrays
            that report sections draw, keyed by path-like names such as `density/Temperature`. No object
            arrays: details are stored without pickle.
        prepare: (split, seed) -> arrays that depend on the split alone; run once per split.
        combine: how its normalised metrics make one score: their `mean`, or the `worst` where one failure
            is the whole failure (an attacker picks the attack that works).
        order: families are shown from small to large.
        blank_for: reference rows on which the family says nothing.
        blank_reason: why, in a few words.
    """

    name: str
    summary: str
    metrics: tuple[Metric, ...]
    score: Scorer
    prepare: Preparer = nothing_to_prepare
    combine: Literal["mean", "worst"] = "mean"
    order: int = 100
    blank_for: frozenset[str] = frozenset()
    blank_reason: str = ""
