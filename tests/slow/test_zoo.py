"""Ill-behaved generators, one file each, through the real command line: each costs its own row and nothing else."""

import os
from collections.abc import Mapping
from pathlib import Path

import psutil
import pytest

from bench.api import TrialResult
from bench.runs import run_directory
from tests.conftest import ZOO, Bench

pytestmark = pytest.mark.slow

EXPECTED = {
    "bad-history": ("ok", ""),
    "broken-import": ("failed", "cannot be imported: ImportError: no module for that"),
    "calls-exit": ("failed", "SystemExit: goodbye"),
    "changes-train": ("ok", ""),
    "closes-output": ("ok", ""),
    "collapses": ("ok", ""),
    "eats-memory": ("memory", "of 512 MiB, while in fit"),
    "exits-in-sample": ("failed", "SystemExit: 0"),
    "exits": ("failed", "exited with code 3"),
    "fills-disk": ("ok", ""),
    "hangs": ("timeout", "stopped after 12 s, while in fit"),
    "interpolates": ("ok", ""),
    "interrupts": ("failed", "KeyboardInterrupt"),
    "kills-parent": ("ok", ""),
    "leaves-children": ("ok", ""),
    "looks-around": ("ok", ""),
    "many-threads": ("ok", ""),
    "memoriser": ("ok", ""),
    "mute-error": ("failed", "MuteError: its message cannot be read: SystemExit"),
    "near-copies": ("ok", ""),
    "needs-more": ("skipped", "pip install 'no-such-package'"),
    "no-table": ("failed", "returned a list"),
    "noisy": ("ok", ""),
    "not-numbers": ("ok", ""),
    "patches-judge": ("ok", ""),
    "prints": ("ok", ""),
    "raises": ("failed", "not positive definite"),
    "seeds-globals": ("ok", ""),
    "segfaults": ("failed", "SIGSEGV"),
    "sends-pickle": ("failed", "sent a message that cannot be read"),
    "surrogates": ("failed", "ValueError: a\\udc80b"),
    "wrong-columns": ("failed", "the columns a, b; expected a, b, c, y"),
    "wrong-rows": ("failed", "7 rows; expected 480"),
    "wrong-type": ("failed", "expected float64"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, table: object, zoo: Mapping[str, str], bench: Bench) -> Path:
    place = tmp_path_factory.mktemp("zoo-run")
    table.to_csv(place / "small.csv", index=False)  # type: ignore[attr-defined]
    scratch = place / "scratch"
    scratch.mkdir()
    done = bench(
        *("run", "--dataset", "small.csv", "--target", "y", "--repeats", "1", "--generators", ",".join(EXPECTED)),
        *("--timeout", "12", "--memory", "0.5", "--out", "out"),
        cwd=place,
        env={**zoo, "TMPDIR": str(scratch)},
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    return place


@pytest.fixture(scope="module")
def results(folder: Path) -> dict[str, TrialResult]:
    return {result.trial.generator: result for result in run_directory.open_run(folder / "out").results}


def test_the_whole_zoo_is_run() -> None:
    files = {path.stem.replace("_", "-") for path in ZOO.glob("[a-z]*.py")}
    assert files == {*EXPECTED, "sleeps", "slow"}
    assert sum(status != "ok" for status, _ in EXPECTED.values()) + 9 >= 12


@pytest.mark.parametrize("name", EXPECTED)
def test_each_ends_as_it_should(name: str, results: Mapping[str, TrialResult]) -> None:
    status, said = EXPECTED[name]
    assert results[name].status == status, results[name].error
    assert said in results[name].error


def test_no_child_outlives_the_run(folder: Path) -> None:
    alive = [
        process.info for process in psutil.process_iter(["cmdline"]) if process.info["cmdline"] == ["sleep", "3599"]
    ]
    assert alive == []


def test_scratch_folders_are_gone(folder: Path) -> None:
    assert [entry for entry in os.listdir(folder / "scratch") if entry.startswith("bench-")] == []


def test_logs_are_kept_and_cut(folder: Path, results: Mapping[str, TrialResult]) -> None:
    out = folder / "out"
    assert (run_directory.result_directory(out, results["prints"].trial) / "log.txt").stat().st_size <= 1_000_000
    assert "goodbye" in (run_directory.result_directory(out, results["calls-exit"].trial) / "log.txt").read_text()


def test_holes_are_said_and_not_averaged(results: Mapping[str, TrialResult]) -> None:
    metrics, reasons = results["not-numbers"].metrics, results["not-numbers"].reasons
    assert metrics["c2st_auc"] is None
    assert metrics["quality"] is None
    assert "a" in reasons["quality"]


def test_train_is_a_copy_for_each(results: Mapping[str, TrialResult]) -> None:
    assert results["changes-train"].metrics["column_shapes"] is not None


def test_a_collapsed_model_ranks_last_among_those_that_ran(folder: Path) -> None:
    from bench.statistics.leaderboard import rank

    rows = rank(run_directory.open_run(folder / "out")).boards[0].entries
    overall = {row.generator: row.overall.mean for row in rows if row.overall}
    assert overall["collapses"] == 0
    order = [row.generator for row in rows]
    assert order.index("noisy") < order.index("collapses")
