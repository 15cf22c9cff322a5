"""What tuning writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench.api import BenchError
from bench.planning import read_config
from bench.workflows.tuning import output_files

if TYPE_CHECKING:
    from pathlib import Path


def test_the_file_is_a_configuration(tmp_path: Path) -> None:
    path = tmp_path / "tuned.toml"
    params = {"beta": 0.5, "lr": 1e-05, "scaler": "normal", "whiten": True, "dims": (8, 8), "cap": None}
    path.write_text(output_files.configuration("sdv:X", params, ["one", "two\nthree"]))
    assert path.read_text().startswith("# one\n# two\n# three\n")
    expected = {"beta": 0.5, "lr": 1e-05, "scaler": "normal", "whiten": True, "dims": [8, 8]}
    assert read_config.build_config(read_config.read_config_file(path)).settings == {"sdv:X": expected}


@pytest.mark.parametrize("name", ["tuned.toml", "tuned.csv"])
def test_nothing_is_replaced_without_force(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("precious")
    with pytest.raises(BenchError, match=f"{name} exists"):
        output_files.refuse_existing(tmp_path / "tuned.toml", force=False)
    output_files.refuse_existing(tmp_path / "tuned.toml", force=True)
    with pytest.raises(BenchError, match=r"ends in \.toml"):
        output_files.refuse_existing(tmp_path / "tuned.json", force=True)
