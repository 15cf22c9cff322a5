"""Sections of a run on a table with categories, dates and gaps, and that a table of numbers has nothing of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from bench.api import EVERY_REPEAT, Column, Facts, Figure, Fold, Panel, Schema, Table, Text
from bench.common.atomic_files import pack_arrays, write_file
from bench.plugins import entry_points
from bench.reporting.build_report import write_report
from bench.reports import missingness
from bench.reports._levels import level_panel
from bench.reports._lookup import Drawings
from bench.reports._relations import relation_blocks
from bench.statistics.leaderboard import rank
from tests.reports.make_run import Spec, make_run
from tests.reports.mixed_arrays import SCHEMA, ZONES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bench.api import Block, TrialResult
    from bench.runs.run_directory import Run

QUALITY = {"vae": 0.9, "ae": 0.4}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    spec = Spec(QUALITY, SCHEMA.names, "clinic", schema=SCHEMA, repeats=1)
    return make_run(tmp_path_factory.mktemp("run") / "run", spec)


@pytest.fixture(scope="module")
def numeric(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return make_run(tmp_path_factory.mktemp("numeric") / "run", Spec(QUALITY, repeats=1, points=30, whole=True))


def build(run: Run, section: str) -> list[Block]:
    blocks: list[Block] = entry_points.load("sections", section).build(run, rank(run))
    return blocks


def figures(run: Run, section: str) -> dict[str, Figure]:
    return {figure.name: figure for figure in _figures(build(run, section))}


def _figures(blocks: list[Block] | tuple[Block, ...]) -> Iterator[Figure]:
    for block in blocks:
        if isinstance(block, Figure):
            yield block
        elif isinstance(block, Fold):
            yield from _figures(block.blocks)


def panel(run: Run, section: str, figure: str, title: str) -> Panel:
    return next(panel for panel in figures(run, section)[figure].panels if panel.title == title)


def words(blocks: list[Block]) -> str:
    return " ".join(block.text for block in blocks if isinstance(block, Text))


def shares(panel: Panel, series: str) -> dict[str, float]:
    lengths = next(one.x for one in panel.series if one.name == series)
    return dict(zip(panel.labels, lengths, strict=True))


def with_ward(ward: Column) -> Schema:
    return replace(SCHEMA, columns=tuple(ward if column.name == "ward" else column for column in SCHEMA.columns))


def test_densities_have_a_figure_for_each_kind(run: Run) -> None:
    drawn = figures(run, "densities")
    assert {name.split("-")[0]: [panel.title for panel in figure.panels] for name, figure in drawn.items()} == {
        "column_shapes": [""],
        "densities": ["visit", "age", "weight", "lab", "discharge"],
        "levels": ["ward", "zone: 20 of 28", "hour", "readmitted"],
        "column": ["vae", "ae"],
        "quantiles": ["vae", "ae"],
        **{part: ["discharge"] for part in ("hour", "weekday", "month")},
    }
    said = words(build(run, "densities"))
    assert all(word in said for word in ("Grey are the real rows", "those of dates", "Calendars"))


def test_every_column_has_a_part_with_every_generator_on_the_same_axes(run: Run) -> None:
    parts = {block.about: block for block in build(run, "densities") if isinstance(block, Fold)}
    assert list(parts) == list(SCHEMA.names)
    for part in parts.values():
        figure = part.blocks[0]
        assert isinstance(figure, Figure)
        assert figure.detail
        assert [panel.title for panel in figure.panels] == ["vae", "ae"]
        assert [[series.name for series in panel.series] for panel in figure.panels] == [
            ["real", "vae"],
            ["real", "ae"],
        ]
        assert len({panel.limits for panel in figure.panels}) == 1
    assert parts["age"].title.startswith("age: worst match 0.")


def test_levels_stand_from_the_most_frequent_with_what_is_left_and_gaps_last(run: Run) -> None:
    zone = panel(run, "densities", "levels-clinic-blocked", "zone: 20 of 28")
    assert zone.labels == (*ZONES[:20], "(other)", "(gap)")
    real = shares(zone, "real")
    assert sum(real.values()) == pytest.approx(1)
    assert 0 < real["(other)"] < real[ZONES[0]]
    assert [series.name for series in zone.series] == ["real", "vae"]


def test_codes_keep_their_order(run: Run) -> None:
    hour = panel(run, "densities", "levels-clinic-blocked", "hour")
    assert hour.labels == tuple(map(str, range(12)))
    assert set(hour.labels) & {"(other)", "(gap)"} == set()


def test_what_is_left_has_no_row_if_it_would_dwarf_the_levels() -> None:
    levels = tuple(f"zone {number}" for number in range(60))
    arrays = {
        "fidelity/levels/z": np.array([*levels[:20], "(other)"]),
        "fidelity/shares/z": np.array([0.01] * 20 + [0.8]),
    }
    drawing = Drawings("vae", cast("TrialResult", None), arrays, arrays)
    drawn = level_panel(Column("z", "categorical", levels), [drawing], 12)
    assert drawn is not None
    assert (drawn.title, drawn.labels) == ("z: 11 of 60", levels[:11])


def test_patterns_of_gaps_that_would_have_one_name_are_written_out() -> None:
    patterns = np.array([[True, True, True, False], [True, True, False, True], [True, False, False, True]])
    arrays = {
        "fidelity/columns": np.array(["a", "b", "c", "d"]),
        "fidelity/gaps": np.array([0.9, 0.7, 0.4, 0.5]),
        "fidelity/gap_patterns": patterns,
        "fidelity/gap_shares": np.array([0.4, 0.3, 0.2, 0.1]),
    }
    drawn = missingness._together([Drawings("vae", cast("TrialResult", None), arrays, arrays)])
    assert drawn is not None
    assert drawn.labels == ("a + b + c", "a + b + d", "a + d", "(other)")
    assert drawn.series[0].x == pytest.approx((0.4, 0.3, 0.2, 0.1))


def test_calendars_have_the_real_rows_first_and_count_in_even_shares(run: Run) -> None:
    weekday = panel(run, "densities", "weekday-visit-clinic-blocked", "visit")
    assert weekday.labels == ("real", "vae", "ae")
    assert weekday.across == ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    assert sum(weekday.matrix[0]) == pytest.approx(7)
    assert weekday.matrix[0][6] < weekday.matrix[2][6] < 1 < weekday.matrix[0][0] < weekday.span


def test_dates_have_an_axis_of_dates(run: Run) -> None:
    kinds = {panel.title: panel.dates for panel in figures(run, "densities")["densities-clinic-blocked"].panels}
    assert kinds == {"visit": True, "age": False, "weight": False, "lab": False, "discharge": True}


def test_a_date_without_time_has_no_calendar_of_hours(tmp_path: Path) -> None:
    """Hours do not vary: all real dates are at midnight."""
    run = make_run(tmp_path / "run", Spec(QUALITY, SCHEMA.names, "clinic", schema=SCHEMA, repeats=1))
    for path in (tmp_path / "run").rglob("*.npz"):
        _at_midnight(path)
    drawn = figures(run, "densities")
    assert [name for name in drawn if name.startswith("hour-")] == ["hour-discharge-clinic-blocked"]
    assert {"month-visit-clinic-blocked", "month-discharge-clinic-blocked"} <= set(drawn)


def _at_midnight(path: Path) -> None:
    arrays = dict(np.load(path))
    arrays["fidelity/hour/visit"] = np.eye(24)[0]
    np.savez(path, **arrays)


def test_associations_take_the_place_of_correlations(run: Run) -> None:
    drawn = figures(run, "correlations")
    assert list(drawn) == ["associations-clinic-blocked", "association-differences-clinic-blocked"]
    assert drawn["associations-clinic-blocked"].title == "Associations of the real rows, clinic"
    (real,) = drawn["associations-clinic-blocked"].panels
    assert real.positive
    assert not any(panel.positive for panel in drawn["association-differences-clinic-blocked"].panels)
    assert "mutual information" in words(build(run, "correlations"))
    assert "Associations" in {figure.title for figure in figures(run, "generators").values()}


def test_relations_stand_from_the_most_violated(run: Run) -> None:
    text, table = build(run, "correlations")[-2:]
    assert isinstance(text, Text)
    assert "hold without exception in train" in text.text
    assert isinstance(table, Table)
    assert table.header == ("Relation", "vae", "ae")
    assert table.rows == (
        ("visit <= discharge", "0.100", "0.600"),
        ("ward decides where lab is empty", "0.050", "0.300"),
        ("zone determines ward", "0.033", "0.200"),
    )


def relations_of(path: Path, stored: Sequence[dict[str, float]]) -> tuple[str, list[Table]]:
    """Returns text and tables of relations -> violations, one mapping per repeat."""
    run = make_run(path / "run", Spec({"vae": 0.9}, SCHEMA.names, "clinic", schema=SCHEMA, repeats=len(stored)))
    for result, violations in zip(run.results, stored, strict=True):
        relations = {
            "relations": np.array([*violations], dtype=np.str_),
            "violations": np.array([*violations.values()]),
        }
        arrays = {f"fidelity/{EVERY_REPEAT}{key}": array for key, array in relations.items()}
        write_file(run.directory(result) / "drawings.npz", pack_arrays(arrays))
    blocks = relation_blocks(run, rank(run).boards[0])
    return words(blocks), [block for block in blocks if isinstance(block, Table)]


def test_violations_are_means_over_the_repeats_that_have_the_relation(tmp_path: Path) -> None:
    text, (table,) = relations_of(tmp_path, [{"a <= b": 0.1, "c <= d": 0.4}, {"a <= b": 0.3}, {}])
    assert table.rows == (("c <= d (1 of 3)", "0.400"), ("a <= b (2 of 3)", "0.200"))
    assert "their number is in brackets" in text


def test_at_most_twenty_relations_are_shown_and_the_others_counted(tmp_path: Path) -> None:
    text, (table,) = relations_of(tmp_path, [{f"a + b{number} = c": number / 100 for number in range(23)}])
    assert [row[0] for row in table.rows] == [f"a + b{number} = c" for number in range(22, 2, -1)]
    assert text.endswith("Shown are the 20 relations that are violated most; 3 others are not.")


def test_a_table_without_relations_shows_none(tmp_path: Path) -> None:
    assert relations_of(tmp_path, [{}]) == ("", [])


def test_gaps_by_column_and_in_the_same_row(run: Run) -> None:
    by_column = panel(run, "missingness", "gaps-clinic-blocked", "by column")
    assert by_column.labels == ("weight", "lab", "zone", "discharge")
    assert shares(by_column, "real")["lab"] == pytest.approx(0.3)
    together = panel(run, "missingness", "gaps-clinic-blocked", "in the same row")
    assert together.labels == ("weight", "weight + lab", "weight + 3 more", "(other)")
    assert shares(together, "real")["weight + lab"] == pytest.approx(0.1)


def test_confusion_is_shown_in_shares_of_each_class(run: Run) -> None:
    drawn = figures(run, "generators")["confusion-vae-clinic-blocked"]
    assert [panel.title for panel in drawn.panels] == ["linear", "boosted trees"]
    matrix = drawn.panels[0].matrix
    assert [sum(row) for row in matrix] == pytest.approx([1, 1, 1])
    assert matrix[2] == pytest.approx((0.3, 0.2, 0.5))
    assert drawn.panels[0].labels == ("no", "planned", "urgent")


def test_points_are_of_numbers_alone(run: Run) -> None:
    drawn = figures(run, "clouds")
    assert {name.partition("-")[0] for name in drawn} == {"cloud", "grid", "components"}
    figure = next(figure for name, figure in drawn.items() if name.startswith("cloud"))
    assert figure.title in ("age against weight", "age against lab", "weight against lab", "lab against weight")
    assert all(limit == limit for panel in figure.panels for limit in panel.limits)


def test_data_say_kinds_classes_and_what_is_left_out(run: Run) -> None:
    blocks = build(run, "datasets")
    facts = dict(next(block for block in blocks if isinstance(block, Facts)).items)
    assert facts["Kinds"] == "3 numeric, 4 categorical, 2 dates; 4 with gaps"
    assert facts["Target"] == "readmitted, 3 classes: no, planned, urgent"
    assert facts["Left out"] == "name (an identifier: 3,000 different texts in 3,000 cells)"
    fold = next(block for block in blocks if isinstance(block, Fold) and block.title == "Kinds of 9 columns")
    (table,) = fold.blocks
    assert isinstance(table, Table)
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["ward"] == ("categorical", "4: medicine, surgery, cardiology, burns", "—")
    assert rows["discharge"] == ("date", "—", "0.300")


def test_the_order_of_levels_is_told_and_kept(tmp_path: Path) -> None:
    ordered = Column("ward", "categorical", ("small", "medium", "large", "huge"), ordered=True)
    run = make_run(tmp_path / "run", Spec(QUALITY, SCHEMA.names, "clinic", schema=with_ward(ordered), repeats=1))
    fold = next(block for block in build(run, "datasets") if isinstance(block, Fold))
    (table,) = fold.blocks
    assert isinstance(table, Table)
    assert ("ward", "ordered categorical", "4: small, medium, large, huge", "—") in table.rows
    assert panel(run, "densities", "levels-clinic-blocked", "ward").labels == ordered.levels


def test_a_table_of_numbers_has_nothing_of_it(numeric: Run) -> None:
    assert build(numeric, "missingness") == []
    kinds = {name.partition("-")[0] for name in figures(numeric, "densities")}
    assert kinds == {"column_shapes", "densities", "column", "quantiles"}
    assert [*figures(numeric, "correlations")] == [
        "correlations-methane-1-blocked",
        "correlation-differences-methane-1-blocked",
    ]
    keys = {name.partition("-vae-")[0] for name in figures(numeric, "generators") if "-vae-" in name}
    assert keys == {
        "training",
        "matrices",
        "matrix-off",
        "pairs",
        "predicted",
        "given-away",
        "codes",
    }
    facts = dict(next(block for block in build(numeric, "datasets") if isinstance(block, Facts)).items)
    assert "Kinds" not in facts
    assert facts["Target"] == "Methane (ppb)"


def test_both_documents_are_written_whole_and_a_level_that_is_html_is_only_text(tmp_path: Path) -> None:
    tag = "<script>alert('x')</script>" + "y" * 150
    schema = with_ward(Column("ward", "categorical", (tag, "b")))
    run = make_run(tmp_path / "run", Spec({"vae": 0.9}, schema.names, "clinic", schema=schema, repeats=1))
    markdown, html = (path.read_text(encoding="utf-8") for path in write_report(run, out=tmp_path / "out"))
    for figure in ("densities", "levels", "associations", "gaps"):
        assert f"(figures/{figure}-clinic-blocked.svg)" in markdown
    assert "Missing values" in html
    assert "predicted by models trained on synthetic rows" in html
    assert "<script>alert" not in html
    assert "&lt;script&gt;" in html
