"""Which changes suit which kind of file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal

from tests.fuzzing.array_mutations import mutate_npz
from tests.fuzzing.byte_mutations import mutate_bytes
from tests.fuzzing.table_mutations import mutate_parquet
from tests.fuzzing.text_mutations import mutate_csv, mutate_json, mutate_toml

if TYPE_CHECKING:
    from random import Random


Form = Literal["json", "toml", "csv", "npz", "model", "parquet"]

WORDS: Mapping[Form, Sequence[bytes]] = {
    "json": (
        b"null",
        b"NaN",
        b"-Infinity",
        b"1e999",
        b'"\\ud800"',
        b"{",
        b"}",
        b"[" * 200,
        b'"":',
        b"\\u0000",
        b"\xff",
        b"-0",
    ),
    "toml": (
        b"[[",
        b"'''",
        b'"""',
        b" = ",
        b"1979-05-27T07:32:00Z",
        b"inf",
        b"nan",
        b"0x",
        b"\\uD800",
        b"[columns]",
        b"\r",
        b"\0",
    ),
    "csv": (
        b'"',
        b'""',
        b"\r",
        b"\n",
        b"\0",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b",,",
        b";",
        b"\t",
        b"# ",
        b"sep=;\n",
        b"nan",
        b"1e999",
    ),
    "npz": (b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"\x93NUMPY", b"|O", b"<f8", b"(1000000,)", b"..\x2f"),
    "model": (b"PK\x03\x04", b"\x93NUMPY", b"|O", b'"params"', b'"kept"', b"1e999", b"null"),
    "parquet": (b"PAR1", b"pandas", b"index_columns", b"\x15\x00", b"ARROW:schema", b"\x80\x80\x80\x80\x08"),
}
"""Bytes that mean something in such a file."""

_STRUCTURES: Mapping[Form, Callable[[bytes, Random], bytes]] = {
    "json": mutate_json,
    "toml": mutate_toml,
    "csv": mutate_csv,
    "npz": mutate_npz,
    "model": partial(mutate_npz, header="header"),
    "parquet": mutate_parquet,
}


def mutate(form: Form, data: bytes, rng: Random, donor: bytes = b"") -> bytes:
    """Returns a file that differs from a valid one in its structure, in its bytes, or in both.

    Args:
        form: of the file.
        data: of a valid file.
        rng: draws everything.
        donor: another file, of which parts may be inserted.
    """
    way = rng.random()
    if way < 0.65:
        try:
            data = _STRUCTURES[form](data, rng)
        except Exception:  # noqa: BLE001 - libraries raise errors of many types at files that are damaged already
            way = 1.0
    return mutate_bytes(data, rng, WORDS[form], donor) if way > 0.6 else data
