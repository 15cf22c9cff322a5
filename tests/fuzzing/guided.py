"""Changes guided by coverage: atheris, which is installed by hand, chooses the files that reach new code.

`python -m tests.fuzz_readers --atheris --reader NAME` runs this in a process in which nothing of bench is imported yet.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any

_LARGEST = 2**20
_OWN_SHARE = 0.5
"""The share of changes that are those of `mutations`."""


def main() -> None:
    """Fuzzes one reader until the time is over; the file of a fault that ends it is kept, as `crash-...`.

    Raises:
        SystemExit: if atheris is not installed, or there is no such reader.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--reader", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, required=True)
    options = parser.parse_args()
    try:
        atheris: Any = importlib.import_module("atheris")
    except ImportError:
        raise SystemExit("atheris is not installed; try: pip install atheris") from None
    with atheris.instrument_imports(include=["bench"], enable_loader_override=False):
        from tests.fuzz_readers import chosen_readers
    with tempfile.TemporaryDirectory() as folder:
        (reader,) = chosen_readers([options.reader], Path(folder) / "samples")
        options.out.mkdir(parents=True, exist_ok=True)
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for number, data in enumerate(reader.contents.values()):
            (corpus / str(number)).write_bytes(data)
        limits = [f"-max_total_time={60 * options.minutes:.0f}", f"-max_len={_LARGEST}"]
        _fuzz(atheris, reader, [*limits, f"-artifact_prefix={options.out}/", str(corpus)])


def _fuzz(atheris: Any, reader: Any, flags: list[str]) -> None:  # noqa: ANN401 - neither is imported above
    from tests.fuzzing.judge import Fault, Limits
    from tests.fuzzing.mutations import mutate
    from tests.fuzzing.rounds import read_changed

    def read(data: bytes) -> None:
        outcome = read_changed(reader, reader.places[len(data) % len(reader.places)], data, Limits())
        if isinstance(outcome, Fault):
            raise AssertionError(f"{outcome.kind} at {outcome.place}\n{outcome.details}")

    def change(data: bytes, largest: int, seed: int) -> bytes:
        rng = Random(seed)
        own = rng.random() < _OWN_SHARE
        changed: bytes = mutate(reader.form, data, rng) if own else atheris.Mutate(data, largest)
        return changed[:largest]

    atheris.Setup([sys.argv[0], *flags], read, custom_mutator=change)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
