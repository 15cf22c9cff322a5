"""docs/methodology.md names what is declared: all metrics, those that rank, reference rows, the floors of privacy."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bench.plugins import entry_points
from bench.scoring.reference_rows import reference_names
from tests.pages import ROOT

PAGE = (ROOT / "docs" / "methodology.md").read_text(encoding="utf-8")
METRICS = {metric.name: metric for family in entry_points.families() for metric in family.metrics}
PARTS = {"model": "linear|xgb|rf|mlp", "m": "linear|xgb", "errors": "mae|rmse|mae_baseline|mae_plume"}
"""What the page writes in angle brackets, as regular expressions."""


def rows(start: str, end: str) -> Iterator[list[str]]:
    """Yields the cells of each row of the tables whose header starts and ends with these words."""
    lines = iter(PAGE.splitlines())
    for line in lines:
        if line.startswith(f"| {start} |") and line.endswith(f"| {end} |"):
            next(lines)
            while (row := next(lines)).startswith("|"):
                yield [cell.strip() for cell in row.strip("|").split(" | ")]


def metric_cells() -> list[str]:
    """The first cells of all tables of metrics."""
    starts = ("metric", "single columns", "pairs", "whole rows", "diversity")
    return [cells[0] for start in starts for cells in rows(start, "known failure")]


def named(text: str) -> set[str]:
    """The declared metrics that the code spans of a text name; a span that names none is an error."""
    found: set[str] = set()
    for span in re.findall(r"`([^`]+)`", text):
        pattern = re.sub(r"<(\w+)>", lambda part: f"({PARTS[part[1]]})", span)
        metrics = {name for name in METRICS if re.fullmatch(pattern, name)}
        assert metrics, f"{span} is no metric"
        found |= metrics
    return found


def test_every_metric_has_its_place() -> None:
    assert named(" ".join(metric_cells())) == set(METRICS)


def test_bold_metrics_are_those_that_rank() -> None:
    bold = " ".join(span for cell in metric_cells() for span in re.findall(r"\*\*(`[^`]+`)\*\*", cell))
    assert named(bold) == {name for name, metric in METRICS.items() if metric.ranked}


def test_every_reference_row_has_its_place() -> None:
    assert {cells[0].strip("`") for cells in rows("reference row", "role")} == set(reference_names())


def test_the_floors_of_privacy_are_the_declared_ones() -> None:
    floors = {name: cells[1].strip("`") for cells in rows("metric", "why") for name in named(cells[0])}
    ranked = [metric for metric in METRICS.values() if metric.ranked and metric.family == "privacy"]
    assert floors == {metric.name: metric.scale.partition(" to ")[0] for metric in ranked}
