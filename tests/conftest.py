"""Fixtures over real processes and real files, and the settings of all property tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # So it is in a job that a script starts in the background, and what a test starts and interrupts would not notice.
    signal.signal(signal.SIGINT, signal.default_int_handler)

for variable in ("COLUMNS", "LINES"):
    # The readline library, which debuggers import, sets them for this process's children; tables in pipes heed COLUMNS.
    os.environ.pop(variable, None)
    os.unsetenv(variable)

settings.register_profile("bench", deadline=None)
settings.load_profile("bench")

ZOO = Path(__file__).parent / "zoo"
ATTACKS = Path(__file__).parent / "attacks"

Bench = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session", autouse=True)
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The user's cache folder, one for all workers of a session. Metrics enter by a run's own splits, to save time."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "cache"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_CACHE_DIR", str(folder))
        patch.setenv("BENCH_DRAWN_SPLITS", "0")
        yield folder


@pytest.fixture(scope="session")
def table() -> pd.DataFrame:
    """600 rows of three dependent columns and a target, not in time; metrics of all four families can rank on it."""
    rng = np.random.default_rng(7)
    a = rng.normal(10, 2, 600).round(2)
    b = (0.5 * a + rng.normal(0, 1, 600)).round(2)
    c = rng.exponential(3, 600).round(1)
    return pd.DataFrame({"a": a, "b": b, "c": c, "y": (2 * a - b + c + rng.normal(0, 0.3, 600)).round(3)})


@pytest.fixture
def csv(table: pd.DataFrame, tmp_path: Path) -> Path:
    """The table as a file in an empty folder."""
    path = tmp_path / "small.csv"
    table.to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """An environment in which every file of tests/zoo is an installed generator, as a third party's would be."""
    return installed(ZOO, tmp_path_factory.mktemp("site"))


def installed(folder: Path, site: Path) -> dict[str, str]:
    """An environment with every file of `folder` as a distribution's generator; `site` is filled with it."""
    metadata = site / "bench_zoo-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: bench-zoo\nVersion: 1.0\n")
    names = sorted(path.stem for path in folder.glob("[a-z]*.py"))
    points = [f"{name.replace('_', '-')} = zoo_{name}:Model" for name in names]
    (metadata / "entry_points.txt").write_text("\n".join(["[bench.generators]", *points, ""]))
    for name in names:
        (site / f"zoo_{name}.py").write_text((folder / f"{name}.py").read_text())
    return {**os.environ, "PYTHONPATH": str(site)}


def ran(folder: Path, table: pd.DataFrame, *arguments: str) -> None:
    """Runs a command in this process, in a folder that holds the table as `small.csv`; it must succeed."""
    from typer.testing import CliRunner

    from bench.commands.cli import app

    table.to_csv(folder / "small.csv", index=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        result = CliRunner().invoke(app, with_two_repeats([*arguments]))
    assert result.exit_code == 0, (result.output, result.exception)


def with_two_repeats(arguments: Sequence[str]) -> list[str]:
    """The arguments of a command; a run that says nothing of repeats has two, to save time."""
    decided = {"--repeats", "--profile", "--resume", "--config", "--help"} & set(arguments)
    return [*arguments, "--repeats", "2"] if arguments[:1] == ["run"] and not decided else [*arguments]


@pytest.fixture(scope="session")
def bench() -> Bench:
    """Runs the command line in a process of its own; see `with_two_repeats`."""

    def run(
        *arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bench", *with_two_repeats([*map(str, arguments)])]
        return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)

    return run


@pytest.fixture(scope="session")
def finished(
    tmp_path_factory: pytest.TempPathFactory, table: pd.DataFrame, zoo: Mapping[str, str], bench: Bench
) -> Path:
    """A run of a good and of a raising generator, two repeats, with its reports."""
    folder = tmp_path_factory.mktemp("finished")
    table.to_csv(folder / "small.csv", index=False)
    result = bench(
        *("run", "--dataset", "small.csv", "--target", "y", "--generators", "noisy,raises", "--out", "out"),
        cwd=folder,
        env=zoo,
    )
    if result.returncode:
        raise RuntimeError(result.stderr + result.stdout)
    return folder / "out"
