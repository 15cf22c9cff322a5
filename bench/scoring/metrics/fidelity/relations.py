"""Finds the relations between columns that hold in every row of train.

A relation is found in train alone. It must hold there without exception, and it must be no accident: columns that are
independent of each other would violate it.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, permutations
from typing import TYPE_CHECKING

import numpy as np

from .relation import Relation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.api import Column, Schema

    from ..shared.matrix import Matrix

_MOST_VALUES = 50
_SPIKE = 0.05
_CHANCE = 1e-3
_LEAST_SHARE = 0.5
_LEAST_VIOLATED = 0.05
_MOST_NUMBERS = 30
_FEWEST_ROWS, _MOST_ROWS = 50, 5_000
# A grid's rounding moves coefficients of least squares by less.
_COEFFICIENT = 0.05
# Shares of a value that rounding explains: that of float32, and that of float64 for dates and sums of large numbers.
_ROUNDING, _FINE_ROUNDING = 1e-6, 1e-9


def find_relations(train: Matrix, schema: Schema, steps: Matrix, seed: int) -> list[Relation]:
    """Returns the relations that hold in train, none of fewer than 50 rows.

    Args:
        train: codes, (rows x columns).
        schema: of the table.
        steps: of the columns' grids, 0 for columns without one, (columns,): sums may be rounded to them.
        seed: for shuffling columns, which tells what is an accident.
    """
    if len(train) < _FEWEST_ROWS:
        return []
    rng = np.random.default_rng(seed)
    # Columns shuffled on their own: what independent columns look like.
    shuffled = np.column_stack([rng.permutation(values) for values in train.T])
    found = [*_decisions(train, schema), *_orders(train, schema), *_sums(train, schema, steps)]
    strict = [relation for relation in found if relation.violations(shuffled) >= _LEAST_VIOLATED]
    return [replace(relation, judged=_judged_share(relation, train)) for relation in strict]


def _judged_share(relation: Relation, train: Matrix) -> float:
    # One row more of either outcome, so that a share of 1 allows for rare levels that train does not have.
    return float((relation.judge(train)[0].sum() + 1) / (len(train) + 2))


def _decisions(train: Matrix, schema: Schema) -> Iterator[Relation]:
    gaps = np.isnan(train)
    for first, levels in ((index, _levels(train[:, index], schema.columns[index])) for index in range(train.shape[1])):
        for second in (index for index in range(train.shape[1]) if index != first and len(levels)):
            if _may_be_decided(train[:, second], schema.columns[second]):
                expected = decided(train[:, first], train[:, second], levels)
                yield from _if_common(Relation("determines", (first, second), expected, _ROUNDING), train)
            if 0 < gaps[:, second].sum() < len(gaps):
                expected = decided(train[:, first], gaps[:, second].astype(np.float64), levels)
                yield from _if_emptying(Relation("empties", (first, second), expected, _ROUNDING), train)


def _may_be_decided(values: Matrix, column: Column) -> bool:
    few = column.kind == "categorical" or len(np.unique(values[~np.isnan(values)])) <= _MOST_VALUES
    return few and not np.isnan(values).all()


def _levels(values: Matrix, column: Column) -> tuple[float | None, ...]:
    """Returns the values of a column that may decide something: levels, a few numbers or spikes, and the gap (None)."""
    present = values[~np.isnan(values)]
    gap = (None,) if len(present) < len(values) else ()
    distinct, counts = np.unique(present, return_counts=True)
    if column.kind == "datetime":
        return gap
    if column.kind == "numeric" and len(distinct) > _MOST_VALUES:
        distinct = distinct[counts >= _SPIKE * len(values)]
    return (*distinct.tolist(), *gap)


def decided(first: Matrix, second: Matrix, levels: tuple[float | None, ...]) -> tuple[tuple[float | None, float], ...]:
    """Returns the levels of the first column whose rows all have the same value of the second, with that value.

    Left out are those that agree by chance: if the second column were independent, all rows of the level would have
    its value with a probability above 0.001. Both columns are (rows,); rows without a value of the second are left out.

    >>> first, second = np.repeat([0.0, 1.0], 20), np.repeat([5.0, 6.0], 20)
    >>> decided(first, second, (0.0, 1.0))
    ((0.0, 5.0), (1.0, 6.0))
    >>> decided(first[19:22], second[19:22], (0.0, 1.0))
    ()
    """
    known = ~np.isnan(second)
    marked, second = np.where(np.isnan(first), np.inf, first)[known], second[known]
    order = np.argsort(marked, kind="stable")
    distinct, starts, counts = np.unique(marked[order], return_index=True, return_counts=True)
    low, high = (reduce.reduceat(second[order], starts) for reduce in (np.minimum, np.maximum))
    values, value_counts = np.unique(second, return_counts=True)
    shares = value_counts[np.searchsorted(values, low)] / len(second)
    certain = (low == high) & (shares**counts < _CHANCE)
    result = dict(zip(distinct[certain].tolist(), low[certain].tolist(), strict=True))
    marks = {level: np.inf if level is None else level for level in levels}
    return tuple((level, result[mark]) for level, mark in marks.items() if mark in result)


def _if_common(relation: Relation, train: Matrix) -> Iterator[Relation]:
    """Yields a relation if it judges at least half of the rows, and decides more than one value."""
    judged, _ = relation.judge(train)
    if judged.mean() >= _LEAST_SHARE and len({result for _, result in relation.expected}) > 1:
        yield relation


def _if_emptying(relation: Relation, train: Matrix) -> Iterator[Relation]:
    """Yields a relation if the levels that empty the second column explain at least half of its gaps."""
    gaps = np.isnan(train[:, relation.columns[1]])
    if (relation.judge(train)[0] & gaps).sum() >= _LEAST_SHARE * gaps.sum():
        yield relation


def _orders(train: Matrix, schema: Schema) -> Iterator[Relation]:
    for kind in ("numeric", "datetime"):
        numbers = [index for index, column in enumerate(schema.columns) if column.kind == kind]
        for first, second in permutations(numbers[:_MOST_NUMBERS], 2):
            largest = float(np.nanmax(np.abs(train[:, second]), initial=0.0))
            relation = Relation("order", (first, second), tolerance=_FINE_ROUNDING * largest)
            judged, violated = relation.judge(train)
            if judged.sum() >= _FEWEST_ROWS and not violated[judged].any():
                yield relation


def _sums(train: Matrix, schema: Schema, steps: Matrix) -> Iterator[Relation]:
    """Yields the columns that are the sum of two others, or of more others if there are no such two."""
    numbers = [index for index, column in enumerate(schema.columns) if column.kind == "numeric"][:_MOST_NUMBERS]
    varying = [index for index in numbers if _varies(train[:, index])]
    tolerances = {
        total: 0.501 * steps[total] + _FINE_ROUNDING * float(np.nanmax(np.abs(train[:, total]))) for total in varying
    }
    of_two = [
        relation
        for total in varying
        for pair in combinations([index for index in varying if index != total], 2)
        if _holds(relation := Relation("sum", (*pair, total), tolerance=tolerances[total]), train)
    ]
    yield from of_two
    # Of a sum of two, any of the three columns follows from the others, so the least squares below need it less.
    totals = {relation.columns[-1] for relation in of_two}
    for total in (index for index in varying if index not in totals):
        terms = _terms(train, total, [index for index in varying if index not in totals | {total}])
        relation = Relation("sum", (*terms, total), tolerance=tolerances[total])
        if len(terms) > 2 and _holds(relation, train):
            yield relation


def _terms(train: Matrix, total: int, others: list[int]) -> tuple[int, ...]:
    """Returns the columns whose coefficient is 1 where least squares give only 0 and 1; none elsewhere."""
    rows = train[:, [*others, total]]
    rows = rows[~np.isnan(rows).any(axis=1)][:_MOST_ROWS]
    if len(rows) < max(_FEWEST_ROWS, 2 * len(others)) or len(others) < 3:
        return ()
    spread = np.where(rows.std(axis=0) > 0, rows.std(axis=0), 1.0)
    coefficients = np.linalg.lstsq(rows[:, :-1] / spread[:-1], rows[:, -1], rcond=None)[0] / spread[:-1]
    nearest = np.round(coefficients)
    if not np.isin(nearest, (0.0, 1.0)).all() or np.abs(coefficients - nearest).max() > _COEFFICIENT:
        return ()
    return tuple(column for column, weight in zip(others, nearest, strict=True) if weight)


def _holds(relation: Relation, train: Matrix) -> bool:
    if relation.judge(train[:_FEWEST_ROWS])[1].any():
        return False
    judged, violated = relation.judge(train)
    return bool(judged.sum() >= _FEWEST_ROWS and not violated[judged].any())


def _varies(values: Matrix) -> bool:
    present = values[~np.isnan(values)]
    return bool(len(present)) and bool(np.ptp(present))
