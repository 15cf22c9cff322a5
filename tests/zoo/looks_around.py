"""Looks through its process for rows that it was not given, and fails if it finds any.

It knows held-out values by their form, so that it holds none of them itself: numbers from 257 to 511 whose fraction is
FRACTION. In memory they share their first five bytes.
"""

from __future__ import annotations

import gc
import os
import re
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from bench.api import Schema

FRACTION = 0.123456789
_CHUNK = 2**24


class Model:
    """Returns train, unless it has found something that it should not know.

    Attributes:
        memory: whether to search the whole memory for values too, which takes a while.
    """

    def __init__(self, memory: bool = False) -> None:
        self.memory = memory

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        found = [*_objects(), *_surroundings(), *_index(train, schema)]
        known = {int(value) for value in train.to_numpy().ravel() if value == value}
        if secrets := {*_secrets_in_memory()} - known if self.memory else set():
            found.append(f"{len(secrets)} held-out values in memory")
        if found:
            raise RuntimeError("; ".join(found))
        self._train = train
        return self

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        return self._train


def _index(train: pd.DataFrame, schema: Schema) -> Iterator[str]:
    if list(train.index) != list(range(len(train))):
        yield "the index of train has gaps"
    if list(train.columns) != list(schema.names):
        yield "train has other columns than the schema"


def _objects() -> Iterator[str]:
    names = {type(thing).__name__ for thing in gc.get_objects()}
    yield from (f"an object of type {name}" for name in sorted(names & {"Split", "ScoreInputs", "Plan", "Dataset"}))
    frame = sys._getframe()
    while frame is not None:
        if {"split", "holdout", "test", "artefacts", "score_seed"} & set(frame.f_locals):
            yield f"a local variable of {frame.f_code.co_name}"
        frame = frame.f_back  # type: ignore[assignment]


def _surroundings() -> Iterator[str]:
    if any(name.startswith("BENCH_") for name in os.environ) or b"BENCH_" in Path("/proc/self/environ").read_bytes():
        yield "the settings of the caller"
    if len(sys.argv) > 1:
        yield "the arguments of the caller"
    if unexpected := set(os.listdir()) - {"log.txt"}:
        yield f"the files {unexpected}"
    for entry in Path("/proc/self/fd").iterdir():
        try:
            target = entry.readlink()
        except FileNotFoundError:
            continue
        if target.is_absolute() and target.is_file() and not target.is_relative_to(Path.cwd()):
            yield f"the open file {target}"


def _secrets_in_memory() -> Iterator[int]:
    """The whole parts of the values of that form in all memory of this process that can be written."""
    start = re.escape(struct.pack("<d", 256 + FRACTION)[:5])
    form = re.compile(start + b"(...)", re.DOTALL)
    text = re.compile(rb"(2[5-9]\d|[34]\d\d|50\d|51[01])\.123456789")
    for low, high in _writable_memory():
        with open("/proc/self/mem", "rb", buffering=0) as memory:
            for place in range(low, high, _CHUNK):
                try:
                    memory.seek(place)
                    chunk = memory.read(min(_CHUNK + 16, high - place))
                except (OSError, ValueError, OverflowError):
                    continue
                yield from (int(match[1]) for match in text.finditer(chunk))
                for match in form.finditer(chunk):
                    value = struct.unpack("<d", match[0])[0]
                    if 257 <= value < 512:
                        yield int(value)


def _writable_memory() -> list[tuple[int, int]]:
    areas = []
    for line in Path("/proc/self/maps").read_text().splitlines():
        where, rights, *_ = line.split()
        if rights.startswith("rw"):
            low, high = where.split("-")
            areas.append((int(low, 16), int(high, 16)))
    return areas
