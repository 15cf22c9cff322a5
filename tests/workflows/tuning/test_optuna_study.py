"""Studies in folders: they go on after an interruption, learn, and keep strangers out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from bench.api import BenchError
from bench.workflows.tuning import optuna_study, search_space
from bench.workflows.tuning.optuna_study import Attempt
from bench.workflows.tuning.search_space import Choices, Range

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DIMENSIONS: search_space.Space = {"x": Range(-1.0, 1.0), "k": Choices((1, [2, 3]))}


def search(folder: Path, calls: int, *, seed: int = 0, stop: Callable[[int], bool] = lambda _: False) -> list[Attempt]:
    """Goes on with a study of a parabola until it has `calls` attempts, or is stopped in the middle of one."""
    with optuna_study.locked_folder(folder, {"seed": seed}) as path:
        study = optuna_study.TuningStudy(path, DIMENSIONS, seed)
        while (done := len(study.attempts)) < calls:
            trial, params = study.propose(done)
            if stop(done):
                break
            study.store(trial, Attempt(done, params, 1 - (params["x"] - 0.3) ** 2))
        return study.attempts


def test_an_interrupted_study_goes_on_as_if_nothing_had_happened(tmp_path: Path) -> None:
    whole = search(tmp_path / "whole", 14)
    search(tmp_path / "parts", 14, stop=lambda done: done == 4)
    search(tmp_path / "parts", 9)
    assert search(tmp_path / "parts", 14) == whole
    assert search(tmp_path / "other", 14, seed=1) != whole


def test_a_study_learns(tmp_path: Path) -> None:
    found = [abs(one.params["x"] - 0.3) for one in search(tmp_path / "study", 30)]
    assert np.mean(found[5:]) < 0.4, "drawn evenly from the range they would be 0.545 away on average"
    assert {str(one.params["k"]) for one in search(tmp_path / "study", 30)} == {"1", "[2, 3]"}


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    search(tmp_path / "study", 1)
    with pytest.raises(BenchError, match="something else"):
        search(tmp_path / "study", 2, seed=1)
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.txt").write_text("precious")
    with pytest.raises(BenchError, match="not a study"):
        search(tmp_path / "thesis", 1)
    assert [entry.name for entry in (tmp_path / "thesis").iterdir()] == ["thesis.txt"]


def test_two_processes_do_not_share_a_study(tmp_path: Path) -> None:
    with (
        optuna_study.locked_folder(tmp_path / "study", {"seed": 0}),
        pytest.raises(BenchError, match="another process"),
    ):
        search(tmp_path / "study", 1)
