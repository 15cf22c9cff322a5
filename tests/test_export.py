from pathlib import Path

import pytest

from bench import store
from bench.api import BenchError
from bench.export import export_run


def test_an_export_has_no_rows_and_the_same_numbers(finished: Path, tmp_path: Path) -> None:
    run = store.open_run(finished)
    export_run(run, tmp_path / "export")
    names = {path.name for path in (tmp_path / "export").rglob("*") if path.is_file()}
    assert names == {"manifest.json", "result.json", "drawings.npz"}
    again = store.open_run(tmp_path / "export")
    assert again.frame().equals(run.frame())
    with pytest.raises(BenchError, match="not empty"):
        export_run(run, tmp_path / "export")
