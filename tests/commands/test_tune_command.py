"""`bench tune` as people meet it."""

from __future__ import annotations

import csv
import inspect
import subprocess
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from bench.api import BenchError
from bench.commands import study_commands
from bench.commands.cli import app
from bench.planning import read_config
from bench.workflows.tuning import objectives
from tests.conftest import ZOO
from tests.workflows.tuning.prepared_tuning import poisoned

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from tests.conftest import Bench

SPACE = "[noisy]\nnoise = {low = 0.05, high = 0.8}\n"


Tune = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def command(csv: Path, bench: Bench, zoo: Mapping[str, str]) -> Tune:
    """`bench tune noisy` on the small table, in its folder."""
    (csv.parent / "space.toml").write_text(SPACE)

    def call(*more: str, generator: str = "noisy") -> subprocess.CompletedProcess[str]:
        words = ("tune", generator, "--dataset", "small.csv", "--target", "y", "--space", "space.toml")
        return bench(*words, *more, cwd=csv.parent, env=zoo)

    return call


def rows(path: Path) -> list[dict[str, str]]:
    """The history, without what differs from call to call."""
    with path.open(newline="") as stream:
        found = list(csv.DictReader(stream))
    return [{key: cell for key, cell in row.items() if key != "fit_cpu_seconds"} for row in found]


@pytest.mark.slow
def test_it_tunes_resumes_and_never_sees_other_rows(
    csv: Path, table: pd.DataFrame, command: Tune, bench: Bench, zoo: Mapping[str, str]
) -> None:
    done = command("--trials", "2", "--study", "study")
    assert done.returncode == 0, done.stderr
    assert "wrote tuned.toml, tuned.csv" in done.stdout
    first = rows(csv.parent / "tuned.csv")
    assert [row["trial"] for row in first] == ["defaults", "0", "1"]
    assert set(read_config.build_config(read_config.read_config_file(csv.parent / "tuned.toml")).settings) == {"noisy"}

    # A table that is another one outside train, and a study of its own.
    poisoned(table, "random").to_csv(csv, index=False)
    spoiled = command("--trials", "2", "--out", "spoiled.toml")
    assert spoiled.returncode == 0, spoiled.stderr
    assert "study in runs/tune-noisy-" in spoiled.stdout
    assert rows(csv.parent / "spoiled.csv") == first

    table.to_csv(csv, index=False)
    more = command("--trials", "3", "--study", "study", "--force")
    assert more.returncode == 0, more.stderr
    assert "trial 1:" not in more.stdout, "what was done is not done again"
    assert "trial 2:" in more.stdout
    assert rows(csv.parent / "tuned.csv")[:3] == first


@pytest.mark.slow
def test_a_generator_in_a_file_is_tuned(csv: Path, bench: Bench) -> None:
    (csv.parent / "mine.py").write_text((ZOO / "noisy.py").read_text())
    (csv.parent / "spaces.toml").write_text(SPACE.replace("noisy", "mine"))
    words = ("tune", "mine", "--plugin", "mine.py", "--dataset", "small.csv", "--target", "y", "--trials", "1")
    done = bench(*words, cwd=csv.parent)
    assert done.returncode == 0, done.stderr
    assert [row["status"] for row in rows(csv.parent / "tuned.csv")] == ["ok", "ok"]
    text = (csv.parent / "tuned.toml").read_text()
    assert "use: bench run --config tuned.toml --plugin mine.py" in text
    assert set(read_config.build_config(read_config.read_config_file(csv.parent / "tuned.toml")).settings) == {"mine"}


COMMAND_ERRORS = [
    (["--objective", "speed"], "speed"),
    (["--guard", "privcy"], "did you mean 'privacy'"),
    (["--trials", "0"], "trials is 0"),
    (["--space", "absent.toml"], "absent.toml"),
    (["--out", "tuned.json"], ".toml"),
    (["--set", "noisy.noise=1"], "fixed by --set"),
]


@pytest.mark.parametrize(("arguments", "said"), COMMAND_ERRORS, ids=lambda value: " ".join(value)[:40])
def test_what_cannot_be_tuned_says_why(arguments: list[str], said: str, csv: Path, command: Tune) -> None:
    before = {path: path.stat().st_mtime_ns for path in csv.parent.rglob("*")}
    done = command(*arguments)
    assert done.returncode == 2, done.stdout
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    after = {path: path.stat().st_mtime_ns for path in csv.parent.rglob("*") if path.name != "space.toml"}
    assert after == {path: when for path, when in before.items() if path.name != "space.toml"}


def test_where_to_write_is_looked_at_before_the_data_are() -> None:
    done = CliRunner().invoke(app, ["tune", "smote", "--dataset", "absent.csv", "--out", "x.txt"])
    assert isinstance(done.exception, BenchError)
    assert "expected a name that ends in .toml" in str(done.exception)


def test_its_defaults_are_those_of_the_objective() -> None:
    said = inspect.signature(study_commands.tune).parameters
    assert (said["objective"].default, said["guard"].default) == (objectives.DEFAULT, objectives.GUARD)


def test_it_reads_columns_as_it_is_told(csv: Path, command: Tune) -> None:
    done = command("--column", "a=categorial")
    assert done.returncode == 2, done.stdout
    assert "the kind of column 'a'" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
