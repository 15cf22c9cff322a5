from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bench.api import Block, Fold, Metric, Table, Text
from bench.plugins import entry_points
from bench.reporting.build_report import write_report
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


def test_a_lead_in_detection_names_what_gives_the_second_away(run: Run) -> None:
    planted = {"second": {"c2st_auc": 0.97, "c2st_gain[Moisture]": 3.0, "c2st_gain[RMQ4]": 1.0}}
    text = build(plant(run, planted))[1]
    assert isinstance(text, Text)
    assert text.text.endswith("second is detected mainly by Moisture (75 % of the discriminator's gain).")


def test_the_lead_is_explained_by_family_and_metric(run: Run) -> None:
    tight = plant(run, {"second": {"tstr_xgb_r2": 0.1}, "first": {"copies": 0.05}})
    text = build(tight)[1]
    assert isinstance(text, Text)
    assert text.text.startswith("first against second: ahead in utility (+0.")
    assert "behind in privacy (-0.0" in text.text
    assert "Utility changes the overall score most, mainly through tstr_xgb_r2: 0.7" in text.text
    assert text.text.endswith("against 0.100.")


def test_the_lead_names_the_column_where_there_is_one(run: Run) -> None:
    planted = {"std_ratio": 1.55, "column_shapes": 0.501, "column_shapes[RMQ4]": 0.01}
    text = build(plant(run, {"second": planted}))[1]
    assert isinstance(text, Text)
    assert "Fidelity changes the overall score most" in text.text
    assert "mainly through column_shapes: 0.9" in text.text
    assert "against 0.501, most of all in RMQ4 (0.9" in text.text
    assert text.text.endswith("against 0.010).")


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


def test_each_is_compared_with_the_next_below(tmp_path: Path) -> None:
    blocks = build(make_run(tmp_path / "run", Spec({"first": 0.9, "second": 0.7, "third": 0.5, "fourth": 0.3})))
    fold = next(block for block in blocks if isinstance(block, Fold) and "compared with the next" in block.title)
    text = fold.blocks[0]
    assert isinstance(text, Text)
    assert [item.partition(":")[0] for item in text.items] == ["second against third", "third against fourth"]


def test_of_an_unfinished_generator_a_metric_may_have_no_score_yet(run: Run) -> None:
    planted = plant(run, {"second": {"pair_trends": 0.5}})
    first_split, last_split = sorted(run.references)[0], sorted(run.references)[-1]
    best = run.references[last_split]["real-train"].metrics["column_shapes"]
    rows = run.references[last_split]
    level = {**rows, "uniform": replace(rows["uniform"], metrics={**rows["uniform"].metrics, "column_shapes": best})}
    kept = [
        result
        for result in planted.results
        if result.trial.generator == "first" or (result.trial.generator, result.trial.split) == ("second", last_split)
    ]
    assert {result.trial.split for result in kept} >= {first_split, last_split}
    unfinished = replace(planted, results=tuple(kept), references={**run.references, last_split: level})
    text = build(unfinished)[1]
    assert isinstance(text, Text)
    assert text.text.startswith("first against second: ahead in fidelity")
    assert "Fidelity changes the overall score most, mainly through pair_trends" in text.text
