"""A file becomes a data set: what is said about it, its time and its groups, the kinds of its columns."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd

from bench.api import BenchError, Dataset
from bench.tables.checked_tables import require_column
from bench.tables.dates import OUTSIDE, parse_dates
from bench.tables.infer import infer_schema
from bench.tables.overrides import Overrides, parse_flags
from bench.tables.plain_columns import is_text, plain_column
from bench.tables.read_files import read_with_notes
from bench.tables.row_groups import take_group_column
from bench.tables.table_toml import configures_run, read_toml, toml_beside

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bench.tables.table_request import Missing, TableRequest


@dataclass(frozen=True, slots=True)
class FileTable:
    """A table read from a file, not yet checked.

    Attributes:
        overrides: what flags and the TOML file beside it say.
        reasons: why each column has its kind or is left out, by name.
    """

    dataset: Dataset
    overrides: Overrides
    reasons: Mapping[str, str]


def said_about(request: TableRequest, columns: Iterable[str]) -> Overrides:
    """Returns what a request says about the columns of its table, over what the TOML file beside the table says.

    Raises:
        BenchError: if a flag or the TOML file cannot be understood.
    """
    flags, beside = flags_of(request, columns), toml_beside(Path(request.name))
    if not beside.is_file():
        return flags
    below = read_toml(beside)
    if below.target is not None and request.target not in (None, below.target):
        # Its task is that of its own target.
        below = replace(below, task=None)
    return flags.over(below)


def flags_of(request: TableRequest, columns: Iterable[str]) -> Overrides:
    """Returns what a request says about the columns of its table.

    Raises:
        BenchError: if a flag cannot be understood.
    """
    return parse_flags(
        tuple(columns),
        column=request.column,
        missing_code=request.missing_code,
        leave_out=request.leave_out,
        task=request.task,
    )


def inferred_gaps(missing: Missing) -> Literal["keep", "refuse"]:
    """Returns what inference is to do with gaps: `check_dataset` drops rows with gaps once and for all."""
    return "keep" if missing == "keep" else "refuse"


def read_from_file(request: TableRequest) -> FileTable:
    """Reads a CSV or Parquet file and infers the kinds of its columns; `request.name` is its path.

    The stem becomes the data set's name, and only the file name is kept as source. The checksum is that of the file,
    and of what is said about it, if anything is.

    Raises:
        BenchError: if the file is unreadable, there is no target, or a column cannot be what it should be.
    """
    path, time, groups = Path(request.name), request.time, None
    table = read_with_notes(path)
    frame, said = table.frame, said_about(request, table.frame.columns)
    if (target := request.target or said.target) is None:
        expected = f"expected --target with one of: {', '.join(frame.columns)}"
        raise BenchError(f"{path.name} needs a target; {expected}{_about_text(frame, path.name)}")
    notes = [*table.notes, *_toml_note(path)]
    if request.group is not None:
        frame, groups = take_group_column(frame, request.group, path.name, target, time)
    if time is not None:
        if time == target:
            raise BenchError(f"{time!r} is both the target and the time of {path.name}; expected two columns")
        day_first = said.choice(time).day_first
        frame, sorting = _sorted(frame, time, path.name, request.missing, day_first=day_first)
        notes += sorting
    inference = infer_schema(
        frame,
        target,
        said,
        path.name,
        ordered=request.ordered or time is not None,
        missing=inferred_gaps(request.missing),
        comma_first=table.comma_first,
        aside=[column for column in (time, request.group) if column is not None],
    )
    dataset = Dataset(
        name=path.stem,
        group=path.stem,
        frame=inference.frame,
        schema=inference.schema,
        sha256=_checksum(path, said),
        source=path.name,
        licence="unknown",
        notes=(*notes, *inference.notes),
        row_groups=None if groups is None else groups.loc[inference.frame.index],
    )
    return FileTable(dataset, said, inference.reasons)


def _about_text(frame: pd.DataFrame, name: str) -> str:
    """Returns which columns hold text, and where to see what becomes of them."""
    columns = [str(column) for column in frame.columns if is_text(frame[column])]
    if not columns:
        return ""
    hold = "holds text" if len(columns) == 1 else "hold text"
    kinds = "categories, dates, or left out as free text"
    return f". {', '.join(columns)} {hold}; `bench data describe {name}` says what they are taken for: {kinds}"


def with_last_column(request: TableRequest) -> TableRequest:
    """Returns a request for a file whose target, if none is named, is the last column that may be one."""
    path = Path(request.name)
    if request.target is not None or not path.is_file():
        return request
    names = [str(name) for name in read_with_notes(path).frame.columns]
    said = said_about(request, names)
    usable = [name for name in names if name not in (request.time, request.group, *said.leave_out)]
    return replace(request, target=said.target or (usable[-1] if usable else None))


def _toml_note(path: Path) -> list[str]:
    beside = toml_beside(path)
    if not beside.is_file():
        return []
    if configures_run(beside):
        return [f"{beside.name} beside the table configures a run, so it says nothing about columns."]
    return [f"{beside.name} says how columns are read."]


def _checksum(path: Path, said: Overrides) -> str:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256")
    sha256.update(said.identity().encode())
    return sha256.hexdigest()


def _sorted(
    frame: pd.DataFrame, time: str, name: str, missing: Missing, *, day_first: bool
) -> tuple[pd.DataFrame, list[str]]:
    require_column(time, frame, name)
    times, outside = _times(frame[time], name, day_first=day_first)
    if (dropped := int(times.isna().sum())) and missing == "refuse":
        raise BenchError(
            f"{name} has missing values in its time column {time!r} ({dropped}); fill them in, or drop those rows with "
            "--missing drop"
        )
    why = f" ({outside} are {OUTSIDE})" if outside else ""
    notes = [f"{dropped} of {len(frame)} rows had no {time}{why} and were dropped."] if dropped else []
    times = times.dropna()
    if not times.is_monotonic_increasing:
        notes.append(f"Rows were sorted by {time}.")
    return frame.drop(columns=time).loc[times.sort_values(kind="stable").index], notes


def _times(column: pd.Series, name: str, *, day_first: bool) -> tuple[pd.Series, int]:
    """Returns what to sort by, with gaps, and how many of these are dates that cannot be represented."""
    column = plain_column(column, f"the time column {column.name!r} of {name}")
    if not is_text(column):
        return column, 0
    if (dates := parse_dates(column, day_first=day_first)) is not None:
        return dates.values, dates.outside
    try:
        with warnings.catch_warnings():
            # pandas warns if it guesses the format of each cell on its own.
            warnings.simplefilter("error", UserWarning)
            return pd.to_datetime(column, utc=True), 0
    except (ValueError, TypeError, OverflowError, UserWarning) as error:
        reason = str(error).split(". ")[0].split("\n")[0]
        raise BenchError(
            f"the time column {column.name!r} of {name} has values that are no time ({reason}); expected numbers, or "
            "dates such as 2024-05-31 or 2024-05-31T12:00:00"
        ) from error
