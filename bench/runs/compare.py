"""Two runs of the same generators on the same splits: what changed, and whether it is more than noise.

Differences are paired split by split. Every generator that both runs hold is compared with itself, in its overall
score, in its families' and in the raw values of metrics that are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench.api import ALPHA, LEAST_SPLITS, BenchError, Comparison
from bench.runs.comparability import cards, references, scored, settings, splits, table, unlike
from bench.runs.merge import outcomes
from bench.statistics.leaderboard import rank_frame, split_ratios
from bench.statistics.paired_tests import compare, holm
from bench.statistics.scores import family_scores, loss, metric_scores, per_split

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from bench.api import Board, Entry, Metric
    from bench.runs.run_directory import Run

OVERALL = "overall"


@dataclass(frozen=True, slots=True)
class Change:
    """One quantity of one generator in both runs.

    Attributes:
        quantity: `overall`, a family or a metric.
        metric: what it is, where it is a raw value; None for scores, of which higher is better.
        first: mean over the splits that both runs have.
        second: likewise.
        difference: second less first, paired by split.
        gain: by how much the second is better, on the metric's own scale; below 0 it is worse.
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
        splits: how many both runs have.
        notes: generators that could not be compared, and why.
        settings: of generators that do not run alike: in what.
        same: generators whose trials are the same in both runs, so that there is nothing to test.
    """

    dataset: str
    protocol: str
    splits: int
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    same: tuple[str, ...] = ()


BySplit = dict[tuple[str, str], dict[str, float]]
"""generator, quantity -> split -> value, averaged over seeds"""


def changes(
    first: Run, second: Run, metrics: Sequence[str] = (), generators: Sequence[str] = ()
) -> tuple[Changes, ...]:
    """Compares two runs, board by board.

    Args:
        first: what is compared with.
        second: what may have changed.
        metrics: names of metrics whose raw values to compare beside the scores.
        generators: those to compare; all that both runs hold if empty.

    Raises:
        BenchError: if the runs measured in different ways, share no split or share no generator; naming what differs.
    """
    shared = _shared_splits(first, second)
    names = [name for name in first.manifest["generators"] if name in second.manifest["generators"]]
    if not names:
        ours, theirs = (", ".join(run.manifest["generators"]) for run in (first, second))
        raise BenchError(
            f"{first.path} and {second.path} share no generator ({ours}; {theirs}); to rank different ones together: "
            f"bench report {first.path} {second.path} --out FOLDER"
        )
    wanted = [metric for name in metrics for metric in first.metrics if metric.name == name]
    chosen = [name for name in names if not generators or name in generators]
    absent = [name for name in generators if name not in names]
    if absent:
        raise BenchError(f"{', '.join(absent)} is not in both {first.path} and {second.path}; leave it out")
    found = [_changes(first, second, data, ids, wanted, chosen) for data, ids in shared.items()]
    return tuple(each for each in found if each is not None)


def _shared_splits(first: Run, second: Run) -> dict[str, list[str]]:
    """Ids of the splits that both runs have, by data set."""
    both = [data["name"] for data in first.manifest["datasets"]]
    both = [name for name in both if any(name == data["name"] for data in second.manifest["datasets"])]
    if not both:
        ours, theirs = (", ".join(data["name"] for data in run.manifest["datasets"]) for run in (first, second))
        raise BenchError(f"{first.path} and {second.path} cannot be compared: no data set in common ({ours}; {theirs})")
    reasons = [*(why for name in both for why in table(first, second, name, whole=False)), *scored(first, second)]
    if reasons := reasons or references(first, second):
        raise BenchError(f"{first.path} and {second.path} cannot be compared: {'; '.join(reasons)}")
    theirs_of = {name: splits(second, name) for name in both}
    return {name: [split for split in splits(first, name) if split in theirs_of[name]] for name in both}


@dataclass(frozen=True, slots=True)
class _Side:
    """A run on the shared splits of one data set: its board, the rows of its generators, their values by split."""

    run: Run
    board: Board
    rows: Mapping[str, Entry]
    values: BySplit


def _changes(
    first: Run, second: Run, data: str, ids: Sequence[str], metrics: Sequence[Metric], names: Sequence[str]
) -> Changes | None:
    frames = _frames(first, second, ids)
    if any(frame.empty for frame in frames):
        return None
    ours, theirs = (_side(run, frame, metrics) for run, frame in zip((first, second), frames, strict=True))
    notes = {name: why for name in names for side in (theirs, ours) if (why := _absent(name, side))}
    same = [name for name in names if name not in notes and _same(first, second, ids, name)]
    able = [name for name in names if name not in notes and name not in same]
    quantities: dict[str, Metric | None] = dict.fromkeys((OVERALL, *ours.board.families))
    quantities |= {metric.name: metric for metric in metrics}
    found = [_change(name, quantity, metric, ours, theirs) for name in able for quantity, metric in quantities.items()]
    return Changes(
        data,
        ours.board.protocol,
        len(ids),
        _adjusted([change for change in found if change]),
        tuple(notes.values()),
        tuple(_differences(first, second, ids, able)),
        tuple(same),
    )


def _side(run: Run, frame: pd.DataFrame, raw: Sequence[Metric]) -> _Side:
    board = rank_frame(frame, run.metrics, run.combine, split_ratios(run)).boards[0]
    rows = {row.generator: row for row in board.entries if row.kind == "generator"}
    scores = _scores(frame, board, run.metrics, run.combine)
    return _Side(run, board, rows, {**scores, **_raw(frame, raw)})


def _frames(first: Run, second: Run, ids: Sequence[str]) -> list[pd.DataFrame]:
    """The values of each run on the shared splits; both with all reference rows, so that both have the same scale."""
    import pandas as pd

    whole = [frame[frame["split"].isin(ids)] for frame in (first.frame(), second.frame())]
    scale = pd.concat([frame[frame["kind"] == "reference"] for frame in whole])
    scale = scale.drop_duplicates(["split", "generator", "metric", "column"])
    return [pd.concat([scale, frame[frame["kind"] == "generator"]]) for frame in whole]


def _scores(frame: pd.DataFrame, board: Board, metrics: Sequence[Metric], combine: Mapping[str, str]) -> BySplit:
    """Overall scores as the board has them, and those of the families that entered."""
    entering = [metric for metric in metrics if metric.ranked and metric.name not in board.kept_out]
    of_metrics = metric_scores(frame[frame["column"] == ""], entering)
    found: BySplit = {(row.generator, OVERALL): dict(row.by_split) for row in board.entries}
    for name, trials in family_scores(of_metrics, entering, combine).items():
        for split, scores in per_split(trials).items():
            for family, score in scores.items():
                found.setdefault((name, family), {})[split] = score
    return found


def _raw(frame: pd.DataFrame, metrics: Sequence[Metric]) -> BySplit:
    """Values of metrics, averaged over seeds."""
    names = [metric.name for metric in metrics]
    known = frame[(frame["column"] == "") & frame["value"].notna() & frame["metric"].isin(names)]
    means = known.groupby(["generator", "metric", "split"], sort=False)["value"].mean().reset_index()
    found: BySplit = {}
    for name, metric, split, value in means.itertuples(index=False):
        found.setdefault((str(name), str(metric)), {})[str(split)] = float(value)
    return found


def _change(name: str, quantity: str, metric: Metric | None, first: _Side, second: _Side) -> Change | None:
    """The paired difference over the splits that both have; None if there is none."""
    before, after = (side.values.get((name, quantity), {}) for side in (first, second))
    common = [split for split in before if split in after]
    if not common:
        return None
    ours, theirs = [before[split] for split in common], [after[split] for split in common]
    found = compare(theirs, ours, first.board.ratio)
    gain = found.mean
    if metric is not None:
        gain = sum(loss(a, metric) - loss(b, metric) for a, b in zip(ours, theirs, strict=True)) / len(common)
    return Change(name, quantity, metric, sum(ours) / len(ours), sum(theirs) / len(theirs), found, gain)


def _adjusted(found: Sequence[Change]) -> tuple[Change, ...]:
    tested = [at for at, change in enumerate(found) if change.difference.p is not None]
    adjusted = dict(zip(tested, holm([found[at].difference.p or 0.0 for at in tested]), strict=True))
    return tuple(replace(change, p=adjusted.get(at)) for at, change in enumerate(found))


def _absent(name: str, side: _Side) -> str:
    """Why a generator cannot be compared; empty if it can."""
    row = side.rows.get(name)
    if row is None:
        return f"{name} has no trial in {side.run.path} yet"
    if row.succeeded:
        return ""
    if row.status.get("ok"):  # its rows are scored, but not all reference rows of any of its splits
        return f"{name} has no score in {side.run.path} yet: the run is not finished"
    return f"{name} never succeeded in {side.run.path}" + (f" ({row.reason})" if row.reason else "")


def _same(first: Run, second: Run, ids: Sequence[str], name: str) -> bool:
    """Whether a generator's trials are the same in both, to the number."""
    ours, theirs = (
        {place: found for place, found in outcomes(run).items() if place[1] == name and place[0] in ids}
        for run in (first, second)
    )
    if ours.keys() != theirs.keys():
        return False
    both = [(*ours[place], *theirs[place]) for place in ours]
    return all(
        here.id == there.id and mine is not None and yours is not None and not unlike(first, mine, yours)
        for here, mine, there, yours in both
    )


def _differences(first: Run, second: Run, ids: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    """In what generators do not run alike, as far as it is stored."""
    ours, theirs = outcomes(first), outcomes(second)
    for name in names:
        places = [place for place in ours if place[1] == name and place[0] in ids and place in theirs]
        if not places or all(ours[place][0].id == theirs[place][0].id for place in places):
            continue
        here, there = ours[places[0]][0], theirs[places[0]][0]
        said = [settings(name, here.params, there.params), cards(name, first, second)]
        yield "; ".join(filter(None, said)) or f"{name} was run by other code, versions or seeds"
