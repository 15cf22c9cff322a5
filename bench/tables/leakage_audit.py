"""Audits what leaks between the parts of a split: rows in time, near-copies, repeated rows, short embargoes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.tables.near_copies import NearRate, near_rates
from bench.tables.row_groups import group_repeated_rows
from bench.tables.splits import BLOCKS, BlockOptions, embargo_rows

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from bench.api import Dataset, Protocol_, Split

NEAR_MATTERS = 0.1
"""Near-copies of more than this share of the test rows, beyond chance, can change utility."""

IDENTICAL_MATTERS = 0.01
"""Where more than this share of the holdout rows repeats a train row, a count of copied rows says less."""


@dataclass(frozen=True, slots=True)
class Audit:
    """Leaks that are possible between the parts of one split.

    Attributes:
        protocol: of the split.
        ordered: whether the table was declared to be in time.
        train: number of rows, as `holdout` and `test`.
        unused: number of rows in no part: in the embargo, or left out of train.
        embargo: rows dropped on either side of test blocks; 0 under `random`.
        lag1: lag-1 autocorrelation in row order by column of numbers, -1 to 1; None for a constant column.
        near_holdout: share of holdout rows with a near-copy in train beyond chance, 0 to 1 (see `near_rates`).
        near_test: the same for test rows.
        near_chance: share of rows that have a near-copy by chance, 0 to 1.
        identical_holdout: share of holdout rows that are identical to a train row, 0 to 1.
        identical_test: the same for test rows.
        distinct_rows: number of different rows of the table.
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
    near_chance: float
    identical_holdout: float
    identical_test: float
    distinct_rows: int
    overlap: int
    warnings: tuple[str, ...]


def audit(dataset: Dataset, split: Split, options: BlockOptions = BLOCKS, *, drawn: bool = True) -> Audit:
    """Measures what leaks between the parts of a split; `dataclasses.asdict` of the result is JSON.

    Args:
        dataset: the table.
        split: its parts.
        options: of the `blocked` protocol.
        drawn: whether the split was drawn from the table. Parts that were given as files cannot be drawn otherwise,
            and rows that they share are counted elsewhere.
    """
    blocked, total = split.protocol == "blocked", len(dataset.frame)
    used = split.train.index.union(split.holdout.index).union(split.test.index)
    in_stretches = 0 if split.stretches is None else len(split.stretches)
    distinct, identical_holdout, identical_test = _repeated_rows(dataset.frame, split)
    near_holdout, near_test = _near_rates(split, total)
    measured: dict[str, Any] = {
        "protocol": split.protocol,
        "ordered": dataset.schema.ordered,
        "train": len(split.train),
        "holdout": len(split.holdout),
        "test": len(split.test),
        "unused": total - len(used) - in_stretches,
        "embargo": embargo_rows(total, options) if blocked else 0,
        "lag1": {name: _lag1(dataset.frame[name].to_numpy(float)) for name in dataset.schema.numeric},
        "near_holdout": near_holdout.excess,
        "near_test": near_test.excess,
        "near_chance": near_test.chance,
        "identical_holdout": identical_holdout,
        "identical_test": identical_test,
        "distinct_rows": distinct,
        "overlap": len(split.train.index.intersection(split.holdout.index.union(split.test.index))),
    }
    can_group = drawn and not blocked and dataset.row_groups is None
    warnings = _order_warnings(measured, near_test, options, can_group=can_group)
    warnings += _row_warnings(measured, total, drawn=drawn, can_group=can_group)
    return Audit(**measured, warnings=tuple(warnings))


def _near_rates(split: Split, total: int) -> tuple[NearRate, NearRate]:
    """Returns the rates of holdout and of test, which are the same rows in random splits."""
    one = split.holdout.index.equals(split.test.index)
    rates = near_rates(split.train, [split.test] if one else [split.holdout, split.test], total)
    return rates[0], rates[-1]


def _repeated_rows(frame: pd.DataFrame, split: Split) -> tuple[int, float, float]:
    """Returns the number of distinct rows, and the shares of holdout and test that are identical to a train row."""
    rows = group_repeated_rows(frame)
    in_train = rows.isin(rows.loc[split.train.index])
    holdout, test = (float(in_train.loc[part.index].mean()) for part in (split.holdout, split.test))
    return rows.nunique(), holdout, test


def _lag1(values: NDArray[np.float64]) -> float | None:
    # Of very large values the squares would overflow.
    values = values / (np.nanmax(np.abs(values)) or 1.0)
    both = ~np.isnan(values[1:]) & ~np.isnan(values[:-1])
    if not both.any():
        return None
    later, earlier = values[1:][both], values[:-1][both]
    later, earlier = later - later.mean(), earlier - earlier.mean()
    scale = float(np.sqrt((later**2).sum() * (earlier**2).sum()))
    return float((later * earlier).sum() / scale) if scale > 0 else None


def _order_warnings(measured: dict[str, Any], near: NearRate, options: BlockOptions, *, can_group: bool) -> list[str]:
    """What the order of the rows lets pass; one line for one cause."""
    blocked, ordered = measured["protocol"] == "blocked", measured["ordered"]
    leaky = near.is_clear and near.excess > NEAR_MATTERS
    lags = [abs(lag) for lag in measured["lag1"].values() if lag is not None]
    correlated, median = sum(lag > 0.5 for lag in lags), float(np.median(lags or [0.0]))
    looks_ordered = not ordered and 2 * correlated > len(lags)
    copies = f"{near.excess:.0%} of the test rows have a near-copy in train beyond chance"
    correlation = f"lag-1 autocorrelation is above 0.5 in {correlated} of {len(lags)} columns"
    in_groups = "; if rows belong together, add --group COLUMN" if can_group else ""
    return _that_apply(
        (
            ordered and not blocked and leaky,
            f"The rows are in time (median lag-1 autocorrelation {median:.2f}) and the split is random: {copies}, "
            "which flatters utility; prefer --split blocked.",
        ),
        (
            looks_ordered and not (leaky and not blocked),
            f"{correlation.capitalize()}, so the rows look ordered but were not declared so; if they are in time, add "
            "--ordered or --time COLUMN.",
        ),
        (
            looks_ordered and leaky and not blocked,
            f"{copies}, and {correlation}, so utility rewards memorising neighbouring rows; if they are in time, add "
            f"--ordered or --time COLUMN{in_groups}.",
        ),
        (
            not ordered and blocked,
            "The split is blocked but the rows were not declared to be in time: if they are not, blocks separate "
            "nothing.",
        ),
        (
            not ordered and not looks_ordered and not blocked and leaky,
            f"{copies}, so utility rewards memorising neighbouring rows of the table{in_groups}.",
        ),
        (blocked and leaky, f"{copies}, although the split is blocked: utility rewards memorising."),
        (
            blocked and measured["embargo"] < options.embargo,
            f"The table is short, so the embargo was cut from {options.embargo} to {measured['embargo']} rows, a "
            "third of a block: neighbours of test rows may be in train.",
        ),
    )


def _row_warnings(measured: dict[str, Any], rows: int, *, drawn: bool, can_group: bool) -> list[str]:
    """Which rows are in several parts."""
    distinct, shared = measured["distinct_rows"], measured["identical_holdout"]
    distinct_split = "add --distinct to draw splits over distinct rows, or --group COLUMN if rows belong together"
    remedy = distinct_split if can_group else "remove the repetitions if they are not records of their own"
    return _that_apply(
        (
            drawn and shared > IDENTICAL_MATTERS,
            f"{shared:.0%} of the holdout rows are identical to a train row ({distinct} of the {rows} rows of the "
            "table are distinct): copies of such rows cannot be told from chance, and privacy counts only copies "
            f"beyond this rate; {remedy}.",
        ),
        (measured["overlap"] > 0, f"{measured['overlap']} rows of train are also in holdout or test: a broken split."),
    )


def _that_apply(*lines: tuple[bool, str]) -> list[str]:
    return [sentence for applies, sentence in lines if applies]
