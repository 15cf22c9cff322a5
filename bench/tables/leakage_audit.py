"""What leaks between the parts of a split: rows in time, near-copies, short embargoes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.tables.splits import BLOCKS, BlockOptions, embargo_rows

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from bench.api import Dataset, Protocol_, Split

NEAR = 0.02
"""A near-copy differs by less than this many standard deviations, mean over columns: on a table in time this is
what neighbours do (46 % of random test rows of methane-1) and rows of other days do not (1-2 % of blocked ones)."""

AUDITED_ROWS = 5_000
"""At most so many rows of a part look for near-copies (evenly spaced ones), to bound the audit's time."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What could leak between the parts of one split.

    Attributes:
        protocol: of the split.
        ordered: whether the table was declared to be in time.
        train: number of rows; likewise `holdout` and `test`.
        unused: rows in no part: embargoed or thinned away.
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
    """Measures what leaks between the parts of `split`; `dataclasses.asdict` of the result is JSON.

    Args:
        dataset: the table that was split.
        split: one draw of it.
        options: what a `blocked` split was drawn with.
    """
    blocked, total = split.protocol == "blocked", len(dataset.frame)
    used = split.train.index.union(split.holdout.index).union(split.test.index)
    found: dict[str, Any] = {
        "protocol": split.protocol,
        "ordered": dataset.schema.ordered,
        "train": len(split.train),
        "holdout": len(split.holdout),
        "test": len(split.test),
        "unused": total - len(used),
        "embargo": embargo_rows(total, options) if blocked else 0,
        "lag1": {name: _lag1(dataset.frame[name].to_numpy(float)) for name in dataset.schema.numeric},
        "near_holdout": near_copies(split.train, split.holdout),
        "near_test": near_copies(split.train, split.test),
        "overlap": len(split.train.index.intersection(split.holdout.index.union(split.test.index))),
    }
    return Audit(**found, warnings=tuple(_warnings(found, options)))


def _lag1(values: NDArray[np.float64]) -> float | None:
    now, then = values[1:] - values[1:].mean(), values[:-1] - values[:-1].mean()
    scale = float(np.sqrt((now**2).sum() * (then**2).sum()))
    return float((now * then).sum() / scale) if scale > 0 else None


def near_copies(train: pd.DataFrame, part: pd.DataFrame, *, within: float = NEAR) -> float:
    """The share of rows of `part` that have a near-copy in `train`.

    Columns are divided by their standard deviation in train (constant ones count as they are); a near-copy is
    a train row whose absolute difference, averaged over the columns, is below `within`.

    Args:
        train: rows x columns, numeric.
        part: rows x the same columns.
        within: in standard deviations.
    """
    from scipy.spatial import cKDTree

    scale = train.to_numpy(float).std(axis=0)
    scale[scale == 0] = 1.0
    rows = np.unique(np.linspace(0, len(part) - 1, min(len(part), AUDITED_ROWS)).astype(int))
    limit = within * train.shape[1]
    tree = cKDTree(train.to_numpy(float) / scale)
    near, _ = tree.query(part.to_numpy(float)[rows] / scale, p=1, distance_upper_bound=limit)
    return float(np.isfinite(near).mean())


def _warnings(found: dict[str, Any], options: BlockOptions) -> list[str]:
    blocked, ordered, near = found["protocol"] == "blocked", found["ordered"], found["near_test"]
    lags = [abs(lag) for lag in found["lag1"].values() if lag is not None]
    high, median = sum(lag > 0.5 for lag in lags), float(np.median(lags or [0.0]))
    lines: list[tuple[bool, str]] = [
        (
            ordered and not blocked,
            f"The rows are in time (median lag-1 autocorrelation {median:.2f}) and the split is random: {near:.0%} "
            "of the test rows have a near-copy in train, which flatters utility; prefer --split blocked.",
        ),
        (
            not ordered and 2 * high > len(lags),
            f"Lag-1 autocorrelation is above 0.5 in {high} of {len(lags)} columns, so the rows look ordered but "
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
            blocked and found["embargo"] < options.embargo,
            f"The table is short, so the embargo was cut from {options.embargo} to {found['embargo']} rows, a "
            "third of a block: neighbours of test rows may be in train.",
        ),
        (found["overlap"] > 0, f"{found['overlap']} rows of train are also in holdout or test: a broken split."),
    ]
    return [sentence for applies, sentence in lines if applies]
