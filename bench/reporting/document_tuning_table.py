"""Tables of what `bench tune` tried, from the histories that it writes."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api import BenchError, Table
from bench.common.formatting import NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

_DEFAULTS = "defaults"


@dataclass(frozen=True, slots=True)
class History:
    """A history file.

    Attributes:
        generator: the file's name without its ending.
        params: names of what was searched.
        families: names of the families scored.
        attempts: the file's rows by column name.
    """

    generator: str
    params: tuple[str, ...]
    families: tuple[str, ...]
    attempts: tuple[Mapping[str, str], ...]

    def ranked(self) -> list[Mapping[str, str]]:
        """Best first; of equals the earlier."""
        return sorted(self.attempts, key=lambda one: -float(one["objective"]))


def read(path: Path) -> History:
    """The history that `bench tune` wrote beside its configuration.

    Raises:
        BenchError: if there is none, or a row has more or fewer cells than the header.
    """
    expected = "expected the CSV that bench tune writes beside its --out"
    if not path.is_file():
        raise BenchError(f"there is no history at {path}; {expected}")
    with path.open(newline="", encoding="utf-8") as stream:
        header, *rows = [tuple(row) for row in csv.reader(stream)] or [()]
    ragged = any(len(row) != len(header) for row in rows)
    if not rows or ragged or not {"trial", "objective", "overall", "fit_cpu_seconds"} <= set(header):
        raise BenchError(f"{path} is no history; {expected}")
    value, overall = header.index("objective"), header.index("overall")
    attempts = tuple(dict(zip(header, row, strict=True)) for row in rows)
    return History(path.stem, header[1:value], header[value + 1 : overall], attempts)


def summary(histories: Sequence[History]) -> Table:
    """What tuning gained: of every history the defaults and the best attempt."""
    families = tuple(dict.fromkeys(name for one in histories for name in one.families))
    columns = ("objective", *families, "fit_cpu_seconds")
    rows: list[tuple[str, ...]] = []
    for history in histories:
        trials = [one for one in history.ranked() if one["trial"] != _DEFAULTS]
        defaults = [one for one in history.attempts if one["trial"] == _DEFAULTS]
        best = f"best of {len(trials)}"
        for name, attempts in ((_DEFAULTS, defaults), (best, trials)):
            rows += [(history.generator, name, *_cells(one, columns)) for one in attempts[:1]]
    return Table(
        header=("Generator", "Parameters", *map(_heading, columns)), rows=tuple(rows), align="ll" + "r" * len(columns)
    )


def attempts(histories: Sequence[History]) -> Table:
    """Every attempt of one history, best first.

    Raises:
        BenchError: if there are several histories.
    """
    if len(histories) != 1:
        raise BenchError(f"attempts shows one history; got {len(histories)}")
    (history,) = histories
    columns = ("objective", *history.families, "fit_cpu_seconds")
    header = ("Trial", *history.params, *map(_heading, columns))
    rows = [
        (one["trial"], *(_param(one[name]) for name in history.params), *_cells(one, columns))
        for one in history.ranked()
    ]
    return Table(header=header, rows=tuple(rows), align="l" + "r" * (len(header) - 1))


TABLES: Mapping[str, Callable[[Sequence[History]], Table]] = {"tuning": summary, "attempts": attempts}
"""By the name of the mark that asks for them."""


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
