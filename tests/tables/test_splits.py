from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.api import BenchError, Dataset, Protocol_, Schema, Split
from bench.tables.splits import (
    BLOCKS,
    MIN_PART,
    BlockOptions,
    default_protocol,
    embargo_rows,
    minimum_rows,
    split,
)

PROTOCOLS: list[Protocol_] = ["random", "blocked"]


def table(rows: int, *, ordered: bool = False) -> Dataset:
    frame = pd.DataFrame({"x": np.arange(rows, dtype=float), "y": np.arange(rows, dtype=float) ** 2})
    schema = Schema.of_numbers(("x", "y"), "y", ordered=ordered)
    return Dataset(name="t", group="t", frame=frame, schema=schema, sha256="", source="", licence="")


def rows_of(part: pd.DataFrame) -> list[int]:
    return [int(row) for row in part.index]


@st.composite
def block_options(draw: st.DrawFn) -> BlockOptions:
    blocks = draw(st.integers(2, 25))
    return BlockOptions(
        blocks=blocks,
        test_blocks=draw(st.integers(1, blocks - 1)),
        embargo=draw(st.integers(0, 300)),
        holdout=draw(st.sampled_from([0.1, 0.2, 0.5])),
    )


@given(rows=st.integers(100, 3000), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_random_parts_cover_the_table_once(rows: int, seed: int) -> None:
    parts = split(table(rows), "random", seed)
    assert rows_of(parts.holdout) == rows_of(parts.test)
    assert sorted(rows_of(parts.train) + rows_of(parts.test)) == list(range(rows))
    assert len(parts.test) == int(np.ceil(0.2 * rows))


def test_random_sizes_are_those_published() -> None:
    parts = split(table(14_186), "random", 0)
    assert (len(parts.train), len(parts.test)) == (11_348, 2_838)


@given(options=block_options(), extra=st.integers(0, 500), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=60)
def test_blocked_parts_keep_their_distance(options: BlockOptions, extra: int, seed: int) -> None:
    rows = minimum_rows("blocked", options) + extra
    parts = split(table(rows, ordered=True), "blocked", seed, options=options)
    train, holdout, test = (set(rows_of(part)) for part in (parts.train, parts.holdout, parts.test))

    assert min(len(train), len(holdout), len(test)) >= MIN_PART
    assert len(train | holdout | test) == len(train) + len(holdout) + len(test)
    embargo = embargo_rows(rows, options)
    guarded = {row + step for row in test for step in range(-embargo, embargo + 1)} & set(range(rows))
    assert train | holdout == set(range(rows)) - guarded  # no row closer, and none dropped needlessly
    assert len(holdout) == int(np.ceil(options.holdout * (len(train) + len(holdout))))


@given(options=block_options(), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=30)
def test_test_is_whole_blocks_of_equal_size(options: BlockOptions, seed: int) -> None:
    rows = minimum_rows("blocked", options) + 7
    test = rows_of(split(table(rows), "blocked", seed, options=options).test)
    blocks = [row * options.blocks // rows for row in test]
    assert len(set(blocks)) == options.test_blocks
    sizes = {blocks.count(block) for block in set(blocks)}
    assert sizes <= {rows // options.blocks, rows // options.blocks + 1}


@given(st.sampled_from(PROTOCOLS), st.integers(20, 400), st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_thinning_touches_train_alone(protocol: Protocol_, rows: int, seed: int) -> None:
    data = table(700)
    whole, thin = split(data, protocol, seed), split(data, protocol, seed, rows=rows)
    pd.testing.assert_frame_equal(whole.holdout, thin.holdout)
    pd.testing.assert_frame_equal(whole.test, thin.test)
    assert len(thin.train) == min(rows, len(whole.train))
    assert set(rows_of(thin.train)) <= set(rows_of(whole.train))
    more = split(data, protocol, seed, rows=rows + 50)
    assert set(rows_of(thin.train)) <= set(rows_of(more.train))


@given(st.sampled_from(PROTOCOLS), st.integers(0, 2**32 - 1))
@settings(max_examples=30)
def test_parts_keep_order_values_and_metadata(protocol: Protocol_, seed: int) -> None:
    data = table(500)
    parts = split(data, protocol, seed, rows=60)
    for part in (parts.train, parts.holdout, parts.test):
        assert part.index.is_monotonic_increasing
        pd.testing.assert_frame_equal(part, data.frame.loc[part.index])
    assert (parts.protocol, parts.seed, parts.schema) == (protocol, seed, data.schema)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_same_seed_same_rows_and_another_seed_others(protocol: Protocol_) -> None:
    def drawn(seed: int) -> Split:
        return split(table(1000), protocol, seed)

    first, again, other = drawn(1), drawn(1), drawn(2)
    for name in ("train", "holdout", "test"):
        assert rows_of(getattr(first, name)) == rows_of(getattr(again, name))
        assert rows_of(getattr(first, name)) != rows_of(getattr(other, name))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_too_few_rows_says_how_many_are_needed(protocol: Protocol_) -> None:
    need = minimum_rows(protocol)
    assert len(split(table(need), protocol, 0).test) >= MIN_PART
    with pytest.raises(BenchError, match=rf"t has {need - 1} rows; a {protocol} split needs at least {need}"):
        split(table(need - 1), protocol, 0)


def test_too_few_train_rows_are_refused() -> None:
    with pytest.raises(BenchError, match="got 0 train rows; expected at least 20"):
        split(table(500), "random", 0, rows=0)


def test_embargo_is_cut_to_a_third_of_a_block_on_short_tables() -> None:
    assert embargo_rows(14_186) == BLOCKS.embargo == 200
    assert embargo_rows(12_000) == 200
    assert embargo_rows(1_200) == 20


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"blocks": 1}, "got 1 blocks"),
        ({"test_blocks": 0}, "got 0 test blocks of 20"),
        ({"test_blocks": 20}, "expected 1 to 19"),
        ({"embargo": -1}, "embargo of -1"),
        ({"holdout": 1.0}, "holdout share of 1.0"),
        ({"holdout": float("nan")}, "holdout share of nan"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, float], complaint: str) -> None:
    with pytest.raises(BenchError, match=complaint):
        BlockOptions(**options)  # type: ignore[arg-type]


def test_blocked_is_the_default_for_rows_in_time() -> None:
    assert default_protocol(table(9, ordered=True).schema) == "blocked"
    assert default_protocol(table(9).schema) == "random"
