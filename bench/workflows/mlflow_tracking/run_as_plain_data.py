"""What a tracking server is told of a run, as plain data: names that it takes, values, parameters, tags."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from math import isfinite
from typing import TYPE_CHECKING, Any

from bench.runs.run_directory import pack_result

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bench.api import Board, Manifest, TrialResult
    from bench.runs.run_directory import Run

_LONGEST = 500
"""Characters of a parameter or a tag; the oldest servers take no more."""


def digest(result: TrialResult) -> str:
    """Of all that is stored of a trial, so that a trial scored again is another one."""
    return hashlib.sha256(pack_result(result)).hexdigest()


def milliseconds(time: str) -> int:
    """Since 1970, of a time as manifests say it."""
    return round(1000 * datetime.fromisoformat(time).timestamp())


def overall(boards: Iterable[Board]) -> dict[tuple[str, str], float]:
    """Overall scores by generator and split; of several fits on a split, their mean."""
    return {
        (row.generator, split): value
        for board in boards
        for row in board.entries
        for split, value in row.by_split.items()
    }


def scores(boards: Iterable[Board]) -> dict[str, float]:
    """Scores of the leaderboards: `<table>/<generator>/<overall or family>`."""
    found: dict[str, float] = {}
    for board in boards:
        for row in board.entries:
            scored = {**({"overall": row.overall} if row.overall else {}), **row.families}
            found |= {f"{board.dataset}/{row.generator}/{name}": stat.mean for name, stat in scored.items()}
    return found


def values(run: Run, result: TrialResult) -> dict[str, float]:
    """A trial's metrics over whole tables, as `<family>/<metric>`, and its times; columns are in `result.json`."""
    family = {metric.name: metric.family for metric in run.metrics}
    metrics = {f"{family[name]}/{name}": value for name, value in result.metrics.items() if name in family}
    times = {f"seconds/{name}": value for name, value in result.seconds.items()}
    return {name: value for name, value in {**metrics, **times}.items() if value is not None}


def history(run: Run, result: TrialResult) -> list[tuple[str, int, float]]:
    """Losses as (name, epoch from 1, value)."""
    table = run.history(result)
    if table is None:
        return []
    columns = [name for name in table.select_dtypes("number") if name != "epoch"]
    points = [
        (f"history/{name}", epoch, float(value)) for name in columns for epoch, value in enumerate(table[name], 1)
    ]
    return [point for point in points if isfinite(point[2])]


def asked(manifest: Manifest) -> dict[str, Any]:
    """What was asked for, as parameters."""
    config, profile = manifest.config, manifest.profile
    facts = {"generators": config.generators, "seed": config.seed, "split": config.split, "device": config.device}
    tables = [data.name for data in manifest.datasets]
    return {"datasets": tables, **facts, "profile": profile.name, "repeats": profile.repeats}


def about(manifest: Manifest) -> dict[str, str]:
    """What explains the numbers, as tags."""
    found = manifest.environment
    commit = {"mlflow.source.git.commit": found.commit} if found.commit else {}
    data = {f"data.{plain(each.name)}": each.sha256 for each in manifest.datasets}
    return {"command": manifest.command, "bench": found.bench, **data, **commit}


def plain(name: str) -> str:
    """A name that MLflow takes.

    >>> plain("my table (2).csv/sdv:TVAE")
    'my table _2_.csv/sdv:TVAE'
    """
    return "".join(sign if sign.isalnum() or sign in "_-. /:" else "_" for sign in str(name))[:250]


def short(values: Mapping[str, Any]) -> dict[str, str]:
    """Values as text of a length that MLflow takes, by names that it takes."""
    texts = {
        plain(name): each if isinstance(each, str) else json.dumps(each, default=str) for name, each in values.items()
    }
    return {name: text[:_LONGEST] for name, text in texts.items()}
