"""The contract of data sets. A rule is a function that raises `ContractError`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from bench.api import Dataset, DatasetSource
from bench.tables.datasets import check_dataset as check_table
from bench.workflows.plugin_checks.rule import Check, expect, expect_type


def checks() -> list[Check]:
    """The rules of data sets."""
    return [
        Check("form", "It is a DatasetSource with a summary and a licence.", _source),
        Check("loads", "load() returns a Dataset whose table can be benchmarked.", _loads),
        Check("same-again", "load() returns the same table each time, with its sha256.", _same_again),
        Check("no-paths", "Its source is a citation or an address, never a path of one machine.", _no_paths),
    ]


def _source(plugin: Any) -> None:  # noqa: ANN401
    expect_type(plugin, DatasetSource, "DatasetSource(summary, licence, load)")
    expect(bool(plugin.summary and plugin.licence), "its summary or licence is empty; expected a line for `bench list`")


def _load(plugin: DatasetSource) -> Dataset:
    found = plugin.load()
    expect(isinstance(found, Dataset), f"load() returned a {type(found).__name__}; expected a Dataset")
    return found


def _loads(plugin: Any) -> None:  # noqa: ANN401
    found = _load(plugin)
    check_table(found)
    got, wanted = list(found.frame.columns), list(found.schema.columns)
    expect(got == wanted, f"the table has the columns {got}; expected those of its schema, in order: {wanted}")
    expect(list(found.frame.index) == list(range(len(found.frame))), "its index is not 0..n-1; use reset_index()")


def _same_again(plugin: Any) -> None:  # noqa: ANN401
    first, second = _load(plugin), _load(plugin)
    expect(first.frame.equals(second.frame), "load() gave another table the second time; expected the same values")
    expect(first.sha256 == second.sha256, "load() gave another sha256 for the same table; expected a constant one")
    said = f"its sha256 is {first.sha256!r}; expected 64 hex digits, of the file or of the values"
    expect(re.fullmatch(r"[0-9a-f]{64}", first.sha256) is not None, said)


def _no_paths(plugin: Any) -> None:  # noqa: ANN401
    source = _load(plugin).source
    said = f"its source is {source!r}; expected a citation or an address that means something on other machines"
    expect(bool(source) and str(Path.home()) not in source and not source.startswith(("/", "~", "file:")), said)
