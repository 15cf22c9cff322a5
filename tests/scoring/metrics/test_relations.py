from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.api import Column, Schema
from bench.scoring.encoding import code_table
from bench.scoring.metrics.fidelity.relation import Relation, relation_of
from bench.scoring.metrics.fidelity.relations import find_relations
from bench.scoring.metrics.fidelity.score_mixed_metrics import grid_steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.api import Split

    Numbers = NDArray[np.float64]


def named(table: Numbers, schema: Schema) -> list[str]:
    return [found.in_words(schema.names) for found in find_relations(table, schema, grid_steps(table, schema), 0)]


def numbers(*columns: Numbers) -> tuple[Numbers, Schema]:
    return np.column_stack(columns), Schema.of_numbers("abcdef"[: len(columns)], "a")


def test_the_planted_relations_are_found_and_no_others(patients: Split) -> None:
    schema = patients.schema
    table = code_table(patients.train, schema)
    assert named(table, schema) == [
        "town determines state",
        "state determines town",
        "smoker decides where packs is empty",
        "visit <= leave",
    ]


def test_unseen_rows_keep_them_and_shuffled_columns_do_not(patients: Split) -> None:
    schema = patients.schema
    train, unseen = (code_table(part, schema) for part in (patients.train, patients.holdout))
    rng = np.random.default_rng(1)
    shuffled = np.column_stack([rng.permutation(column) for column in train.T])
    for relation in find_relations(train, schema, grid_steps(train, schema), 0):
        assert relation.violations(unseen) == 0
        assert relation.violations(shuffled) > 0.3
        assert relation_of(relation.to_text()) == relation


def test_gaps_and_levels_that_train_does_not_have_do_not_hide_violations(patients: Split) -> None:
    schema = patients.schema
    train, unseen = (code_table(part, schema) for part in (patients.train, patients.holdout))
    for relation in find_relations(train, schema, grid_steps(train, schema), 0):
        if relation.kind == "empties":
            continue
        for cells in (np.nan, 1e6):
            hidden = unseen.copy()
            hidden[:, relation.columns[0]] = cells
            if np.isnan(cells) or relation.kind == "determines":
                assert relation.violations(hidden) == 1.0


def test_rounding_to_single_precision_violates_nothing() -> None:
    rng = np.random.default_rng(0)
    low, kind = rng.gamma(2, 10, 300).round(3), rng.integers(0, 3, 300).astype(np.float64)
    table, schema = numbers(low, low + kind, kind * 0.1, kind * 0.7)
    single = table.astype(np.float32).astype(np.float64)
    relations = find_relations(table, schema, grid_steps(table, schema), 0)
    assert {relation.kind for relation in relations} >= {"determines", "order"}
    for relation in relations:
        assert relation.violations(single) == 0


def test_sums_are_found_up_to_rounding() -> None:
    rng = np.random.default_rng(0)
    net = rng.gamma(2, 10, 300).round(3)
    tax = (net * rng.choice([0.07, 0.19], 300)).round(3)
    table, schema = numbers(net, tax, (net + tax).round(1))
    assert "a + b = c" in named(table, schema)
    relation = next(
        found for found in find_relations(table, schema, grid_steps(table, schema), 0) if found.kind == "sum"
    )
    assert relation.violations(table + np.array([0, 0, 0.2])) == 1


def test_sums_of_more_columns_are_found_beside_other_columns() -> None:
    rng = np.random.default_rng(0)
    fare, tip, tolls = (rng.gamma(2, scale, 300).round(2) for scale in (10, 2, 1))
    miles, total = rng.gamma(2, 3, 300).round(1), (fare + tip + tolls).round(1)
    table, schema = numbers(fare, tip, tolls, miles, total)
    assert "a + b + c = e" in named(table, schema)
    relations = find_relations(table, schema, grid_steps(table, schema), 0)
    (relation,) = (found for found in relations if found.kind == "sum")
    assert relation_of(relation.to_text()) == relation
    assert relation.violations(table) == 0
    assert relation.violations(table + np.array([0, 0, 0, 0, 0.2])) == 1
    table[7, 4] += 1
    assert not [name for name in named(table, schema) if "+" in name]


def test_a_sum_of_a_sum_is_found_once() -> None:
    rng = np.random.default_rng(0)
    first, second, third = rng.gamma(2, 10, (3, 300)).round(2)
    table, schema = numbers(first, second, first + second, third, first + second + third)
    assert [name for name in named(table, schema) if "+" in name] == ["a + b = c", "c + d = e"]


def test_the_sum_of_whole_numbers_is_exact() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 4, (2, 400)).astype(float)
    table, schema = numbers(first, second, first + second)
    assert "a + b = c" in named(table, schema)
    table[7, 2] += 1
    assert "a + b = c" not in named(table, schema)


@pytest.mark.parametrize("seed", range(5))
def test_independent_columns_have_no_relations(seed: int) -> None:
    rng = np.random.default_rng(seed)
    columns = (
        *(
            Column(f"level{size}", "categorical", tuple(map(str, range(size))), missing=size == 3)
            for size in (2, 3, 40)
        ),
        Column("rare", "categorical", ("no", "yes")),
        Column("small"),
        Column("large"),
        Column("spike", missing=True),
    )
    count = 400
    levels = [rng.integers(0, size, count).astype(float) for size in (2, 3, 40)]
    levels[1][rng.random(count) < 0.1] = np.nan
    spike = np.where(rng.random(count) < 0.7, 0.0, rng.gamma(2, 3, count))
    spike[rng.random(count) < 0.05] = np.nan
    rare = (rng.random(count) < 0.01).astype(float)
    table = np.column_stack([*levels, rare, rng.normal(5, 1, count), rng.normal(8, 1, count), spike])
    assert named(table, Schema(columns, "small")) == []


def test_columns_whose_ranges_hardly_overlap_are_in_no_order() -> None:
    rng = np.random.default_rng(0)
    table, schema = numbers(rng.uniform(0, 1, 300), rng.uniform(2, 3, 300))
    assert named(table, schema) == []


def test_few_rows_have_no_relations() -> None:
    table, schema = numbers(np.arange(40.0), np.arange(40.0))
    assert named(table, schema) == []


@given(st.integers(0, 1_000))
def test_what_holds_without_exception_has_no_violations_in_train(seed: int) -> None:
    rng = np.random.default_rng(seed)
    base = rng.integers(0, 6, 80).astype(float)
    table, schema = numbers(base, base // 2, base + rng.integers(0, 3, 80))
    assert all(found.violations(table) == 0 for found in find_relations(table, schema, np.ones(3), seed))


def test_values_that_train_does_not_decide_are_not_judged() -> None:
    relation = Relation("determines", (0, 1), ((0.0, 1.0), (None, 2.0)))
    assert relation.violations(np.array([[5.0, 9.0], [0.0, np.nan]])) == 0
    assert relation.violations(np.array([[np.nan, 2.0], [0.0, 3.0]])) == 0.5
