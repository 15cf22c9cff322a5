"""Reads and checks the tables of an evaluation: real, holdout and synthetic rows with the same columns."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bench.api import BenchError, Column, Dataset, Split
from bench.planning.external_tables import file_sha256
from bench.scoring.encoding import code_table
from bench.scoring.unusable_cells import unusable
from bench.tables import datasets
from bench.tables.conform import conform, lost_dates
from bench.tables.gap_codes import mask_gaps
from bench.tables.overrides import Overrides
from bench.tables.read_files import read_with_notes
from bench.tables.row_groups import group_repeated_rows
from bench.tables.splits import MIN_PART
from bench.tables.table_from_file import said_about, with_last_column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.tables.table_request import TableRequest

MAX_REUSED_SHARE = 0.5
"""The share of holdout rows that may be rows of REAL before the holdout is refused."""
NO_HOLDOUT = "not assessable without real rows that the table was not made from; give some with --holdout"
NO_TARGET = "not assessable without a column to predict; name one with --target"


@dataclass(frozen=True, slots=True)
class EvaluationRequest:
    """What to score and how.

    Attributes:
        real: what the table was made from, a registered data set or a file.
        holdout: a file of real rows that it was not made from, or None.
        profile: which metrics: those of `quick` or of `standard`.
        seed: of the scorers and reference rows.
        workers: tables scored at once; no number depends on it.
    """

    real: TableRequest
    synthetic: Path
    holdout: Path | None = None
    profile: str = "quick"
    seed: int = 0
    workers: int = 1

    def command(self) -> str:
        """Returns the command line that asks for this; paths are reduced to file names."""
        flags = {"--target": self.real.target, "--time": self.real.time}
        flags |= {"--holdout": self.holdout.name if self.holdout else None, "--profile": self.profile}
        words = ["bench", "evaluate", self.real.label(), self.synthetic.name]
        words += [word for flag, value in flags.items() if value for word in (flag, value)]
        words += ["--ordered"] if self.real.ordered else []
        words += ["--missing", self.real.missing] if self.real.missing != "keep" else []
        words += ["--task", self.real.task] if self.real.task else []
        repeated = {"--column": self.real.column, "--missing-code": self.real.missing_code}
        repeated |= {"--leave-out": self.real.leave_out}
        words += [word for flag, texts in repeated.items() for text in texts for word in (flag, text)]
        return shlex.join([*words, "--seed", str(self.seed)])

    def unassessed(self) -> dict[str, str]:
        """Returns the families that cannot be assessed, with the reason."""
        if self.holdout is None:
            return dict.fromkeys(("privacy", "utility"), NO_HOLDOUT)
        return {} if self.real.target or datasets.is_registered(self.real.name) else {"utility": NO_TARGET}


@dataclass(frozen=True, slots=True)
class InputTables:
    """The tables that are compared.

    Attributes:
        data: the real rows, then those of the holdout, with notes on what was done to the files.
        split: train is REAL; holdout and test are the holdout, or REAL again without one.
        synthetic: the rows to score.
        digests: sha256 by `real`, `synthetic` and `holdout` (if there is one).
        reused_rows: how many rows of the holdout are in REAL too, value by value.
        decisive: sentences on what decides the scores besides the rows.
    """

    request: EvaluationRequest
    data: Dataset
    split: Split
    synthetic: pd.DataFrame
    digests: dict[str, str]
    reused_rows: int = 0
    decisive: tuple[str, ...] = ()

    @property
    def identity(self) -> dict[str, Any]:
        """What the evaluation depends on, apart from the profile and the code."""
        # As text, in the form with which earlier evaluations were stored.
        fields = ", ".join(f"{name}={value!r}" for name, value in self.data.schema.identity().items())
        return {**self.digests, "schema": f"Schema({fields})", "seed": self.request.seed}


def read_input_tables(request: EvaluationRequest) -> InputTables:
    """Reads and checks the tables of a request; in a file without a target the last column takes its place.

    Raises:
        BenchError: if a table cannot be read, or the tables do not fit together.
    """
    data, holdout = _read_real(request.real), request.holdout
    rows, notes = _read_rows(request.synthetic, data, "the synthetic table", request.real)
    digests = {"real": data.sha256, "synthetic": file_sha256(request.synthetic)}
    left_out = notes
    if len(rows) != len(data.frame):
        notes += (f"{len(rows):,} synthetic rows are judged beside {len(data.frame):,} real ones.",)
    data = replace(data, notes=(*data.notes, *notes, "The parts of the split are the files as they were given."))
    if holdout is None:
        split = Split(data.frame, data.frame, data.frame, data.schema, "random", 0)
        decisive = (*_unusable(rows, data, request.synthetic), *left_out)
        return InputTables(request, data, split, rows, digests, decisive=decisive)
    data, held = _with_holdout(data, holdout, request.real)
    rows = conform(rows, _dtypes(data), f"the synthetic table {request.synthetic}")
    reused = _count_reused_rows(held, data, holdout)
    split = Split(data.frame, held, held, data.schema, "random", 0)
    data = replace(data, frame=pd.concat([data.frame, held]), notes=(*data.notes, f"{holdout.name} is the holdout."))
    decisive = (*_unusable(rows, data, request.synthetic), *left_out)
    return InputTables(request, data, split, rows, digests | {"holdout": file_sha256(holdout)}, reused, decisive)


def _read_real(real: TableRequest) -> Dataset:
    path = Path(real.name)
    if datasets.is_registered(real.name) or real.target is not None or not path.is_file():
        (data,) = datasets.resolve_all([real]).values()
        return data
    return datasets.resolve(with_last_column(real))


def _dtypes(data: Dataset) -> dict[str, Any]:
    return {str(name): dtype for name, dtype in data.frame.dtypes.items()}


def _read_rows(file: Path, data: Dataset, table: str, real: TableRequest) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Reads the columns of the data set, in its order and of its types; leaves other columns out, with a note.

    What is said about gaps in the real table holds here too.
    """
    read = read_with_notes(file)
    frame = read.frame
    columns = list(data.schema.names)
    if missing_columns := [name for name in columns if name not in frame]:
        raise BenchError(f"{table} {file} has no column {missing_columns[0]!r}; expected {', '.join(columns)}")
    if len(frame) < MIN_PART:
        raise BenchError(f"{table} {file} has {len(frame)} rows; expected at least {MIN_PART}")
    expected = {*columns, real.time, real.group, *(name for name, _ in data.schema.left_out)}
    extra = [str(name) for name in frame if name not in expected]
    notes = (f"{file.name} has columns that the real table has not, left out: {', '.join(extra)}.",) if extra else ()
    said = Overrides() if datasets.is_registered(real.name) else said_about(real, [str(name) for name in frame])
    rows, _ = mask_gaps(frame.loc[:, columns], said)
    day_first = [name for name in data.schema.datetime if said.choice(name).day_first]
    found = conform(rows, _dtypes(data), f"{table} {file}", comma_first=read.comma_first, day_first=day_first)
    return found, notes + lost_dates(rows, found, table)


def _unusable(rows: pd.DataFrame, data: Dataset, file: Path) -> Iterator[str]:
    """Yields why no metric can have a value, if so."""
    if problem := unusable(code_table(rows, data.schema), data.schema.names, data.schema.missing):
        yield (
            f"{file.name} cannot be scored, and has the worst value of every metric: {problem}, where the real rows "
            "have none; mend these cells, or remove their rows."
        )


def _with_holdout(data: Dataset, file: Path, real: TableRequest) -> tuple[Dataset, pd.DataFrame]:
    """Reads the holdout; returns it, and the data set with the levels and the gaps that either table has."""
    rows, notes = _read_rows(file, data, "the holdout", real)
    numbers = rows.loc[:, list(data.schema.numeric)].astype(float)
    unusable = np.isinf(numbers) | (numbers.isna() if data.schema.is_numeric else False)
    if incomplete := int(unusable.any(axis=1).sum()):
        problem = f"the holdout {file} has {incomplete} rows with missing or infinite values"
        raise BenchError(f"{problem}; mend or remove them")
    rows = rows[rows[data.schema.target].notna()]
    # Rows of two files are not neighbours in time, whatever their numbers.
    start = 2 * len(data.frame)
    whole = {name: data.frame[name].dtype for name in numbers if (rows[name] == rows[name].round()).all()}
    rows = rows.astype(whole).set_axis(range(start, start + len(rows)), axis=0)
    columns = tuple(_of_both(column, rows[column.name]) for column in data.schema.columns)
    levels = {column.name: rows[column.name].dtype for column in columns if column.kind == "categorical"}
    frame, schema = data.frame.astype(levels), replace(data.schema, columns=columns)
    return replace(data, frame=frame, schema=schema, notes=(*data.notes, *notes)), rows


def _of_both(column: Column, values: pd.Series) -> Column:
    """A column of the real table, with the levels and gaps of other rows as well."""
    levels = tuple(map(str, values.cat.categories)) if column.kind == "categorical" else ()
    return replace(column, levels=levels, missing=column.missing or bool(values.isna().any()))


def _count_reused_rows(holdout: pd.DataFrame, data: Dataset, file: Path) -> int:
    """Counts the rows of the holdout that are rows of REAL.

    In a coarse table rows repeat by chance: the share of rows that repeat within REAL is allowed in addition.

    Raises:
        BenchError: if most rows of the holdout are rows of REAL.
    """
    groups = group_repeated_rows(pd.concat([data.frame, holdout[data.frame.columns]]))
    real, held = groups.iloc[: len(data.frame)], groups.iloc[len(data.frame) :]
    reused = held.isin(real)
    if reused.mean() > MAX_REUSED_SHARE + real.duplicated(keep=False).mean():
        raise BenchError(
            f"the holdout {file}: {reused.sum()} of its {len(reused)} rows are rows of {data.name}, value by value; "
            "expected real rows that the synthetic table was not made from"
        )
    return int(reused.sum())
