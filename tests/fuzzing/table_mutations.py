"""Changes a Parquet file: types, names and values of its columns, its rows, its metadata, how it is written."""

from __future__ import annotations

import datetime
import decimal
import io
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from tests.fuzzing.text_mutations import mutate_content

if TYPE_CHECKING:
    from random import Random


Table: TypeAlias = Any
Array: TypeAlias = Any
"""Of Arrow, which has no types."""

_NAMES = ("", " ", "a", "y", "é", "\n", "__index_level_0__", "x" * 3000, "a.b", "index", "None", "\u202e", "[a]", "\0")
_DAY = datetime.date(2024, 2, 29)


def _columns() -> tuple[tuple[list[Any], Any], ...]:
    """Values that are repeated over the rows, and their type."""
    return (
        ([None], pa.null()),
        ([True, False, None], pa.bool_()),
        ([2**63 - 1, -(2**63)], pa.int64()),
        ([2**64 - 1, 0], pa.uint64()),
        ([1, None, 3], pa.int8()),
        ([float("nan"), float("inf"), 1.0], pa.float64()),
        ([float("-inf")], pa.float32()),
        ([1e308, -1e308], pa.float64()),
        ([5e-324, 0.0], pa.float64()),
        ([1.0, 2.0], pa.float16()),
        (["a", "", None, "\n", "\0", "x" * 999], pa.string()),
        (["é", "nan", "1"], pa.large_string()),
        ([b"\xff\xfe", b"", None], pa.binary()),
        ([b"abcd"], pa.binary(4)),
        ([decimal.Decimal("1.50"), None], pa.decimal128(38, 2)),
        ([decimal.Decimal(10) ** 60], pa.decimal256(76, 0)),
        ([_DAY, None], pa.date32()),
        ([_DAY], pa.date64()),
        ([-(2**31), 2**31 - 1], pa.int32()),
        ([2**62, 0, None], pa.timestamp("s")),
        ([-(2**63) + 1], pa.timestamp("ns")),
        ([0, 1], pa.timestamp("us", tz="Nowhere/Atlantis")),
        ([0, 10**15], pa.timestamp("us", tz="+05:30")),
        ([0, 2**40], pa.duration("s")),
        ([0, 86399], pa.time32("s")),
        ([86399 * 10**9], pa.time64("ns")),
        ([[1, 2], [], None], pa.list_(pa.int64())),
        ([[1.0, 2.0]], pa.list_(pa.float64(), 2)),
        ([{"a": 1, "b": "x"}, None], pa.struct([("a", pa.int64()), ("b", pa.string())])),
        ([[("k", 1)], []], pa.map_(pa.string(), pa.int64())),
        ([[[["deep"]]]], pa.list_(pa.list_(pa.list_(pa.string())))),
    )


def mutate_parquet(data: bytes, rng: Random) -> bytes:
    """Returns a Parquet file that differs from a valid one in one to four ways.

    Raises:
        pyarrow.ArrowException, ValueError, TypeError: if the file cannot be read, or Parquet cannot hold such a table.
    """
    table = pq.read_table(io.BytesIO(data))
    changes: tuple[Callable[[Table, Random], Table], ...]
    changes = (_odd_column, _odd_column, _cast, _renamed, _removed, _added, _sliced, _encoded, _described)
    for _ in range(rng.choice((1, 1, 2, 4))):
        table = rng.choice(changes)(table, rng)
    buffer = io.BytesIO()
    pq.write_table(
        table,
        buffer,
        compression=rng.choice(("snappy", "none", "gzip", "zstd")),
        version=rng.choice(("1.0", "2.6")),
        row_group_size=rng.choice((None, 1, 7)),
        use_dictionary=rng.choice((True, False)),
        store_schema=rng.random() < 0.9,
        write_page_checksum=rng.random() < 0.2,
    )
    return buffer.getvalue()


def _at(table: Table, rng: Random) -> int:
    return rng.randrange(max(1, table.num_columns))


def _odd_array(rows: int, rng: Random) -> Array:
    values, kind = rng.choice(_columns())
    array = pa.array([rng.choice(values) for _ in range(rows)], kind)
    if pa.types.is_int32(kind) and rng.random() < 0.5:
        return array.cast(pa.date32())
    return array


def _odd_column(table: Table, rng: Random) -> Table:
    if not table.num_columns:
        return table
    at = _at(table, rng)
    return table.set_column(at, table.column_names[at], _odd_array(table.num_rows, rng))


def _cast(table: Table, rng: Random) -> Table:
    if not table.num_columns:
        return table
    at = _at(table, rng)
    kind = rng.choice(
        (pa.string(), pa.float32(), pa.int8(), pa.bool_(), pa.large_string(), pa.timestamp("ms"), pa.float16())
    )
    try:
        column = table.column(at).cast(kind, safe=False)
    except pa.ArrowException:
        return table
    return table.set_column(at, table.column_names[at], column)


def _renamed(table: Table, rng: Random) -> Table:
    names = list(table.column_names)
    if names:
        names[_at(table, rng)] = rng.choice((*_NAMES, *names))
    return table.rename_columns(names)


def _removed(table: Table, rng: Random) -> Table:
    return table.remove_column(_at(table, rng)) if table.num_columns else table


def _added(table: Table, rng: Random) -> Table:
    return table.append_column(rng.choice((*_NAMES, *table.column_names)), _odd_array(table.num_rows, rng))


def _sliced(table: Table, rng: Random) -> Table:
    if rng.random() < 0.2:
        return pa.concat_tables([table] * 3)
    return table.slice(rng.randrange(table.num_rows + 1), rng.choice((0, 1, 2, 30, table.num_rows)))


def _encoded(table: Table, rng: Random) -> Table:
    """A column as a dictionary, perhaps in several parts."""
    if not table.num_columns:
        return table
    at = _at(table, rng)
    try:
        column = table.column(at).dictionary_encode()
    except pa.ArrowException:
        return table
    return table.set_column(at, table.column_names[at], column)


def _described(table: Table, rng: Random) -> Table:
    """Other metadata, which pandas reads to know the index and the types."""
    stored = (table.schema.metadata or {}).get(b"pandas", b'{"index_columns": [], "columns": []}')
    names = table.column_names
    content = json.loads(stored)
    if names and rng.random() < 0.4:
        content["index_columns"] = [rng.choice((*names, *_NAMES))]
    content = mutate_content(content, rng)
    return table.replace_schema_metadata({b"pandas": json.dumps(content).encode(), b"\xff": b"\xff"})
