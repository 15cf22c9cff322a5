"""A cache of trials: what is damaged or exchanged is not copied into a run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from bench.api import BenchError
from bench.runs import run_directory
from bench.runs.cached_results import copy_result

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def source(finished: Path) -> Path:
    run = run_directory.open_run(finished)
    return run.directory(next(result for result in run.results if result.status == "ok"))


@pytest.fixture
def cache(source: Path, finished: Path, tmp_path: Path) -> Path:
    """A cache with that trial alone, and a file that another process has not finished."""
    copy_result(finished, source, tmp_path / "cache" / "trials" / source.name)
    (tmp_path / "cache" / "trials" / source.name / ".rows.7").write_bytes(b"half")
    return tmp_path / "cache"


def test_a_result_is_copied_whole(source: Path, cache: Path, tmp_path: Path) -> None:
    copy_result(cache, cache / "trials" / source.name, tmp_path / "copy")
    copied = {path.name: path.read_bytes() for path in (tmp_path / "copy").iterdir()}
    assert copied == {path.name: path.read_bytes() for path in source.iterdir()}


def test_nothing_is_copied_where_there_is_nothing(cache: Path, tmp_path: Path) -> None:
    copy_result(cache, cache / "trials" / "other", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_reference_row_is_copied(finished: Path, tmp_path: Path) -> None:
    run = run_directory.open_run(finished)
    result = next(iter(run.references.values()))["copy"]
    copy_result(finished, run.directory(result), tmp_path / "copy")
    assert run_directory.read_result(tmp_path / "copy") == result


@pytest.mark.parametrize("damage", ["metric", "rows", "no rows", "truncated", "trial", "link"])
def test_a_damaged_entry_is_not_copied(damage: str, source: Path, cache: Path, tmp_path: Path) -> None:
    entry = cache / "trials" / source.name
    rows, result = entry / "synthetic.parquet", entry / "result.json"
    content = json.loads(result.read_text())
    if damage == "metric":
        content["metrics"] = dict.fromkeys(content["metrics"], 1.0)
        result.write_text(json.dumps(content))
    elif damage == "rows":
        table = pd.read_parquet(rows)
        table.assign(a=table["a"] + 1).to_parquet(rows, index=False)
    elif damage == "no rows":
        rows.unlink()
    elif damage == "truncated":
        rows.write_bytes(rows.read_bytes()[:-100])
    elif damage == "trial":
        entry = entry.rename(entry.with_name("other"))
    else:
        rows.unlink()
        rows.symlink_to(source / "synthetic.parquet")
    with pytest.raises(BenchError, match=r"synthetic\.parquet|result\.json"):
        copy_result(cache, entry, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
