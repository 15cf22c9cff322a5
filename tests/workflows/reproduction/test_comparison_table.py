"""The table of published values beside ours: what it counts, and what it owes a reason."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.api import Preset, PublishedStudy, Table, Text, Variant
from bench.plugins import entry_points
from bench.workflows.reproduction.comparison_table import comparison
from bench.workflows.reproduction.configurations import StoredFits, configuration
from bench.workflows.reproduction.page import page

STORED = Path(__file__).parents[3] / "docs" / "results" / "published.json"
ROWS = {"all": 10, "train": 8, "validation": 2}
SURE = [10.0, 10.1, 9.9]

PUBLISHED = {
    "agreeing": 10.0,
    "outside": 10.4,
    "off": 10.6,
    "wide": 30.0,
    "absent": 1.0,
    "printed": 0.0,
    "std_ratio": 0.001,
}
OURS = {
    "agreeing": SURE,
    "outside": SURE,
    "off": SURE,
    "wide": [33.0, 16.0, 51.0],
    "printed": [0.0, 0.0, 0.0],
    "std_ratio": [0.02, 0.01, 0.03],
}
PRESETS = {"a": Preset("vae", {}, "a", "nowhere", PUBLISHED)}
STUDY = PublishedStudy(
    title="t",
    dataset="none",
    presets="none",
    measures={name: name for name in PUBLISHED},
    protocol=lambda held_out: {"validation": held_out},
    explanations={
        ("a", "wide"): "a seed decides.",
        ("a", "outside"): lambda values, published: f"{max(values['outside']):g} is our most, not {published:g}.",
        ("a", "agreeing"): "unused",
    },
    constants=frozenset({("a", "printed")}),
)


def stored(study: PublishedStudy = STUDY) -> Mapping[str, Any]:
    fits = {
        str(seed): {"status": "ok", "values": {name: values[seed] for name, values in OURS.items()}}
        for seed in range(3)
    }
    what = configuration(Variant("a"), study, PRESETS, ROWS)
    return {"dataset": {"name": "d", "source": "s", "rows": ROWS}, "fits": {what.id: {"seeds": fits}}}


@pytest.fixture
def text() -> str:
    return page(STUDY, PRESETS, stored())


def test_constants_are_shown_and_not_counted(text: str) -> None:
    assert "Of 5 published values 2 agree, 2 do not, and for 1 our fits spread too widely to say; 2 lie within" in text
    assert "1 more are constants in the source, shown but not compared." in text
    assert "| a | printed | 0 | 0 | - | - | - | constant, not compared |" in text
    counted = page(replace(STUDY, constants=frozenset()), PRESETS, stored())
    assert "Of 6 published values 3 agree" in counted
    assert "constants in the source" not in counted


def test_each_rule_has_its_column(text: str) -> None:
    assert "| a | agreeing | 10 | 10 ± 0.1 (9.9 to 10.1) | among ours | yes | 9.503 to 10.5 | yes |" in text
    assert "| a | outside | 10.4 | 10 ± 0.1 (9.9 to 10.1) | above all | no | 9.503 to 10.5 | yes |" in text
    assert "| a | std_ratio | 0.001 | 0.02 ± 0.01 (0.01 to 0.03) | below all | no | 0.0011" in text
    assert "| a | absent | 1 | - | - | - | - | - |" in text
    assert "mean ± t s sqrt(1 + 1/n)" in text


def test_all_that_is_not_borne_out_has_its_reason(text: str) -> None:
    _, _, reasons = text.partition("Why not:\n\n")
    assert reasons.split("\n\n")[0].splitlines() == [
        "- a, outside (outside ± s): 10.1 is our most, not 10.4.",
        "- a, off (does not agree); a, std_ratio (does not agree): not explained.",
        "- a, wide (too wide to say): a seed decides.",
    ]
    assert "unused" not in text


def committed() -> tuple[PublishedStudy, Mapping[str, Preset], StoredFits]:
    study: PublishedStudy = entry_points.load("findings", "published")
    presets = entry_points.load("presets", study.presets)
    return study, presets, StoredFits(study, presets, json.loads(STORED.read_text()))


def test_every_row_of_the_committed_page_that_is_outside_has_a_line() -> None:
    _, table, why = comparison(*committed())
    assert isinstance(table, Table)
    assert isinstance(why, Text)
    owed = {f"{row[0]}, {row[1]} (" for row in table.rows if row[5] == "no" or row[7] in ("no", "too wide to say")}
    assert len(owed) > 10
    assert {start for start in owed if start in " ".join(why.items)} == owed
    assert "not explained." not in " ".join(why.items)


def test_every_explanation_is_printed() -> None:
    study, presets, found = committed()
    silent = replace(study, explanations={key: f"<{key[0]} {key[1]}>" for key in study.explanations})
    *_, why = comparison(silent, presets, found)
    assert isinstance(why, Text)
    assert {f"<{name} {measure}>" for name, measure in study.explanations} <= {
        item.rpartition(": ")[2] for item in why.items
    }


def said(preset: str, measure: str, values: Mapping[str, list[float]], published: float) -> str:
    given = committed()[0].explanations[preset, measure]
    assert not isinstance(given, str)
    return given(values, published)


@pytest.mark.parametrize(("published", "side"), [(0.35, "among"), (0.5, "above"), (0.1, "below")])
def test_collapsed_fits_are_counted_and_the_others_given(published: float, side: str) -> None:
    ours = {"std_ratio": [0.3, 0.01, 0.4, 0.002]}
    text = said("vae-latent8", "std_ratio", ours, published)
    assert text.startswith(
        f"2 of 4 fits collapsed; the others have 0.3 to 0.4, and the published {published:g} lies {side}"
    )
    assert said("vae-latent8", "std_ratio", {"std_ratio": [0.01]}, 0.3) == "1 of 1 fits collapsed."


def test_the_deep_models_stops_and_kl_are_counted() -> None:
    stops = said("beta-vae-1-deep", "epochs", {"epochs": [43.0, 55.0, 70.0], "best_epoch": [28.0, 40.0, 55.0]}, 43)
    assert "1 of 3 of ours did, and 1 found a new least value after it." in stops
    assert "2 of 3 of ours would be printed" in said("beta-vae-1-deep", "kl", {"kl_last": [4e-5, 1e-6, 6e-5]}, 0.0)


def test_what_is_said_of_batches_and_validation_rows_is_what_is_stored() -> None:
    ours = {"kl_last": [0.4, 0.5], "val_kl_last": [0.1, 0.2]}
    text = said("beta-vae-annealed", "kl", ours, 0.3)
    assert "0.4 to 0.5, and the published 0.3 lies below them" in text
    assert "0.1 to 0.2, and the published 0.3 lies above them" in text
