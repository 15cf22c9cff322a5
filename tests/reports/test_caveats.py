"""Caveats of made-up runs."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bench.api import PROTOCOL_VERSION, Board, Metric, Stat, Target
from bench.statistics.leaderboard import rank
from tests.reports.made_boards import with_implausible
from tests.reports.make_run import Spec, make_run
from tests.reports.mixed_arrays import SCHEMA

if TYPE_CHECKING:
    from pathlib import Path

    from bench.api import Details, TrialResult
    from bench.runs.run_directory import Run

caveats = importlib.import_module("bench.reports._caveats")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return make_run(tmp_path_factory.mktemp("made") / "run", Spec({"ae": 0.5, "vae": 0.7}, repeats=5, points=5))


def _with_ceilings(run: Run, *values: float) -> Run:
    """The run in which models of real rows predict this well, repeat by repeat."""
    references = dict(run.references)
    for split, value in zip(run.manifest.splits, values, strict=True):
        row = references[split.id]["real-train"]
        real = replace(row, metrics={**row.metrics, "tstr_xgb_r2": value})
        references[split.id] = {**references[split.id], "real-train": real}
    return replace(run, references=references)


def _low_ceilings(run: Run) -> list[str]:
    return [caveat for caveat in caveats.caveats(run, rank(run).boards[0]) if "below 0" in caveat]


def test_splits_on_which_real_rows_predict_nothing_are_named(run: Run) -> None:
    (caveat,) = _low_ceilings(_with_ceilings(run, -0.27, 0.76, 0.76, 0.32, -1.58))
    assert "tstr_xgb_r2 in 2 of 5 (repeats 1 and 5)" in caveat
    (caveat,) = _low_ceilings(_with_ceilings(run, 0.5, 0.5, 0.5, -0.1, 0.5))
    assert "tstr_xgb_r2 in 1 of 5 (repeat 4)" in caveat


def test_classes_that_real_rows_do_not_predict_are_named(run: Run) -> None:
    auc = Metric("tstr_xgb_auc", "utility", "higher", "", ranked=True)
    references = {
        split: {name: replace(row, metrics={**row.metrics, "tstr_xgb_auc": 0.45}) for name, row in rows.items()}
        for split, rows in run.references.items()
    }
    manifest = replace(run.manifest, metrics=(*run.manifest.metrics, auc))
    changed = replace(run, manifest=manifest, references=references)
    found = [caveat for caveat in caveats.caveats(changed, rank(changed).boards[0]) if "below 0.5" in caveat]
    assert found == [
        "Even models trained on real rows predict worse than chance (AUC of real-train below 0.5): tstr_xgb_auc in 5 "
        "of 5 (repeats 1, 2, 3, 4 and 5). There the metric cannot tell generators apart, and it does not count."
    ]


def test_ceilings_above_the_mean_give_no_caveat(run: Run) -> None:
    assert _low_ceilings(_with_ceilings(run, 0.1, 0.76, 0.76, 0.32, 0.0)) == []


def _with_audit(run: Run, *warnings: str, protocol: str = "blocked") -> tuple[Run, Board]:
    """The run whose splits have one of these warnings each, in turn, under a protocol."""
    splits = tuple(
        replace(
            split,
            protocol=protocol,
            audit=replace(split.audit, warnings=tuple(warnings[number % len(warnings) :][:1] if warnings else ())),
        )
        for number, split in enumerate(run.manifest.splits)
    )
    changed = replace(run, manifest=replace(run.manifest, splits=splits))
    return changed, replace(rank(run).boards[0], protocol=protocol)


def test_the_most_serious_caveat_comes_first(tmp_path: Path) -> None:
    spec = Spec({"ae": 0.5, "cheat": 0.9, "smote": 0.8, "dead": None}, foils=("smote",), repeats=3, points=5)
    made = make_run(tmp_path / "run", spec)
    environment = replace(made.manifest.environment, dirty=True)
    made = replace(made, manifest=replace(made.manifest, environment=environment))
    made, _ = _with_audit(made, "7 rows of train are also in holdout or test: a broken split.")
    board = with_implausible(made, "cheat").boards[0]
    no_privacy = tuple(name for name in board.families if name != "privacy")
    kept_out = {"copies": "no holdout", "dcr_share": "no holdout", "pair_trends": "it is the same"}
    board = replace(board, families=no_privacy, kept_out=kept_out)
    starts = (
        "cheat is implausible",
        "dead: 3 failed",
        "7 rows of train",
        "smote is a deliberately leaky baseline",
        "Privacy is not assessed: no holdout.",
        "There are only 3 repeats",
        "Not ranked: pair_trends (it is the same).",
        "The code had uncommitted changes",
    )
    texts = caveats.caveats(made, board)
    assert [text.startswith(start) for text, start in zip(texts, starts, strict=True)] == [True] * len(starts)


def test_metrics_outside_the_metric_set_are_no_caveat(run: Run) -> None:
    metrics = tuple(replace(metric, within="full") if metric.name == "copies" else metric for metric in run.metrics)
    board = replace(rank(run).boards[0], kept_out={"copies": "its floor or ceiling could not be computed"})
    quick = replace(run, manifest=replace(run.manifest, metrics=metrics))
    assert not [text for text in caveats.caveats(quick, board) if "copies" in text]
    full = replace(quick, manifest=replace(quick.manifest, profile=replace(run.manifest.profile, metrics="full")))
    assert [text for text in caveats.caveats(full, board) if text.startswith("Not ranked: copies (its floor or")]


def test_metrics_kept_out_for_one_reason_are_one_line(run: Run) -> None:
    apart = "floor and ceiling are {} apart, not more than 3 x the ceiling's noise ({})"
    kept_out = {"pair_trends": apart.format(0.02, 0.03), "std_ratio": apart.format(0.01, 0.03), "copies": "it is low"}
    lines = [text for text in caveats.caveats(run, replace(rank(run).boards[0], kept_out=kept_out)) if "ranked" in text]
    assert lines == [
        f"Not ranked: pair_trends and std_ratio ({apart.format('0.01 to 0.02', 0.03)}).",
        "Not ranked: copies (it is low).",
    ]


def test_a_warning_of_several_splits_is_one_line_with_a_range(run: Run) -> None:
    warned, board = _with_audit(run, "12% of the rows of R2600.", "9% of the rows of R2600.")
    assert caveats.caveats(warned, board) == ["9 to 12% of the rows of R2600."]


def test_a_random_split_of_rows_in_time_says_what_it_lets_pass(run: Run) -> None:
    between = (
        "Held-out rows lie between train rows in time, so rows interpolated between neighbours in time, and blurred a "
        "little, pass as private."
    )
    alone, board = _with_audit(run, protocol="random")
    assert caveats.caveats(alone, board) == [f"{between} Use --split blocked."]
    audit = "The rows are in time and the split is random: prefer --split blocked."
    warned, board = _with_audit(run, audit, protocol="random")
    assert caveats.caveats(warned, board) == [f"{audit} {between}"]
    assert not any("interpolated" in text for text in caveats.caveats(run, rank(run).boards[0]))


def test_a_run_under_an_earlier_protocol_is_marked(run: Run) -> None:
    def first(version: int) -> str:
        changed = replace(run, manifest=replace(run.manifest, protocol_version=version))
        return str(caveats.caveats(changed, rank(run).boards[0])[0])

    assert first(1).startswith("Made under the earlier protocol: ")
    assert first(1).endswith("Its scores are not comparable with newer runs.")
    assert "protocol" not in first(PROTOCOL_VERSION)


def test_families_without_a_score_for_one_reason_are_one_line(run: Run) -> None:
    kept_out = dict.fromkeys(("tstr_xgb_r2", "copies", "dcr_share"), "no holdout")
    board = replace(rank(run).boards[0], families=("fidelity", "detection"), kept_out=kept_out)
    assert "Utility and privacy are not assessed: no holdout." in caveats.caveats(run, board)
    other = replace(board, kept_out={**kept_out, "copies": "it is low"})
    texts = caveats.caveats(run, other)
    assert "Utility is not assessed: no holdout." in texts
    assert "Privacy is not assessed: dcr_share (no holdout); copies (it is low)." in texts


def _with_shadow_attack(run: Run, board: Board, low: float, ranked: float) -> tuple[Run, Board]:
    """A run whose generators have these values of the ranked attack and of the audit's."""
    attack = Metric("attack_auc", "privacy", Target(0.5), "an attack", ranked=True, chance=0.5)
    values = {"attack_auc": ranked, "shadow_auc": low + 0.05, "shadow_auc_low": low}
    stats = {name: Stat(value, 0.0, 3) for name, value in values.items()}
    entries = tuple(replace(entry, metrics={**entry.metrics, **stats}) for entry in board.entries)
    manifest = replace(run.manifest, metrics=(*run.metrics, attack))
    return replace(run, manifest=manifest), replace(board, entries=entries)


def test_what_the_audit_finds_beyond_the_ranked_attacks_is_said(run: Run) -> None:
    board = rank(run).boards[0]
    (line,) = (text for text in caveats.caveats(*_with_shadow_attack(run, board, 0.7, 0.6)) if "shadow" in text)
    assert line.startswith(
        "The audit's shadow attack, which knows the generator, finds more train rows than the ranked"
    )
    assert "(AUC 0.75, ranked attacks at most 0.60)" in line
    for changed in (_with_shadow_attack(run, board, 0.59, 0.6), (run, board)):
        assert not [text for text in caveats.caveats(*changed) if "shadow" in text]


def test_a_generator_that_learned_from_a_part_of_train_is_named(run: Run) -> None:
    capped = tuple(
        replace(trial, params={"max_rows": 20} if trial.generator == "vae" else {}) for trial in run.manifest.trials
    )
    changed = replace(run, manifest=replace(run.manifest, trials=capped))
    found = [caveat for caveat in caveats.caveats(changed, rank(run).boards[0]) if "max_rows" in caveat]
    train = run.manifest.splits[0].sizes.train
    assert found == [f"vae learned from 20 of {train:,} train rows (max_rows)."]


@pytest.mark.parametrize("invented", [False, True])
def test_columns_that_came_back_nearly_constant_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, invented: bool
) -> None:
    schema = SCHEMA
    level = next(column.name for column in schema.columns if column.kind == "categorical")
    number = next(column.name for column in schema.columns if column.kind == "numeric")
    made = make_run(tmp_path / "run", Spec({"ae": 0.5, "vae": 0.7}, schema.names, "clinic", schema=schema))
    drawings = type(made).drawings

    def changed(self: Run, result: TrialResult) -> Details:
        arrays = dict(drawings(self, result))
        if result.trial.generator == "ae":
            arrays[f"fidelity/quantiles/{number}"] = 7 + 0.001 * arrays[f"fidelity/quantiles/{number}"]
            shares = arrays[f"fidelity/shares/{level}"]
            arrays[f"fidelity/shares/{level}"] = np.zeros(len(shares)) if invented else np.eye(len(shares))[0]
        return arrays

    assert not [caveat for caveat in caveats.caveats(made, rank(made).boards[0]) if "constant" in caveat]
    monkeypatch.setattr(type(made), "drawings", changed)
    (caveat,) = [caveat for caveat in caveats.caveats(made, rank(made).boards[0]) if "constant" in caveat]
    named = " and ".join(name for name in schema.names if name in (level, number))
    assert caveat == f"ae returned {named} nearly constant, unlike train: look at its fit before its scores."
