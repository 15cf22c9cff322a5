"""Whether a run was made as a baseline was: else their difference says nothing of the generators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import BenchError
from bench.runs.comparability import scored, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.runs.run_directory import Run
    from bench.workflows.regression_gate.baseline import Baseline

_PROFILE = {"name": "profile", "metrics": "metric set", "repeats": "repeats", "train_rows": "cap on train rows"}
_SETTINGS = {"seed": ("base seed", None), "snap": ("snap", False), "device": ("device", None)}


def demand(run: Run, baseline: Baseline) -> None:
    """Refuses a run that cannot be checked.

    Raises:
        BenchError: naming all that differs, and the command that makes a run which can be checked.
    """
    asked = list(_asked(run, baseline))
    ours = baseline.run
    absent = [name for name in baseline.splits if name not in {data["name"] for data in run.manifest["datasets"]}]
    asked += [f"{name} is not in the run" for name in absent]
    tables = [why for name in baseline.splits if name not in absent for why in table(ours, run, name, whole=True)]
    if reasons := [*asked, *tables, *scored(ours, run)]:
        raise BenchError(
            f"{run.path} cannot be checked against {ours.path} (baseline first): {'; '.join(reasons)}; expected a run "
            f"made as the baseline was: {baseline.command}"
        )


def _asked(run: Run, baseline: Baseline) -> Iterator[str]:
    ours, theirs = baseline.run.manifest, run.manifest
    for key, words in _PROFILE.items():
        yield from _said(words, baseline.run.profile.get(key), run.profile.get(key))
    for key, (words, usual) in _SETTINGS.items():
        yield from _said(words, ours["config"].get(key, usual), theirs["config"].get(key, usual))


def _said(words: str, ours: object, theirs: object) -> Iterator[str]:
    if ours != theirs:
        yield f"{words}: {'none' if ours is None else ours} and {'none' if theirs is None else theirs}"
