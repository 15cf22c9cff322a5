"""Data sets: a registered name or a file becomes a checked `Dataset`."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.api import BenchError, Dataset, Schema
from bench.common import suggestions
from bench.plugins import entry_points
from bench.tables.row_groups import group_repeated_rows, require_splittable, take_group_column
from bench.tables.splits import minimum_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from bench.tables.table_request import Missing, TableRequest


def resolve_all(requests: Sequence[TableRequest]) -> dict[str, Dataset]:
    """Returns the requested data sets, by name and in order.

    Options for files are ignored for registered names, if at least one request is a file.

    Raises:
        BenchError: as `resolve`; if two data sets have the same name; if options for files are used without a file.
    """
    names = [request.name for request in requests]
    flags = sorted({flag for request in requests for flag in _file_options(request)})
    if flags and all(is_registered(name) for name in names):
        raise BenchError(f"{', '.join(flags)} is for CSV and Parquet files, and {', '.join(names)} is none; drop it")
    datasets = [resolve(request) for request in requests]
    labels = [dataset.name for dataset in datasets]
    if duplicates := sorted({name for name in labels if labels.count(name) > 1}):
        raise BenchError(f"two data sets are called {', '.join(duplicates)}; expected different names; rename a file")
    return dict(zip(labels, datasets, strict=True))


def _file_options(request: TableRequest) -> list[str]:
    options = {
        "--target": request.target,
        "--time": request.time,
        "--ordered": request.ordered,
        "--group": request.group,
    }
    return [flag for flag, value in options.items() if value]


def is_registered(name: str) -> bool:
    """Returns whether `name` is a registered data set rather than a file."""
    return name in entry_points.names("datasets")


def resolve(request: TableRequest) -> Dataset:
    """Returns the checked data set of a registered name, or else of a path.

    Raises:
        BenchError: if it is neither (with the closest name), or the table cannot be used.
    """
    name, path = request.name, Path(request.name)
    if is_registered(name):
        return check_request(entry_points.load("datasets", name).load(), request)
    if not (path.exists() or path.suffix or len(path.parts) > 1):
        hint = suggestions.closest(name, entry_points.names("datasets"))
        raise BenchError(f"unknown data set {name!r}: {hint}; a file needs its suffix, .csv or .parquet")
    return read_table(request)


def read_table(request: TableRequest) -> Dataset:
    """Reads a CSV or Parquet file with numeric columns; `request.name` is its path.

    The stem becomes the data set's name, and only the file name is kept as source.

    Raises:
        BenchError: if the file is unreadable or its table cannot be used (see `check_dataset`).
    """
    from bench.tables.read_files import read_table_file

    path, target, time, groups = Path(request.name), request.target, request.time, None
    frame = read_table_file(path)
    notes: tuple[str, ...] = ()
    if target is None:
        raise BenchError(f"{path.name} needs a target; expected --target with one of: {', '.join(frame.columns)}")
    if request.group is not None:
        frame, groups = take_group_column(frame, request.group, path.name, target, time)
    if time is not None:
        if time == target:
            raise BenchError(f"{time!r} is both the target and the time of {path.name}; expected two columns")
        frame, notes = _sorted(frame, time, path.name, request.missing)
    schema = Schema.of_numbers(frame.columns, target, ordered=request.ordered or time is not None)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    dataset = Dataset(
        name=path.stem,
        group=path.stem,
        frame=frame,
        schema=schema,
        sha256=sha256,
        source=path.name,
        licence="unknown",
        notes=notes,
        row_groups=None if groups is None else groups.loc[frame.index],
    )
    return check_request(dataset, request)


def check_request(dataset: Dataset, request: TableRequest) -> Dataset:
    """Returns the checked data set, with repeated rows as groups if the request says so.

    Raises:
        BenchError: as `check_dataset`; if the rows have groups already and repeated rows are to be groups.
    """
    data = check_dataset(dataset, missing=request.missing)
    if not request.distinct:
        return data
    if data.row_groups is not None:
        raise BenchError(
            f"--distinct would group the rows of {data.name}, which have groups already; expected one of both; leave "
            "--distinct or --group out"
        )
    groups = group_repeated_rows(data.frame)
    require_splittable(groups, "--distinct", data.name)
    note = f"Splits are drawn over the {groups.nunique()} distinct rows of {len(groups)}: repeated rows stay together."
    return replace(data, row_groups=groups, notes=(*data.notes, note))


def _sorted(frame: pd.DataFrame, time: str, name: str, missing: Missing) -> tuple[pd.DataFrame, tuple[str, ...]]:
    _require_column(time, frame, name)
    times = _times(frame[time], name)
    if (dropped := int(times.isna().sum())) and missing == "refuse":
        raise BenchError(f"{name} has missing values in its time column {time!r} ({dropped}); {_FIX_MISSING}")
    notes = [f"{dropped} of {len(frame)} rows had no {time} and were dropped."] if dropped else []
    times = times.dropna()
    if not times.is_monotonic_increasing:
        notes.append(f"Rows were sorted by {time}.")
    return frame.drop(columns=time).loc[times.sort_values(kind="stable").index], tuple(notes)


def _times(column: pd.Series, name: str) -> pd.Series:
    import pandas as pd

    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        return column
    try:
        with warnings.catch_warnings():
            # pandas warns if it guesses the format of each cell on its own.
            warnings.simplefilter("error", UserWarning)
            return pd.to_datetime(column, utc=True)
    except (ValueError, TypeError, OverflowError, UserWarning) as error:
        reason = str(error).split(". ")[0].split("\n")[0]
        raise BenchError(
            f"the time column {column.name!r} of {name} has values that are no time ({reason}); expected numbers, or "
            "dates such as 2024-05-31 or 2024-05-31T12:00:00"
        ) from error


_FIX_MISSING = "fill them in, or drop those rows with --missing drop"


def check_dataset(dataset: Dataset, *, missing: Missing = "refuse") -> Dataset:
    """Checks that a table can be benchmarked.

    Integers become int64; other numbers, and integers too large for int64, become float64. True/false columns count
    as categories, which are not supported yet. A constant feature stays, with a note. `missing` `drop` drops rows with
    missing values and adds a note. Returns the data set with columns in schema order and an index of 0..n-1.

    Raises:
        BenchError: no such target, no other column, non-numeric columns, missing values, infinities, a target
            with a single value, fewer rows than a random split needs, or groups of rows that cannot be split.
    """
    name, target = dataset.name, dataset.schema.target
    _require_column(target, dataset.frame, name)
    frame = dataset.frame.loc[:, list(dataset.schema.names)]
    if frame.shape[1] < 2:
        raise BenchError(
            f"{name} has no column but its target {target!r}; expected columns to predict it from; add some"
        )
    _require_values(frame, name, target)
    frame = _numbers(frame, name)
    frame, notes = _complete(frame, name, missing)
    need = minimum_rows("random")
    if len(frame) < need:
        raise BenchError(f"{name} has {len(frame)} usable rows; a split needs at least {need}; add rows")
    constant = [column for column in frame if frame[column].nunique() == 1]
    if target in constant:
        raise BenchError(f"the target {target!r} of {name} is always {frame[target].iloc[0]}; expected one that varies")
    notes += tuple(f"{column} is constant ({frame[column].iloc[0]}) and carried through." for column in constant)
    groups, group_notes = _checked_groups(dataset, frame)
    notes = (*dataset.notes, *notes, *group_notes)
    return replace(dataset, frame=frame.reset_index(drop=True), notes=notes, row_groups=groups)


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


def _require_column(column: str, frame: pd.DataFrame, name: str) -> None:
    if column not in frame:
        raise BenchError(f"{name} has no column {column!r}: {suggestions.closest(column, map(str, frame.columns))}")


def _require_values(frame: pd.DataFrame, name: str, target: str) -> None:
    empty = [str(column) for column in frame if frame[column].isna().all()]
    if target in empty:
        raise BenchError(f"the target {target!r} of {name} has no values; expected numbers; name another --target")
    if empty:
        raise BenchError(f"{name} has columns without any value: {', '.join(empty)}; remove them from the table")


def _numbers(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    if not_numeric := [str(column) for column in frame if frame[column].dtype.kind not in "iuf"]:
        raise BenchError(
            f"{name} has columns that are not numeric: {', '.join(not_numeric)}; mixed tables are not supported yet; "
            "remove them, or write them as numbers"
        )
    return frame.astype({column: np.int64 if _is_whole(frame[column]) else np.float64 for column in frame})


def _is_whole(column: pd.Series) -> bool:
    """Returns whether int64 can hold a column: larger unsigned numbers would become negative."""
    whole = column.dtype.kind in "iu" and not column.isna().any()
    return bool(whole and not (column.dtype.kind == "u" and column.max() > np.iinfo(np.int64).max))


def _complete(frame: pd.DataFrame, name: str, missing: Missing) -> tuple[pd.DataFrame, tuple[str, ...]]:
    if infinite := _counts(frame.isin([np.inf, -np.inf])):
        raise BenchError(f"{name} has infinite values ({infinite}); expected finite numbers; mend those cells")
    if not (counts := _counts(frame.isna())):
        return frame, ()
    if missing == "refuse":
        raise BenchError(f"{name} has missing values ({counts}); {_FIX_MISSING}")
    complete = frame.dropna()
    return complete, (f"{len(frame) - len(complete)} of {len(frame)} rows lacked values ({counts}) and were dropped.",)


def _counts(mask: pd.DataFrame) -> str:
    return ", ".join(f"{column}: {count}" for column, count in mask.sum().items() if count)
