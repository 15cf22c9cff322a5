"""A table of chosen metrics: what a document wants to show of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from bench.api import Table
from bench.common.formatting import NONE, heading, places, ranks
from bench.common.suggestions import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.api import Board, Entry, Leaderboard, Metric
    from bench.runs.run_directory import Run

Values: TypeAlias = dict[tuple[str, str], tuple[float, float]]

_AT_TARGET = "@target"


def table(run: Run, leaderboard: Leaderboard, wanted: Sequence[str]) -> Table:
    """Ranks and the raw values of metrics, as mean ± standard deviation over splits; reference rows set apart.

    Args:
        run: from which values by column are taken.
        leaderboard: of it; its first board is shown.
        wanted: names of metrics; `metric@target` is the metric's value for the target column alone.

    Raises:
        BenchError: if there is no such metric.
    """
    known = {metric.name: metric for metric in run.metrics}
    ranked = [name.removesuffix(_AT_TARGET) for name in wanted]
    for name in ranked:
        named([name], known, "metric")
    board = leaderboard.boards[0]
    values = _by_split(run, board)
    rows = [row for row in board.entries if row.kind == "reference" or row.succeeded]
    return Table(
        header=("Rank", "Generator", *(_heading(known, name) for name in wanted)),
        rows=tuple(_cells(row, values, wanted) for row in rows),
        caption=f"{board.dataset}, {board.protocol} split, {board.repeats} repeats: mean ± standard deviation",
        align="rl" + "r" * len(wanted),
        apart=frozenset(at for at, row in enumerate(rows) if row.kind == "reference"),
        names=1,
    )


def _heading(known: dict[str, Metric], name: str) -> str:
    metric = heading(known[name.removesuffix(_AT_TARGET)])
    return metric.replace(known[name.removesuffix(_AT_TARGET)].name, name.replace(_AT_TARGET, " of the target"), 1)


def _by_split(run: Run, board: Board) -> Values:
    """Mean and standard deviation over splits by generator and metric, seeds of a split averaged first."""
    target = run.manifest.dataset(board.dataset).schema.target
    frame = run.frame()
    frame = frame[(frame["dataset"] == board.dataset) & (frame["protocol"] == board.protocol)]
    frame = frame[frame["column"].isin(["", target])]
    frame = frame.assign(metric=frame["metric"].where(frame["column"] == "", frame["metric"] + _AT_TARGET))
    means = frame.groupby(["generator", "metric", "split"])["value"].mean().dropna()
    found = means.groupby(["generator", "metric"]).agg(["mean", "std"]).reset_index()
    return {
        (generator, metric): (mean, std) for generator, metric, mean, std in found.itertuples(index=False, name=None)
    }


def _cells(row: Entry, values: Values, wanted: Sequence[str]) -> tuple[str, ...]:
    return (ranks(row), row.generator, *(_cell(values, row.generator, name) for name in wanted))


def _cell(values: Values, generator: str, name: str) -> str:
    if (generator, name) not in values:
        return NONE
    mean, std = values[generator, name]
    digits = places(mean)
    return f"{mean:.{digits}f}" + ("" if std != std else f" ± {std:.{digits}f}")
