"""The task that a target stands for, and what its classes need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import BenchError

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Column, PredictionTask

_MOST = 5
"""Most classes that a note names."""

FEWEST_ROWS = 2
"""Train and holdout each need a row of every class."""

FEW_ROWS = 10


def task_of(target: Column, asked: PredictionTask | None, table: str) -> PredictionTask:
    """Returns the task: regression of numbers, binary or multiclass of two or more levels.

    Raises:
        BenchError: if the target is a date or always the same, or the asked task needs another number of classes.
    """
    label = f"the target {target.name!r} of {table}"
    if target.kind == "datetime":
        raise BenchError(f"{label} is a date; expected numbers or classes; name another --target")
    if target.kind == "numeric":
        return "regression"
    if len(target.levels) == 1:
        raise BenchError(f"{label} is always {target.levels[0]}; expected one that varies")
    task: PredictionTask = "binary" if len(target.levels) == 2 else "multiclass"
    if asked not in (None, task):
        raise BenchError(f"{label} has {len(target.levels)} classes; --task {asked} does not fit; leave it out")
    return task


def check_classes(classes: pd.Series, table: str) -> tuple[str, ...]:
    """Returns notes on classes with few rows.

    Args:
        classes: the categorical target, one cell per row.
        table: its name, for errors.

    Raises:
        BenchError: if a class has fewer rows than a split has parts.
    """
    counts = classes.value_counts()
    counts = counts[counts > 0]
    label = f"the target {str(classes.name)!r} of {table}"
    if few := [str(name) for name, count in counts.items() if count < FEWEST_ROWS]:
        raise BenchError(
            f"{label} has classes with fewer than {FEWEST_ROWS} rows: {_first_of(few)}; expected one row of each "
            "class in train and in holdout; merge them, or remove these rows"
        )
    rare = [f"{name} ({count})" for name, count in counts.items() if count < FEW_ROWS]
    return (f"Classes of {classes.name} with fewer than {FEW_ROWS} rows: {_first_of(rare)}.",) if rare else ()


def _first_of(classes: list[str]) -> str:
    more = f" and {len(classes) - _MOST} more" if len(classes) > _MOST else ""
    return f"{', '.join(classes[:_MOST])}{more}"
