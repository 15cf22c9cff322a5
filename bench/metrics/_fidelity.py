"""Scores of marginal and pairwise fidelity.

Degenerate tables are refused rather than averaged: sdmetrics drops the scores that it cannot compute,
so that a column of NaN or of one value would raise the average of what is left.
"""

from __future__ import annotations

from math import comb
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from . import _sdmetrics
from ._table import constant, named, score, unscored, unusable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.api import Metric, Score

    from ._table import Matrix


def scores(metrics: Sequence[Metric], real: Matrix, rows: Matrix, columns: Sequence[str], seed: int) -> list[Score]:
    """Every fidelity score of `rows` against `real` (both rows x columns)."""
    if problem := unusable(rows, columns):
        return unscored(metrics, columns, problem)
    return [*_report(real, rows, columns, seed), *_std_ratios(real, rows, columns), *_summaries(real, rows)]


def _report(real: Matrix, rows: Matrix, columns: Sequence[str], seed: int) -> list[Score]:
    frames = [pd.DataFrame(values, columns=list(columns)) for values in (real, rows)]
    report = _sdmetrics.quality(frames[0], frames[1], seed)
    shapes = report.get_details("Column Shapes")["Score"].to_numpy(dtype=float)
    trends = report.get_details("Column Pair Trends")["Score"].to_numpy(dtype=float)
    problem = _pairs_missing(trends, real, rows, columns)
    trend = np.nan if problem else np.nanmean(trends)
    return [
        score("column_shapes", shapes.mean()),
        *(score("column_shapes", value, name) for name, value in zip(columns, shapes, strict=True)),
        score("pair_trends", trend, undefined=problem),
        score("quality", (shapes.mean() + trend) / 2, undefined=problem),
    ]


def _pairs_missing(trends: Matrix, real: Matrix, rows: Matrix, columns: Sequence[str]) -> str:
    """Why the pairs' average would be over too few pairs; empty if it's over all that holdout defines."""
    varying = ~constant(real)
    expected = comb(int(varying.sum()), 2)
    if not expected:
        return "fewer than two columns vary in holdout"
    if frozen := named(constant(rows) & varying, columns):
        return f"correlations are undefined: constant synthetic column {frozen}"
    found = int(np.isfinite(trends).sum())
    return "" if found == expected else f"correlations of {found} of {expected} pairs could be computed"


def _std_ratios(real: Matrix, rows: Matrix, columns: Sequence[str]) -> list[Score]:
    """The mean is over the columns that vary in holdout, which is the same set for every generator."""
    fixed = constant(real)
    ratios = np.full(len(columns), np.nan)
    ratios[~fixed] = rows.std(axis=0)[~fixed] / real.std(axis=0)[~fixed]
    overall = np.nan if fixed.all() else ratios[~fixed].mean()
    reason = "constant in holdout"
    return [
        score("std_ratio", overall, undefined=f"all columns are {reason}"),
        *(
            score("std_ratio", ratio, name, undefined=reason if still else "")
            for name, ratio, still in zip(columns, ratios, fixed, strict=True)
        ),
    ]


def _summaries(real: Matrix, rows: Matrix) -> list[Score]:
    reason = "needs three columns whose summaries differ"
    return [
        score("means_correlation", _pearson(real.mean(axis=0), rows.mean(axis=0)), undefined=reason),
        score("stds_correlation", _pearson(real.std(axis=0), rows.std(axis=0)), undefined=reason),
    ]


def _pearson(first: Matrix, second: Matrix) -> float:
    """NaN for fewer than three values: through two points, r is 1 or -1 whatever they are."""
    if len(first) < 3 or not np.ptp(first) or not np.ptp(second):
        return float("nan")
    return float(np.clip(np.corrcoef(first, second)[0, 1], -1.0, 1.0))
