"""Whether a run was made as a baseline was: else their difference says nothing of the generators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import BenchError
from bench.runs.comparability import attribute_differences, scoring_differences, table_differences

if TYPE_CHECKING:
    from bench.runs.run_directory import Run
    from bench.workflows.regression_gate.baseline import Baseline

_PROFILE = {"name": "profile", "metrics": "metric set", "repeats": "repeats", "train_rows": "cap on train rows"}
_SETTINGS = {"seed": "base seed", "snap": "snap", "device": "device"}


def demand(run: Run, baseline: Baseline) -> None:
    """Refuses a run that cannot be checked.

    Raises:
        BenchError: naming all that differs, and the command that makes a run which can be checked.
    """
    ours = baseline.run
    asked = [
        *attribute_differences(ours.manifest.profile, run.manifest.profile, _PROFILE),
        *attribute_differences(ours.manifest.config, run.manifest.config, _SETTINGS),
    ]
    absent = [name for name in baseline.splits if name not in {data.name for data in run.manifest.datasets}]
    asked += [f"{name} is not in the run" for name in absent]
    present = [name for name in baseline.splits if name not in absent]
    tables = [why for name in present for why in table_differences(ours, run, name, all_splits=True)]
    if reasons := [*asked, *tables, *scoring_differences(ours, run)]:
        raise BenchError(
            f"{run.path} cannot be checked against {ours.path} (baseline first): {'; '.join(reasons)}; expected a run "
            f"made as the baseline was: {baseline.command}"
        )
