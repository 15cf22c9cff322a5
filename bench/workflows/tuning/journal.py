"""The journal of a tuning study: one JSON object per line, each an operation that Optuna repeats to restore the study.

It takes the place of Optuna's own file. It is read like any stored file, which may be damaged or come from a stranger,
and it needs no lock of its own: the folder of the study is locked.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from bench.api import BenchError
from bench.common.parsed_text import parse_json
from bench.runs.stored_files import JSON_BYTES, is_stored, read_stored

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

NAME = "journal.log"

_GO_ON = "restore the file, or remove this line and those below it to go on with the attempts above"


class StudyJournal:
    """The operations of a study in the file `NAME` of its folder; a backend of Optuna's `JournalStorage`."""

    def __init__(self, folder: Path) -> None:
        """Reads the journal in `folder`, if there is one.

        Raises:
            BenchError: if it cannot be read, or a line is no JSON object.
        """
        self.path = folder / NAME
        self._operations = _read(self.path, folder) if is_stored(self.path) else []

    def __len__(self) -> int:
        """Returns the number of operations."""
        return len(self._operations)

    def read_logs(self, log_number_from: int) -> list[dict[str, Any]]:
        """Returns the operations from a number on."""
        return self._operations[log_number_from:]

    def append_logs(self, logs: Iterable[Mapping[str, Any]]) -> None:
        """Stores operations."""
        lines = [json.dumps(log, separators=(",", ":")) for log in logs]
        with self.path.open("ab") as stream:
            stream.write("".join(f"{line}\n" for line in lines).encode())
            stream.flush()
            os.fsync(stream.fileno())
        self._operations += [json.loads(line) for line in lines]


def _read(path: Path, folder: Path) -> list[dict[str, Any]]:
    lines = read_stored(path, folder, JSON_BYTES).split(b"\n")
    if lines.pop():
        raise BenchError(f"line {len(lines) + 1} of {path} is incomplete; {_GO_ON}")
    return [_operation(line, f"line {number} of {path}") for number, line in enumerate(lines, start=1)]


def _operation(line: bytes, where: str) -> dict[str, Any]:
    try:
        operation = parse_json(line)
    except ValueError as error:
        raise BenchError(f"{where} is damaged ({error}); {_GO_ON}") from error
    if not isinstance(operation, dict):
        raise BenchError(f"{where} holds a {type(operation).__name__}; expected a JSON object; {_GO_ON}")
    return operation
