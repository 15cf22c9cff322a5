"""What a data set holds: its columns by kind, and why each is of its kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api import BenchError, Dataset
from bench.tables import datasets, splits
from bench.tables.leakage_audit import audit
from bench.tables.overrides import Overrides
from bench.tables.read_files import read_table_file
from bench.tables.table_from_file import read_from_file, said_about, with_last_column
from bench.tables.table_toml import toml_beside, write_toml

if TYPE_CHECKING:
    import pandas as pd

    from bench.commands.list_plugins import Rows
    from bench.tables.table_request import TableRequest

_TRIED = 5
"""So many of the last columns are tried as target if none is named."""


@dataclass(frozen=True, slots=True)
class Description:
    """A data set and what was decided about its columns.

    Attributes:
        reasons: why each column is of its kind or left out, by name; empty for registered data sets.
        overrides: what was said about a file.
        named: whether the target was named, rather than taken for want of a name.
    """

    data: Dataset
    reasons: Mapping[str, str] = field(default_factory=dict)
    overrides: Overrides = field(default_factory=Overrides)
    named: bool = True

    def lines(self) -> Iterator[str]:
        """Yields properties, one per line, with what the leakage audit of a split found."""
        data = self.data
        protocol = splits.default_protocol(data.schema)
        warnings = audit(data, splits.split(data, protocol, 0)).warnings
        yield f"{data.name}: {len(data.frame)} rows, {len(data.schema.names)} columns"
        hint = "" if self.named else " (as none is named; --target names another)"
        yield f"target: {data.schema.target}, {data.schema.task}{hint}"
        yield f"rows in time: {'yes' if data.schema.ordered else 'no'}; default split: {protocol}"
        yield f"source: {data.source}"
        yield f"licence: {data.licence}"
        yield f"sha256: {data.sha256}"
        for note in (*data.notes, *warnings):
            yield f"note: {note}"

    def tables(self) -> Iterator[Rows]:
        """Yields header and rows for the columns of each kind, and for those that are left out."""
        schema = self.data.schema
        header: tuple[str, ...] = (
            "numbers",
            "type",
            "min",
            "median",
            "max",
            "std",
            "distinct",
            "gaps",
            "lag-1 corr.",
        )
        if schema.numeric:
            yield self._with_reasons(header, [_number_row(self.data.frame[name]) for name in schema.numeric])
        header = ("categories", "levels", "most frequent", "rarest", "gaps")
        if schema.categorical:
            yield self._with_reasons(header, [_level_row(self.data.frame[name]) for name in schema.categorical])
        if schema.datetime:
            rows = [_date_row(self.data.frame[name]) for name in schema.datetime]
            yield self._with_reasons(("dates", "first", "last", "distinct", "gaps"), rows)
        if schema.left_out:
            yield ("left out", "why"), list(schema.left_out)

    def _with_reasons(self, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> Rows:
        if not self.reasons:
            return header, rows
        return (*header, "why"), [(*row, self.reasons.get(row[0], "")) for row in rows]


def describe(request: TableRequest) -> Description:
    """Loads a data set and says what it holds; of a file without a target, one of the last columns takes its place.

    Raises:
        BenchError: if it cannot be benchmarked.
    """
    if datasets.is_registered(request.name) or not Path(request.name).is_file():
        return Description(datasets.resolve_all([request]).popitem()[1])
    described = with_last_column(request)
    names = [str(name) for name in read_table_file(Path(request.name)).columns]
    if request.target == described.target or said_about(request, names).target:
        return _described(request)
    last = names[: names.index(described.target) + 1][::-1] if described.target in names else []
    problem: BenchError | None = None
    for target in last[:_TRIED]:
        try:
            return replace(_described(replace(request, target=target)), named=False)
        except BenchError as error:
            problem = problem or error
    raise problem or BenchError(f"{request.label()} has no column to predict; expected one; name a --target")


def _described(request: TableRequest) -> Description:
    read = read_from_file(request)
    return Description(datasets.check_request(read.dataset, request), read.reasons, read.overrides)


def write_decisions(described: Description, table: Path) -> Path:
    """Writes all decisions about a file to the TOML file beside it, and returns its path.

    Raises:
        BenchError: if the data set is registered, or the TOML file exists.
    """
    if not table.is_file():
        raise BenchError(f"--write is for files, and {table} is a registered data set; leave it out")
    path = toml_beside(table)
    write_toml(described.data.schema, described.reasons, path, described.overrides)
    return path


def _number_row(column: pd.Series) -> tuple[str, ...]:
    numbers = (column.min(), column.median(), column.max(), column.std())
    lag = "-" if column.nunique() == 1 else f"{column.autocorr(1):.3f}"
    cells = (*(f"{number:.6g}" for number in numbers), str(column.nunique()), str(column.isna().sum()), lag)
    return (str(column.name), str(column.dtype), *cells)


def _level_row(column: pd.Series) -> tuple[str, ...]:
    counts = column.value_counts()
    most = f"{counts.index[0]} ({counts.iloc[0] / counts.sum():.0%})"
    present = counts[counts > 0]
    rarest = f"{present.index[-1]} ({present.iloc[-1]})"
    return str(column.name), str(len(column.cat.categories)), most, rarest, str(column.isna().sum())


def _date_row(column: pd.Series) -> tuple[str, ...]:
    first, last = (str(moment).removesuffix(" 00:00:00") for moment in (column.min(), column.max()))
    return str(column.name), first, last, str(column.nunique()), str(column.isna().sum())
