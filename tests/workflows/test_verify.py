"""A run that is verified: its rows come out the same, or the difference is found and said."""

from __future__ import annotations

import io
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from bench.api import BenchError
from bench.commands.cli import app
from bench.execution import runner
from bench.runs import run_directory
from bench.runs.export import export_run
from bench.runs.result_digests import digest_rows, seal
from bench.workflows import verify
from tests.conftest import ran

pytestmark = pytest.mark.slow

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


def edit_value(file: Path, metric: str, value: float, *, with_digest: bool) -> str:
    """Changes a stored value, and its digest if asked; returns what the file held."""
    kept = file.read_text()
    result = run_directory.unpack_result(kept.encode())
    edited = replace(result, metrics={**result.metrics, metric: value})
    file.write_bytes(run_directory.pack_result(seal(edited) if with_digest else edited))
    return kept


@pytest.mark.parametrize("with_digest", [False, True])
def test_an_edited_value_is_named(with_digest: bool, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    file = rows_of(Path("out"), "smote").with_name("result.json")
    kept = edit_value(file, "quality", 0.999, with_digest=with_digest)
    done = CliRunner().invoke(app, ["verify", "out", "--trials", "9"])
    file.write_text(kept)
    assert done.exit_code == 1
    assert "DIFFERENT: small #0 smote" in done.output
    assert re.search(r"  quality: 0\.999 stored, 0\.\d+ recomputed", done.output)
    assert ("the file was changed" in done.output) != with_digest
    assert "2 of 2 trials gave the same rows" in done.output
    assert "1 of 2 trials and 6 of 6 reference rows gave the same values" in done.output


def test_an_edited_reference_row_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    (file,) = Path("out/references").glob("*/copy/result.json")
    kept = edit_value(file, "c2st_auc", 0.75, with_digest=True)
    done = CliRunner().invoke(app, ["verify", "out", "--trials", "1"])
    file.write_text(kept)
    assert done.exit_code == 1
    assert "DIFFERENT: small #0 copy, a reference row" in done.output
    assert "  c2st_auc: 0.75 stored, 0." in done.output


def test_a_result_without_digests_is_verified_by_its_values(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As earlier versions stored it."""
    monkeypatch.chdir(home)
    file = rows_of(Path("out"), "smote").with_name("result.json")
    kept = file.read_text()
    content = json.loads(kept)
    names = ("rows_digest", "split_digest", "values_digest")
    file.write_text(json.dumps({key: value for key, value in content.items() if key not in names}))
    done = CliRunner().invoke(app, ["verify", "out", "--trials", "9"])
    file.write_text(kept)
    assert done.exit_code == 0, done.output


def test_scoring_makes_edited_values_anew_and_refuses_exchanged_rows(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home)
    rows = rows_of(Path("out"), "smote")
    file = rows.with_name("result.json")
    kept = edit_value(file, "quality", 0.999, with_digest=True)
    assert "[1/" not in CliRunner().invoke(app, ["score", "out", "--no-figures"]).output, "all is up to date"
    assert "[8/8]" in CliRunner().invoke(app, ["score", "out", "--no-figures", "--force"]).output
    again = run_directory.unpack_result(file.read_bytes())
    assert again.metrics == run_directory.unpack_result(kept.encode()).metrics
    edit_value(file, "quality", 0.999, with_digest=False)
    assert "[1/1] small #0 smote ok" in CliRunner().invoke(app, ["score", "out", "--no-figures"]).output
    assert run_directory.unpack_result(file.read_bytes()).metrics == again.metrics
    own = rows.read_bytes()
    rows.write_bytes(rows_of(Path("out"), "gaussian-copula").read_bytes())
    done = CliRunner().invoke(app, ["score", "out", "--no-figures"])
    rows.write_bytes(own)
    assert "are not those that were scored, first those of smote" in str(done.exception)


def test_the_hash_is_of_values_not_of_bytes(table: pd.DataFrame) -> None:
    plain, packed = io.BytesIO(), io.BytesIO()
    table.to_parquet(plain, index=False, compression=None)
    table.to_parquet(packed, index=False, compression="gzip")
    assert plain.getvalue() != packed.getvalue()
    assert digest_rows(pd.read_parquet(plain)) == digest_rows(pd.read_parquet(packed))
    assert digest_rows(table[table.columns[::-1]]) != digest_rows(table)


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


def test_a_fit_that_is_verified_has_limits(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    plan = runner.restore_plan(Path("out"))
    limits = verify._fit_task(plan, plan.trials[0]).limits
    assert limits.seconds == 4 * 3600
    assert limits.memory_bytes
