import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.api import (
    BenchError,
    FamilyDescription,
    Manifest,
    Metric,
    RunConfiguration,
    RunProfile,
    Target,
    Trial,
    TrialResult,
)
from bench.runs import run_directory
from bench.runs.manifest import pack_manifest, read_manifest, unpack_manifest

NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.none()
PARAMS = st.dictionaries(st.text(), st.integers() | st.text() | st.booleans() | st.none(), max_size=3)
FAMILIES = {"utility": FamilyDescription("mean")}


@given(st.dictionaries(st.text(min_size=1), NUMBERS, max_size=4), st.text(), PARAMS)
def test_results_survive(metrics: dict[str, float | None], error: str, params: dict[str, object]) -> None:
    trial = Trial("t", "data", "s", 0, "g", params, 5)
    result = TrialResult(trial, "failed", metrics=metrics, error=error, seconds={"fit": 0.1}, memory_bytes=3)
    assert run_directory.unpack_result(run_directory.pack_result(result)) == result


@pytest.mark.parametrize("better", ["higher", "lower", Target(0.5, "above")])
def test_metrics_survive(better: object) -> None:
    metric = Metric("m", "utility", better, "means", range=(float("-inf"), 1.0))  # type: ignore[arg-type]
    manifest = Manifest(RunConfiguration(), "hash", RunProfile("ci", 2, None, "core"), (), (), (metric,), FAMILIES, ())
    packed = json.loads(json.dumps(pack_manifest(manifest)))
    assert unpack_manifest(packed) == manifest


def test_a_run_reads_back(finished: Path) -> None:
    run = run_directory.open_run(finished)
    assert {result.trial.generator: result.status for result in run.results} == {"noisy": "ok", "raises": "failed"}
    assert len(run.results) == 4
    assert run.missing_trials == ()
    good = next(result for result in run.results if result.status == "ok")
    assert any(name.startswith("fidelity/density/") for name in run.drawings(good))
    frame = run.frame()
    assert set(frame["kind"]) == {"generator", "reference"}
    failed = frame[frame["generator"] == "raises"]
    assert set(failed["reason"]) == {"ValueError: the covariance is not positive definite"}
    assert frame.loc[frame["generator"] == "real-train", "value"].notna().any()


def test_a_failed_trial_keeps_its_log(finished: Path) -> None:
    run = run_directory.open_run(finished)
    bad = next(result for result in run.results if result.status == "failed")
    log = (run_directory.result_directory(finished, bad.trial) / "log.txt").read_text()
    assert "about to fail" in log
    assert "Traceback" in log


def test_the_manifest_names_no_host_user_or_path(finished: Path) -> None:
    import getpass
    import platform

    text = (finished / "manifest.json").read_text()
    assert str(finished.parent) not in text
    assert platform.node() not in text
    assert f"/{getpass.getuser()}" not in text


def _manifest(finished: Path, tmp_path: Path, **changes: object) -> Path:
    path = tmp_path / "run"
    shutil.copytree(finished, path)
    content = json.loads((path / "manifest.json").read_text()) | changes
    (path / "manifest.json").write_text(json.dumps(content))
    return path


def test_a_future_version_is_refused(finished: Path, tmp_path: Path) -> None:
    path = _manifest(finished, tmp_path, schema_version=99)
    with pytest.raises(BenchError, match=r"schema version 99.*upgrade"):
        run_directory.open_run(path)


def test_version_1_with_its_profile_in_the_configuration_is_the_same_manifest(finished: Path, tmp_path: Path) -> None:
    content = json.loads((finished / "manifest.json").read_text())
    absent = ("profile", "config_file", "evaluation")
    config = content["config"] | {"profile": content["profile"]}
    splits = [split | {"audit": split["audit"] | {"train": 160, "ordered": False}} for split in content["splits"]]
    older = {key: value for key, value in content.items() if key not in absent}
    (tmp_path / "manifest.json").write_text(
        json.dumps(older | {"schema_version": 1, "config": config, "splits": splits})
    )
    assert content["schema_version"] == 3
    assert read_manifest(tmp_path) == read_manifest(finished)


@pytest.mark.parametrize("name", ["../../secret", "/etc", "a/b", "", ".", "x" * 99])
def test_ids_of_a_foreign_run_cannot_leave_its_folder(name: str, finished: Path, tmp_path: Path) -> None:
    trials = json.loads((finished / "manifest.json").read_text())["trials"]
    path = _manifest(finished, tmp_path, trials=[trials[0] | {"id": name}])
    with pytest.raises(BenchError, match="letters, digits, '-' and '_' only"):
        run_directory.open_run(path)


def test_foreign_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="no run at"):
        run_directory.open_run(tmp_path / "absent")
    with pytest.raises(BenchError, match="not a run"):
        run_directory.open_run(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(BenchError, match=r"manifest\.json is damaged \(.*; restore the file"):
        run_directory.open_run(tmp_path)
    (tmp_path / "manifest.json").write_text("[]")
    with pytest.raises(BenchError, match="expected a JSON object"):
        run_directory.open_run(tmp_path)
    (tmp_path / "manifest.json").write_text('{"schema_version": 1, "config": {}}')
    with pytest.raises(BenchError, match=r"manifest\.json is damaged \(config_hash: Field required\)"):
        run_directory.open_run(tmp_path)


@pytest.mark.parametrize(
    "changes",
    [
        {"trials": [{"id": "a", "unknown": 1}]},
        {"trials": [3]},
        {"trials": 3},
        {"trials": [{"id": 5}]},
        {"splits": [{"dataset": "small"}]},
        {"splits": ["a"]},
        {"splits": [{"id": "a"}]},
        {"metrics": [{"name": "m"}]},
        {"metrics": ["m"]},
        {"metrics": [{"better": "higher", "range": [1]}]},
        {"datasets": []},
        {"splits": []},
        {"families": {}},
        {"families": {"fidelity": {"combine": "median"}}},
        {"generators": {"noisy": {"summary": 3}}},
        {"config": {"sead": 1}},
        {"profile": None},
        {"environment": {"cores": "two\nlines"}},
        {"un\u202eknown\n": 1},
    ],
    ids=str,
)
def test_a_damaged_manifest_is_one_line(changes: dict[str, object], finished: Path, tmp_path: Path) -> None:
    path = _manifest(finished, tmp_path, **changes)
    with pytest.raises(BenchError, match=r"manifest\.json is damaged \(.*\); restore it, or remove the run$"):
        run_directory.open_run(path)


def test_a_result_that_is_cut_off_is_named(finished: Path, tmp_path: Path) -> None:
    shutil.copytree(finished, tmp_path / "run")
    file = next((tmp_path / "run" / "trials").glob("*/result.json"))
    file.write_text(file.read_text()[:20])
    with pytest.raises(BenchError, match=rf"{file} is damaged \(.*; restore the file, or remove its folder"):
        run_directory.open_run(tmp_path / "run")


@pytest.mark.parametrize("key", ["dataset", "split", "generator", "repeat", "draw"])
@pytest.mark.parametrize("folder", ["trials/*", "references/*/copy"])
def test_the_result_of_another_trial_is_refused(key: str, folder: str, finished: Path, tmp_path: Path) -> None:
    shutil.copytree(finished, tmp_path / "run")
    file = sorted((tmp_path / "run").glob(f"{folder}/result.json"))[0]
    content = json.loads(file.read_text())
    content["trial"][key] = 7 if key in ("repeat", "draw") else "other"
    file.write_text(json.dumps(content))
    with pytest.raises(BenchError, match=rf"result\.json is of the {key} .*restore the file"):
        run_directory.open_run(tmp_path / "run")
    errors: list[BenchError] = []
    if "trials" in folder:
        run_directory.open_run(tmp_path / "run", errors)
        assert len(errors) == 1


def test_a_damaged_result_is_one_line(finished: Path, tmp_path: Path) -> None:
    path = tmp_path / "run"
    shutil.copytree(finished, path)
    file = next((path / "trials").glob("*/result.json"))
    file.write_text('{"schema_version": 1, "status": "ok"}')
    with pytest.raises(
        BenchError, match=r"result\.json holds no trial's result \(trial: Field required\); restore the file"
    ):
        run_directory.open_run(path)
