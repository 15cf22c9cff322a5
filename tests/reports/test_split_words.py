"""What the summary says of a split: true for every protocol, task and order of rows."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from bench.api import Column, RequestedTable, Schema
from bench.reports._split_words import split_in_words

if TYPE_CHECKING:
    from bench.api import Board, Run

NUMBERS = Schema.of_numbers(("a", "b"), "a", ordered=True)
CLASSES = Schema((Column("a"), Column("b", "categorical", ("x", "y"))), "b", task="binary", ordered=True)
LEVELS = replace(CLASSES, target="a", task="regression")


def said(schema: Schema, protocol: str, **asked: Any) -> str:  # noqa: ANN401
    manifest = SimpleNamespace(
        dataset=lambda name: SimpleNamespace(schema=schema),
        config=SimpleNamespace(datasets=(RequestedTable("other", distinct=True), RequestedTable("table", **asked))),
    )
    board = SimpleNamespace(dataset="table", protocol=protocol)
    words: str = split_in_words(cast("Run", SimpleNamespace(manifest=manifest)), cast("Board", board))
    return words


def test_rows_in_time_are_held_out_in_stretches() -> None:
    assert said(NUMBERS, "blocked").startswith("the test rows are whole stretches of time")
    assert "are near-copies" in said(NUMBERS, "blocked")
    assert "may be near-copies" in said(LEVELS, "blocked")


@pytest.mark.parametrize("schema", [NUMBERS, CLASSES, LEVELS])
def test_rows_in_no_order_have_no_time(schema: Schema) -> None:
    words = said(replace(schema, ordered=False), "blocked")
    assert words.startswith("the test rows are whole blocks of consecutive rows")
    assert "time" not in words


@pytest.mark.parametrize("ordered", [True, False])
def test_classes_have_their_share(ordered: bool) -> None:
    schema = replace(CLASSES, ordered=ordered)
    assert "every class has about the same share in train and holdout" in said(schema, "blocked")
    assert "every class has about the same share in train and test" in said(schema, "random")
    assert not [protocol for protocol in ("blocked", "random") if "class" in said(LEVELS, protocol)]


def test_a_random_split_says_when_it_is_fair() -> None:
    fair = "which is fair only if rows do not depend on their neighbours"
    assert said(NUMBERS, "random") == f"the test rows are chosen at random, {fair}"


def test_groups_are_held_out_whole_and_not_by_class() -> None:
    assert "whole groups of rows" in said(CLASSES, "random", group="patient")
    assert "identical rows stay in one part" in said(CLASSES, "random", distinct=True)
    assert "class" not in said(CLASSES, "random", group="patient") + said(CLASSES, "random", distinct=True)
