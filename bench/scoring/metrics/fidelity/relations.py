"""Relations between columns that hold in every row of train, and how often synthetic rows violate them.

A relation is found in train alone. It must hold there without exception, and it must be no accident: columns that are
independent of each other would violate it.

- `determines`: every level of a column goes with one value of another column.
- `empties`: levels of a column decide whether another column is a gap.
- `order`: a column is never larger than another one.
- `sum`: a column is the sum of two others.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from itertools import combinations, permutations
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from bench.api import Column, Schema

    from ..shared.matrix import Matrix

_MOST_VALUES = 50
_SPIKE = 0.05
_CHANCE = 1e-3
_LEAST_SHARE = 0.5
_LEAST_VIOLATED = 0.05
_MOST_NUMBERS = 30
_FEWEST_ROWS = 50


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation between columns, given by their positions.

    Attributes:
        kind: see the module.
        columns: the determining one first; the smaller one first; the sum last.
        expected: of `determines` and `empties`, value of the first column -> what it decides, the value of the second
            or whether that is a gap (0 or 1). A gap of the first column is the value None. Other values are not judged.
        tolerance: of `sum` and `order`: what rounding explains.
    """

    kind: Literal["determines", "empties", "order", "sum"]
    columns: tuple[int, ...]
    expected: tuple[tuple[float | None, float], ...] = ()
    tolerance: float = 0.0

    def in_words(self, names: tuple[str, ...]) -> str:
        """Returns the relation as a text for reports.

        >>> Relation("sum", (0, 1, 2)).in_words(("net", "tax", "gross"))
        'net + tax = gross'
        """
        own = [names[column] for column in self.columns]
        words = {"determines": "{} determines {}", "empties": "{} decides where {} is empty", "order": "{} <= {}"}
        return words.get(self.kind, "{} + {} = {}").format(*own)

    def to_text(self) -> str:
        """Returns the relation as JSON, for storing.

        >>> relation = Relation("order", (0, 1))
        >>> relation_of(relation.to_text()) == relation
        True
        """
        return json.dumps(asdict(self))

    def violations(self, rows: Matrix) -> float:
        """Returns the share of violations among the rows (codes, rows x columns) that the relation judges, else 0.

        >>> order = Relation("order", (0, 1))
        >>> order.violations(np.array([[1.0, 2.0], [3.0, 2.0], [np.nan, 2.0]]))
        0.5
        """
        judged, violated = self.judge(rows)
        return float(violated[judged].mean()) if judged.any() else 0.0

    def judge(self, rows: Matrix) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Returns which rows the relation judges, and which violate it, both (rows,)."""
        own = rows[:, list(self.columns)]
        present = np.asarray(~np.isnan(own).any(axis=1))
        if self.kind == "order":
            return present, own[:, 0] > own[:, 1] + self.tolerance
        if self.kind == "sum":
            return present, np.abs(own[:, 0] + own[:, 1] - own[:, 2]) > self.tolerance
        decided = np.full(len(rows), np.nan)
        for value, result in self.expected:
            decided[np.isnan(own[:, 0]) if value is None else own[:, 0] == value] = result
        actual = np.isnan(own[:, 1]).astype(np.float64) if self.kind == "empties" else own[:, 1]
        return ~np.isnan(decided) & ~np.isnan(actual), actual != decided


def relation_of(text: str) -> Relation:
    """Returns a relation that was stored with `to_text`."""
    stored = json.loads(text)
    expected = tuple((value, result) for value, result in stored["expected"])
    return Relation(stored["kind"], tuple(stored["columns"]), expected, stored["tolerance"])


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
    return [relation for relation in found if relation.violations(shuffled) >= _LEAST_VIOLATED]


def _decisions(train: Matrix, schema: Schema) -> Iterator[Relation]:
    gaps = np.isnan(train)
    for first, levels in ((index, _levels(train[:, index], schema.columns[index])) for index in range(train.shape[1])):
        for second in (index for index in range(train.shape[1]) if index != first and len(levels)):
            if _may_be_decided(train[:, second], schema.columns[second]):
                expected = decided(train[:, first], train[:, second], levels)
                yield from _if_common(Relation("determines", (first, second), expected), train)
            if 0 < gaps[:, second].sum() < len(gaps):
                expected = decided(train[:, first], gaps[:, second].astype(np.float64), levels)
                yield from _if_emptying(Relation("empties", (first, second), expected), train)


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
            relation = Relation("order", (first, second))
            judged, violated = relation.judge(train)
            if judged.sum() >= _FEWEST_ROWS and not violated[judged].any():
                yield relation


def _sums(train: Matrix, schema: Schema, steps: Matrix) -> Iterator[Relation]:
    numbers = [index for index, column in enumerate(schema.columns) if column.kind == "numeric"][:_MOST_NUMBERS]
    varying = [index for index in numbers if _varies(train[:, index])]
    for total in varying:
        tolerance = 0.501 * steps[total] + 1e-9 * float(np.nanmax(np.abs(train[:, total])))
        for first, second in combinations([index for index in varying if index != total], 2):
            relation = Relation("sum", (first, second, total), tolerance=tolerance)
            if relation.judge(train[:_FEWEST_ROWS])[1].any():
                continue
            judged, violated = relation.judge(train)
            if judged.sum() >= _FEWEST_ROWS and not violated[judged].any():
                yield relation


def _varies(values: Matrix) -> bool:
    present = values[~np.isnan(values)]
    return bool(len(present)) and bool(np.ptp(present))
