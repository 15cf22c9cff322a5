"""Changes guided by coverage: atheris, which is installed by hand, chooses the files that reach new code."""

from __future__ import annotations

import importlib
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzzing.judge import Fault, Limits

_LARGEST = 2**20
_OWN_SHARE = 0.5
"""The share of changes that are those of `mutations`."""


def guided(names: list[str], out: Path, minutes: float) -> int:
    """Fuzzes one reader until the time is over; the file of a fault that ends it is kept in `out`, as `crash-...`.

    Raises:
        SystemExit: if atheris is not installed, or not exactly one reader is named.
    """
    try:
        atheris: Any = importlib.import_module("atheris")
    except ImportError:
        raise SystemExit("atheris is not installed; try: pip install atheris") from None
    if len(names) != 1:
        raise SystemExit("expected one --reader")
    with atheris.instrument_imports(include=["bench"]):
        from tests.fuzzing.mutations import mutate
        from tests.fuzzing.readers import all_readers
        from tests.fuzzing.rounds import read_changed
        from tests.fuzzing.samples import write_samples
    folder = Path(tempfile.mkdtemp())
    readers = {reader.name: reader for reader in all_readers(write_samples(folder / "samples"))}
    reader = readers[names[0]]
    corpus = folder / "corpus"
    corpus.mkdir()
    out.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(reader.contents.values()):
        (corpus / str(number)).write_bytes(data)

    def read(data: bytes) -> None:
        outcome = read_changed(reader, reader.places[len(data) % len(reader.places)], data, Limits())
        if isinstance(outcome, Fault):
            raise AssertionError(f"{outcome.kind} at {outcome.place}\n{outcome.details}")

    def change(data: bytes, largest: int, seed: int) -> bytes:
        rng = Random(seed)
        own = rng.random() < _OWN_SHARE
        changed: bytes = mutate(reader.form, data, rng) if own else atheris.Mutate(data, largest)
        return changed[:largest]

    flags = [f"-max_total_time={60 * minutes:.0f}", f"-max_len={_LARGEST}", f"-artifact_prefix={out}/", str(corpus)]
    atheris.Setup([sys.argv[0], *flags], read, custom_mutator=change)
    atheris.Fuzz()
    return 0
