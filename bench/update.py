"""Tables in other people's Markdown, rewritten from stored runs.

A pair of comments marks a place, with the run's path as seen from the file:

    <!-- bench:leaderboard run=docs/results/methane-1/blocked -->
    <!-- /bench -->

`bench:NAME` is a report section; its first table is written, or the one that `table=2` counts.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bench import markdown, registry, store
from bench.api import BenchError, Section, Table
from bench.files import write_file
from bench.ranking import rank

if TYPE_CHECKING:
    from pathlib import Path

_PLACE = re.compile(
    r"(?P<begin><!-- bench:(?P<section>[\w-]+) run=(?P<run>\S+)(?: table=(?P<table>\d+))? -->\n)"
    r"(?P<old>.*?)(?P<end><!-- /bench -->)",
    re.DOTALL,
)


def update(path: Path, *, write: bool = True) -> bool:
    """Rewrites the marked tables of a Markdown file; the same stores give the same bytes.

    Args:
        path: the file.
        write: whether to change it.

    Returns:
        Whether it was, or would be, changed.

    Raises:
        BenchError: if it marks no place, or a place names no run, section or table.
    """
    text = path.read_text(encoding="utf-8")
    if not _PLACE.search(text):
        raise BenchError(
            f"{path} marks no place for a table; expected <!-- bench:leaderboard run=... --> and <!-- /bench -->"
        )
    fresh = _PLACE.sub(lambda place: _filled(place, path.parent), text)
    if write and fresh != text:
        write_file(path, fresh.encode())
    return fresh != text


def _filled(place: re.Match[str], folder: Path) -> str:
    run = store.open_run(folder / place["run"])
    section: Section = registry.load("sections", place["section"])
    tables = [block for block in section.build(run, rank(run)) if isinstance(block, Table)]
    wanted = int(place["table"] or 1)
    if not 1 <= wanted <= len(tables):
        raise BenchError(
            f"the section {place['section']} of {place['run']} has {len(tables)} tables; got table={wanted}"
        )
    body = markdown.render([replace(tables[wanted - 1], hints={})], {})
    return f"{place['begin']}\n{body.strip()}\n\n{place['end']}"
