"""A run as a tracking server takes it: names, values, parameters and tags."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from math import isfinite
from typing import TYPE_CHECKING, Any

from bench.runs.run_directory import Run, pack_result

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bench.api import Board, Manifest, TrialResult

_LONGEST = 500
"""Characters of a parameter or a tag that the oldest servers take."""


def result_digest(result: TrialResult) -> str:
    """Returns a digest of everything that is stored of a trial; it changes when the trial is scored again."""
    return hashlib.sha256(pack_result(result)).hexdigest()


def milliseconds(time: str) -> int:
    """Returns milliseconds since 1970 for a time as a manifest holds it."""
    return round(1000 * datetime.fromisoformat(time).timestamp())


def overall_scores(boards: Iterable[Board]) -> dict[tuple[str, str], float]:
    """Returns overall scores by generator and split; the mean of several fits on a split."""
    entries = [entry for board in boards for entry in board.entries]
    return {(entry.generator, split): value for entry in entries for split, value in entry.by_split.items()}


def leaderboard_scores(boards: Iterable[Board]) -> dict[str, float]:
    """Returns the scores of the boards: `<data set>/<generator>/<overall or family>`."""
    scores: dict[str, float] = {}
    for board in boards:
        for entry in board.entries:
            stats = {**({"overall": entry.overall} if entry.overall else {}), **entry.families}
            scores |= {f"{board.dataset}/{entry.generator}/{name}": stat.mean for name, stat in stats.items()}
    return scores


def trial_values(run: Run, result: TrialResult) -> dict[str, float]:
    """Returns a trial's metrics of whole tables, as `<family>/<metric>`, and its times; no metrics of columns."""
    family = {metric.name: metric.family for metric in run.metrics}
    metrics = {f"{family[name]}/{name}": value for name, value in result.metrics.items() if name in family}
    times = {f"seconds/{name}": value for name, value in result.seconds.items()}
    return {name: value for name, value in {**metrics, **times}.items() if value is not None}


def history_points(run: Run, result: TrialResult) -> list[tuple[str, int, float]]:
    """Returns losses as (name, epoch from 1, value)."""
    table = run.history(result)
    if table is None:
        return []
    columns = [name for name in table.select_dtypes("number") if name != "epoch"]
    points = ((name, epoch, float(value)) for name in columns for epoch, value in enumerate(table[name], 1))
    return [(f"history/{name}", epoch, value) for name, epoch, value in points if isfinite(value)]


def run_params(manifest: Manifest) -> dict[str, Any]:
    """Returns the settings of a run, as parameters."""
    settings = {name: getattr(manifest.config, name) for name in ("generators", "seed", "split", "device")}
    profile = {"profile": manifest.profile.name, "repeats": manifest.profile.repeats}
    return {"datasets": [data.name for data in manifest.datasets], **settings, **profile}


def run_tags(manifest: Manifest) -> dict[str, str]:
    """Returns command, versions and data of a run, as tags."""
    environment = manifest.environment
    commit = {"mlflow.source.git.commit": environment.commit} if environment.commit else {}
    data = {f"data.{safe_name(data.name)}": data.sha256 for data in manifest.datasets}
    return {"command": manifest.command, "bench": environment.bench, **data, **commit}


def safe_name(name: str) -> str:
    """Returns a name that MLflow takes.

    >>> safe_name("my table (2).csv/sdv:TVAE")
    'my table _2_.csv/sdv:TVAE'
    """
    return "".join(character if character.isalnum() or character in "_-. /:" else "_" for character in str(name))[:250]


def short_texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Returns values as texts of a length that MLflow takes, by names that it takes."""
    texts = {
        name: value if isinstance(value, str) else json.dumps(value, default=str) for name, value in values.items()
    }
    return {safe_name(name): text[:_LONGEST] for name, text in texts.items()}
