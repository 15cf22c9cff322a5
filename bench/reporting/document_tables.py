"""Tables in other people's Markdown, rewritten from stored runs.

A pair of comments marks a place, with the run's path as seen from the file:

    <!-- bench:leaderboard run=docs/results/methane-1/blocked -->
    <!-- /bench -->

`bench:NAME` is a report section; its first table is written, or the one that `table=2` counts. `bench:values` with
`metrics=NAME,NAME@target` is a table of those metrics (see `document_metric_table`). Several `run=` are
merged (see `bench.runs.merge`). `bench:tuning` and `bench:attempts` show what `bench tune` tried, from
`history=FILE.csv` (see `document_tuning_table`). Comments inside fenced code are examples, and left alone.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.api import BenchError, Section, Table
from bench.common.atomic_files import write_file
from bench.common.suggestions import split_names
from bench.plugins import entry_points
from bench.reporting import document_metric_table, document_tuning_table, markdown
from bench.runs import run_directory
from bench.runs.merge import merge
from bench.statistics.leaderboard import rank

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bench.api import Leaderboard
    from bench.runs.run_directory import Run

_BEGIN = re.compile(
    r"<!-- bench:(?P<section>[\w-]+)(?P<sources>(?: (?:run|history)=\S+)+)(?: table=(?P<table>\d+))?"
    r"(?: metrics=(?P<metrics>\S+))? -->"
)
_END = "<!-- /bench -->"
_MARK = re.compile(r"<!--\s*(bench:|/\s*bench\b|bench\b.*\brun=)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_EXPECTED = f"<!-- bench:leaderboard run=... --> and {_END}, each on a line of its own"

Sources = dict[tuple[str, ...], tuple["Run", "Leaderboard"]]


def update(path: Path, *, write: bool = True) -> bool:
    """Rewrites the marked tables of a Markdown file; the same stores give the same bytes.

    Args:
        path: the file, in UTF-8; its line ends are kept.
        write: whether to change it.

    Returns:
        Whether it was, or would be, changed.

    Raises:
        BenchError: if it marks no place, a place is not closed, or names no run, section or table.
    """
    old = _read(path)
    newline = "\r\n" if "\r\n" in old else "\n"
    fresh = newline.join(_rewritten(path, old.replace("\r\n", "\n").split("\n")))
    if write and fresh != old:
        write_file(path, fresh.encode())
    return fresh != old


def tables(run: Run, board: Leaderboard, section: str) -> list[Table]:
    """The tables that a report section shows at once."""
    found: Section = entry_points.load("sections", section)
    return [block for block in found.build(run, board) if isinstance(block, Table)]


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise BenchError(
            f"{path} is not UTF-8 text (byte {error.start}); expected Markdown; save it as UTF-8"
        ) from error


def _rewritten(path: Path, lines: list[str]) -> Iterator[str]:
    """The lines, with fresh ones between the marks."""
    marks = list(_marks(lines))
    if not marks:
        raise BenchError(f"{path} marks no place for a table; expected {_EXPECTED}")
    opened: Sources = {}
    end = 0
    for begin, place, close in _places(path, lines, marks):
        yield from lines[end : begin + 1]
        yield from ["", *_filled(place, path.parent, opened).split("\n"), ""]
        end = close
    yield from lines[end:]


def _marks(lines: list[str]) -> Iterator[int]:
    """The lines that hold a comment of ours, right or wrong, outside fenced code."""
    fence = ""
    for at, line in enumerate(lines):
        if found := _FENCE.match(line):
            if not fence:
                fence = found[1]
            elif found[1].startswith(fence) and not line.strip(" `~"):
                fence = ""
        elif not fence and _MARK.match(line.strip()):
            yield at


def _places(path: Path, lines: list[str], marks: list[int]) -> Iterator[tuple[int, re.Match[str], int]]:
    """Where a place begins, what it asks for, where it ends."""
    for at in range(0, len(marks), 2):
        begin, end = marks[at], marks[at + 1] if at + 1 < len(marks) else None
        place = _BEGIN.fullmatch(lines[begin].strip())
        if place is None:
            raise BenchError(f"{path}, line {begin + 1} is {lines[begin].strip()!r}; expected {_EXPECTED}")
        if end is None or lines[end].strip() != _END:
            raise BenchError(f"{path}, line {begin + 1} opens a place that is not closed; expected {_END} after it")
        yield begin, place, end


def _filled(place: re.Match[str], folder: Path, opened: Sources) -> str:
    histories = re.findall(r" history=(\S+)", place["sources"])
    if histories or place["section"] in document_tuning_table.TABLES:
        return _tuned(place["section"], [folder / name for name in histories])
    runs = tuple(re.findall(r" run=(\S+)", place["sources"]))
    if runs not in opened:
        run = merge([run_directory.open_run(folder / run) for run in runs])
        opened[runs] = run, rank(run)
    if place["section"] == "values" and place["metrics"]:
        return markdown.render(
            [document_metric_table.table(*opened[runs], split_names([place["metrics"]]))], {}
        ).strip()
    found = tables(*opened[runs], place["section"])
    wanted = int(place["table"] or 1)
    if not 1 <= wanted <= len(found):
        raise BenchError(
            f"the section {place['section']} of {', '.join(runs)} has {len(found)} tables; got table={wanted}"
        )
    return markdown.render([replace(found[wanted - 1], hints={})], {}).strip()


def _tuned(wanted: str, paths: Sequence[Path]) -> str:
    if wanted not in document_tuning_table.TABLES or not paths:
        names = " and ".join(f"bench:{name}" for name in document_tuning_table.TABLES)
        raise BenchError(f"bench:{wanted} has {len(paths)} history=...; {names} take histories, all others runs")
    return markdown.render(
        [document_tuning_table.TABLES[wanted]([document_tuning_table.read(path) for path in paths])], {}
    ).strip()
