"""Whole runs: the same numbers whatever the workers, and nothing lost when one is continued."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from bench.runs import run_directory
from tests.conftest import Bench

pytestmark = pytest.mark.slow

CHEAP = ("--set", "ae.steps=20", "--set", "beta-vae.steps=20", "--set", "tvae.epochs=2", "--rows", "120")
SMALL = ("run", "--dataset", "small.csv", "--target", "y", "--repeats", "1", "--no-figures")


def numbers(path: Path) -> dict[str, object]:
    """All that a run found, apart from what measures the machine."""
    found: dict[str, object] = {}
    for file in sorted(path.rglob("*")):
        if file.suffix in (".parquet", ".npz"):
            found[str(file.relative_to(path))] = file.read_bytes()
        elif file.name == "result.json":
            result = json.loads(file.read_text())
            timed = {"fit_seconds", "fit_cpu_seconds", "sample_rows_per_second", "memory_mb"}
            metrics = {key: value for key, value in result["metrics"].items() if key not in timed}
            found[str(file.relative_to(path))] = (result["status"], result["error"], metrics)
    return found


@pytest.fixture(scope="module")
def two_ways(
    tmp_path_factory: pytest.TempPathFactory, table: object, zoo: Mapping[str, str], bench: Bench
) -> tuple[Path, Path]:
    """The same run with one worker and with three, our own networks included."""
    folder = tmp_path_factory.mktemp("two-ways")
    table.to_csv(folder / "small.csv", index=False)  # type: ignore[attr-defined]
    for workers in (1, 3):
        done = bench(
            *SMALL,
            *("--generators", "noisy,raises,ae,tvae,beta-vae", *CHEAP),
            *("--workers", str(workers), "--out", f"w{workers}"),
            cwd=folder,
            env=zoo,
        )
        assert done.returncode == 0, done.stderr
    return folder / "w1", folder / "w3"


def test_numbers_do_not_depend_on_the_number_of_workers(two_ways: tuple[Path, Path]) -> None:
    one, three = (numbers(path) for path in two_ways)
    assert one.keys() == three.keys()
    assert [name for name in one if one[name] != three[name]] == []


def test_a_continued_run_does_only_what_is_missing(
    two_ways: tuple[Path, Path], tmp_path: Path, zoo: Mapping[str, str], bench: Bench
) -> None:
    folder = tmp_path / "again"
    shutil.copytree(two_ways[0].parent, folder)
    out = folder / "w1"
    before = numbers(out)
    kept = {
        result.trial.generator: run_directory.result_directory(out, result.trial)
        for result in run_directory.open_run(out).results
    }
    stamp = (kept["beta-vae"] / "result.json").stat().st_mtime_ns
    shutil.rmtree(kept["noisy"])
    shutil.rmtree(next((out / "references").glob("*/copy")))
    arguments = ("--generators", "noisy,raises,ae,tvae,beta-vae", *CHEAP, "--out", "w1")
    done = bench(*SMALL, *arguments, cwd=folder, env=zoo)
    assert done.returncode == 0
    assert "[2/2]" in done.stdout
    assert numbers(out) == before
    assert (kept["beta-vae"] / "result.json").stat().st_mtime_ns == stamp


def test_failures_are_tried_again_when_asked(
    finished: Path, tmp_path: Path, zoo: Mapping[str, str], bench: Bench
) -> None:
    folder = tmp_path / "retry"
    shutil.copytree(finished.parent, folder)
    arguments = ("run", "--dataset", "small.csv", "--target", "y", "--generators", "noisy,raises", "--out", "out")
    assert "[2/2]" in bench(*arguments, "--retry", "failed", "--no-figures", cwd=folder, env=zoo).stdout
    assert "[1/" not in bench(*arguments, "--no-figures", cwd=folder, env=zoo).stdout


def test_what_is_not_installed_is_skipped_with_the_command_that_installs_it(
    csv: Path, zoo: Mapping[str, str], bench: Bench
) -> None:
    done = bench(*SMALL, "--generators", "noisy,needs_more".replace("_", "-"), "--out", "out", cwd=csv.parent, env=zoo)
    assert done.returncode == 0
    assert "skipped: small #0 needs-more: needs no-such-package: pip install 'no-such-package'" in done.stdout
    run = run_directory.open_run(csv.parent / "out")
    assert {result.trial.generator: result.status for result in run.results} == {"noisy": "ok", "needs-more": "skipped"}


def test_what_a_generator_returns_is_checked(csv: Path, zoo: Mapping[str, str], bench: Bench) -> None:
    names = "wrong-rows,wrong-columns,wrong-type,no-table,broken-import,noisy"
    bench(*SMALL, "--generators", names, "--out", "out", cwd=csv.parent, env=zoo)
    errors = {each.trial.generator: each.error for each in run_directory.open_run(csv.parent / "out").results}
    assert errors.pop("noisy") == ""
    assert "7 rows; expected 480" in errors["wrong-rows"]
    assert "the columns a, b; expected a, b, c, y" in errors["wrong-columns"]
    assert "expected float64" in errors["wrong-type"]
    assert "returned a list; expected a DataFrame" in errors["no-table"]
    assert "cannot be imported: ImportError: no module for that" in errors["broken-import"]
