"""A run that is verified: its rows come out the same, or the difference is found and said."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from bench.api import BenchError
from bench.commands.cli import app
from bench.runs import run_directory
from bench.runs.export import export_run
from bench.workflows.verify import digest_rows
from tests.conftest import ran

RUN = ("run", "--dataset", "small.csv", "--target", "y", "--generators", "smote,gaussian-copula", "--repeats", "1")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, table: pd.DataFrame) -> Path:
    folder = tmp_path_factory.mktemp("verify")
    ran(folder, table, *RUN, "--no-figures", "--out", "out")
    return folder


def rows_of(path: Path, generator: str) -> Path:
    (trial,) = (result.trial for result in run_directory.open_run(path).results if result.trial.generator == generator)
    return run_directory.result_directory(path, trial) / "synthetic.parquet"


def test_agreement_and_difference(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    done = CliRunner().invoke(app, ["verify", "out", "--trials", "9"])
    assert done.exit_code == 0, (done.output, done.exception)
    assert "2 of 2 trials gave the same rows" in done.output
    file = rows_of(home / "out", "smote")
    kept = file.read_bytes()
    rows = pd.read_parquet(file)
    rows.loc[3, "a"] = rows["a"][3] + 1e-9
    rows.to_parquet(file, index=False)
    done = CliRunner().invoke(app, ["verify", "out", "--trials", "2"])
    file.write_bytes(kept)
    assert done.exit_code == 1
    assert "DIFFERENT: small #0 smote" in done.output
    assert "same: small #0 gaussian-copula" in done.output
    assert "1 of 2" in done.output


def test_changed_code_is_named(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stored trial that today's plan does not have, with rows that today's code does not make."""
    shutil.copytree(home, tmp_path / "work")
    monkeypatch.chdir(tmp_path / "work")
    file = rows_of(Path("out"), "smote")
    (file.parent / "synthetic.parquet").write_bytes(rows_of(Path("out"), "gaussian-copula").read_bytes())
    old, new = file.parent.name, "0123456789abcdef"
    for path in (Path("out/manifest.json"), file.parent / "result.json"):
        path.write_text(path.read_text().replace(old, new))
    file.parent.rename(file.parent.with_name(new))
    done = CliRunner().invoke(app, ["verify", "out", "--trials", "2"])
    assert done.exit_code == 1
    assert "have changed since" in done.output


def test_the_hash_is_of_values_not_of_bytes(table: pd.DataFrame) -> None:
    plain, packed = io.BytesIO(), io.BytesIO()
    table.to_parquet(plain, index=False, compression=None)
    table.to_parquet(packed, index=False, compression="gzip")
    assert plain.getvalue() != packed.getvalue()
    assert digest_rows(plain.getvalue()) == digest_rows(packed.getvalue())
    turned = io.BytesIO()
    table[table.columns[::-1]].to_parquet(turned, index=False)
    assert digest_rows(turned.getvalue()) != digest_rows(plain.getvalue())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["absent"], "there is no run"),
        (["exported"], "not an export"),
        (["out", "--trials", "0"], "--trials is 0"),
        (["out", "--workers", "0"], "workers is 0"),
    ],
)
def test_misuse(arguments: list[str], said: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    if not Path("exported").exists():
        export_run(run_directory.open_run(Path("out")), Path("exported"))
    done = CliRunner().invoke(app, ["verify", *arguments])
    assert isinstance(done.exception, BenchError)
    assert said in str(done.exception)
