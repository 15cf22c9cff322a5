"""Samples by class, and the splits that they make."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.api import Column, Dataset, Schema
from bench.tables.splits import split
from bench.tables.stratified import sample_classes


def classes(counts: list[int]) -> np.ndarray:
    return np.random.default_rng(0).permutation(np.repeat(np.arange(len(counts)), counts))


@given(counts=st.lists(st.integers(2, 300), min_size=1, max_size=6), seed=st.integers(0, 99))
@settings(max_examples=30)
def test_each_class_has_its_share_and_some_left(counts: list[int], seed: int) -> None:
    codes = classes(counts)
    size = max(int(np.ceil(0.2 * len(codes))), len(counts))
    drawn = np.bincount(codes[sample_classes(np.arange(len(codes)), codes, size, seed)], minlength=len(counts))
    assert drawn.sum() == size
    assert (drawn >= 1).all()
    assert (np.abs(drawn - 0.2 * np.array(counts)) <= 1 + len(counts)).all()


def test_smaller_samples_are_part_of_larger_ones() -> None:
    codes, positions = classes([90, 9, 2]), np.arange(101)
    small, large = (set(sample_classes(positions, codes, size, 7)) for size in (20, 40))
    assert small < large


@pytest.mark.parametrize("protocol", ["random", "blocked"])
def test_parts_of_a_classification_have_every_class(protocol: str) -> None:
    codes = classes([1500, 480, 20])
    levels = ("a", "b", "c")
    target = pd.Categorical(np.array(levels)[codes], list(levels))
    frame = pd.DataFrame({"x": np.arange(2000.0), "y": target})
    schema = Schema((Column("x"), Column("y", "categorical", levels)), "y", task="multiclass")
    data = Dataset("t", "t", frame, schema, "", "", "")
    parts = split(data, "random" if protocol == "random" else "blocked", 4, rows=200)
    assert len(parts.train) == 200
    for part in (parts.train, parts.holdout):
        shares = part["y"].value_counts(normalize=True)[list(levels)]
        assert shares.to_numpy() == pytest.approx([0.75, 0.24, 0.01], abs=0.02)
