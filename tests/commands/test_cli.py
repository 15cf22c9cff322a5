"""The command line as people meet it: real processes, exit codes, one clear line for what they can mend."""

import inspect
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import pytest

from bench.commands.option_flags import ABOUT_COLUMNS
from bench.commands.plugin_commands import data_describe
from bench.commands.run_commands import run
from bench.commands.study_commands import tune
from bench.commands.table_commands import evaluate, generate
from bench.plugins import entry_points
from bench.plugins.generator_facts import declared_info
from tests.conftest import Bench


def usage_error(done: subprocess.CompletedProcess[str]) -> str:
    """The one line of a usage error."""
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("bench: ")
    return lines[0]


@pytest.mark.parametrize(("flags", "shown"), [((), False), (("-W", "default"), True)])
def test_warnings_of_libraries_are_for_developers(flags: tuple[str, ...], shown: bool) -> None:
    warns = "import warnings; from bench.commands import cli; cli.app = lambda: warnings.warn('odd'); cli.main()"
    done = subprocess.run([sys.executable, *flags, "-c", warns], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert ("odd" in done.stderr) == shown


def test_a_folder_without_runs_says_what_to_do(bench: Bench, tmp_path: Path) -> None:
    done = bench("runs", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "no runs in runs; bench run makes one, and --folder names another place\n"


def test_version(bench: Bench, tmp_path: Path) -> None:
    from bench import __version__

    assert bench("--version", cwd=tmp_path).stdout == f"bench {__version__}\n"


@pytest.mark.parametrize("kind", ["generators", "datasets", "metrics", "sections"])
def test_lists_name_everything(kind: str, bench: Bench, tmp_path: Path) -> None:
    from bench.plugins import entry_points

    said = bench("list", kind, cwd=tmp_path).stdout
    names = (
        [metric.name for family in entry_points.families() for metric in family.metrics]
        if kind == "metrics"
        else entry_points.names(kind)  # type: ignore[arg-type]
    )
    assert all(any(line.startswith(f"{name} ") for line in said.splitlines()) for name in names)


def test_the_licence_of_restricted_libraries_is_said(bench: Bench, tmp_path: Path) -> None:
    said = bench("list", "generators", cwd=tmp_path).stdout
    assert all("BUSL-1.1" in line for line in said.splitlines() if line.startswith(("ctgan", "tvae")))


def test_what_generators_can_do_and_cost_is_listed(bench: Bench, tmp_path: Path, zoo: Mapping[str, str]) -> None:
    done = bench("list", "generators", "--long", cwd=tmp_path, env=zoo)
    assert done.returncode == 0, done.stderr
    said = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert all("BUSL-1.1" in said[name] for name in ("ctgan", "tvae"))
    papers = {
        name: declared_info(entry_points.load("generators", name)).paper for name in entry_points.names("generators")
    }
    assert all(paper[:40] in said[name] for name, paper in papers.items())
    assert re.search(r"MIT .* +yes +yes +\d+ +Higgins", said["beta-vae"])
    assert re.search(r" +- +yes +0\.2 +Chawla", said["smote"])
    assert re.search(r"unknown +numeric +- +- +- +-", said["noisy"])
    assert "the generator 'broken-import'" in said["broken-import"]


@pytest.mark.parametrize("arguments", [("metrics", "--long"), ("generators", "--long", "--presets")], ids=" ".join)
def test_only_generators_are_listed_at_length(arguments: tuple[str, ...], bench: Bench, tmp_path: Path) -> None:
    assert "--long" in usage_error(bench("list", *arguments, cwd=tmp_path))


RUN_ERRORS: list[tuple[list[str], str]] = [
    (["--dataset", "absent.csv", "--target", "y"], "absent.csv"),
    (["--dataset", "empty.csv", "--target", "y"], "empty"),
    (["--dataset", "header.csv", "--target", "y"], "header"),
    (["--dataset", "folder.csv", "--target", "y"], "folder"),
    (["--dataset", "binary.csv", "--target", "y"], "binary.csv"),
    (["--dataset", "binary.parquet", "--target", "y"], "binary.parquet"),
    (["--dataset", "small.csv"], "--target"),
    (["--dataset", "small.csv", "--target", "z"], "no column 'z'"),
    (["--dataset", "nan_target.csv", "--target", "y"], "y"),
    (["--dataset", "constant_target.csv", "--target", "y"], "always"),
    (["--dataset", "holes.csv", "--target", "y", "--missing", "refuse"], "--missing drop"),
    (["--dataset", "infinite.csv", "--target", "y"], "infinit"),
    (["--dataset", "words.csv", "--target", "y", "--column", "b=numeric"], "no numbers, but texts such as 'red'"),
    (["--dataset", "words.csv", "--target", "b"], "is always red"),
    (["--dataset", "twice.csv", "--target", "y"], "twice"),
    (["--dataset", "short.csv", "--target", "y"], "rows"),
    (["--dataset", "stashun"], "did you mean 'station'"),
    (["--generators", "vaee"], "did you mean 'vae'"),
    (["--set", "vae.latnet=3"], "did you mean 'latent'"),
    (["--repeats", "0"], "repeats is 0"),
    (["--rows", "-5"], "rows is -5"),
    (["--workers", "0"], "workers is 0"),
    (["--split", "blok"], "did you mean 'blocked'"),
    (["--profile", "slow"], "profile is 'slow'"),
    (["--config", "absent.toml"], "absent.toml"),
    (["--config", "typo.toml"], "did you mean 'repeats'"),
    (["--out", "stuff"], "is not a run"),
    (["--out", "small.csv"], "is a file"),
]


@pytest.fixture
def bad(csv: Path, table: pd.DataFrame) -> Path:
    """A folder of tables that cannot be benchmarked."""
    folder = csv.parent

    def save(name: str, frame: pd.DataFrame) -> None:
        frame.to_csv(folder / f"{name}.csv", index=False)

    (folder / "empty.csv").write_text("")
    (folder / "header.csv").write_text("a,b,c,y\n")
    (folder / "folder.csv").mkdir()
    (folder / "binary.csv").write_bytes(bytes(range(256)) * 9)
    (folder / "binary.parquet").write_bytes(bytes(range(256)) * 9)
    save("nan_target", table.assign(y=float("nan")))
    save("constant_target", table.assign(y=3.0))
    save("holes", table.assign(b=table["b"].where(table.index % 9 != 0)))
    save("infinite", table.assign(b=table["b"].where(table.index != 5, float("inf"))))
    save("words", table.assign(b="red"))
    (folder / "twice.csv").write_text("a,b,a,y\n" + "1,2,3,4\n" * 200)
    save("short", table.head(12))
    (folder / "typo.toml").write_text("repeat = 2\n")
    (folder / "stuff").mkdir()
    (folder / "stuff" / "thesis.txt").write_text("precious")
    return folder


@pytest.mark.parametrize(("arguments", "said"), RUN_ERRORS, ids=lambda value: " ".join(value)[:40])
def test_what_cannot_run_says_why(arguments: list[str], said: str, bad: Path, bench: Bench) -> None:
    before = {path: path.stat().st_mtime_ns for path in bad.rglob("*")}
    line = usage_error(bench("run", *arguments, cwd=bad))
    assert said in line
    assert {path: path.stat().st_mtime_ns for path in bad.rglob("*")} == before


def test_a_data_folder_that_does_not_exist_is_named(bench: Bench, tmp_path: Path) -> None:
    env = {**os.environ, "BENCH_DATA_DIR": str(tmp_path / "nowhere")}
    assert "BENCH_DATA_DIR" in usage_error(bench("run", "--dataset", "methane-1", cwd=tmp_path, env=env))


def test_a_file_with_the_wrong_hash_is_refused(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "methane-1.csv").write_text("a,b\n1,2\n")
    env = {**os.environ, "BENCH_DATA_DIR": str(tmp_path)}
    assert "sha256" in usage_error(bench("data", "fetch", "methane-1", cwd=tmp_path, env=env))


@pytest.mark.parametrize("verb", ["report", "export"])
def test_what_is_no_run_is_refused(verb: str, bench: Bench, tmp_path: Path) -> None:
    more = ["copy"] if verb == "export" else []
    assert "no run at" in usage_error(bench(verb, "absent", *more, cwd=tmp_path))
    assert "not a run" in usage_error(bench(verb, ".", *more, cwd=tmp_path))


def test_dry_run_lists_the_trials_and_writes_nothing(csv: Path, bench: Bench) -> None:
    done = bench("run", "--dataset", "small.csv", "--target", "y", "--dry-run", cwd=csv.parent)
    assert done.returncode == 0
    trials = 2 * len(entry_points.names("generators"))
    assert f"{trials} trials in runs/small-quick-" in done.stdout
    assert "about" in done.stdout
    assert list(csv.parent.iterdir()) == [csv]


def test_describe_prints_columns_and_the_audit(csv: Path, bench: Bench) -> None:
    done = bench("data", "describe", "small.csv", "--target", "y", cwd=csv.parent)
    assert done.returncode == 0
    assert "600 rows, 4 columns" in done.stdout
    assert "lag-1 corr." in done.stdout


@pytest.mark.slow
def test_failures_are_listed_and_do_not_stop_the_run(finished: Path, bench: Bench, zoo: Mapping[str, str]) -> None:
    again = _run(bench, finished, zoo, "noisy,raises")
    assert again.returncode == 0
    assert "failed: small #0 raises: ValueError: the covariance is not positive definite" in again.stdout
    assert "Traceback" not in again.stdout + again.stderr
    assert (finished / "report.md").is_file()
    assert (finished / "report.html").is_file()


def _run(bench: Bench, finished: Path, zoo: Mapping[str, str], generators: str) -> subprocess.CompletedProcess[str]:
    arguments = ["--dataset", "small.csv", "--target", "y", "--generators", generators, "--out", finished.name]
    return bench("run", *arguments, cwd=finished.parent, env=zoo)


@pytest.mark.slow
def test_another_configuration_is_refused(finished: Path, bench: Bench, zoo: Mapping[str, str]) -> None:
    before = (finished / "manifest.json").read_bytes()
    line = usage_error(_run(bench, finished, zoo, "noisy"))
    assert "another configuration" in line
    assert (finished / "manifest.json").read_bytes() == before


@pytest.mark.slow
def test_what_is_odd_about_the_data_is_said(csv: Path, bench: Bench, zoo: Mapping[str, str]) -> None:
    frame = pd.read_csv(csv).cumsum().assign(b=7.0)
    frame.to_csv(csv, index=False)
    arguments = ("--dataset", "small.csv", "--target", "y", "--generators", "noisy", "--repeats", "1", "--ordered")
    done = bench("run", *arguments, "--split", "random", "--no-figures", cwd=csv.parent, env=zoo)
    assert done.returncode == 0, done.stderr
    assert "note: small: b is constant (7.0) and carried through." in done.stdout
    assert "preparing split 1 of 1: small #0\n" in done.stdout
    assert "The rows are in time" in done.stdout
    assert "prefer --split blocked" in done.stdout


@pytest.mark.slow
def test_nothing_is_left_behind_that_python_warns_of(csv: Path, bench: Bench) -> None:
    """SDV's progress bar would make a lock of processes, of which Python speaks when the command ends."""
    arguments = ("--dataset", "small.csv", "--target", "y", "--rows", "5", "--all-rows", "--profile", "quick")
    done = bench("generate", "gaussian-copula", *arguments, "--out", "rows.csv", cwd=csv.parent)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
def test_nothing_succeeding_exits_with_1(csv: Path, bench: Bench, zoo: Mapping[str, str]) -> None:
    done = bench(
        *("run", "--dataset", "small.csv", "--target", "y", "--generators", "raises", "--repeats", "1"),
        cwd=csv.parent,
        env=zoo,
    )
    assert done.returncode == 1
    assert "no trial succeeded" in done.stderr
    assert len(list(csv.parent.glob("runs/*/report.html"))) == 1


@pytest.mark.slow
def test_report_rebuilds_the_same_bytes(finished: Path, bench: Bench) -> None:
    before = {name: (finished / name).read_bytes() for name in ("report.md", "report.html")}
    assert bench("report", finished.name, cwd=finished.parent).returncode == 0
    assert {name: (finished / name).read_bytes() for name in before} == before


def wait_for(condition: Callable[[], bool]) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    raise TimeoutError


@pytest.mark.slow
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_stopping_keeps_what_is_finished_and_says_how_to_go_on(
    stop: signal.Signals, csv: Path, zoo: Mapping[str, str]
) -> None:
    arguments = [
        "run",
        "--dataset",
        "small.csv",
        "--target",
        "y",
        "--generators",
        "noisy,sleeps",
        "--repeats",
        "1",
        "--workers",
        "1",
        "--out",
        "out",
    ]
    command = [sys.executable, "-m", "bench", *arguments]
    driver = subprocess.Popen(command, cwd=csv.parent, env=zoo, stderr=subprocess.PIPE, text=True)
    out = csv.parent / "out"
    wait_for(lambda: any(json.loads(file.read_text())["scoring"] for file in out.glob("trials/*/result.json")))
    driver.send_signal(stop)
    said = driver.communicate()[1]
    assert driver.returncode == 130
    assert "1 of 2 trials stored in out" in said
    assert "Traceback" not in said
    again = shlex.split(said.strip().splitlines()[-1].partition(", or: ")[2])
    assert again == ["bench", "run", "--resume", "out"]
    kept = next(out.glob("trials/*/result.json"))
    before = kept.read_bytes()
    follow = [sys.executable, "-m", "bench", *again[1:], "--timeout", "0.5", "--no-figures"]
    done = subprocess.run(follow, cwd=csv.parent, env=zoo, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert len(list(out.glob("trials/*/result.json"))) == 2
    assert kept.read_bytes() == before


@pytest.mark.slow
def test_a_command_that_is_stopped_while_its_worker_starts_says_so(csv: Path, zoo: Mapping[str, str]) -> None:
    arguments = ["generate", "sleeps", "--dataset", "small.csv", "--target", "y", "--rows", "9", "--out", "a.csv"]
    command = [sys.executable, "-u", "-m", "bench", *arguments]
    pipe = subprocess.PIPE
    driver = subprocess.Popen(command, cwd=csv.parent, env=zoo, text=True, stdout=pipe, stderr=pipe)
    assert driver.stdout is not None
    assert any(line.startswith("fitting") for line in driver.stdout)
    driver.send_signal(signal.SIGINT)
    said = driver.communicate()[1]
    assert (driver.returncode, said.strip().count("\n")) == (130, 0), said
    assert said.startswith("bench: stopped; no unfinished file was written")
    assert not (csv.parent / "a.csv").exists()


@pytest.mark.parametrize("verb", [run, tune, generate, evaluate, data_describe], ids=lambda verb: str(verb.__name__))
def test_commands_that_read_a_table_take_the_options_for_columns(verb: Callable[..., None]) -> None:
    assert {"target", "ordered", "time", "missing", *ABOUT_COLUMNS} <= set(inspect.signature(verb).parameters)
