"""The checksum of tables made in memory."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def fingerprint(frame: pd.DataFrame) -> str:
    """Returns the sha256 of column names and values, for tables without a file.

    Numbers alone count row by row, as little-endian float64. In tables with other columns each column counts as the
    texts of its cells, "" being a gap.
    """
    digest = hashlib.sha256("\n".join(map(str, frame.columns)).encode())
    if all(dtype.kind in "biuf" for dtype in frame.dtypes):
        digest.update(frame.to_numpy("<f8").tobytes())
        return digest.hexdigest()
    for name in frame:
        cells = frame[name].astype(object)
        digest.update(
            json.dumps(["" if gap else str(cell) for cell, gap in zip(cells, cells.isna(), strict=True)]).encode()
        )
    return digest.hexdigest()
