"""Scores tables as a run would score a generator's, without fitting anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from bench.plugins import entry_points
from bench.runs.run_directory import FRAME_COLUMNS
from bench.scoring.reference_rows import reference_names_of, score_reference
from bench.scoring.score_table import prepare_all, score_all
from bench.seeds import derive

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from bench.api import Family, Metric, MetricSet, Split
    from bench.scoring.score_table import Scored


def families() -> list[str]:
    """The families that enter the overall score."""
    return list(dict.fromkeys(metric.family for metric in metrics() if metric.ranked))


def metrics() -> tuple[Metric, ...]:
    """Every metric, in the order of reports."""
    return tuple(metric for family in entry_points.families() for metric in family.metrics)


def combine() -> dict[str, str]:
    """How each family's metrics make one score."""
    return {family.name: family.combine for family in entry_points.families()}


def _needs(family: Family, name: str) -> bool:
    """Whether a reference row is a floor or a ceiling of the family, or the second draw that shows its noise."""
    return name == "copy" or any(name in metric.bounding_rows for metric in family.metrics)


def judged(
    split: Split,
    tables: Mapping[str, pd.DataFrame],
    repeat: int,
    metric_set: MetricSet = "core",
    only: Collection[str] | None = None,
) -> pd.DataFrame:
    """The tidy frame of one split: a row per value of every table and every reference row.

    Args:
        split: what the rows are scored against.
        tables: the rows to score, by name.
        repeat: the number of the split.
        metric_set: which metrics.
        only: names of the families to score with, all of them if None.
    """
    loaded = tuple(family for family in entry_points.families() if only is None or family.name in only)
    seed = derive(split.seed, "score")
    artefacts = prepare_all(loaded, split, seed, metric_set)

    def scored() -> Iterator[tuple[str, str, Scored]]:
        for name in reference_names_of(split.schema, split.protocol):
            told = [family for family in loaded if _needs(family, name)]
            yield name, "reference", score_reference(name, split, seed, told, artefacts, metric_set)
        for name, rows in tables.items():
            yield name, "generator", score_all(loaded, split, rows, artefacts, seed=seed, metric_set=metric_set)

    rows = [
        ("pool", split.protocol, str(repeat), repeat, 0, name, kind, "ok", key, "", value, "")
        for name, kind, result in scored()
        for key, value in result.metrics.items()
        if "[" not in key
    ]
    return pd.DataFrame(rows, columns=list(FRAME_COLUMNS)).astype({"value": float})
