"""Public tables: files that are downloaded once, and the kinds of their columns as their users state them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.api import Dataset, DatasetSource, PredictionTask, Schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import pandas as pd


@dataclass(frozen=True, slots=True)
class PublicTable:
    """A table of the literature.

    Attributes:
        name: under which it is registered.
        files: names in `registry.txt`.
        read: returns the table from the paths of the files, with gaps as NaN and dates as datetime64.
        target: the column to predict; rows without it are dropped.
        task: in which it is predicted.
        size: rows and columns in words, for the summary.
        about: what a row is, for the summary.
        citation: authors, year, title, address.
        licence: of the files.
        categorical: levels by column; () takes those that occur.
        dates: columns of dates.
        ordered: whether rows are in time.
    """

    name: str
    files: tuple[str, ...]
    read: Callable[..., pd.DataFrame]
    target: str
    task: PredictionTask
    size: str
    about: str
    citation: str
    licence: str
    categorical: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dates: tuple[str, ...] = ()
    ordered: bool = False

    def load(self, *, base_url: str | None = None, cache: Path | None = None) -> Dataset:
        """Reads the files from `BENCH_DATA_DIR` or the cache, or downloads them once.

        Args:
            base_url: another address to download from, ending in `/`.
            cache: folder for downloads; the user's cache by default.

        Raises:
            BenchError: if a file is in none of them, or its sha256 is wrong.
        """
        from ._download import known_sha256, obtain

        paths = [obtain(file, base_url=base_url, cache=cache) for file in self.files]
        return self.parse(*paths, sha256=joint_sha256([known_sha256(file) for file in self.files]))

    def parse(self, *paths: Path, sha256: str) -> Dataset:
        """Returns the data set in files of the same layout, one path for each of `files`."""
        from ._frames import typed

        read = self.read(*paths)
        frame, columns = typed(read[read[self.target].notna()], categorical=self.categorical, dates=self.dates)
        dropped = len(read) - len(frame)
        return Dataset(
            name=self.name,
            group=self.name,
            frame=frame,
            schema=Schema(columns, self.target, self.ordered, self.task),
            sha256=sha256,
            source=self.citation,
            licence=self.licence,
            notes=(f"{dropped:,} of {len(read):,} rows had no {self.target} and were dropped.",) if dropped else (),
        )

    def source(self) -> DatasetSource:
        """Returns what is registered."""
        summary = f"{self.about}; {self.size} (downloaded once)"
        return DatasetSource(summary=summary, licence=self.licence, load=self.load)


def joint_sha256(sums: list[str]) -> str:
    """Returns the checksum of a single file, or one of the checksums of several."""
    return sums[0] if len(sums) == 1 else hashlib.sha256("\n".join(sums).encode()).hexdigest()
