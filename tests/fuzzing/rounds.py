"""Reads many changed files, counts how that ended, and keeps the files of faults."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from time import process_time

from bench.common.safe_text import slug
from tests.fuzzing.judge import Fault, Limits, Outcome, judge
from tests.fuzzing.mutations import mutate
from tests.fuzzing.readers import Reader

Turn = tuple[Reader, int]
"""A reader, and the number of the changed file that it gets."""


@dataclass(slots=True)
class Tally:
    """What many reads found.

    Attributes:
        outcomes: (reader, `value`, `refused` or `fault`) -> number of reads.
        faults: fault without its details -> readers and numbers of the files.
        details: of the first of these faults.
    """

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    faults: dict[tuple[str, str], list[tuple[str, int]]] = field(default_factory=dict)
    details: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, reader: str, number: int, outcome: Outcome) -> bool:
        """Counts a read; returns whether it is the first with its fault."""
        if not isinstance(outcome, Fault):
            self.outcomes[reader, outcome] += 1
            return False
        self.outcomes[reader, "fault"] += 1
        key = outcome.kind, outcome.place
        self.faults.setdefault(key, []).append((reader, number))
        self.details.setdefault(key, outcome.details)
        return len(self.faults[key]) == 1

    def lines(self) -> Iterator[str]:
        """Yields the number of reads for each reader, then every fault."""
        for reader in dict.fromkeys(name for name, _ in self.outcomes):
            value, refused, fault = (self.outcomes[reader, outcome] for outcome in ("value", "refused", "fault"))
            yield f"{reader:<32} {value + refused + fault:>7} files: {value} read, {refused} refused, {fault} faults"
        yield f"{sum(self.outcomes.values())} files; {len(self.faults)} different faults"
        for (kind, place), where in self.faults.items():
            yield f"{len(where):>6} x {kind} at {place}, first {where[0][0]} {where[0][1]}"


def changed_file(reader: Reader, contents: Mapping[Path, bytes], seed: int, number: int) -> tuple[Path, bytes]:
    """Returns where a changed file belongs and what it holds; the same for the same seed, reader and number."""
    rng = Random(f"{seed}/{reader.name}/{number}")
    place, donor = rng.choice(reader.places), rng.choice(reader.places)
    return place, mutate(reader.form, contents[place], rng, contents[donor])


def read_changed(reader: Reader, place: Path, data: bytes, limits: Limits | None = None) -> Outcome:
    """Reads a file in the place of a valid one, which comes back afterwards."""
    valid = place.read_bytes()
    place.write_bytes(data)
    try:
        return judge(lambda: reader.read(place), limits)
    finally:
        place.write_bytes(valid)


def require_readable(reader: Reader) -> None:
    """Checks that every valid file of a reader is read.

    Raises:
        RuntimeError: if one is not, so that its changed files would tell nothing.
    """
    for place in reader.places:
        if (outcome := judge(partial(reader.read, place))) != "value":
            raise RuntimeError(f"{reader.name}: the valid file {place.name} is not read: {outcome}")


def fuzz(
    turns: Iterable[Turn],
    seed: int,
    tally: Tally,
    limits: Limits | None = None,
    begin: Callable[[Reader, int, Path, bytes], object] = lambda *_: None,
    found: Callable[[Reader, int, Path, bytes, Fault], object] = lambda *_: None,
) -> None:
    """Reads a changed file in each turn.

    Args:
        turns: the reader of each, and the number of its file.
        seed: of all changes.
        tally: filled with how the reads ended.
        limits: of each read, or None.
        begin: called before each read, with the file and where it belongs.
        found: called with the first file of each fault, and where it belongs.
    """
    contents: dict[str, Mapping[Path, bytes]] = {}
    for reader, number in turns:
        valid = contents.setdefault(reader.name, reader.contents)
        place, data = changed_file(reader, valid, seed, number)
        begin(reader, number, place, data)
        outcome = read_changed(reader, place, data, limits)
        if tally.add(reader.name, number, outcome) and isinstance(outcome, Fault):
            found(reader, number, place, data, outcome)


def in_turn(readers: Sequence[Reader], count: int) -> Iterator[Turn]:
    """Yields each reader as often as the others, `count` turns in all."""
    for turn in range(count):
        yield readers[turn % len(readers)], turn // len(readers)


def by_time(readers: Sequence[Reader], goes_on: Callable[[], bool], numbers: dict[str, int]) -> Iterator[Turn]:
    """Yields the reader that took the least processor time so far, as long as it goes on.

    Args:
        readers: to choose from.
        goes_on: asked before each turn.
        numbers: reader -> the number of its next file; counted up.
    """
    spent = dict.fromkeys((reader.name for reader in readers), 0.0)
    while goes_on():
        reader = min(readers, key=lambda reader: spent[reader.name])
        number = numbers.setdefault(reader.name, 0)
        numbers[reader.name] += 1
        start = process_time()
        yield reader, number
        spent[reader.name] += process_time() - start


def keep(folder: Path, seed: int, reader: str, number: int, place: Path, data: bytes, details: str) -> Path:
    """Stores a file with which a read ended in a fault, and how to read it again; returns the folder."""
    kept = folder / f"{slug(reader)}-{seed}-{number}"
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    (kept / place.name).write_bytes(data)
    again = {"reader": reader, "seed": seed, "number": number, "file": place.name}
    (kept / "fault.json").write_text(json.dumps(again, indent=1) + "\n")
    (kept / "fault.txt").write_text(details, errors="backslashreplace")
    return kept
