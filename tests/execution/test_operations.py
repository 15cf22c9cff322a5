"""How runs are carried out: locks, resuming, rescoring, sharing, events, logs, and disks that refuse."""

import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from bench.api import BenchError
from bench.commands import list_runs
from bench.execution import runner
from bench.planning.config import Operation
from bench.runs import run_directory
from bench.runs.manifest import read_manifest
from tests.conftest import Bench
from tests.execution.test_runner import SMALL, numbers
from tests.reports.make_run import edit_manifest, make_run

pytestmark = pytest.mark.slow


@pytest.fixture
def copied(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished run, with its data beside it."""
    folder = tmp_path / "copied"
    shutil.copytree(finished.parent, folder)
    return folder / "out"


ARGUMENTS = ("run", "--dataset", "small.csv", "--target", "y", "--generators", "noisy,raises", "--no-figures")


@pytest.fixture
def busy(csv: Path, zoo: Mapping[str, str]) -> Iterator[Path]:
    """A run directory that another process is at work on."""
    command = [sys.executable, "-m", "bench", *SMALL, "--generators", "sleeps", "--out", "out", "--quiet"]
    driver = subprocess.Popen(command, cwd=csv.parent, env=zoo)
    out = csv.parent / "out"
    while not (out / "manifest.json").exists():
        time.sleep(0.05)
    yield out
    driver.kill()
    driver.wait()


def test_a_second_process_on_one_run_is_refused(busy: Path, bench: Bench, zoo: Mapping[str, str]) -> None:
    before = (busy / "manifest.json").read_bytes()
    done = bench(*SMALL, "--generators", "sleeps", "--out", "out", cwd=busy.parent, env=zoo)
    assert done.returncode == 2
    assert "another process is at work on out" in done.stderr
    assert (busy / "manifest.json").read_bytes() == before


def test_a_run_that_is_at_work_is_not_removed(busy: Path, bench: Bench) -> None:
    done = bench("runs", "rm", "out", "--yes", cwd=busy.parent)
    assert done.returncode == 2
    assert "another process is at work on out; wait for it, or choose another run" in done.stderr
    assert (busy / "manifest.json").exists()


def moved(path: Path) -> None:
    """Makes a run one of another machine."""
    machine = {"cpu": "another", "cores": 99, "packages": {"numpy": "0.1"}, "commit": "abc"}
    edit_manifest(path, lambda manifest: manifest["environment"].update(machine))


def test_a_run_is_resumed_from_what_it_says_of_itself(copied: Path, bench: Bench, zoo: Mapping[str, str]) -> None:
    before = numbers(copied)
    run = run_directory.open_run(copied)
    shutil.rmtree(run_directory.result_directory(copied, run.results[0].trial))
    moved(copied)
    done = bench("run", "--resume", "out", "--no-figures", cwd=copied.parent, env=zoo)
    assert done.returncode == 0, done.stderr
    assert "\n1 trial; about " in done.stdout
    assert "[1/1]" in done.stdout
    assert numbers(copied) == before
    assert read_manifest(copied).environment.cpu != "another", "something was fitted here"


def test_resuming_takes_no_other_configuration(copied: Path, bench: Bench, zoo: Mapping[str, str]) -> None:
    done = bench("run", "--resume", "out", "--seed", "4", cwd=copied.parent, env=zoo)
    assert done.returncode == 2
    assert "leave out --seed" in done.stderr


def test_data_that_changed_are_refused(copied: Path, bench: Bench, zoo: Mapping[str, str]) -> None:
    data = copied.parent / "small.csv"
    data.write_text(data.read_text().replace("1", "2", 1))
    for arguments in (("run", "--resume", "out"), (*ARGUMENTS, "--out", "out"), ("score", "out")):
        done = bench(*arguments, cwd=copied.parent, env=zoo)
        assert done.returncode == 2
        assert "another configuration" in done.stderr or "have changed" in done.stderr


def test_rescoring_fits_nothing_and_gives_the_same(copied: Path, bench: Bench) -> None:
    """No environment with its generators: they need not be there any more."""
    before = numbers(copied)
    moved(copied)
    before_scoring = read_manifest(copied)
    fitted = {each.trial.id: each.seconds.get("fit") for each in run_directory.open_run(copied).results}
    for path in copied.rglob("result.json"):
        result = json.loads(path.read_text())
        if result["status"] == "ok":
            path.write_text(json.dumps(result | {"scoring": "older", "metrics": {}}))
    done = bench("score", "out", "--no-figures", cwd=copied.parent)
    assert done.returncode == 0, done.stderr
    assert numbers(copied) == before
    again = read_manifest(copied)
    assert (again.generators, again.trials) == (before_scoring.generators, before_scoring.trials)
    assert again.environment != before_scoring.environment
    assert replace(again.environment, packages=before_scoring.environment.packages) == before_scoring.environment
    assert {each.trial.id: each.seconds.get("fit") for each in run_directory.open_run(copied).results} == fitted


def test_scoring_goes_on_beside_damaged_trials(csv: Path, bench: Bench, zoo: Mapping[str, str]) -> None:
    folder, run = csv.parent, csv.parent / "out"
    bench(*SMALL, "--generators", "noisy", "--repeats", "3", "--out", "out", cwd=folder, env=zoo)
    trials = run_directory.open_run(run).manifest.trials
    without_rows, without_result, _ = (run_directory.result_directory(run, trial) for trial in trials)
    (without_rows / "synthetic.parquet").write_bytes(b"")
    (without_result / "result.json").write_bytes(b"{")
    done = bench("score", "out", "--force", "--no-figures", cwd=folder)
    assert done.returncode == 2
    assert f"{without_result.name}/result.json is damaged" in done.stdout.partition("Its trial is left out")[0]
    assert "small #0 noisy failed" in done.stdout
    assert "the sampled rows cannot be read" in done.stdout
    assert "small #2 noisy ok" in done.stdout
    assert done.stderr.count("\n") == 1
    done = bench("verify", "out", "--trials", "9", cwd=folder, env=zoo)
    assert done.returncode == 1
    assert done.stdout.count("DAMAGED: ") == 2
    assert "1 of 1 trials gave the same rows" in done.stdout
    assert not done.stderr


def test_an_export_cannot_be_scored_again(copied: Path, bench: Bench, zoo: Mapping[str, str]) -> None:
    bench("export", "out", "small-export", cwd=copied.parent, env=zoo)
    done = bench("score", "small-export", cwd=copied.parent, env=zoo)
    assert done.returncode == 2
    assert "not an export" in done.stderr


def test_rows_of_splits_that_are_no_longer_drawn_cannot_be_scored_again(copied: Path, bench: Bench) -> None:
    """As of a run under an earlier protocol version, whose parts had other rows."""
    moved(copied)
    split = read_manifest(copied).splits[0].id
    for path in [*copied.rglob("result.json"), copied / "manifest.json"]:
        path.write_text(path.read_text().replace(split, "0" * len(split)))
    done = bench("score", "out", cwd=copied.parent)
    assert done.returncode == 2
    assert "whose splits are no longer drawn" in done.stderr


def test_a_cache_shares_trials_between_runs(csv: Path, bench: Bench, zoo: Mapping[str, str]) -> None:
    def run(names: str, out: str) -> str:
        arguments = (*SMALL, "--generators", names, "--cache", "cache", "--out", out)
        return bench(*arguments, cwd=csv.parent, env=zoo).stdout

    assert "[7/7]" in run("noisy", "first")
    again = run("noisy,collapses", "second")
    assert "[1/1] small #0 collapses ok" in again
    first, second = (numbers(csv.parent / name) for name in ("first", "second"))
    assert {name: second[name] for name in first} == first
    trial = next(result for result in run_directory.open_run(csv.parent / "first").results if result.status == "ok")
    entry = run_directory.result_directory(csv.parent / "cache", trial.trial)
    stored = (entry / "result.json").read_bytes()
    (entry / "result.json").write_bytes(stored[:-200])
    said = run("noisy", "third")
    assert "note: The cache cache has a damaged entry, which is not used" in said
    assert "[1/1] small #0 noisy ok" in said
    assert read_manifest(csv.parent / "third").finished
    assert json.loads((entry / "result.json").read_bytes())["rows_digest"] == json.loads(stored)["rows_digest"]


def test_quiet_prints_nothing(copied: Path, bench: Bench, zoo: Mapping[str, str]) -> None:
    done = bench(*ARGUMENTS, "--out", "out", "--quiet", cwd=copied.parent, env=zoo)
    assert (done.returncode, done.stdout) == (0, "")


def test_json_prints_one_object_per_event(copied: Path, bench: Bench, zoo: Mapping[str, str]) -> None:
    done = bench(*ARGUMENTS, "--out", "new", "--json", cwd=copied.parent, env=zoo)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert {event["event"] for event in events} == {"started", "progress", "finished"}
    finished = [event for event in events if event["event"] == "finished" and event["kind"] == "trial"]
    assert sorted(event["status"] for event in finished) == ["failed", "failed", "ok", "ok"]


def test_runs_are_listed_and_removed(copied: Path, bench: Bench) -> None:
    listed = bench("runs", "--folder", ".", cwd=copied.parent).stdout
    assert "out" in listed
    assert "complete" in listed
    assert "4 of 4, 2 not ok" in listed
    assert "noisy (small)" in listed
    assert bench("runs", "rm", "small.csv", "--yes", cwd=copied.parent).returncode == 2
    assert (copied.parent / "small.csv").exists()
    assert bench("runs", "rm", "out", "--yes", cwd=copied.parent).returncode == 0
    assert not copied.exists()


def test_what_is_opened_and_complete_says_the_same_of_where_it_was_made(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved(copied)
    before = (copied / "manifest.json").read_bytes()
    monkeypatch.chdir(copied.parent)
    with runner.session(runner.restore_plan_for_scoring(Path("out")), Path("out"), Operation(refit=False)) as schedule:
        assert schedule.tasks == []
    assert (copied / "manifest.json").read_bytes() == before


def test_one_damaged_run_does_not_hide_the_others(tmp_path: Path) -> None:
    make_run(tmp_path / "good")
    shutil.copytree(make_run(tmp_path / "bad").path, tmp_path / ".evaluate-half.x")
    with pytest.raises(BenchError):
        edit_manifest(tmp_path / "bad", lambda manifest: manifest["trials"][0].update(unknown=1))
    bad, good = list_runs.run_rows(tmp_path)
    assert bad[0] == "bad"
    assert "unreadable" in bad[1]
    assert "is damaged" in bad[1]
    assert good[:2] == ("good", "complete")


def test_a_trials_log_is_one_command_away(copied: Path, bench: Bench) -> None:
    said = bench("log", "out", "raises", cwd=copied.parent).stdout
    assert "about to fail" in said
    assert "not positive definite" in said
    wrong = bench("log", "out", "rises", cwd=copied.parent)
    assert wrong.returncode == 2
    assert "did you mean 'raises'" in wrong.stderr


def limited(
    arguments: tuple[str, ...], folder: Path, env: Mapping[str, str], size: int
) -> subprocess.CompletedProcess[str]:
    """Runs the driver where no file may grow beyond `size` bytes: writing fails as on a full disk."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    command = [sys.executable, "-m", "bench", *arguments]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, preexec_fn=limit, check=False)


def test_a_full_disk_is_one_line_and_keeps_earlier_trials(copied: Path, zoo: Mapping[str, str]) -> None:
    before = numbers(copied)
    done = limited((*ARGUMENTS, "--out", "out", "--repeats", "2", "--retry", "failed"), copied.parent, zoo, 4000)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "too large" in done.stderr.lower()
    assert numbers(copied) == before


def test_a_folder_that_cannot_be_written_is_one_line(copied: Path, zoo: Mapping[str, str], bench: Bench) -> None:
    blocked = copied.parent / "file"
    blocked.write_text("in the way")
    done = bench(*ARGUMENTS, "--out", "file/run", cwd=copied.parent, env=zoo)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    done = subprocess.run(
        [sys.executable, "-m", "bench", *ARGUMENTS, "--out", "/proc/run"],
        cwd=copied.parent,
        env=zoo,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_hostile_names_never_become_paths_or_markup(tmp_path: Path, bench: Bench, zoo: Mapping[str, str]) -> None:
    import numpy as np
    import pandas as pd

    columns = ["../../etc/passwd", "<script>alert(1)</script>", 'a"b|c`d', "‮right-to-left", "y" * 300]
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(200, 5)).round(3), columns=columns)
    frame.to_csv(tmp_path / "..evil;$(x).csv", index=False)
    arguments = ("--dataset", "..evil;$(x).csv", "--target", "y" * 300, "--generators", "noisy", "--repeats", "1")
    done = bench("run", *arguments, cwd=tmp_path, env=zoo)
    assert done.returncode == 0, done.stderr
    (run,) = (tmp_path / "runs").iterdir()
    assert all(path.is_relative_to(run) for path in run.rglob("*"))
    assert run.name.startswith("evil-x-quick-")
    html = (run / "report.html").read_text()
    assert "<script>alert" not in html
    assert run_directory.open_run(run).results[0].status == "ok"


def test_scoring_removes_reference_rows_of_earlier_versions(copied: Path, bench: Bench, zoo: Mapping[str, str]) -> None:
    folder = min(copied.glob("references/*/copy")).parent
    shutil.copytree(folder / "copy", folder / "holdout-half")
    result = folder / "holdout-half" / "result.json"
    result.write_text(result.read_text().replace('"generator": "copy"', '"generator": "holdout-half"'))
    done = bench("score", copied, "--no-figures", cwd=copied.parent, env=zoo)
    assert done.returncode == 0, done.stderr
    assert not (folder / "holdout-half").exists()


@pytest.mark.parametrize("command", [("score",), ("run", "--resume")])
def test_nothing_is_written_or_removed_beyond_a_link(
    command: tuple[str, ...], copied: Path, bench: Bench, zoo: Mapping[str, str]
) -> None:
    elsewhere = copied.parent / "elsewhere"
    (copied / "trials").rename(elsewhere)
    (copied / "trials").symlink_to(elsewhere)
    (elsewhere / ".half.12345").mkdir()
    before = sorted(elsewhere.rglob("*"))
    done = bench(*command, "out", "--no-figures", cwd=copied.parent, env=zoo)
    assert done.returncode == 2
    assert done.stderr.startswith("bench: out/trials is a link, which is not followed")
    assert sorted(elsewhere.rglob("*")) == before
