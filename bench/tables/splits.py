"""Train, holdout and test: the two protocols. `leakage_audit` measures what leaks through."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from bench.api import BenchError, Split
from bench.seeds import derive

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.api import Dataset, Protocol_, Schema

TEST_SHARE = 0.2
"""Share of rows that the `random` protocol holds out: the published 80/20."""

MIN_PART = 20
"""Fewest rows of a part: five-fold discriminators and R2 mean nothing below."""


@dataclass(frozen=True, slots=True)
class BlockOptions:
    """How the `blocked` protocol cuts a table.

    Attributes:
        blocks: number of equal contiguous blocks, at least 2.
        test_blocks: how many of them are drawn as test, 1 to blocks - 1.
        embargo: rows dropped on either side of a test block, at least 0; cut on small tables, see `embargo_rows`.
        holdout: share of the remaining rows drawn as holdout, between 0 and 1.
    """

    blocks: int = 20
    test_blocks: int = 4
    embargo: int = 200
    holdout: float = 0.2

    def __post_init__(self) -> None:
        """Raises `BenchError` for values outside the ranges above."""
        if self.blocks < 2:
            raise BenchError(f"got {self.blocks} blocks; expected at least 2")
        if not 1 <= self.test_blocks < self.blocks:
            raise BenchError(f"got {self.test_blocks} test blocks of {self.blocks}; expected 1 to {self.blocks - 1}")
        if self.embargo < 0:
            raise BenchError(f"got an embargo of {self.embargo} rows; expected 0 or more")
        if not 0 < self.holdout < 1:
            raise BenchError(f"got a holdout share of {self.holdout}; expected a number between 0 and 1")


BLOCKS = BlockOptions()


def default_protocol(schema: Schema) -> Protocol_:
    """`blocked` where rows are in time, so that neighbours are near-copies; else `random`."""
    return "blocked" if schema.ordered else "random"


def embargo_rows(rows: int, options: BlockOptions = BLOCKS) -> int:
    """The embargo that a table of `rows` rows gets: at most a third of a block.

    A train block between two test blocks then keeps a third of its rows whatever the draw. The default of
    200 rows holds from 12,000 rows on; `audit` warns where it was cut.
    """
    return min(options.embargo, rows // options.blocks // 3)


def minimum_rows(protocol: Protocol_, options: BlockOptions = BLOCKS) -> int:
    """The fewest rows of a table with which every part has `MIN_PART` rows, whatever the draw."""
    if protocol == "random":
        return ceil(MIN_PART / TEST_SHARE)
    # Sizes move by whole blocks, so look at whole multiples, where they only grow.
    return next(rows for rows in count(options.blocks, options.blocks) if _worst_part(rows, options) >= MIN_PART)


def _worst_part(rows: int, options: BlockOptions) -> int:
    """A lower bound of the smallest part's rows; it grows with `rows`, since it does not round the embargo."""
    block = rows // options.blocks
    embargo = min(options.embargo, block / 3)
    left = (options.blocks - options.test_blocks) * block
    kept = max(left - 2 * options.test_blocks * embargo, left - 2 * (options.blocks - options.test_blocks) * embargo)
    return min(options.test_blocks * block, int(options.holdout * kept), int((1 - options.holdout) * kept))


def split(
    dataset: Dataset,
    protocol: Protocol_,
    seed: int,
    *,
    rows: int | None = None,
    options: BlockOptions = BLOCKS,
) -> Split:
    """Draws train, holdout and test; each keeps the original index and row order.

    `random`: 20 % of the rows, shuffled, are holdout and test at once. `blocked`: `options.blocks` contiguous
    blocks of equal size (within one row), some of them test, an embargo dropped around those, and a random
    share of what remains is holdout.

    Args:
        dataset: a checked table.
        protocol: how to draw.
        seed: 32-bit; the same seed gives the same rows.
        rows: thins train, after the split, to a random subset of this many rows; subsets of a seed are nested.
        options: of the `blocked` protocol; `random` ignores them.

    Raises:
        BenchError: if the table has too few rows, or `rows` is too small.
    """
    total = len(dataset.frame)
    _require(dataset, protocol, options, rows)
    train, holdout, test = _random(total, seed) if protocol == "random" else _blocked(total, seed, options)
    pick = dataset.frame.iloc
    return Split(pick[_thin(train, rows, seed)], pick[holdout], pick[test], dataset.schema, protocol, seed)


def _require(dataset: Dataset, protocol: Protocol_, options: BlockOptions, rows: int | None) -> None:
    need = minimum_rows(protocol, options)
    if len(dataset.frame) < need:
        raise BenchError(
            f"{dataset.name} has {len(dataset.frame)} rows; a {protocol} split needs at least {need}, so that "
            f"train, holdout and test have {MIN_PART} each; add rows"
        )
    if rows is not None and rows < MIN_PART:
        raise BenchError(f"got {rows} train rows; expected at least {MIN_PART}; raise --rows or leave it out")


def _draw(indices: NDArray[np.intp], size: int, seed: int) -> NDArray[np.intp]:
    return np.sort(np.random.default_rng(seed).permutation(indices)[:size])


def _random(total: int, seed: int) -> tuple[NDArray[np.intp], ...]:
    everything = np.arange(total)
    test = _draw(everything, ceil(TEST_SHARE * total), derive(seed, "random", "test"))
    return np.setdiff1d(everything, test), test, test


def _blocked(total: int, seed: int, options: BlockOptions) -> tuple[NDArray[np.intp], ...]:
    block = np.arange(total) * options.blocks // total
    chosen = _draw(np.arange(options.blocks), options.test_blocks, derive(seed, "blocked", "test"))
    in_test = np.isin(block, chosen)
    left = np.flatnonzero(~_widen(in_test, embargo_rows(total, options)))
    holdout = _draw(left, ceil(options.holdout * len(left)), derive(seed, "blocked", "holdout"))
    return np.setdiff1d(left, holdout), holdout, np.flatnonzero(in_test)


def _widen(mask: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    """Marks also the `by` rows on either side of marked rows."""
    before = np.concatenate([[0], np.cumsum(mask)])
    row = np.arange(len(mask))
    first, last = np.maximum(row - by, 0), np.minimum(row + by + 1, len(mask))
    return np.asarray(before[last] > before[first])


def _thin(train: NDArray[np.intp], rows: int | None, seed: int) -> NDArray[np.intp]:
    return train if rows is None else _draw(train, rows, derive(seed, "rows"))
