"""The public methane tables: a gas, its weather and five metal-oxide sensors, 14,186 rows in time each.

Tables 2 and 3 share the gas and weather of table 1 and differ in the sensors, hence one group.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bench.api import Dataset, DatasetSource, Schema

if TYPE_CHECKING:
    from pathlib import Path

_LICENCE = "MIT, (c) 2025 Gungun Pandey"
_ADDRESS = "https://github.com/gungunpandey/Synthetic-Data-Generation"


def load(number: int, *, base_url: str | None = None, cache: Path | None = None) -> Dataset:
    """Reads table `number` (1-3) from `BENCH_DATA_DIR` or the cache, or downloads it once.

    Args:
        number: of the table.
        base_url: another address to download from, ending in `/`.
        cache: folder for downloads; the user's cache by default.

    Raises:
        BenchError: if it is in none of them, or its sha256 is wrong.
    """
    import pandas as pd

    from ._download import known_sha256, obtain

    file = f"methane-{number}.csv"
    frame = pd.read_csv(obtain(file, base_url=base_url, cache=cache))
    return Dataset(
        name=f"methane-{number}",
        group="methane",
        frame=frame,
        schema=Schema.of_numbers(frame.columns, "Methane (ppb)", ordered=True),
        sha256=known_sha256(file),
        source=f"Gungun Pandey (2025), Synthetic-Data-Generation, Dataset {number}; {_ADDRESS}",
        licence=_LICENCE,
    )


def _source(number: int) -> DatasetSource:
    summary = f"methane station, public table {number} of 3: 14,186 rows in time, 9 columns (downloaded once, 1.3 MB)"
    return DatasetSource(summary=summary, licence=_LICENCE, load=partial(load, number))


METHANE_1 = _source(1)
METHANE_2 = _source(2)
METHANE_3 = _source(3)
