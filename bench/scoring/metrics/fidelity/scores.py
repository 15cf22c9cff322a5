"""Scores of marginal, pairwise and joint fidelity.

Degenerate tables are refused rather than averaged: sdmetrics drops the scores that it cannot compute,
so that a column of NaN or of one value would raise the average of what is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..shared import sdmetrics_calls
from ..shared.matrix import constant, named, score
from . import marginals, pairs, precision_recall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.api import Score

    from ..shared.matrix import Matrix

_STILL = "constant in train"


@dataclass(frozen=True, slots=True)
class Tables:
    """What is compared: rows x columns each, finite, columns in one order."""

    train: Matrix
    holdout: Matrix
    rows: Matrix
    columns: tuple[str, ...]
    target: int


def scores(tables: Tables, seed: int) -> list[Score]:
    """Every score of the core set."""
    train, holdout, rows, columns = tables.train, tables.holdout, tables.rows, tables.columns
    return [
        *_report(holdout, rows, columns, seed),
        *_report(train, rows, columns, seed, "_train", "train", per_column=False),
        *_marginals(tables, holdout),
        *(found for found in _marginals(tables, train, "_train", "train") if found.column is None),
        *_std_ratios(holdout, rows, columns),
        _std_ratios(train, rows, columns, "_train", "train")[0],
        *_pairs(tables),
        *_whole_rows(tables, seed),
        *_summaries(holdout, rows),
    ]


def snapped_scores(tables: Tables) -> list[Score]:
    """What changes when `tables.rows` are rows that were moved to train's grid."""
    distances = marginals.wasserstein(tables.holdout, tables.rows, marginals.units(tables.train))
    return [
        score("column_shapes_snapped", marginals.ks_complement(tables.holdout, tables.rows).mean()),
        score("wasserstein_snapped", _known_mean(distances), undefined=f"all columns are {_STILL}"),
    ]


def _report(
    real: Matrix,
    rows: Matrix,
    columns: Sequence[str],
    seed: int,
    suffix: str = "",
    part: str = "holdout",
    *,
    per_column: bool = True,
) -> list[Score]:
    frames = [pd.DataFrame(values, columns=list(columns)) for values in (real, rows)]
    report = sdmetrics_calls.quality(frames[0], frames[1], seed)
    shapes, trends = report.shapes.mean(), pairs.pair_matrix(report.trends, columns)
    problem = undefined_pairs(real, rows, columns, part) or _pairs_missing(trends, real)
    trend = np.nan if problem else pairs.over_pairs(trends)
    by_column = _by_column(f"column_shapes{suffix}", report.shapes, columns)
    return [
        score(f"column_shapes{suffix}", shapes),
        score(f"pair_trends{suffix}", trend, undefined=problem),
        score(f"quality{suffix}", (shapes + trend) / 2, undefined=problem),
        *(by_column + _by_column(f"pair_trends{suffix}", pairs.by_column(trends), columns) if per_column else ()),
    ]


def undefined_pairs(real: Matrix, rows: Matrix, columns: Sequence[str], part: str = "holdout") -> str:
    """Why correlations cannot be averaged over all pairs that `real` defines; empty if they can.

    >>> real = np.array([[0.0, 1.0], [1.0, 2.0]])
    >>> undefined_pairs(real, np.array([[0.0, 3.0], [1.0, 3.0]]), ["a", "b"])
    'correlations are undefined: constant synthetic column b'
    >>> undefined_pairs(real, real, ["a", "b"])
    ''
    """
    varying = ~constant(real)
    if varying.sum() < 2:
        return f"fewer than two columns vary in {part}"
    frozen = named(constant(rows) & varying, columns)
    return f"correlations are undefined: constant synthetic column {frozen}" if frozen else ""


def _pairs_missing(trends: Matrix, real: Matrix) -> str:
    expected = comb(int((~constant(real)).sum()), 2)
    found = int(np.isfinite(trends).sum()) // 2
    return "" if found == expected else f"correlations of {found} of {expected} pairs could be computed"


def _marginals(tables: Tables, real: Matrix, suffix: str = "", part: str = "holdout") -> list[Score]:
    rows, unit = tables.rows, marginals.units(tables.train)
    by_name = {
        f"wasserstein{suffix}": marginals.wasserstein(real, rows, unit),
        f"tail_error{suffix}": marginals.tail_error(real, rows, unit),
    }
    top = marginals.top_decile_error(real[:, tables.target], rows[:, tables.target])
    scored = [score(f"top_decile_error{suffix}", top, undefined=f"the target is constant in {part}")]
    for name, values in by_name.items():
        scored.append(score(name, _known_mean(values), undefined=f"all columns are {_STILL}"))
        scored += _by_column(name, values, tables.columns, _STILL)
    return scored


def _std_ratios(
    real: Matrix, rows: Matrix, columns: Sequence[str], suffix: str = "", part: str = "holdout"
) -> list[Score]:
    """The mean is over the columns that vary in `real`, which is the same set for every generator."""
    ratios, reason = marginals.std_ratios(real, rows), f"constant in {part}"
    errors, all_are = marginals.spread_errors(ratios), f"all columns are {reason}"
    return [
        score(f"std_ratio{suffix}", _known_mean(ratios), undefined=all_are),
        *([] if suffix else [score("spread_error", _known_mean(errors), undefined=all_are)]),
        *_by_column(f"std_ratio{suffix}", ratios, columns, reason),
    ]


def _pairs(tables: Tables) -> list[Score]:
    holdout, rows, columns = tables.holdout, tables.rows, tables.columns
    problem = undefined_pairs(holdout, rows, columns)
    ranks = pairs.spearman_similarity(holdout, rows)
    shared = pairs.information_gap(tables.train, holdout, rows)
    too_few = "fewer than two columns vary in train"
    return [
        score("spearman", np.nan if problem else pairs.over_pairs(ranks), undefined=problem),
        *_by_column("spearman", pairs.by_column(ranks), columns, problem),
        score("mutual_information", pairs.over_pairs(shared), undefined=too_few),
        *_by_column("mutual_information", pairs.by_column(shared), columns, f"{_STILL}, or all others are"),
    ]


def _whole_rows(tables: Tables, seed: int) -> list[Score]:
    unit = marginals.units(tables.train)
    found = precision_recall.manifold(tables.holdout, tables.rows, unit, seed)
    reason = f"fewer than {precision_recall.NEIGHBOURS + 1} rows of either kind"
    return [
        score("energy", pairs.energy(tables.holdout, tables.rows, unit, seed)),
        *(
            score(name, getattr(found, name) if found else np.nan, undefined=reason)
            for name in ("alpha_precision", "beta_recall", "density", "coverage")
        ),
    ]


def _summaries(real: Matrix, rows: Matrix) -> list[Score]:
    means, stds = pairs.summaries(real, rows)
    reason = "needs three columns whose summaries differ"
    return [
        score("means_correlation", means, undefined=reason),
        score("stds_correlation", stds, undefined=reason),
    ]


def _by_column(name: str, values: Matrix, columns: Sequence[str], undefined: str = "") -> list[Score]:
    reason = undefined or "no pair of this column could be computed"
    return [score(name, value, column, undefined=reason) for column, value in zip(columns, values, strict=True)]


def _known_mean(values: Matrix) -> float:
    """Over the finite ones; NaN if none is."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")
