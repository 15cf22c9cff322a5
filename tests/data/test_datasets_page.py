"""The page on data sets names all of them, with the sizes and targets that they have."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench.plugins import entry_points

if TYPE_CHECKING:
    from bench.api import Dataset

PAGE = Path(__file__).parents[2] / "docs" / "datasets.md"
ROWS = {
    name: cells
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("| `")
    for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
    for name in re.findall(r"`([\w-]+)`", cells[0])
}
BUNDLED = ("station", "clinic", "shop", "diabetes")
PUBLIC = sorted({*entry_points.names("datasets")} - {*BUNDLED, *(f"methane-{number}" for number in (1, 2, 3))})
TABLES = os.environ.get("BENCH_DATA_DIR", "")


def test_every_registered_data_set_is_on_the_page() -> None:
    full = {f"methane{name}" if name.startswith("-") else name for name in ROWS}
    assert full == set(entry_points.names("datasets"))


def described(data: Dataset) -> tuple[str, str, str]:
    schema, classes = data.schema, len(data.schema.column(data.schema.target).levels)
    has = {
        "numbers": schema.numeric,
        "categories": schema.categorical,
        "dates": schema.datetime,
        "gaps": schema.missing,
        "in time": schema.ordered,
    }
    task = f"{classes} classes" if schema.task == "multiclass" else schema.task
    size = f"{len(data.frame):,} x {data.frame.shape[1]}"
    return size, f"{schema.target}, {task}", ", ".join(word for word, present in has.items() if present)


@pytest.mark.parametrize("name", BUNDLED)
def test_bundled_tables_are_as_described(name: str) -> None:
    size, target, kinds = described(entry_points.load("datasets", name).load())
    assert (ROWS[name][1].removesuffix(" per season"), *ROWS[name][2:4]) == (size, target, kinds)


@pytest.mark.parametrize("name", PUBLIC)
def test_public_tables_have_the_licence_on_the_page(name: str) -> None:
    assert entry_points.load("datasets", name).licence.startswith(ROWS[name][5])


@pytest.mark.real
@pytest.mark.parametrize("name", PUBLIC)
def test_public_tables_are_as_described(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_DATA_DIR", TABLES)
    assert tuple(ROWS[name][1:4]) == described(entry_points.load("datasets", name).load())
