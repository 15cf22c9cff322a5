"""Two runs of the same generators: paired differences, what they are called, and what is refused."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from bench.api import BenchError
from bench.reporting import markdown
from bench.reporting.comparison_page import blocks
from bench.runs.compare import OVERALL, Change, Changes, changes
from bench.runs.run_directory import open_run
from bench.statistics import paired_tests
from bench.statistics.leaderboard import rank
from tests.reports.make_run import COLUMNS, Spec, edit_manifest, make_run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bench.runs.run_directory import Run

RATIO = 2837 / (14186 - 2837)
SHIFTS = (-0.10, -0.11, -0.09, -0.10)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "run"
    quality = {"ae": 0.35, "vae": 0.6, "ctgan": None, "beta-vae": 0.8}
    make_run(path, Spec(quality, COLUMNS[:2], repeats=4, points=5))
    return path


@pytest.fixture
def first(made: Path) -> Run:
    return open_run(made)


@pytest.fixture
def second(made: Path, tmp_path: Path) -> Callable[..., Run]:
    """Makes a copy in which a generator's trials are others, and have other results."""

    def make(name: str = "vae", change: Callable[[dict[str, Any]], object] = lambda found: None) -> Run:
        path = tmp_path / "second"
        shutil.copytree(made, path)
        manifest = json.loads((path / "manifest.json").read_text())
        for trial in (trial for trial in manifest["trials"] if trial["generator"] == name):
            old = path / "trials" / trial["id"]
            result = json.loads((old / "result.json").read_text())
            trial.update(id=f"new{trial['id']}", params={"epochs": 60})
            result["trial"] = trial
            change(result)
            (old / "result.json").write_text(json.dumps(result))
            old.rename(path / "trials" / trial["id"])
        (path / "manifest.json").write_text(json.dumps(manifest))
        return open_run(path)

    return make


def shifted(result: dict[str, Any]) -> None:
    """A lower, so better, AUC, by about a tenth on each split; errors a little higher on half of them."""
    at = result["trial"]["repeat"]
    result["metrics"]["c2st_auc"] += SHIFTS[at]
    result["metrics"]["tstr_xgb_mae"] += (-1) ** at


def of(found: Changes, generator: str, quantity: str) -> Change:
    return next(one for one in found.changes if (one.generator, one.quantity) == (generator, quantity))


def test_differences_are_paired_by_split(first: Run, second: Callable[..., Run]) -> None:
    (found,) = changes(first, second(change=shifted), ["c2st_auc", "tstr_xgb_mae"])
    auc = of(found, "vae", "c2st_auc")
    expected = paired_tests.compare([0.0] * 4, [-shift for shift in SHIFTS], RATIO)
    assert auc.difference.mean == pytest.approx(-0.1)
    assert auc.difference.interval == pytest.approx(expected.interval)
    assert auc.second - auc.first == pytest.approx(-0.1)
    assert auc.differ
    assert auc.gain == pytest.approx(0.1)
    detection = of(found, "vae", "detection")
    assert detection.difference.mean == pytest.approx(0.25, abs=0.01)
    assert detection.differ
    error = of(found, "vae", "tstr_xgb_mae")
    assert not error.differ
    assert of(found, "vae", "privacy").difference.interval == (0.0, 0.0)


def test_scores_are_those_of_the_leaderboards(first: Run, second: Callable[..., Run]) -> None:
    other = second(change=shifted)
    (found,) = changes(first, other)
    for run, side in ((first, "first"), (other, "second")):
        row = next(row for row in rank(run).boards[0].entries if row.generator == "vae")
        assert row.overall is not None
        assert getattr(of(found, "vae", OVERALL), side) == pytest.approx(row.overall.mean)
        for family, score in row.families.items():
            assert getattr(of(found, "vae", family), side) == pytest.approx(score.mean)


def test_p_values_are_adjusted_over_the_board(first: Run, second: Callable[..., Run]) -> None:
    (found,) = changes(first, second(change=shifted), ["c2st_auc"])
    raw = [one.difference.p for one in found.changes if one.difference.p is not None]
    assert [one.p for one in found.changes] == paired_tests.holm(raw)


def test_swapping_the_runs_turns_the_signs(first: Run, second: Callable[..., Run]) -> None:
    other = second(change=shifted)
    (there,), (back,) = changes(first, other, ["c2st_auc"]), changes(other, first, ["c2st_auc"])
    for one, turned in zip(there.changes, back.changes, strict=True):
        assert one.difference.mean == pytest.approx(-turned.difference.mean)
        assert one.gain == pytest.approx(-turned.gain)
        assert one.p == pytest.approx(turned.p)


def test_the_same_trials_are_named_and_not_tested(first: Run, second: Callable[..., Run]) -> None:
    (found,) = changes(first, second(change=shifted))
    assert found.same == ("ae", "beta-vae")
    assert {one.generator for one in found.changes} == {"vae"}
    (itself,) = changes(first, first)
    assert itself.changes == ()
    assert itself.same == ("ae", "beta-vae", "vae")


def test_what_has_no_reference_rows_yet_has_no_score(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made, tmp_path / "begun")
    for folder in (tmp_path / "begun" / "references").iterdir():
        shutil.rmtree(folder)
    begun = open_run(tmp_path / "begun")
    (found,) = changes(begun, begun)
    said = f"has no score in {begun.path} yet: the run is not finished"
    assert {f"{name} {said}" for name in ("ae", "vae", "beta-vae")} < set(found.notes)
    assert [note.split(" (")[0] for note in found.notes if "ctgan" in note] == [
        f"ctgan never succeeded in {begun.path}"
    ]


def test_what_cannot_be_compared_has_its_reason(first: Run, second: Callable[..., Run]) -> None:
    (found,) = changes(first, second(change=shifted))
    assert found.notes == (f"ctgan never succeeded in {first.path} (ValueError: the loss is NaN at epoch 3)",)
    assert found.settings == ("vae has other parameters (epochs 30 and 60)",)


def test_only_splits_of_both_count(first: Run, second: Callable[..., Run]) -> None:
    other = second(change=shifted)
    (found,) = changes(first, edit_manifest(other.path, lambda manifest: manifest["splits"].pop()), ["c2st_auc"])
    assert found.splits == of(found, "vae", "c2st_auc").difference.n == 3


def test_two_splits_prove_nothing(tmp_path: Path) -> None:
    a = make_run(tmp_path / "a", Spec({"vae": 0.2}, COLUMNS[:2], points=5))
    b = make_run(tmp_path / "b", Spec({"vae": 0.9}, COLUMNS[:2], points=5))
    (found,) = changes(a, b)
    assert not any(one.differ for one in found.changes)
    assert "too few splits" in markdown.render(blocks(a, b, changes(a, b)), {})


def test_the_page_says_what_is_better(first: Run, second: Callable[..., Run]) -> None:
    other = second(change=shifted)
    text = markdown.render(blocks(first, other, changes(first, other, ["c2st_auc", "tstr_xgb_mae"])), {})
    rows = {line.split(" | ")[1]: line for line in text.splitlines() if line.startswith("| vae")}
    assert "**better**" in rows["c2st_auc ≤ 0.5"]
    assert "-0.100" in rows["c2st_auc ≤ 0.5"]
    assert "within noise" in rows["tstr_xgb_mae ↓"]
    assert "The same trials in both, nothing to compare: ae, beta-vae." in text
    back = markdown.render(blocks(other, first, changes(other, first, ["c2st_auc"])), {})
    assert "**worse**" in next(line for line in back.splitlines() if "c2st" in line)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda found: found["datasets"][0].update(sha256="f" * 64), "methane-1 is not the same table in both"),
        (lambda found: [split.update(id=f"x{split['id']}", seed=9) for split in found["splits"]], "split alike"),
        (lambda found: found["metrics"][1].update(better="lower"), "metrics are not defined alike: column_shapes"),
        (lambda found: found["generators"].clear(), "share no generator"),
    ],
)
def test_runs_that_are_not_comparable_are_refused(
    change: Callable[[dict[str, Any]], object], said: str, first: Run, second: Callable[..., Run]
) -> None:
    other = edit_manifest(second().path, change)
    with pytest.raises(BenchError, match=said):
        changes(first, other)


def test_other_data_sets_are_refused(first: Run, tmp_path: Path) -> None:
    other = make_run(tmp_path / "other", Spec({"vae": 0.5}, COLUMNS[:2], dataset="methane-2", repeats=1, points=5))
    with pytest.raises(BenchError, match=r"no data set in common \(methane-1; methane-2\)"):
        changes(first, other)


def test_a_generator_of_one_run_only_is_refused_by_name(first: Run, tmp_path: Path) -> None:
    other = make_run(tmp_path / "other", Spec({"vae": 0.5}, COLUMNS[:2], repeats=4, points=5))
    with pytest.raises(BenchError, match="ae is not in both"):
        changes(first, other, generators=["ae"])


def test_runs_under_different_versions_of_the_protocol_are_refused(first: Run, second: Callable[..., Run]) -> None:
    earlier = edit_manifest(second().path, lambda content: content.pop("protocol_version"))
    for pair in ((first, earlier), (earlier, first)):
        with pytest.raises(
            BenchError, match=r"cannot be compared: protocol version: . and .; .*so run .* again"
        ) as error:
            changes(*pair)
        assert f"so run {earlier.path} again" in str(error.value)
