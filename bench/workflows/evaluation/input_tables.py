"""From files to what a run is made of: real, holdout and synthetic rows with the same columns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from bench.api import BenchError, Split
from bench.execution.import_external import numbers
from bench.planning.external_tables import file_sha256
from bench.tables import datasets
from bench.tables.read_files import read
from bench.tables.splits import MIN_PART

if TYPE_CHECKING:
    from bench.api import Dataset
    from bench.tables.table_request import TableRequest

REUSED = 0.5
"""The share of holdout rows that may be rows of REAL before the holdout is refused."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What is compared.

    Attributes:
        data: the real rows, with those of the holdout after them, and notes on what was done to the files.
        split: train is REAL; holdout and test are the holdout, or without one REAL again.
        synthetic: the rows to score.
        digests: sha256 by `real`, `synthetic` and `holdout` (if there is one).
        held: whether there is a holdout.
        known: how many rows of the holdout are in REAL too, value by value.
    """

    data: Dataset
    split: Split
    synthetic: pd.DataFrame
    digests: dict[str, str]
    held: bool
    known: int = 0


def load(real: TableRequest, synthetic: Path, holdout: Path | None) -> Parts:
    """Reads and checks the tables.

    Args:
        real: a registered data set or a file; of a file without a target the last column stands in for one.
        synthetic: a file.
        holdout: a file of real rows that the synthetic ones were not made from, or None.

    Raises:
        BenchError: if one cannot be read, or they do not fit together.
    """
    data = _real(real)
    drop = real.time
    rows, notes = _rows(synthetic, data, "the synthetic table", drop)
    digests = {"real": data.sha256, "synthetic": file_sha256(synthetic)}
    if len(rows) != len(data.frame):
        notes += (f"{len(rows):,} synthetic rows are judged beside {len(data.frame):,} real ones.",)
    data = replace(data, notes=(*data.notes, *notes, "The parts of the split are the files as they were given."))
    if holdout is None:
        split = Split(data.frame, data.frame, data.frame, data.schema, "random", 0)
        return Parts(data, split, rows, digests, held=False)
    kept = _holdout(holdout, data, drop)
    known = _known(kept, data, holdout)
    whole = replace(data, frame=pd.concat([data.frame, kept]), notes=(*data.notes, f"{holdout.name} is the holdout."))
    split = Split(data.frame, kept, kept, data.schema, "random", 0)
    return Parts(whole, split, rows, digests | {"holdout": file_sha256(holdout)}, held=True, known=known)


def _real(real: TableRequest) -> Dataset:
    path = Path(real.name)
    if datasets.is_registered(real.name) or real.target is not None or not path.is_file():
        (data,) = datasets.resolve_all([real]).values()
        return data
    columns = [str(name) for name in read(path).columns if name != real.time]
    return datasets.resolve(replace(real, target=columns[-1] if columns else None))


def _rows(file: Path, data: Dataset, what: str, drop: str | None) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The columns of the data set, in its order; others are left out, with a note."""
    frame = read(file)
    wanted = list(data.schema.columns)
    if lacking := [name for name in wanted if name not in frame]:
        raise BenchError(f"{what} {file} has no column {lacking[0]!r}; expected {', '.join(wanted)}")
    if len(frame) < MIN_PART:
        raise BenchError(f"{what} {file} has {len(frame)} rows; expected at least {MIN_PART}")
    extra = [str(name) for name in frame if name not in wanted and name != drop]
    notes = (f"{file.name} has columns that the real table has not, left out: {', '.join(extra)}.",) if extra else ()
    return numbers(frame.loc[:, wanted], f"{what} {file}"), notes


def _holdout(file: Path, data: Dataset, drop: str | None) -> pd.DataFrame:
    rows, _ = _rows(file, data, "the holdout", drop)
    if lost := int((~rows.map(_finite)).any(axis=1).sum()):
        raise BenchError(f"the holdout {file} has {lost} rows with missing or infinite values; mend or remove them")
    # Rows of two files are not neighbours in time, whatever their numbers.
    start = 2 * len(data.frame)
    whole = {name: kind for name, kind in data.frame.dtypes.items() if (rows[name] == rows[name].round()).all()}
    return rows.astype(whole).set_axis(range(start, start + len(rows)), axis=0)


def _known(holdout: pd.DataFrame, data: Dataset, file: Path) -> int:
    """How many rows of the holdout are rows of REAL; refuses a holdout of which most are.

    Rows of a coarse table recur by themselves: as many as are repeated within REAL are let pass.
    """
    real = pd.MultiIndex.from_frame(data.frame.astype(float))
    found = pd.MultiIndex.from_frame(holdout[data.frame.columns].astype(float)).isin(real)
    if found.mean() > REUSED + real.duplicated(keep=False).mean():
        raise BenchError(
            f"the holdout {file}: {found.sum()} of its {len(found)} rows are rows of {data.name}, value by value; "
            "expected real rows that the synthetic table was not made from"
        )
    return int(found.sum())


def _finite(value: float) -> bool:
    return abs(value) < float("inf")
