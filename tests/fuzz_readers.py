"""Changes valid files at random, and checks that each is read or refused in one line.

    python -m tests.fuzz_readers --minutes 10            # all readers, as much time each
    python -m tests.fuzz_readers --reader "csv table"    # one reader
    python -m tests.fuzz_readers --again runs/fuzz/csv-table-0-17   # a file that was kept
    python -m tests.fuzz_readers --atheris --reader manifest        # guided by coverage; pip install atheris first

A read must end with a value or a `BenchError` of one line. Any other error, a warning, over twenty seconds of processor
time and over 1 GiB of memory are faults. The first file of each fault is kept, and the same seed makes the same files.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import multiprocessing
import subprocess
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from tests.fuzzing import rounds
from tests.fuzzing.judge import Fault, Limits, limit_address_space
from tests.fuzzing.readers import Reader, all_readers
from tests.fuzzing.samples import write_samples

_LIMITS = Limits()
_HANGS = 10 * _LIMITS.seconds
"""Seconds after which a process that reads one file is ended."""
_BROKEN = 70
"""The exit code of a process whose own code failed."""
_ADDRESS_SPACE = 4 * _LIMITS.memory_bytes


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzzes as the arguments say; returns 1 if there was a fault."""
    options = _parser().parse_args(arguments)
    if options.atheris:
        # A new process: only what is imported after atheris is guided by coverage.
        names = [word for name in options.reader for word in ("--reader", name)]
        command = [sys.executable, "-m", "tests.fuzzing.guided", *names, "--minutes", str(options.minutes)]
        return subprocess.run([*command, "--out", str(options.out)], check=False).returncode
    if options.again:
        return _again(options.again)
    tally = _fuzz_in_processes(options)
    for line in tally.lines():
        print(line)
    return 1 if tally.faults else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz_readers", description="Fuzzes readers of files.")
    parser.add_argument("--minutes", type=float, default=10.0, help="wall time [10]")
    parser.add_argument("--seed", type=int, default=0, help="of all changes [0]")
    parser.add_argument("--reader", action="append", default=[], help="only this reader; repeatable")
    parser.add_argument(
        "--out", type=Path, default=Path("runs/fuzz"), help="where files of faults are kept [runs/fuzz]"
    )
    parser.add_argument("--again", type=Path, help="read a file that was kept once more")
    parser.add_argument("--atheris", action="store_true", help="changes guided by coverage, of one reader")
    return parser


def chosen_readers(names: Sequence[str], folder: Path) -> list[Reader]:
    """Returns the readers with these names, or all; their samples are written into `folder`."""
    readers = all_readers(write_samples(folder))
    if unknown := set(names) - {reader.name for reader in readers}:
        raise SystemExit(f"unknown reader {min(unknown)!r}; expected {', '.join(reader.name for reader in readers)}")
    return [reader for reader in readers if reader.name in names or not names]


def _fuzz_in_processes(options: argparse.Namespace) -> rounds.Tally:
    """Fuzzes in a process of its own, and in another one whenever a read ends that."""
    tally, numbers, end = rounds.Tally(), dict[str, int](), monotonic() + 60 * options.minutes
    with tempfile.TemporaryDirectory() as folder:
        while monotonic() < end:
            work = Path(tempfile.mkdtemp(dir=folder))
            process = multiprocessing.get_context("spawn").Process(target=_fuzz, args=(options, work, numbers, end))
            process.start()
            process.join()
            if not (work / "state.json").exists():
                raise SystemExit("the fuzzer itself failed, see above")
            state = json.loads((work / "state.json").read_text())
            numbers = state["numbers"]
            _merge(tally, state)
            if process.exitcode == _BROKEN:
                print(*tally.lines(), sep="\n")
                raise SystemExit("the fuzzer itself failed, see above")
            if process.exitcode:
                name, number = state["turn"]
                details = f"the process ended with exit code {process.exitcode}"
                tally.add(name, number, Fault(details, "elsewhere", details))
                place = work / "current"
                kept = rounds.keep(
                    options.out, options.seed, name, number, Path(state["file"]), place.read_bytes(), details
                )
                print(f"FAULT: {details}: {name} {number}; kept in {kept}", flush=True)
    return tally


def _merge(tally: rounds.Tally, state: dict[str, Any]) -> None:
    tally.outcomes += Counter({(name, outcome): count for name, outcome, count in state["outcomes"]})
    for kind, place, where in state["faults"]:
        tally.faults.setdefault((kind, place), []).extend((name, number) for name, number in where)


def _fuzz(options: argparse.Namespace, work: Path, numbers: dict[str, int], end: float) -> None:
    """Does as `_read_changed_files`; an error of the fuzzer itself has its own exit code."""
    try:
        _read_changed_files(options, work, numbers, end)
    except Exception:  # noqa: BLE001 - any
        traceback.print_exc()
        sys.exit(_BROKEN)


def _read_changed_files(options: argparse.Namespace, work: Path, numbers: dict[str, int], end: float) -> None:
    """Reads changed files until the end; leaves in `work` what was found, and which file is being read."""
    readers = chosen_readers(options.reader, work / "samples")
    for reader in readers:
        rounds.require_readable(reader)
    limit_address_space(_ADDRESS_SPACE)
    faulthandler.enable()
    tally = rounds.Tally()

    def begin(reader: Reader, number: int, place: Path, data: bytes) -> None:
        (work / "current").write_bytes(data)
        _write_state(work, tally, numbers, reader.name, number, place.name)
        faulthandler.dump_traceback_later(_HANGS, exit=True)

    def found(reader: Reader, number: int, place: Path, data: bytes, fault: Fault) -> None:
        kept = rounds.keep(options.out, options.seed, reader.name, number, place, data, fault.details)
        print(f"FAULT: {fault.kind} at {fault.place}: {reader.name} {number}; kept in {kept}", flush=True)

    turns = rounds.by_time(readers, lambda: monotonic() < end, numbers)
    rounds.fuzz(turns, options.seed, tally, _LIMITS, begin, found)
    faulthandler.cancel_dump_traceback_later()
    _write_state(work, tally, numbers, "", 0, "")


def _write_state(work: Path, tally: rounds.Tally, numbers: dict[str, int], reader: str, number: int, file: str) -> None:
    outcomes = [(*key, count) for key, count in tally.outcomes.items()]
    faults = [(*key, where[:1000]) for key, where in tally.faults.items()]
    state = {"turn": (reader, number), "file": file, "numbers": numbers, "outcomes": outcomes, "faults": faults}
    (work / "state.json").write_text(json.dumps(state))


def _again(kept: Path) -> int:
    """Reads a kept file in the place of each valid file of its name."""
    fault = json.loads((kept / "fault.json").read_text())
    with tempfile.TemporaryDirectory() as folder:
        (reader,) = chosen_readers([fault["reader"]], Path(folder) / "samples")
        data = (kept / fault["file"]).read_bytes()
        places = [place for place in reader.places if place.name == fault["file"]]
        outcomes = [rounds.read_changed(reader, place, data, _LIMITS) for place in places]
    for place, outcome in zip(places, outcomes, strict=True):
        shown = f"{outcome.kind} at {outcome.place}\n{outcome.details}" if isinstance(outcome, Fault) else outcome
        print(f"{place}: {shown}")
    return int(any(isinstance(outcome, Fault) for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
