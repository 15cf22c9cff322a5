from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.api import Block, Figure, Fold, Metric, Panel, Table, Text
from bench.plugins import entry_points
from bench.reporting.build_report import write_report
from bench.reports._score_changes import shapley_values
from bench.statistics.leaderboard import rank
from tests.reports.make_run import METRICS, Spec, make_run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bench.runs.run_directory import Run

GAIN = Metric("c2st_gain", "detection", "lower", "share of the discriminator's gain", per_column=True)


def plant(run: Run, values: Mapping[str, Mapping[str, float]]) -> Run:
    """The run with other values of some generators."""
    metrics = (*METRICS, GAIN)
    results = tuple(
        replace(result, metrics={**result.metrics, **values.get(result.trial.generator, {})})
        if result.metrics
        else result
        for result in run.results
    )
    return replace(run, manifest=replace(run.manifest, metrics=metrics), results=results)


def build(run: Run) -> list[Block]:
    blocks: list[Block] = entry_points.load("sections", "why").build(run, rank(run))
    return blocks


def chain(blocks: list[Block]) -> dict[str, tuple[str, ...]]:
    table = next(block for block in blocks if isinstance(block, Table) and "holds" in block.caption)
    return {row[0]: row[1:] for row in table.rows}


def scores(blocks: list[Block]) -> Table:
    inside = [part for block in blocks if isinstance(block, Fold) for part in block.blocks]
    return next(block for block in (*blocks, *inside) if isinstance(block, Table) and "by metric" in block.caption)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return make_run(tmp_path / "run", Spec({"first": 0.9, "second": 0.7, "broken": None}))


def test_the_way_ends_at_the_column_that_was_spoilt(run: Run) -> None:
    spoilt = plant(run, {"first": {"std_ratio": 1.55, "std_ratio[Moisture]": 3.0, "column_shapes": 0.55}})
    overall, family, metric, value, column = chain(build(spoilt))["first"]
    assert float(overall.split()[0]) < 0.9
    assert family.startswith("fidelity (0.")
    assert metric.startswith("std_ratio (0.")
    assert value.startswith("1.550; floor 1.59")
    assert column.startswith("Moisture (3.000, real-train 1.0")


def test_the_discriminators_column_is_named_with_its_share(run: Run) -> None:
    gains = {"c2st_auc": 0.99, "c2st_gain[Moisture]": 1.0, "c2st_gain[RMQ4]": 3.0}
    cells = chain(build(plant(run, {"first": gains})))["first"]
    assert cells[1].startswith("detection")
    assert cells[4] == "RMQ4 (75 % of the discriminator's gain)"


def test_a_metric_without_columns_falls_back_on_its_family_s_nearest(run: Run) -> None:
    spoilt = plant(run, {"first": {"pair_trends": 0.71, "column_shapes": 0.7, "column_shapes[RMQ4]": 0.1}})
    cells = chain(build(spoilt))["first"]
    assert cells[2].startswith("pair_trends")
    assert cells[4].startswith("RMQ4 (0.100, real-train")
    assert cells[4].endswith("by column_shapes")


def test_where_nothing_has_columns_none_is_named(run: Run) -> None:
    cells = chain(build(plant(run, {"first": {"tstr_xgb_r2": 0.05}})))["first"]
    assert cells[1].startswith("utility")
    assert cells[4] == "—"


def test_every_family_has_its_own_way_down(run: Run) -> None:
    fold = next(
        block
        for block in build(run)
        if isinstance(block, Fold) and block.title.startswith("Weakest metric and column of every family")
    )
    table = fold.blocks[0]
    assert isinstance(table, Table)
    assert [(row[0], row[1].split()[0]) for row in table.rows] == [
        (who, family) for who in ("first", "second") for family in ("fidelity", "detection", "utility", "privacy")
    ]


def changes(blocks: list[Block]) -> Figure:
    return next(block for block in blocks if isinstance(block, Figure) and block.name.startswith("changes-"))


def lengths(panel: Panel) -> dict[str, float]:
    return {panel.labels[int(row)]: x for series in panel.series for x, row in zip(series.x, series.y, strict=True)}


def test_the_parts_of_a_lead_add_up_to_it_and_name_the_metric(run: Run) -> None:
    planted = plant(run, {"second": {"tstr_xgb_r2": 0.1}, "first": {"copies": 0.05}})
    (panel,) = changes(build(planted)).panels
    parts = lengths(panel)
    board = rank(planted).boards[0]
    first, second = (entry.overall.mean for entry in board.generators[:2] if entry.overall)
    assert panel.between == ("first", "second")
    assert parts.pop("overall") == pytest.approx(first - second)
    assert sum(parts.values()) == pytest.approx(first - second, abs=5e-4)
    assert next(iter(parts)) == "utility"
    assert parts["utility"] > 0 > parts["privacy"]
    assert panel.notes[0][0].startswith("tstr_xgb_r2 ↑: first 0.7")
    assert panel.notes[0][0].endswith("second 0.1")


def test_a_bar_has_the_colour_of_the_generator_that_is_ahead(run: Run) -> None:
    (panel,) = changes(build(plant(run, {"first": {"copies": 0.05}}))).panels
    ahead = {series.name: [panel.labels[int(row)] for row in series.y] for series in panel.series}
    assert ahead["second"] == ["privacy"]


def test_the_heatmap_has_every_score_with_its_value(run: Run) -> None:
    blocks = build(run)
    (panel,) = next(block for block in blocks if isinstance(block, Figure) and block.name.startswith("scores-")).panels
    assert panel.labels == ("first", "second")
    assert panel.across[:2] == ("overall", "FIDELITY")
    at = panel.across.index("std_ratio")
    table = scores(blocks)
    row = next(row for row in table.rows if row[1] == "std_ratio")
    assert [f"{own[at]:.3f}" for own in panel.matrix] == list(row[2:])
    assert panel.groups[at] == "fidelity"
    assert panel.notes[0][at].startswith("std_ratio → 1: ")
    assert "ceiling" in panel.notes[0][at]


def test_every_score_stands_below_its_family_and_the_lowest_is_bold(run: Run) -> None:
    table = scores(build(plant(run, {"first": {"pair_trends": 0.75}})))
    assert table.header == ("Family", "Metric", "first", "second")
    assert [row[0] for row in table.rows if row[0]] == ["overall", "fidelity", "detection", "utility", "privacy"]
    lines = {row[1]: at for at, row in enumerate(table.rows)}
    assert (lines["pair_trends"], 2) in table.strong
    assert all(table.rows[row][0] == "" for row, _ in table.strong)
    assert [row[1] for row in table.rows if row[0] in ("fidelity", "privacy")] == [
        "mean of 3 metrics",
        "worst of 2 metrics",
    ]
    for (row, column), share in table.bars.items():
        assert table.rows[row][column] == f"{share:.3f}"


def test_many_generators_are_laid_over_several_tables(tmp_path: Path) -> None:
    spec = Spec({f"g{at}": 0.3 + 0.05 * at for at in range(10)}, repeats=1, points=10)
    blocks = build(make_run(tmp_path / "run", spec))
    inside = [part for block in blocks if isinstance(block, Fold) for part in block.blocks]
    widths = [
        len(table.header) - 2
        for table in (*blocks, *inside)
        if isinstance(table, Table) and "by metric" in table.caption
    ]
    assert widths == [8, 2]


def test_one_generator_leads_nobody(tmp_path: Path) -> None:
    blocks = build(make_run(tmp_path / "run", Spec({"vae": 0.5})))
    assert "vae" in chain(blocks)
    assert sum(isinstance(block, Text) for block in blocks) == 1
    assert not any(isinstance(block, Figure) and block.name.startswith("changes-") for block in blocks)


@pytest.mark.parametrize("quality", [None, "pip install it"])
def test_nothing_that_ran_leaves_no_section(tmp_path: Path, quality: str | None) -> None:
    assert build(make_run(tmp_path / "run", Spec({"vae": quality}))) == []


def test_all_at_the_floor_is_no_error(tmp_path: Path) -> None:
    blocks = build(make_run(tmp_path / "run", Spec({"vae": 0.0, "ae": 0.0})))
    assert set(chain(blocks)) == {"vae", "ae"}


def test_it_stands_in_the_report(run: Run, tmp_path: Path) -> None:
    markdown, html = (path.read_text(encoding="utf-8") for path in write_report(run, figures=False, out=tmp_path))
    for text in (markdown, html):
        assert text.index("Leaderboard") < text.index("Why this ranking") < text.index("Metrics")


def test_every_pair_is_there_and_neighbours_in_rank_come_first(tmp_path: Path) -> None:
    blocks = build(make_run(tmp_path / "run", Spec({"first": 0.9, "second": 0.7, "third": 0.5, "fourth": 0.3})))
    pairs = [panel.between for panel in changes(blocks).panels]
    assert pairs[:3] == [("first", "second"), ("second", "third"), ("third", "fourth")]
    assert len(set(pairs)) == len(pairs) == 6


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=6))
def test_shapley_values_add_up_to_the_difference_of_the_means(scores: list[tuple[float, float]]) -> None:
    first, second = ({str(at): pair[side] for at, pair in enumerate(scores)} for side in (0, 1))
    means = [float(np.prod(list(side.values()))) ** (1 / len(scores)) for side in (first, second)]
    parts = shapley_values(first, second)
    assert sum(parts.values()) == pytest.approx(means[0] - means[1], abs=1e-12)
    assert all(parts[key] >= -1e-12 for key in first if first[key] >= second[key])


def test_a_family_at_zero_takes_the_whole_score() -> None:
    parts = shapley_values({"a": 1.0, "b": 1.0}, {"a": 1.0, "b": 0.0})
    assert parts == {"a": 0.0, "b": 1.0}
