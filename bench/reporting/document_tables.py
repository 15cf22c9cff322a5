"""Tables in any Markdown file, rewritten from stored runs.

A pair of comments marks a table, with the run's path relative to the file:

    <!-- bench:leaderboard run=docs/results/methane-1/blocked -->
    <!-- /bench -->

`bench:NAME` is a report section; its first table is written, or the second one with `table=2`. `bench:values` with
`metrics=NAME,NAME@target` is a table of those metrics. Several `run=` are merged (see `bench.runs.merge`).
`bench:tuning` and `bench:attempts` show what `bench tune` tried, from `history=FILE.csv` (see
`document_tuning_table`). Comments inside fenced code are examples and are not changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from math import isnan
from pathlib import Path

from bench.api import BenchError, Board, Leaderboard, Metric, Run, Section, Table, Text
from bench.common.atomic_files import write_file
from bench.common.formatting import IMPLAUSIBLE, NONE, heading, places, ranks
from bench.common.parsed_text import read_text
from bench.common.suggestions import parse_names
from bench.plugins import entry_points
from bench.reporting import document_tuning_table, markdown
from bench.runs import run_directory
from bench.runs.merge import merge_runs
from bench.statistics.leaderboard import rank

_BEGIN = re.compile(
    r"<!-- bench:(?P<section>[\w-]+)(?P<sources>(?: (?:run|history)=\S+)+)(?: table=(?P<table>[0-9]{1,4}))?"
    r"(?: metrics=(?P<metrics>\S+))? -->"
)
_END = "<!-- /bench -->"
_COMMENT = re.compile(r"<!--\s*(bench:|/\s*bench\b|bench\b.*\brun=)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_EXPECTED = f"<!-- bench:leaderboard run=... --> and {_END}, each on a line of its own"

_AT_TARGET = "@target"

OpenedRuns = dict[tuple[str, ...], tuple[Run, Leaderboard]]
"""Paths as written -> the merged run and its leaderboard."""

Estimates = dict[tuple[str, str], tuple[float, float]]
"""generator, metric -> mean, standard deviation"""


def update(path: Path, *, write: bool = True) -> bool:
    """Rewrites the marked tables of a Markdown file; the same runs give the same bytes.

    Args:
        path: the file, in UTF-8; its line ends are kept.
        write: whether to change the file.

    Returns:
        Whether the file was, or would be, changed.

    Raises:
        BenchError: if it marks no table, a mark is not closed, or names no run, section or table.
    """
    old = _read_text(path)
    newline = "\r\n" if "\r\n" in old else "\n"
    new = newline.join(_rewritten(path, old.replace("\r\n", "\n").split("\n")))
    if write and new != old:
        write_file(path, new.encode())
    return new != old


def tables(run: Run, leaderboard: Leaderboard, section: str) -> list[Table]:
    """Returns the tables of a report section, without those inside folds."""
    loaded: Section = entry_points.load("sections", section)
    return [block for block in loaded.build(run, leaderboard) if isinstance(block, Table)]


def _read_text(path: Path) -> str:
    try:
        return read_text(path, newline="")
    except UnicodeDecodeError as error:
        message = f"{path} is not UTF-8 text (byte {error.start}); expected Markdown; save it as UTF-8"
        raise BenchError(message) from error
    except OSError as error:
        raise BenchError(f"cannot read {path}: {error.strerror}; expected a Markdown file") from error


def _rewritten(path: Path, lines: list[str]) -> Iterator[str]:
    """Yields the lines of a file, with new ones between the marks."""
    marks = list(_marked_lines(lines))
    if not marks:
        raise BenchError(f"{path} marks no place for a table; expected {_EXPECTED}")
    opened: OpenedRuns = {}
    copied = 0
    for begin, mark, end in _marks(path, lines, marks):
        yield from lines[copied : begin + 1]
        try:
            text = _table_text(mark, path.parent, opened)
        except BenchError as error:
            raise BenchError(f"{path}, line {begin + 1}: {error}") from error
        yield from ["", *text.split("\n"), ""]
        copied = end
    yield from lines[copied:]


def _marked_lines(lines: list[str]) -> Iterator[int]:
    """Yields numbers of lines with a comment that starts with `bench`, valid or not, outside fenced code."""
    fence = ""
    for number, line in enumerate(lines):
        if match := _FENCE.match(line):
            if not fence:
                fence = match[1]
            elif match[1].startswith(fence) and not line.strip(" `~"):
                fence = ""
        elif not fence and _COMMENT.match(line.strip()):
            yield number


def _marks(path: Path, lines: list[str], marks: list[int]) -> Iterator[tuple[int, re.Match[str], int]]:
    """Yields the first line, the content and the last line of each pair of comments."""
    for begin, end in zip_longest(marks[::2], marks[1::2]):
        mark = _BEGIN.fullmatch(lines[begin].strip())
        if mark is None:
            raise BenchError(f"{path}, line {begin + 1} is {lines[begin].strip()!r}; expected {_EXPECTED}")
        if end is None or lines[end].strip() != _END:
            raise BenchError(f"{path}, line {begin + 1} opens a table that is not closed; expected {_END} after it")
        yield begin, mark, end


def _table_text(mark: re.Match[str], folder: Path, opened: OpenedRuns) -> str:
    """Returns the Markdown table that a mark asks for; paths are relative to `folder`, and `opened` is added to."""
    histories = re.findall(r" history=(\S+)", mark["sources"])
    if histories or mark["section"] in document_tuning_table.TABLES:
        return _tuning_text(mark["section"], [folder / name for name in histories])
    runs = tuple(re.findall(r" run=(\S+)", mark["sources"]))
    if runs not in opened:
        run = merge_runs([run_directory.open_run(folder / run) for run in runs])
        opened[runs] = run, rank(run)
    warning = opened[runs][0].manifest.earlier_protocol
    earlier = [Text(warning)] if warning else []
    if mark["section"] == "values" and mark["metrics"]:
        names = [name for name in mark["metrics"].split(",") if name]
        return markdown.render([metric_table(*opened[runs], names), *earlier], {}).strip()
    section_tables = tables(*opened[runs], mark["section"])
    number = int(mark["table"] or 1)
    if not 1 <= number <= len(section_tables):
        section = f"the section {mark['section']} of {', '.join(runs)}"
        raise BenchError(f"{section} has {len(section_tables)} tables; got table={number}")
    return markdown.render([replace(section_tables[number - 1], hints={}), *earlier], {}).strip()


def _tuning_text(name: str, paths: Sequence[Path]) -> str:
    if name not in document_tuning_table.TABLES or not paths:
        names = " and ".join(f"bench:{name}" for name in document_tuning_table.TABLES)
        raise BenchError(f"bench:{name} has {len(paths)} history=...; {names} take histories, all others runs")
    histories = [document_tuning_table.read_history(path) for path in paths]
    return markdown.render([document_tuning_table.TABLES[name](histories)], {}).strip()


def metric_table(run: Run, leaderboard: Leaderboard, columns: Sequence[str]) -> Table:
    """Returns ranks and raw values of metrics on the first board; reference rows are set apart.

    In `columns`, `metric@target` is the metric's value for the target column alone.

    Raises:
        BenchError: if there is no such metric.
    """
    metrics = {metric.name: metric for metric in run.metrics}
    for name in columns:
        parse_names([name.removesuffix(_AT_TARGET)], metrics, "metric")
    board = leaderboard.boards[0]
    values = _means_and_deviations(run, board)
    references = [entry for entry in board.entries if entry.kind == "reference"]
    generators = [entry for entry in board.generators if "ok" in entry.status]
    plausible, entries = sum(not entry.implausible for entry in generators), [*generators, *references]
    header = ("Rank", "Generator", *(_metric_heading(metrics, name) for name in columns))
    rows = tuple(
        (ranks(entry), entry.generator, *(_value_cell(values, entry.generator, name) for name in columns))
        for entry in entries
    )
    caption = f"{board.dataset}, {board.protocol} split, {board.repeats} repeats: mean ± standard deviation"
    apart = frozenset(range(plausible, len(entries)))
    tags = {row: IMPLAUSIBLE for row, entry in enumerate(entries) if entry.implausible}
    return Table(header, rows, caption, align="rl" + "r" * len(columns), apart=apart, names=1, tags=tags)


def _metric_heading(metrics: Mapping[str, Metric], name: str) -> str:
    metric = metrics[name.removesuffix(_AT_TARGET)]
    return heading(metric).replace(metric.name, name.replace(_AT_TARGET, " of the target"), 1)


def _means_and_deviations(run: Run, board: Board) -> Estimates:
    """Returns mean and standard deviation over splits by generator and metric; draws are averaged first."""
    target = run.manifest.dataset(board.dataset).schema.target
    frame = run.frame()
    frame = frame[(frame["dataset"] == board.dataset) & (frame["protocol"] == board.protocol)]
    frame = frame[frame["column"].isin(["", target])]
    frame = frame.assign(metric=frame["metric"].where(frame["column"] == "", frame["metric"] + _AT_TARGET))
    means = frame.groupby(["generator", "metric", "split"])["value"].mean().dropna()
    table = means.groupby(["generator", "metric"]).agg(["mean", "std"]).reset_index()
    rows = table.itertuples(index=False, name=None)
    return {(generator, metric): (mean, deviation) for generator, metric, mean, deviation in rows}


def _value_cell(values: Estimates, generator: str, name: str) -> str:
    if (generator, name) not in values:
        return NONE
    mean, deviation = values[generator, name]
    digits = places(mean)
    return f"{mean:.{digits}f}" + ("" if isnan(deviation) else f" ± {deviation:.{digits}f}")
