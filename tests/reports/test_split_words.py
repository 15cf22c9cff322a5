"""What the summary says of a split: true for every protocol, task and order of rows."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from bench.api import Column, Schema
from bench.reports._split_words import split_in_words
from bench.tables.datasets import resolve
from bench.tables.table_request import TableRequest
from tests.tables.small_tables import saved

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from bench.api import Board, Run

NUMBERS = Schema.of_numbers(("a", "b"), "a", ordered=True)
CLASSES = Schema((Column("a"), Column("b", "categorical", ("x", "y"))), "b", task="binary", ordered=True)
LEVELS = replace(CLASSES, target="a", task="regression")


def said(schema: Schema, protocol: str, kept_together: str = "") -> str:
    dataset = SimpleNamespace(schema=schema, kept_together=kept_together)
    run = SimpleNamespace(manifest=SimpleNamespace(dataset=lambda name: dataset))
    words: str = split_in_words(cast("Run", run), cast("Board", SimpleNamespace(dataset="table", protocol=protocol)))
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


def test_groups_are_held_out_whole_and_not_by_class(table: pd.DataFrame, tmp_path: Path) -> None:
    rows = table.assign(group=np.arange(len(table)) // 3)
    path = saved(rows, tmp_path)
    grouped = resolve(TableRequest(str(path), "y", group="group"))
    repeated = resolve(TableRequest(str(path), "y", distinct=True))
    words = [said(CLASSES, "random", data.kept_together) for data in (grouped, repeated)]
    assert "whole groups of rows" in words[0]
    assert "identical rows stay in one part" in words[1]
    assert "class" not in "".join(words)
