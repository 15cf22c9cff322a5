"""The two protocols: how rows are divided into train, holdout and test."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from bench.api import BenchError, Dataset, Protocol_, Schema, Split
from bench.seeds import derive
from bench.tables.stratified import sample_classes
from bench.tables.stretches import draw_stretches

if TYPE_CHECKING:
    from numpy.typing import NDArray

TEST_SHARE = 0.2
"""Share of rows that the `random` protocol holds out, as in published 80/20 splits."""

MIN_PART = 20
"""Fewest rows of a part: with fewer, five-fold classifiers and R2 are meaningless."""


@dataclass(frozen=True, slots=True)
class BlockOptions:
    """Options of the `blocked` protocol.

    Attributes:
        blocks: number of equal contiguous blocks, at least 2.
        test_blocks: number of random blocks that are test, 1 to blocks - 1.
        embargo: rows dropped on either side of a test block, at least 0; reduced on small tables (`embargo_rows`).
        holdout: random share of the remaining rows that is holdout, between 0 and 1.
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
    """Returns `blocked` for rows in time, as their neighbours are near-copies; else `random`."""
    return "blocked" if schema.ordered else "random"


def embargo_rows(rows: int, options: BlockOptions = BLOCKS) -> int:
    """Returns the embargo for a table of `rows` rows: at most a third of a block.

    So a train block between two test blocks always keeps a third of its rows. The default of 200 rows applies from
    12,000 rows on; `audit` warns if it was reduced.
    """
    return min(options.embargo, rows // options.blocks // 3)


def minimum_rows(protocol: Protocol_, options: BlockOptions = BLOCKS) -> int:
    """Returns the fewest rows with which every part of every split has `MIN_PART` rows."""
    if protocol == "random":
        return ceil(MIN_PART / TEST_SHARE)
    # Sizes change by whole blocks, so only whole multiples are tried, where they grow.
    return next(rows for rows in count(options.blocks, options.blocks) if _worst_part(rows, options) >= MIN_PART)


def _worst_part(rows: int, options: BlockOptions) -> int:
    """Returns a lower bound of the smallest part's rows. It grows with `rows`, as it does not round the embargo."""
    block = rows // options.blocks
    embargo = min(options.embargo, block / 3)
    left = (options.blocks - options.test_blocks) * block
    kept = max(left - 2 * options.test_blocks * embargo, left - 2 * (options.blocks - options.test_blocks) * embargo)
    return min(options.test_blocks * block, int(options.holdout * kept), int((1 - options.holdout) * kept))


def split(
    dataset: Dataset, protocol: Protocol_, seed: int, *, rows: int | None = None, options: BlockOptions = BLOCKS
) -> Split:
    """Divides rows into train, holdout and test; each part keeps the original index and row order.

    `random`: a random 20 % of the rows are both holdout and test; if rows belong to groups, whole groups are, and as
    many rows as their sizes allow. Every class of a classification has its share in each part, or about its share if
    whole groups are drawn. `blocked`: of `options.blocks` contiguous blocks of equal size (within one row), some are
    test and an embargo around them is dropped. Of rows in time, a share of the rest lies in short stretches with gaps
    (`bench.tables.stretches`). A random share of the other rows is holdout.

    Args:
        dataset: a checked table.
        protocol: how to divide the rows.
        seed: 32-bit; the same seed gives the same rows.
        rows: size of a random subset to which train is reduced after the split; subsets of a seed are nested.
        options: of the `blocked` protocol; `random` ignores them.

    Raises:
        BenchError: if the table has too few rows, `rows` is too small, or groups of rows cannot be split so.
    """
    _require_rows(dataset, protocol, options, rows)
    _require_random_groups(dataset, protocol)
    stretches = None
    if protocol == "random":
        train, holdout, test = _random(dataset, seed)
    else:
        train, holdout, test, in_stretches = _blocked(dataset, seed, options)
        stretches = dataset.frame.iloc[in_stretches] if len(in_stretches) else None
    if rows is not None:
        train = _sample_rows(dataset, train, rows, derive(seed, "rows"))
    rows_at = dataset.frame.iloc
    return Split(rows_at[train], rows_at[holdout], rows_at[test], dataset.schema, protocol, seed, stretches)


def _require_rows(dataset: Dataset, protocol: Protocol_, options: BlockOptions, rows: int | None) -> None:
    minimum = minimum_rows(protocol, options)
    if len(dataset.frame) < minimum:
        raise BenchError(
            f"{dataset.name} has {len(dataset.frame)} rows; a {protocol} split needs at least {minimum}, so that "
            f"train, holdout and test have {MIN_PART} each; add rows"
        )
    if rows is not None and rows < MIN_PART:
        raise BenchError(f"got {rows} train rows; expected at least {MIN_PART}; raise --rows or leave it out")


def _sample(positions: NDArray[np.intp], size: int, seed: int) -> NDArray[np.intp]:
    return np.sort(np.random.default_rng(seed).permutation(positions)[:size])


def _sample_rows(dataset: Dataset, positions: NDArray[np.intp], size: int, seed: int) -> NDArray[np.intp]:
    """A random sample of rows, by class if the target has classes."""
    if dataset.schema.task == "regression":
        return _sample(positions, size, seed)
    return sample_classes(positions, _classes(dataset)[positions], size, seed)


def _classes(dataset: Dataset) -> NDArray[np.intp]:
    """The class of each row, from 0; all are of one class if the target is a number."""
    if dataset.schema.task == "regression":
        return np.zeros(len(dataset.frame), dtype=np.intp)
    return np.asarray(dataset.frame[dataset.schema.target].cat.codes, dtype=np.intp)


def _random(dataset: Dataset, seed: int) -> tuple[NDArray[np.intp], ...]:
    total, seed = len(dataset.frame), derive(seed, "random", "test")
    positions, size = np.arange(total), ceil(TEST_SHARE * total)
    if dataset.row_groups is None:
        test = _sample_rows(dataset, positions, size, seed)
    else:
        groups = dataset.row_groups.loc[dataset.frame.index].to_numpy()
        test = _sample_groups(groups, _classes(dataset), size, seed)
        _require_parts(dataset.name, total, len(test))
    return np.setdiff1d(positions, test), test, test


def _sample_groups(groups: NDArray[np.generic], classes: NDArray[np.intp], size: int, seed: int) -> NDArray[np.intp]:
    """Returns the positions of whole groups, about `size` of them, with each class in about its share.

    The groups come in random order, and each is taken if it brings the numbers of rows by class nearer to their
    shares of `size`. Groups of a single row are drawn as rows are that belong to no groups.
    """
    values, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    rows = np.zeros((len(values), classes.max() + 1))
    np.add.at(rows, (inverse, classes), 1)
    wanted = size * rows.sum(axis=0) / len(groups)
    taken = np.zeros(len(values), dtype=bool)
    for group in np.random.default_rng(seed).permutation(np.argsort(first)):
        if np.abs(wanted - rows[group]).sum() < np.abs(wanted).sum():
            taken[group] = True
            wanted = wanted - rows[group]
    return np.flatnonzero(taken[inverse])


def _require_random_groups(dataset: Dataset, protocol: Protocol_) -> None:
    if protocol != "random" and dataset.row_groups is not None:
        raise BenchError(
            f"the rows of {dataset.name} belong to groups, which a {protocol} split would cut; expected a random one; "
            "add --split random, or leave --group and --distinct out"
        )


def _require_parts(name: str, total: int, held_out: int) -> None:
    if min(held_out, total - held_out) < MIN_PART:
        raise BenchError(
            f"the groups of {name} make parts of {total - held_out} and {held_out} rows; expected at least {MIN_PART} "
            "each; add rows, or group them by a column with smaller groups"
        )


def _blocked(dataset: Dataset, seed: int, options: BlockOptions) -> tuple[NDArray[np.intp], ...]:
    """Returns the positions of train, holdout and test, and of stretches, which only rows in time have."""
    total = len(dataset.frame)
    block = np.arange(total) * options.blocks // total
    test_blocks = _sample(np.arange(options.blocks), options.test_blocks, derive(seed, "blocked", "test"))
    in_test = np.isin(block, test_blocks)
    free, stretches = ~_widen(in_test, embargo_rows(total, options)), np.zeros(total, dtype=bool)
    if dataset.schema.ordered:
        stretches, free = draw_stretches(free, derive(seed, "blocked", "stretches"))
    others = np.flatnonzero(free)
    size, holdout_seed = ceil(options.holdout * len(others)), derive(seed, "blocked", "holdout")
    holdout = _sample_rows(dataset, others, size, holdout_seed)
    return np.setdiff1d(others, holdout), holdout, np.flatnonzero(in_test), np.flatnonzero(stretches)


def _widen(mask: NDArray[np.bool_], rows: int) -> NDArray[np.bool_]:
    """Also marks so many rows on either side of marked rows."""
    before = np.concatenate([[0], np.cumsum(mask)])
    position = np.arange(len(mask))
    first, last = np.maximum(position - rows, 0), np.minimum(position + rows + 1, len(mask))
    return np.asarray(before[last] > before[first])
