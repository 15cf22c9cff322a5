"""Two runs of the same generators on the same splits: what changed, and whether it is more than noise.

Every generator that both runs hold is compared with itself, split by split: its overall score, its family scores, and
the raw values of metrics that are named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench.api import ALPHA, LEAST_SPLITS, BenchError, Board, Comparison, Entry, Metric
from bench.runs.comparability import (
    package_difference,
    parameter_difference,
    protocol_version_differences,
    reference_differences,
    result_difference,
    scoring_differences,
    splits_by_id,
    table_differences,
)
from bench.runs.merge import merged_drawn, trials_by_fit
from bench.statistics.drawn_values import drawn_frame
from bench.statistics.leaderboard import metrics_by_dataset, rank_frame, split_ratios
from bench.statistics.paired_tests import compare, holm
from bench.statistics.scores import family_scores, loss, metric_scores, per_split

if TYPE_CHECKING:
    import pandas as pd

    from bench.runs.run_directory import Run

OVERALL = "overall"


@dataclass(frozen=True, slots=True)
class Change:
    """One quantity of one generator in both runs.

    Attributes:
        quantity: `overall`, a family or a metric.
        metric: the metric of a raw value; None for scores, where higher is better.
        first: mean in the first run, over the splits that both runs have.
        second: the same mean in the second run.
        difference: second minus first, paired by split.
        gain: how much better the second is, on the metric's own scale; negative if it is worse.
        p: adjusted for all changes of the board (Holm); None where a single split shows no noise.
    """

    generator: str
    quantity: str
    metric: Metric | None
    first: float
    second: float
    difference: Comparison
    gain: float
    p: float | None = None

    @property
    def differ(self) -> bool:
        """Whether the difference is significant; never with fewer than three splits."""
        return self.p is not None and self.p < ALPHA and self.difference.n >= LEAST_SPLITS


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed on one data set under one protocol.

    Attributes:
        splits: how many splits both runs have.
        notes: why generators could not be compared, one sentence each.
        settings: in which parameters, packages or code generators differ, one sentence each.
        same: generators whose trials are equal in both runs, so that there is nothing to test.
    """

    dataset: str
    protocol: str
    splits: int
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    same: tuple[str, ...] = ()


ValuesBySplit = dict[tuple[str, str], dict[str, float]]
"""(generator, quantity) -> split -> value, averaged over draws"""


def changes(
    first: Run, second: Run, metrics: Sequence[str] = (), generators: Sequence[str] = ()
) -> tuple[Changes, ...]:
    """Returns how the second run differs from the first, board by board.

    The raw values of `metrics` are compared as well. Without `generators`, all that both runs hold are compared.

    Raises:
        BenchError: if the runs measured in different ways, share no split or share no generator; naming what differs.
    """
    shared = _shared_splits(first, second)
    names = _compared_generators(first, second, generators)
    raw = [metric for name in metrics for metric in first.metrics if metric.name == name]
    boards = (_board_changes(first, second, table, splits, raw, names) for table, splits in shared.items())
    return tuple(board for board in boards if board is not None)


def _compared_generators(first: Run, second: Run, chosen: Sequence[str]) -> list[str]:
    ours, theirs = first.manifest.generators, second.manifest.generators
    common = [name for name in ours if name in theirs]
    if not common:
        raise BenchError(
            f"{first.path} and {second.path} share no generator ({', '.join(ours)}; {', '.join(theirs)}); to rank "
            f"different ones together: bench report {first.path} {second.path} --out FOLDER"
        )
    if absent := [name for name in chosen if name not in common]:
        raise BenchError(f"{', '.join(absent)} is not in both {first.path} and {second.path}; leave it out")
    return [name for name in common if not chosen or name in chosen]


def _shared_splits(first: Run, second: Run) -> dict[str, list[str]]:
    """Returns ids of the splits that both runs have, by data set."""
    ours, theirs = ([table.name for table in run.manifest.datasets] for run in (first, second))
    common = [name for name in ours if name in theirs]
    if not common:
        names = f"{', '.join(ours)}; {', '.join(theirs)}"
        raise BenchError(f"{first.path} and {second.path} cannot be compared: no data set in common ({names})")
    if reasons := protocol_version_differences(first, second):
        raise BenchError(f"{first.path} and {second.path} cannot be compared: {reasons[0]}")
    tables = [text for name in common for text in table_differences(first, second, name, all_splits=False)]
    reasons = [*tables, *scoring_differences(first, second)] or reference_differences(first, second)
    if reasons:
        raise BenchError(f"{first.path} and {second.path} cannot be compared: {'; '.join(reasons)}")
    others = {name: splits_by_id(second, name) for name in common}
    return {name: [split for split in splits_by_id(first, name) if split in others[name]] for name in common}


@dataclass(frozen=True, slots=True)
class _BoardOfRun:
    """A run on the shared splits of one data set: its board, the entries of its generators, their values by split."""

    run: Run
    board: Board
    entries: Mapping[str, Entry]
    values: ValuesBySplit


def _board_changes(
    first: Run, second: Run, table: str, splits: Sequence[str], metrics: Sequence[Metric], names: Sequence[str]
) -> Changes | None:
    frames = _frames(first, second, splits)
    if any(frame.empty for frame in frames):
        return None
    # Of complete drawn splits the first run's decide for both: on the same data they are the same.
    drawn = drawn_frame(merged_drawn([first, second]))
    ours, theirs = (
        _board_of_run(run, frame, metrics, drawn) for run, frame in zip((first, second), frames, strict=True)
    )
    notes = {name: why for name in names for side in (theirs, ours) if (why := _why_not_comparable(name, side))}
    same = [name for name in names if name not in notes and _is_same(first, second, splits, name)]
    compared = [name for name in names if name not in notes and name not in same]
    quantities: dict[str, Metric | None] = dict.fromkeys((OVERALL, *ours.board.families))
    quantities |= {metric.name: metric for metric in metrics}
    all_changes = [_change(name, *quantity, ours, theirs) for name in compared for quantity in quantities.items()]
    return Changes(
        table,
        ours.board.protocol,
        len(splits),
        _adjusted([change for change in all_changes if change]),
        tuple(notes.values()),
        tuple(_setting_differences(first, second, splits, compared)),
        tuple(same),
    )


def _board_of_run(run: Run, frame: pd.DataFrame, metrics: Sequence[Metric], drawn: pd.DataFrame | None) -> _BoardOfRun:
    board = rank_frame(frame, metrics_by_dataset(run), run.family_combination, split_ratios(run), drawn=drawn).boards[0]
    entries = {entry.generator: entry for entry in board.entries if entry.kind == "generator"}
    return _BoardOfRun(run, board, entries, {**_scores(run, frame, board), **_raw_values(frame, metrics)})


def _frames(first: Run, second: Run, splits: Sequence[str]) -> list[pd.DataFrame]:
    """Returns the values of each run on the shared splits; both get all reference rows, so that scales are equal."""
    import pandas as pd

    frames = [frame[frame["split"].isin(splits)] for frame in (first.frame(), second.frame())]
    references = pd.concat([frame[frame["kind"] == "reference"] for frame in frames])
    references = references.drop_duplicates(["split", "generator", "metric", "column"])
    return [pd.concat([references, frame[frame["kind"] == "generator"]]) for frame in frames]


def _scores(run: Run, frame: pd.DataFrame, board: Board) -> ValuesBySplit:
    """Returns overall scores as the board has them, and those of the families that entered."""
    on_board = run.manifest.metrics_on(board.dataset)
    entering = [metric for metric in on_board if metric.ranked and metric.name not in board.kept_out]
    scores = metric_scores(frame[frame["column"] == ""], entering)
    values: ValuesBySplit = {(entry.generator, OVERALL): dict(entry.by_split) for entry in board.entries}
    for name, trials in family_scores(scores, entering, run.family_combination).items():
        for split, by_family in per_split(trials).items():
            for family, score in by_family.items():
                values.setdefault((name, family), {})[split] = score
    return values


def _raw_values(frame: pd.DataFrame, metrics: Sequence[Metric]) -> ValuesBySplit:
    """Returns values of metrics, averaged over draws."""
    names = [metric.name for metric in metrics]
    chosen = frame[(frame["column"] == "") & frame["value"].notna() & frame["metric"].isin(names)]
    means = chosen.groupby(["generator", "metric", "split"], sort=False)["value"].mean().reset_index()
    values: ValuesBySplit = {}
    for name, metric, split, value in means.itertuples(index=False):
        values.setdefault((str(name), str(metric)), {})[str(split)] = float(value)
    return values


def _change(name: str, quantity: str, metric: Metric | None, first: _BoardOfRun, second: _BoardOfRun) -> Change | None:
    """Returns the paired difference over the splits that both have; None if there is none."""
    before, after = (side.values.get((name, quantity), {}) for side in (first, second))
    splits = [split for split in before if split in after]
    if not splits:
        return None
    ours, theirs = [before[split] for split in splits], [after[split] for split in splits]
    difference = compare(theirs, ours, first.board.ratio)
    gain = difference.mean
    if metric is not None:
        gain = sum(loss(a, metric) - loss(b, metric) for a, b in zip(ours, theirs, strict=True)) / len(splits)
    return Change(name, quantity, metric, sum(ours) / len(ours), sum(theirs) / len(theirs), difference, gain)


def _adjusted(changes: Sequence[Change]) -> tuple[Change, ...]:
    tested = [index for index, change in enumerate(changes) if change.difference.p is not None]
    adjusted = dict(zip(tested, holm([changes[index].difference.p or 0.0 for index in tested]), strict=True))
    return tuple(replace(change, p=adjusted.get(index)) for index, change in enumerate(changes))


def _why_not_comparable(name: str, side: _BoardOfRun) -> str:
    """Returns why a generator of a run cannot be compared; empty if it can."""
    entry = side.entries.get(name)
    if entry is None:
        return f"{name} has no trial in {side.run.path} yet"
    if entry.succeeded:
        return ""
    if entry.status.get("ok"):  # its rows are scored, but no split has all of its reference rows yet
        return f"{name} has no score in {side.run.path} yet: the run is not finished"
    return f"{name} never succeeded in {side.run.path}" + (f" ({entry.reason})" if entry.reason else "")


def _is_same(first: Run, second: Run, splits: Sequence[str], name: str) -> bool:
    """Returns whether a generator's trials are equal in both runs, to the number."""
    ours, theirs = (
        {fit: pair for fit, pair in trials_by_fit(run).items() if fit[1] == name and fit[0] in splits}
        for run in (first, second)
    )
    if ours.keys() != theirs.keys():
        return False
    pairs = [(*ours[fit], *theirs[fit]) for fit in ours]
    return all(
        trial.id == other.id and result and other_result and not result_difference(first, result, other_result)
        for trial, result, other, other_result in pairs
    )


def _setting_differences(first: Run, second: Run, splits: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    """Yields in what generators differ between the runs, as far as it is stored."""
    ours, theirs = trials_by_fit(first), trials_by_fit(second)
    for name in names:
        fits = [fit for fit in ours if fit[1] == name and fit[0] in splits and fit in theirs]
        if not fits or all(ours[fit][0].id == theirs[fit][0].id for fit in fits):
            continue
        trial, other = ours[fits[0]][0], theirs[fits[0]][0]
        reasons = [parameter_difference(name, trial.params, other.params), package_difference(name, first, second)]
        yield "; ".join(filter(None, reasons)) or f"{name} was run by other code, versions or seeds"
