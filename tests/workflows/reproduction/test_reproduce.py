"""The published protocol refitted: rows in the published order, fits stored one by one, a page made from them alone."""

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import train_test_split

from bench.api import BenchError, Dataset, Finding, Latents, Preset, PublishedStudy, Schema, Values, Variant, Verdict
from bench.plugins import entry_points
from bench.workflows.reproduction import published_fit
from bench.workflows.reproduction.configurations import Configuration, configurations, planned_fits
from bench.workflows.reproduction.page import MARKER, page
from bench.workflows.reproduction.reproduce import (
    ReproductionOptions,
    reproduce_registered,
    reproduce_study,
    write_page,
)
from tests.conftest import Bench

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "results" / "published.md"

PRESETS = {
    "narrow": Preset("vae", {"steps": 10, "width": 4}, "few steps", "nowhere", {"std_ratio": 0.9, "epochs": 7.0}),
    "codes": Preset("ae", {"steps": 10, "width": 4}, "no prior", "nowhere", {"std_ratio": 1e6}),
}


def wider(values: Values) -> tuple[Verdict, str]:
    return "Shown", f"{len(values['wide']['std_ratio'])} seeds of wide"


STUDY = PublishedStudy(
    title="Two small models",
    dataset="none",
    presets="none",
    protocol=lambda held_out: {"validation": held_out},
    measures={"std_ratio": "std ratio", "std_ratio[y]": "of y", "epochs": "epochs"},
    findings=(
        Finding(
            "Wider is wider",
            {"narrow": Variant("narrow"), "wide": Variant("narrow", {"width": 8})},
            ("std_ratio",),
            wider,
        ),
    ),
    sampled_as_train=frozenset({"codes"}),
    explanations={("codes", "std_ratio"): "nobody has a million."},
)


@pytest.fixture
def data(table: pd.DataFrame) -> Dataset:
    return Dataset(
        "small",
        "small",
        table,
        Schema.of_numbers(map(str, table.columns), "y", ordered=True),
        "0" * 64,
        "made up",
        "none",
    )


@pytest.fixture
def said() -> list[str]:
    return []


def values(out: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(out.with_suffix(".json").read_text())["fits"]
    return found


@pytest.mark.parametrize("rows", [10, 101, 14_186])
def test_rows_come_in_the_published_order(rows: int) -> None:
    frame = pd.DataFrame({"a": np.arange(rows)})
    train, held = train_test_split(frame, test_size=0.2, random_state=42)
    found = published_fit.published_order(frame)["a"].tolist()
    assert found == [*train["a"], *held["a"]]
    assert published_fit.validation_rows(rows) == len(held)


def test_std_ratio_is_against_all_rows_and_leaves_constant_columns_out() -> None:
    real = pd.DataFrame({"a": [0.0, 2.0], "b": [0.0, 4.0], "c": [1.0, 1.0]})
    found = published_fit.std_ratios(pd.DataFrame({"a": [0.0, 1.0], "b": [0.0, 4.0], "c": [0.0, 9.0]}), real)
    assert found == {"std_ratio[a]": 0.5, "std_ratio[b]": 1.0, "std_ratio": 0.75}


def test_kl_is_summed_over_latents() -> None:
    two = Latents(np.array([[1.0, 1.0], [0.0, 0.0]]), np.array([[1.0, 1.0], [1.0, math.e]]))
    assert published_fit.kl_from_standard_normal(two) == pytest.approx(((0.5 + 0.5) + 0.5 * (math.e - 2)) / 2)
    assert published_fit.kl_from_standard_normal(Latents(two.means)) is None


def test_use_and_detection_are_of_the_rows_held_out(data: Dataset) -> None:
    table, held = published_fit.published_order(data.frame), published_fit.validation_rows(len(data.frame))
    measures = ("std_ratio", "tstr_linear_r2", "c2st_auc")
    job = published_fit.RefitJob(Configuration("vae", {}, held), 0, table, data.schema, measures, "")
    rng = np.random.default_rng(1)
    shuffled = table.apply(lambda column: rng.permutation(column.to_numpy()))
    good, reasons = published_fit._scored(job, data.schema, table.iloc[:-held])
    bad, _ = published_fit._scored(job, data.schema, shuffled)
    assert set(good) == {"tstr_linear_r2", "c2st_auc"}, "std ratios are not the metric's, which looks at holdout"
    assert not reasons
    assert good["tstr_linear_r2"] > 0.9 > 0.5 > bad["tstr_linear_r2"]
    assert good["c2st_auc"] < 0.65 < bad["c2st_auc"]
    known = {name: published_fit.scoring_families((name,))[0].name for name in measures[1:]}
    assert known == {"tstr_linear_r2": "utility", "c2st_auc": "detection"}


def test_history_counts_epochs_from_one_and_tells_the_kept_from_the_last() -> None:
    history = pd.DataFrame(
        {
            "train_reconstruction": [9.0, 6.0, 5.0],
            "val_reconstruction": [8.0, 4.0, 3.0],
            "kl": [1.0, 2.0, 3.0],
            "val_kl": [0.1, 0.2, 0.3],
            "beta": [0.0, 0.5, 1.0],
            "kept": [False, True, False],
        }
    )
    assert published_fit.training_measures(history) == {
        "epochs": 3,
        "best_epoch": 2,
        "beta_last": 1.0,
        "beta_best": 0.5,
        "reconstruction_last": 5.0,
        "kl_last": 3.0,
        "weighted_kl_last": 3.0,
        "val_reconstruction_last": 3.0,
        "val_kl_last": 0.3,
        "weighted_val_kl_last": 0.3,
        "val_loss_last": pytest.approx(3.3),
        "val_loss_best": pytest.approx(4.1),
    }
    assert published_fit.training_measures(history.drop(columns="beta")) == {"epochs": 3}


def test_a_configuration_is_fitted_once_whatever_asks_for_it() -> None:
    rows = {"train": 8, "validation": 2}
    found = configurations(STUDY, PRESETS, rows)
    assert [(each.generator, each.params["width"], each.rows) for each in found] == [
        ("vae", 4, 2),
        ("ae", 4, 8),
        ("vae", 8, 2),
    ]
    assert len(configurations(STUDY, PRESETS, rows, ["codes"])) == 1
    with pytest.raises(BenchError, match="unknown preset 'narow': did you mean 'narrow'"):
        configurations(STUDY, PRESETS, rows, ["narow"])


def test_experiments_have_fewer_seeds_and_first_seeds_come_first() -> None:
    found = planned_fits(STUDY, PRESETS, {"train": 8, "validation": 2}, 5)
    assert [seed for _, seed in found[:4]] == [0, 0, 0, 1]
    seeds = [sum(each.params["width"] == 8 for each, _ in found), sum(each.generator == "ae" for each, _ in found)]
    assert seeds == [3, 5]


@pytest.mark.slow
def test_fits_are_stored_and_not_repeated(data: Dataset, tmp_path: Path, said: list[str]) -> None:
    out = tmp_path / "published.md"
    reproduce_study(STUDY, PRESETS, data, out, ReproductionOptions(seeds=1, only=("narrow",), workers=2), said.append)
    assert said == [said[0]]
    assert "narrow seed 0" in said[0]
    first = values(out)
    reproduce_study(STUDY, PRESETS, data, out, ReproductionOptions(seeds=2, workers=2), said.append)
    assert len(said) == 1 + 5
    stored, (name,) = values(out), first
    assert stored[name]["seeds"]["0"] == first[name]["seeds"]["0"]
    assert stored[name]["seeds"]["0"]["values"] != stored[name]["seeds"]["1"]["values"]
    assert {"std_ratio", "std_ratio[y]", "epochs", "kl_restored"} <= set(stored[name]["seeds"]["0"]["values"])
    before = out.read_bytes()
    reproduce_study(STUDY, PRESETS, data, out, ReproductionOptions(seeds=2, workers=1), said.append)
    assert len(said) == 6
    assert out.read_bytes() == before
    text = out.read_text()
    assert MARKER in text
    assert "- codes, std ratio (does not agree): nobody has a million." in text
    assert "Shown: 2 seeds of wide" in text

    fewer = replace(STUDY, findings=())
    reproduce_study(fewer, PRESETS, data, out, ReproductionOptions(seeds=2), said.append)
    assert len(values(out)) == 2, "what nothing asks for any more is dropped"


def test_a_failed_fit_is_named_and_tried_again(data: Dataset, tmp_path: Path, said: list[str]) -> None:
    out = tmp_path / "page.md"
    presets = {"bad": Preset("vae", {"steps": 0}, "no steps")}
    study = replace(STUDY, findings=(), explanations={})
    for _ in range(2):
        reproduce_study(study, presets, data, out, ReproductionOptions(seeds=1), said.append)
    assert len(said) == 2
    assert "expected at least 1" in said[1]
    assert "bad, seed 0: got steps 0; expected at least 1" in out.read_text()


def test_a_page_says_what_was_not_run(data: Dataset, tmp_path: Path, said: list[str]) -> None:
    out = reproduce_study(
        STUDY, PRESETS, data, tmp_path / "page.md", ReproductionOptions(seeds=1, only=("codes",)), said.append
    )
    assert "Not fitted yet, so without a verdict: narrow, wide." in out.read_text()


def test_files_made_elsewhere_are_not_replaced(data: Dataset, tmp_path: Path, said: list[str]) -> None:
    out = tmp_path / "notes.md"
    out.write_text("mine")
    with pytest.raises(BenchError, match=r"notes.md was not written by bench reproduce; .*--out"):
        reproduce_study(STUDY, PRESETS, data, out, ReproductionOptions(seeds=1), said.append)
    assert out.read_text() == "mine"
    assert not said
    out = tmp_path / "other.md"
    out.with_suffix(".json").write_text("{}")
    with pytest.raises(BenchError, match="holds no values of bench reproduce"):
        reproduce_study(STUDY, PRESETS, data, out, ReproductionOptions(seeds=1), said.append)


def test_a_page_is_about_one_table(data: Dataset, tmp_path: Path, said: list[str]) -> None:
    out = tmp_path / "page.md"
    reproduce_study(STUDY, PRESETS, data, out, ReproductionOptions(seeds=1, only=("codes",)), said.append)
    with pytest.raises(BenchError, match=r"is about small, got another table, large; give another --out"):
        reproduce_study(
            STUDY, PRESETS, replace(data, name="large", sha256="1" * 64), out, ReproductionOptions(), said.append
        )


def test_an_unknown_measure_is_refused_before_fitting(data: Dataset, tmp_path: Path, said: list[str]) -> None:
    study = replace(STUDY, measures={"std_ration": "x"})
    with pytest.raises(BenchError, match="unknown measure 'std_ration': did you mean 'std_ratio'"):
        reproduce_study(study, PRESETS, data, tmp_path / "page.md", ReproductionOptions(), said.append)


def test_nothing_stored_renders_nothing(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="leave --render-only out"):
        write_page(STUDY, PRESETS, {}, tmp_path / "page.md")


def test_the_command_refuses_an_unknown_preset(bench: Bench, tmp_path: Path) -> None:
    done = bench("reproduce", "--only", "vae-latent3", "--out", "page.md", cwd=tmp_path)
    assert done.returncode == 2
    assert "did you mean 'vae-latent" in done.stderr
    assert not list(tmp_path.iterdir())


def committed() -> tuple[PublishedStudy, Mapping[str, Preset], Mapping[str, Any]]:
    study: PublishedStudy = entry_points.load("findings", "published")
    return study, entry_points.load("presets", study.presets), json.loads(PAGE.with_suffix(".json").read_text())


def test_the_committed_page_is_what_the_committed_values_render() -> None:
    assert page(*committed()) == PAGE.read_text()


SEEDS = 5
"""How many the committed page has of everything, at least."""


def test_the_committed_values_are_complete() -> None:
    study, presets, stored = committed()
    for each, seed in planned_fits(study, presets, stored["dataset"]["rows"], SEEDS):
        assert stored["fits"][each.id]["seeds"][str(seed)]["status"] == "ok"


def test_what_disagrees_is_explained_and_nothing_else() -> None:
    study, presets, _ = committed()
    text = PAGE.read_text()
    assert "not explained." not in text
    stray = [key for key in study.explanations if key[1] not in presets[key[0]].published]
    assert not stray, "an explanation of a value that was never published"


def test_rendering_only_needs_no_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_DATA_DIR", str(tmp_path / "nowhere"))
    out = tmp_path / "published.md"
    out.with_suffix(".json").write_bytes(PAGE.with_suffix(".json").read_bytes())
    reproduce_registered("published", None, ReproductionOptions(out=out, render_only=True), print)
    assert out.read_bytes() == PAGE.read_bytes()
