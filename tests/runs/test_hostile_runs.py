"""Run directories that are damaged, or made by a stranger: each command ends with one line that names the file."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.api import BenchError
from bench.commands.cli import main
from bench.common.atomic_files import pack_arrays, pack_table, to_json
from bench.reporting.build_report import documents
from bench.runs import run_directory, stored_files
from bench.runs.manifest import pack_manifest
from bench.statistics.leaderboard import rank
from tests.reports.make_run import Spec, make_run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RUN, TRIAL, REFERENCE = "manifest.json", "trials/*/", "references/*/copy/"
FILES = [RUN, *(folder + name for folder in (TRIAL, REFERENCE) for name in ("result.json", "drawings.npz"))]
COMMANDS = (["show"], ["report", "--format", "md", "--no-figures"], ["export"])


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _link(path: Path) -> None:
    outside = path.parents[3] / "outside"
    shutil.copy(path, outside)
    path.unlink()
    path.symlink_to(outside)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGE: dict[str, Callable[[Path], Any]] = {
    "empty": lambda path: path.write_bytes(b""),
    "truncated": _truncate,
    "garbage": lambda path: path.write_bytes(bytes(range(256)) * 20),
    "deep": lambda path: path.write_text("[" * 200_000),
    "number": lambda path: path.write_text("1"),
    "not finite": lambda path: path.write_text('{"schema_version": 1, "metrics": NaN}'),
    "pipe": _pipe,
    "link": _link,
    "folder": _folder,
}


@pytest.fixture
def copied(finished: Path, tmp_path: Path) -> Path:
    path = tmp_path / "folder" / "run"
    shutil.copytree(finished, path)
    return path


def run_command(arguments: list[str], capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> tuple[int, str]:
    """Returns the exit code and what was printed to stderr."""
    patch.setattr(sys, "argv", ["bench", *arguments])
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0), capsys.readouterr().err


def arguments_of(command: list[str], run: Path) -> list[str]:
    return [*command, str(run), *([str(run.parent / "export")] if command == ["export"] else [])]


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("file", FILES)
def test_a_damaged_file_is_named(
    file: str, damage: str, copied: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sorted(copied.glob(file))[0]
    DAMAGE[damage](path)
    for command in COMMANDS:
        code, error = run_command(arguments_of(command, copied), capsys, monkeypatch)
        if code or path.suffix == ".json":
            assert code == 2
            assert error.startswith("bench: ")
            assert error.count("\n") == 1
            assert path.parent.name in error
        assert not (copied.parent / "export" / path.relative_to(copied)).is_file()
        shutil.rmtree(copied.parent / "export", ignore_errors=True)


@pytest.mark.parametrize("damage", DAMAGE)
def test_drawings_that_cannot_be_read_are_an_error_of_their_file(damage: str, copied: Path) -> None:
    run = run_directory.open_run(copied)
    result = run.results[0]
    DAMAGE[damage](run.directory(result) / "drawings.npz")
    with pytest.raises(BenchError, match=rf"{result.trial.id}/drawings\.npz"):
        run.drawings(result)


def test_a_report_ends_at_drawings_that_cannot_be_read(
    copied: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_directory.open_run(copied)
    drawn = next(result for result in run.results if result.status == "ok")
    _truncate(run.directory(drawn) / "drawings.npz")
    code, error = run_command(["report", str(copied), "--format", "html"], capsys, monkeypatch)
    assert code == 2
    assert "drawings.npz is damaged" in error


ODD_ARRAYS: dict[str, Any] = {
    "not finite": lambda array: np.full(array.shape, np.nan),
    "other shape": lambda array: array.ravel()[:3],
    "empty": lambda array: array[:0],
    "text": lambda array: np.full(array.shape, "x"),
    "huge": lambda array: np.full(array.shape, 1e308),
}


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("change", ODD_ARRAYS)
def test_a_report_of_odd_drawings_is_made_or_refused(change: str, tmp_path: Path) -> None:
    spec = Spec(quality={"ae": 0.6}, columns=("a", "y"), repeats=1, points=20)
    run = make_run(tmp_path / "run", spec)
    path, refusals = run.directory(run.results[0]) / "drawings.npz", list[str]()
    stored = run.drawings(run.results[0])
    for name in ("fidelity/edges/a", "fidelity/density/a", "fidelity/correlation"):
        path.write_bytes(pack_arrays({**stored, name: ODD_ARRAYS[change](stored[name])}))
        try:
            documents(run, rank(run), ["md"])
        except BenchError as error:
            refusals.append(str(error))
    assert refusals or change == "huge"
    assert all(re.search(r"the report of .*run could not be written \(\w+", text) for text in refusals)


def test_a_link_to_a_folder_is_not_followed(copied: Path, tmp_path: Path) -> None:
    (copied / "trials").rename(tmp_path / "elsewhere")
    (copied / "trials").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BenchError, match="trials is a link"):
        run_directory.open_run(copied)


def test_files_that_unpack_to_too_much_are_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.npz").write_bytes(pack_arrays({"zeros": np.zeros(100_000)}))
    (tmp_path / "a.parquet").write_bytes(pack_table(pd.DataFrame({"zero": np.zeros(100_000)})))
    assert stored_files.read_arrays(tmp_path / "a.npz", tmp_path)["zeros"].shape == (100_000,)
    assert len(stored_files.read_table(tmp_path / "a.parquet", tmp_path)) == 100_000
    monkeypatch.setattr(stored_files, "UNPACKED_BYTES", 1000)
    monkeypatch.setattr(stored_files, "CELLS", 1000)
    with pytest.raises(BenchError, match=r"a\.npz is damaged \(it unpacks to 800,\d+ bytes"):
        stored_files.read_arrays(tmp_path / "a.npz", tmp_path)
    with pytest.raises(BenchError, match=r"a\.parquet is damaged \(it has 100,000 rows"):
        stored_files.read_table(tmp_path / "a.parquet", tmp_path)
    with pytest.raises(BenchError, match="expected at most 10"):
        stored_files.read_stored(tmp_path / "a.npz", tmp_path, limit=10)


ODD = st.sampled_from([10**400, "9" * 400, "\ud800", "1", True, -1, 1e308])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | ODD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("file", [RUN, TRIAL + "result.json"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_other_values_in_json_are_an_error_or_a_run(file: str, copied: Path, data: st.DataObject) -> None:
    path = sorted(copied.glob(file))[0]
    text = path.read_text()
    content = json.loads(text)
    place = content
    while True:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if isinstance(place[key], dict | list) and place[key] and data.draw(st.booleans()):
            place = place[key]
            continue
        place[key] = data.draw(JSON)
        break
    message = ""
    try:
        path.write_text(json.dumps(content))
        run = run_directory.open_run(copied)
        run.frame()
        list(run.first_results)
        to_json(pack_manifest(run.manifest)).encode()
    except BenchError as error:
        message = str(error)
    finally:
        path.write_text(text)
    assert "\n" not in message
