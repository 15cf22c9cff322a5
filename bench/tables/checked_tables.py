"""Checks that a table can be benchmarked: its columns have the types of its schema, its rows suffice for a split."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bench.api import BenchError, Dataset, KeptTogether, Schema
from bench.common import suggestions
from bench.tables.conform import conform, exact_dtypes
from bench.tables.plain_columns import int64_or_float64, is_number, number_text
from bench.tables.row_groups import require_splittable
from bench.tables.splits import minimum_rows
from bench.tables.target_classes import check_classes

if TYPE_CHECKING:
    from bench.tables.table_request import Missing

_TOO_LARGE = 1e37
"""A tenth of what fits into single precision, in which networks and boosting work."""

_FIX_MISSING = "fill them in, drop those rows with --missing drop, or model them with --missing keep"


def check_dataset(dataset: Dataset, *, missing: Missing = "keep") -> Dataset:
    """Checks that a table can be benchmarked.

    Integers become int64; other numbers, and integers too large for float64, become float64. A constant feature stays,
    with a note. Rows without target are dropped, unless gaps are refused.

    Args:
        dataset: its frame has at least the columns of its schema.
        missing: what becomes of gaps: `keep` models them, `drop` drops rows with gaps.

    Returns:
        The data set with columns in schema order, an index of 0..n-1, and a schema that says which columns have gaps.

    Raises:
        BenchError: no such target, no other column, columns of other kinds than the schema says, gaps that are
            refused, infinities, a target with a single value or a class of one row, fewer rows than a random split
            needs, or groups of rows that cannot be split.
    """
    name, target = dataset.name, dataset.schema.target
    require_column(target, dataset.frame, name)
    frame = dataset.frame.loc[:, list(dataset.schema.names)]
    if frame.shape[1] < 2:
        raise BenchError(
            f"{name} has no column but its target {target!r}; expected columns to predict it from; add some"
        )
    _require_values(frame, name, target)
    frame = _in_form(frame, dataset.schema, name)
    frame, notes = _with_gaps(frame, name, target, missing)
    need = minimum_rows("random")
    if len(frame) < need:
        dropped = len(dataset.frame) - len(frame)
        lost = f" ({dropped} of {len(dataset.frame)} lack values and were dropped)" if dropped else ""
        raise BenchError(
            f"{name} has {len(frame)} usable rows{lost}; expected at least {need}, as results from fewer mean little; "
            "add rows"
        )
    constant = [column for column in frame if frame[column].nunique(dropna=False) == 1]
    if target in constant:
        raise BenchError(f"the target {target!r} of {name} is always {frame[target].iloc[0]}; expected one that varies")
    notes += tuple(f"{column} is constant ({frame[column].iloc[0]}) and carried through." for column in constant)
    if dataset.schema.task != "regression":
        notes += check_classes(frame[target], name)
    groups, group_notes = _checked_groups(dataset, frame)
    notes = (*dataset.notes, *notes, *group_notes)
    frame = frame.reset_index(drop=True)
    schema = _with_flags(dataset.schema, frame)
    together: KeptTogether = "" if groups is None else dataset.kept_together or "groups"
    return replace(dataset, frame=frame, schema=schema, notes=notes, row_groups=groups, kept_together=together)


def require_column(column: str, frame: pd.DataFrame, name: str) -> None:
    """Raises `BenchError` with the closest name if a table has no such column."""
    if column not in frame:
        raise BenchError(f"{name} has no column {column!r}: {suggestions.closest(column, map(str, frame.columns))}")


def _require_values(frame: pd.DataFrame, name: str, target: str) -> None:
    empty = [str(column) for column in frame if frame[column].isna().all()]
    if target in empty:
        raise BenchError(f"the target {target!r} of {name} has no values; expected some; name another --target")
    if empty:
        raise BenchError(f"{name} has columns without any value: {', '.join(empty)}; remove them from the table")


def _in_form(frame: pd.DataFrame, schema: Schema, name: str) -> pd.DataFrame:
    """The columns in the types of their kinds."""
    if not_numeric := [column for column in schema.numeric if not is_number(frame[column])]:
        raise BenchError(
            f"{name} has columns that are not numeric: {', '.join(not_numeric)}; expected numbers, as its schema says; "
            "write them as numbers, or mend the schema"
        )
    if (schema.column(schema.target).kind == "numeric") != (schema.task == "regression"):
        kind = schema.column(schema.target).kind
        raise BenchError(f"the target {schema.target!r} of {name} is {kind}, which does not fit the task {schema.task}")
    dtypes = exact_dtypes(schema)
    others = conform(frame, {column: dtypes[column] for column in (*schema.categorical, *schema.datetime)}, name)
    for column in schema.categorical:
        if invented := [level for level in others[column].cat.categories if level not in dtypes[column].categories]:
            raise BenchError(f"column {column!r} of {name} has the value {invented[0]!r}, which is none of its levels")
    numbers = {column: int64_or_float64(frame[column]) for column in schema.numeric}
    if infinite := _counts(pd.DataFrame(numbers, index=frame.index).isin([np.inf, -np.inf])):
        raise BenchError(f"{name} has infinite values ({infinite}); expected finite numbers; mend those cells")
    for column, values in numbers.items():
        _require_usable_sizes(values, f"column {column!r} of {name}", column)
    return pd.DataFrame({column: numbers.get(column, others.get(column)) for column in schema.names}, frame.index)


def _require_usable_sizes(values: pd.Series, label: str, column: str) -> None:
    """Refuses numbers that models and scores cannot square."""
    sizes = values.astype(np.float64).abs()
    if (sizes >= _TOO_LARGE).any():
        row = int(sizes.to_numpy().argmax())
        cell = number_text(values.iloc[row])
        code = shlex.quote(f"{column}={cell}")
        raise BenchError(
            f"{label} has the value {cell} in row {row + 1}; expected sizes below {_TOO_LARGE:g}; make gaps of such "
            f"cells with --missing-code {code}, or take logarithms"
        )
    varies = values.nunique() > 1
    if varies and not float(values.std()) > 0:
        raise BenchError(
            f"{label} has values so small (at most {sizes.max():g}) that their variance is zero; multiply it, take "
            f"logarithms, or leave it out with --leave-out {shlex.quote(column)}"
        )


def _with_gaps(frame: pd.DataFrame, name: str, target: str, missing: Missing) -> tuple[pd.DataFrame, tuple[str, ...]]:
    counts = _counts(frame.isna())
    if not counts:
        return frame, ()
    if missing == "refuse":
        raise BenchError(f"{name} has missing values ({counts}); {_FIX_MISSING}")
    if missing == "drop":
        complete = frame.dropna()
        dropped = len(frame) - len(complete)
        return complete, (f"{dropped} of {len(frame)} rows lacked values ({counts}) and were dropped.",)
    kept = frame[frame[target].notna()]
    dropped = len(frame) - len(kept)
    notes = (f"{dropped:,} of {len(frame):,} rows had no {target} and were dropped.",) if dropped else ()
    counts = _counts(kept.isna())
    return kept, (*notes, f"Gaps are kept and modelled ({counts}).") if counts else notes


def _counts(mask: pd.DataFrame) -> str:
    return ", ".join(f"{column}: {count}" for column, count in mask.sum().items() if count)


def _with_flags(schema: Schema, frame: pd.DataFrame) -> Schema:
    """The schema with what the rows say of gaps."""
    gaps = frame.isna().any()
    columns = tuple(replace(column, missing=bool(gaps[column.name])) for column in schema.columns)
    return replace(schema, columns=columns)


def _checked_groups(dataset: Dataset, frame: pd.DataFrame) -> tuple[pd.Series | None, tuple[str, ...]]:
    """The groups of the rows that are left, if rows belong to groups."""
    groups, name = dataset.row_groups, dataset.name
    if groups is None:
        return None, ()
    if not groups.index.equals(dataset.frame.index):
        raise BenchError(f"{name} has groups for other rows than its own; expected row_groups with the index of frame")
    column = None if groups.name is None else str(groups.name)
    what = "its grouping" if column is None else f"the column {column!r}"
    groups = groups.loc[frame.index].reset_index(drop=True)
    require_splittable(groups, what, name)
    together = "of one group" if column is None else f"with the same {column}, which is not modelled,"
    return groups, (f"Rows {together} stay in one part of a split: {groups.nunique()} groups.",)
