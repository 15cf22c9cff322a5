"""Tables of the attempts of `bench tune`, from the histories that it writes."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.api import BenchError, Table
from bench.common.formatting import NONE

_DEFAULTS = "defaults"


@dataclass(frozen=True, slots=True)
class TuningHistory:
    """The attempts of one `bench tune`, each as text by column; `generator` is the file's name without its ending."""

    generator: str
    params: tuple[str, ...]
    families: tuple[str, ...]
    attempts: tuple[Mapping[str, str], ...]

    def ranked(self) -> list[Mapping[str, str]]:
        """Returns the attempts, best first; of equal ones the earlier first."""
        return sorted(self.attempts, key=lambda attempt: -float(attempt["objective"]))


def read_history(path: Path) -> TuningHistory:
    """Reads the history that `bench tune` wrote beside its configuration.

    Raises:
        BenchError: if there is none, or a row has more or fewer cells than the header.
    """
    expected = "expected the CSV that bench tune writes beside its --out"
    if not path.is_file():
        raise BenchError(f"there is no history at {path}; {expected}")
    with path.open(newline="", encoding="utf-8") as stream:
        header, *rows = [tuple(row) for row in csv.reader(stream)] or [()]
    is_ragged = any(len(row) != len(header) for row in rows)
    if not rows or is_ragged or not {"trial", "objective", "overall", "fit_cpu_seconds"} <= set(header):
        raise BenchError(f"{path} is no history; {expected}")
    objective, overall = header.index("objective"), header.index("overall")
    attempts = tuple(dict(zip(header, row, strict=True)) for row in rows)
    return TuningHistory(path.stem, header[1:objective], header[objective + 1 : overall], attempts)


def summary_table(histories: Sequence[TuningHistory]) -> Table:
    """Returns the defaults and the best attempt of every history."""
    families = tuple(dict.fromkeys(family for history in histories for family in history.families))
    columns = ("objective", *families, "fit_cpu_seconds")
    rows: list[tuple[str, ...]] = []
    for history in histories:
        trials = [attempt for attempt in history.ranked() if attempt["trial"] != _DEFAULTS]
        defaults = [attempt for attempt in history.attempts if attempt["trial"] == _DEFAULTS]
        for name, attempts in ((_DEFAULTS, defaults), (f"best of {len(trials)}", trials)):
            rows += [(history.generator, name, *_cells(attempt, columns)) for attempt in attempts[:1]]
    header = ("Generator", "Parameters", *map(_heading, columns))
    return Table(header, tuple(rows), align="ll" + "r" * len(columns))


def attempts_table(histories: Sequence[TuningHistory]) -> Table:
    """Returns every attempt of one history, best first.

    Raises:
        BenchError: if there are several histories.
    """
    if len(histories) != 1:
        raise BenchError(f"attempts shows one history; got {len(histories)}")
    (history,) = histories
    columns = ("objective", *history.families, "fit_cpu_seconds")
    header = ("Trial", *history.params, *map(_heading, columns))
    rows = [
        (attempt["trial"], *(_param(attempt[name]) for name in history.params), *_cells(attempt, columns))
        for attempt in history.ranked()
    ]
    return Table(header=header, rows=tuple(rows), align="l" + "r" * (len(header) - 1))


TABLES: Mapping[str, Callable[[Sequence[TuningHistory]], Table]] = {"tuning": summary_table, "attempts": attempts_table}
"""By the name in the comment that marks the table."""


def _heading(column: str) -> str:
    return {"objective": "Objective", "fit_cpu_seconds": "Fit CPU s"}.get(column, column.capitalize())


def _cells(attempt: Mapping[str, str], columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(_score(attempt.get(name, ""), 1 if name == "fit_cpu_seconds" else 3) for name in columns)


def _score(text: str, digits: int) -> str:
    return f"{float(text):.{digits}f}" if text else NONE


def _param(text: str) -> str:
    try:
        return f"{float(text):.4g}"
    except ValueError:
        return text or NONE
