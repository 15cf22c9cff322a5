"""Texts that differ only in their numbers."""

from __future__ import annotations

import importlib

import pytest

merged_texts = importlib.import_module("bench.reports._merged_texts")


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["46% of it.", "9% of it."], ["9 to 46% of it."]),
        (["by 0.3.", "by 1e-05."], ["by 1e-05 to 0.3."]),
        (["1,200 rows", "900 rows"], ["900 to 1,200 rows"]),
        (["3 x R2600", "3 x R2602"], ["3 x R2600", "3 x R2602"]),
        (["a", "b", "a"], ["a", "b"]),
        ([], []),
    ],
)
def test_numbers_become_ranges_and_names_stay(texts: list[str], expected: list[str]) -> None:
    assert merged_texts.merged(texts) == expected
