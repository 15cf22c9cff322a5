"""Digests that a result is stored with: of its rows, of the split and of its values.

They show that a file was changed or exchanged. Whoever changes a value can compute its digest again, so `bench verify`
also scores the rows again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from bench.common.digests import digest

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Split, TrialResult


def digest_rows(table: pd.DataFrame) -> str:
    """Returns the sha256 of a table's columns, types and values; neither its index nor the format of a file counts."""
    sha256 = hashlib.sha256(repr([(str(name), str(dtype)) for name, dtype in table.dtypes.items()]).encode())
    for name in table:
        for data in _bytes(table[name]):
            sha256.update(data)
    return sha256.hexdigest()


def _bytes(column: pd.Series) -> list[bytes]:
    """The values of a column; of text and categories the texts, as numbers of categories differ between tables."""
    if column.dtype.kind != "O":
        return [column.to_numpy().tobytes()]
    try:
        codes, texts = column.factorize()
    except TypeError:  # lists and the like, which no table of a run holds
        codes, texts = column.map(str).factorize()
    return [json.dumps([str(text) for text in texts]).encode(), codes.astype("<i4").tobytes()]


def digest_split(split: Split) -> str:
    """Returns the sha256 of the rows of the three parts, of their positions in the table, and of the schema."""
    parts = {name: getattr(split, name) for name in ("train", "holdout", "test")}
    described = {name: (digest_rows(part), digest_rows(part.index.to_frame())) for name, part in parts.items()}
    return digest({**described, "schema": split.schema.identity(), "protocol": split.protocol}, 64)


def seal(result: TrialResult) -> TrialResult:
    """Returns the result with the digest of its values."""
    return replace(result, values_digest=_digest_values(result))


def is_intact(result: TrialResult) -> bool:
    """Returns whether the values are those that the result was stored with; True if it was stored without a digest."""
    return result.values_digest in ("", _digest_values(result))


def _digest_values(result: TrialResult) -> str:
    return digest(asdict(replace(result, values_digest="")), 64)
