"""Data sets: a registered name or a file becomes a checked `Dataset`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api import BenchError, Dataset
from bench.common import suggestions
from bench.common.safe_text import error_line
from bench.plugins import entry_points
from bench.tables.checked_tables import check_dataset
from bench.tables.row_groups import group_repeated_rows, require_splittable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.api import DatasetSource
    from bench.tables.table_request import TableRequest


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
        "--column": request.column,
        "--missing-code": request.missing_code,
        "--leave-out": request.leave_out,
        "--task": request.task,
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
        return check_request(_registered(name), request)
    if not (path.exists() or path.suffix or len(path.parts) > 1):
        hint = suggestions.closest(name, entry_points.names("datasets"))
        raise BenchError(f"unknown data set {name!r}: {hint}; a file needs its suffix, .csv or .parquet")
    return read_table(request)


def _registered(name: str) -> Dataset:
    """Returns a registered data set, not checked.

    Raises:
        BenchError: if it cannot be imported or loaded, or gives something else.
    """
    source: DatasetSource = entry_points.load("datasets", name)
    try:
        loaded: object = source.load()
    except (Exception, SystemExit) as error:
        if isinstance(error, BenchError):
            raise
        raise BenchError(f"the data set {name!r} cannot be loaded: {error_line(error)}") from error
    if not isinstance(loaded, Dataset):
        raise BenchError(f"the data set {name!r} gave a {type(loaded).__name__}; expected a Dataset")
    return loaded


def read_table(request: TableRequest) -> Dataset:
    """Reads a CSV or Parquet file, infers the kinds of its columns and checks it; `request.name` is its path.

    Raises:
        BenchError: if the file is unreadable or its table cannot be used (see `check_dataset`).
    """
    from bench.tables.table_from_file import read_from_file

    return check_request(read_from_file(request).dataset, request)


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
    return replace(data, row_groups=groups, kept_together="repeated rows", notes=(*data.notes, note))
