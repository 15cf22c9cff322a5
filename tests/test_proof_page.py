"""docs/proof.md says what docs/proof.json holds, and what that holds is what is claimed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.api import Schema
from bench.scoring.metrics.shared import sdmetrics_calls
from tests.proof import attacks, calibration, cheats, moderation, page
from tests.proof.corruptions import CORRUPTIONS, Corruption
from tests.proof.degradation import fails
from tests.proof.judge import metrics
from tests.proof.mixed_corruptions import MIXED_CORRUPTIONS

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def proof() -> dict[str, Any]:
    stored: dict[str, Any] = json.loads((DOCS / "proof.json").read_text())
    return stored


def test_the_page_is_what_was_measured(proof: dict[str, Any]) -> None:
    assert page.write(proof) == (DOCS / "proof.md").read_text()


@pytest.mark.parametrize("profile", ["core", "full"])
@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda corruption: corruption.name)
def test_families_notice_spoilt_rows(proof: dict[str, Any], corruption: Corruption, profile: str) -> None:
    assert fails(proof["degradation"][profile], corruption) == []


@pytest.mark.parametrize("profile", ["core", "full"])
@pytest.mark.parametrize("corruption", [one for one in MIXED_CORRUPTIONS if one.notice], ids=lambda one: one.name)
def test_families_notice_spoilt_rows_of_a_mixed_table(
    proof: dict[str, Any], corruption: Corruption, profile: str
) -> None:
    assert fails(proof["mixed"]["faults"][profile], corruption) == []


def test_what_is_not_noticed_of_a_mixed_table_is_what_the_page_says(proof: dict[str, Any]) -> None:
    harshest = {one.name: one.levels[-1] for one in MIXED_CORRUPTIONS}
    entries = [each for each in proof["mixed"]["faults"]["core"] if each["level"] == harshest.get(each["corruption"])]
    blind = {each["corruption"]: {family for family, p in each["p"].items() if not p < 0.05} for each in entries}
    assert [name for name, of in blind.items() if "fidelity" in of] == ["gaps of crp"]
    assert [name for name, of in blind.items() if "detection" in of] == ["rare level", "gaps of crp"]
    assert [name for name, of in blind.items() if "utility" not in of] == ["levels"]
    assert all("privacy" in of for of in blind.values())


def test_gaps_that_depend_loosely_are_noticed_with_more_rows(proof: dict[str, Any]) -> None:
    result = proof["mixed"]["more_rows"]
    core, full, by_metric = ((result[name][0]["scores"], result[name][-1]) for name in ("core", "full", "metrics"))
    for (untouched, spoilt), name in ((full, "fidelity"), (by_metric, "missing_dependence")):
        assert spoilt["scores"][name] < untouched[name]
        assert spoilt["p"][name] < 0.05
    assert core[1]["p"]["fidelity"] > 0.05


@pytest.mark.parametrize(
    ("fault", "noticing"),
    [
        ("rare level 1", {"rare_level_recall"}),
        ("gaps 1", {"missing_dependence", "relation_violations"}),
        ("dependency 1", {"relation_violations"}),
        ("dates 1", {"date_shapes"}),
        ("classes 1", {"target_balance"}),
    ],
)
def test_metrics_of_mixed_tables_notice_what_they_are_for(
    proof: dict[str, Any], fault: str, noticing: set[str]
) -> None:
    untouched, *entries = proof["mixed"]["faults"]["metrics"]
    entry = next(each for each in entries if f"{each['corruption']} {each['level']:g}" == fault)
    lost = {name for name, p in entry["p"].items() if p < 0.05 and entry["scores"][name] < untouched["scores"][name]}
    assert noticing <= lost


def test_every_ranked_metric_notices_something(proof: dict[str, Any]) -> None:
    noticed = {entry["metric"]: entry for entry in proof["degradation"]["metrics"]}
    schema = Schema.of_numbers(["a", "y"], "y")
    ranked = {
        metric.name for metric in metrics() if metric.ranked and metric.is_in("full") and metric.applies_to(schema)
    }
    elsewhere = {"mia_stretch_tpr", "mia_holdout_tpr"}
    assert {name for name in ranked & set(noticed) if "reason" not in noticed[name]} | elsewhere == ranked
    blind = [name for name, each in noticed.items() if "score" in each and each["score"] > each["untouched"] - 0.2]
    assert set(blind) <= elsewhere, "these have sections of their own"


@pytest.mark.parametrize("board", ["station, blocked", "methane-1, blocked"])
def test_attacks_do_not_outrank_what_they_are_made_from(proof: dict[str, Any], board: str) -> None:
    assert attacks.failures(proof["attacks"][board]) == []


def test_cheats_do_not_reach_the_top_three(proof: dict[str, Any]) -> None:
    assert cheats.best_cheat(proof["cheats"]) > 3


def test_real_rows_of_train_are_exchangeable_with_single_held_out_rows(proof: dict[str, Any]) -> None:
    real = [row for row in proof["stretches"] if row["rows"] == "real-train"]
    assert len(real) == 2
    assert all(abs(row["c2st_single"] - 0.5) < 0.03 for row in real)
    assert all(row["c2st_stretches"] > 0.8 for row in real)


def test_copies_below_the_resolution_limit_have_no_privacy(proof: dict[str, Any]) -> None:
    assert [table["scores"]["privacy"] < 0.02 for table in proof["blurred"] if table["noise"] < 1] == [True] * 3


def test_intervals_cover_differences_are_found_and_none_is_declared_for_nothing(proof: dict[str, Any]) -> None:
    calibration = proof["calibration"]
    assert calibration["draws"] >= 200
    assert all(share >= 0.90 for share in calibration["coverage"].values())
    assert calibration["false"] <= 0.085
    planted = calibration["planted"]
    assert planted["draws"] >= 24
    assert planted["found"] >= 0.80


def test_moderated_comparisons_keep_their_level_and_find_more(proof: dict[str, Any]) -> None:
    rows = moderation.by_splits(proof["moderation"])
    assert max(row["false"] for row in rows if row["splits"] < 5) <= 0.053
    assert all(row["false"] <= max(0.053, row["plain_false"]) for row in rows)
    power = {row["splits"]: row["power"] for row in rows if row["scenario"] == "equal"}
    assert power[2] >= 0.43
    assert power[3] >= 0.70
    assert max(cell["best_rejected"] for cell in proof["moderation"]) <= 0.05


def test_honest_rows_are_not_called_implausible(proof: dict[str, Any]) -> None:
    assert max(row["honest"] for row in proof["honest"]) <= 0.01


def test_the_calibrations_quick_report_is_sdmetrics_own() -> None:
    rng = np.random.default_rng(0)
    real = pd.DataFrame(rng.normal(size=(200, 3)) @ rng.normal(size=(3, 3)), columns=list("abc"))
    synthetic = real.sample(150, random_state=1).assign(b=rng.normal(size=150))
    quick, slow = calibration.quality(real, synthetic, 0), sdmetrics_calls.quality(real, synthetic, 0)
    assert quick.shapes == pytest.approx(slow.shapes)
    assert [pair[:2] for pair in quick.trends] == [pair[:2] for pair in slow.trends]
    assert [pair[2] for pair in quick.trends] == pytest.approx([pair[2] for pair in slow.trends])
