"""Audits what leaks between the parts of a split: rows in time, near-copies, short embargoes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.grid import positive_std
from bench.tables.splits import BLOCKS, BlockOptions, embargo_rows

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from bench.api import Dataset, Protocol_, Split

NEAR = 0.02
"""A near-copy differs by less than this many standard deviations, mean over columns. In a table in time, neighbours do
(46 % of random test rows of methane-1), and rows of other days do not (1-2 % of blocked test rows)."""

AUDITED_ROWS = 5_000
"""At most so many evenly spaced rows of a part are compared with train, to limit the audit's time."""


@dataclass(frozen=True, slots=True)
class Audit:
    """Leaks that are possible between the parts of one split.

    Attributes:
        protocol: of the split.
        ordered: whether the table was declared to be in time.
        train: number of rows, as `holdout` and `test`.
        unused: number of rows in no part: in the embargo, or left out of train.
        embargo: rows dropped on either side of test blocks; 0 under `random`.
        lag1: lag-1 autocorrelation in row order by column, -1 to 1; None for a constant column.
        near_holdout: share of holdout rows with a near-copy in train, 0 to 1 (see `NEAR`).
        near_test: the same for test rows.
        overlap: number of rows of train that are also in holdout or test; 0 unless the split is broken.
        warnings: one sentence each.
    """

    protocol: Protocol_
    ordered: bool
    train: int
    holdout: int
    test: int
    unused: int
    embargo: int
    lag1: dict[str, float | None]
    near_holdout: float
    near_test: float
    overlap: int
    warnings: tuple[str, ...]


def audit(dataset: Dataset, split: Split, options: BlockOptions = BLOCKS) -> Audit:
    """Measures what leaks between the parts of a split of `dataset`; `dataclasses.asdict` of the result is JSON."""
    blocked, total = split.protocol == "blocked", len(dataset.frame)
    used = split.train.index.union(split.holdout.index).union(split.test.index)
    in_stretches = 0 if split.stretches is None else len(split.stretches)
    measured: dict[str, Any] = {
        "protocol": split.protocol,
        "ordered": dataset.schema.ordered,
        "train": len(split.train),
        "holdout": len(split.holdout),
        "test": len(split.test),
        "unused": total - len(used) - in_stretches,
        "embargo": embargo_rows(total, options) if blocked else 0,
        "lag1": {name: _lag1(dataset.frame[name].to_numpy(float)) for name in dataset.schema.numeric},
        "near_holdout": near_copies(split.train, split.holdout),
        "near_test": near_copies(split.train, split.test),
        "overlap": len(split.train.index.intersection(split.holdout.index.union(split.test.index))),
    }
    return Audit(**measured, warnings=tuple(_warnings(measured, options)))


def _lag1(values: NDArray[np.float64]) -> float | None:
    later, earlier = values[1:] - values[1:].mean(), values[:-1] - values[:-1].mean()
    scale = float(np.sqrt((later**2).sum() * (earlier**2).sum()))
    return float((later * earlier).sum() / scale) if scale > 0 else None


def near_copies(train: pd.DataFrame, part: pd.DataFrame, *, within: float = NEAR) -> float:
    """Returns the share of rows of `part` that have a near-copy in `train`.

    Columns are divided by their standard deviation in train, constant ones are not divided. A near-copy is a train row
    whose absolute difference, averaged over the columns, is below `within` standard deviations.
    """
    from scipy.spatial import cKDTree

    scale = positive_std(train.to_numpy(float))
    rows = np.unique(np.linspace(0, len(part) - 1, min(len(part), AUDITED_ROWS)).astype(int))
    limit = within * train.shape[1]
    tree = cKDTree(train.to_numpy(float) / scale)
    distances, _ = tree.query(part.to_numpy(float)[rows] / scale, p=1, distance_upper_bound=limit)
    return float(np.isfinite(distances).mean())


def _warnings(measured: dict[str, Any], options: BlockOptions) -> list[str]:
    blocked, ordered, near = measured["protocol"] == "blocked", measured["ordered"], measured["near_test"]
    lags = [abs(lag) for lag in measured["lag1"].values() if lag is not None]
    correlated, median = sum(lag > 0.5 for lag in lags), float(np.median(lags or [0.0]))
    lines: list[tuple[bool, str]] = [
        (
            ordered and not blocked,
            f"The rows are in time (median lag-1 autocorrelation {median:.2f}) and the split is random: {near:.0%} "
            "of the test rows have a near-copy in train, which flatters utility; prefer --split blocked.",
        ),
        (
            not ordered and 2 * correlated > len(lags),
            f"Lag-1 autocorrelation is above 0.5 in {correlated} of {len(lags)} columns, so the rows look ordered but "
            "were not declared so; if they are in time, add --ordered or --time COLUMN.",
        ),
        (
            not ordered and blocked,
            "The split is blocked but the rows were not declared to be in time: if they are not, blocks separate "
            "nothing.",
        ),
        (
            near > 0.1 and (blocked or not ordered),
            f"{near:.0%} of the test rows have a near-copy in train: utility rewards memorising.",
        ),
        (
            blocked and measured["embargo"] < options.embargo,
            f"The table is short, so the embargo was cut from {options.embargo} to {measured['embargo']} rows, a "
            "third of a block: neighbours of test rows may be in train.",
        ),
        (measured["overlap"] > 0, f"{measured['overlap']} rows of train are also in holdout or test: a broken split."),
    ]
    return [sentence for applies, sentence in lines if applies]
