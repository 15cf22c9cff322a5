"""Several runs as one, where their numbers may stand beside each other.

Runs on the same table and the same splits lay their generators side by side, so that comparisons stay paired; runs on
different tables add boards. What was measured in another way is refused, with the reason.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any

from bench.api import BenchError
from bench.runs.comparability import cards, differences, settings, unlike
from bench.runs.run_directory import Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from bench.api import Trial, TrialResult

Place = tuple[str, str, int]
"""split, generator, draw: what a run fits once"""


@dataclass(frozen=True)
class Merged(Run):
    """Runs read as one; files are looked up where they are.

    Attributes:
        parts: the runs, in the order in which they were named; `path` is the first one's.
    """

    parts: tuple[Run, ...] = ()

    @cached_property
    def _owners(self) -> dict[int, Run]:
        return {id(result): part for part in self.parts for _, result in part.all_results()}

    def directory(self, result: TrialResult) -> Path:
        """Where a result's files are: in the part that it came from."""
        return self._owners[id(result)].directory(result)


def merge(runs: Sequence[Run]) -> Run:
    """One run of all that several hold.

    A trial that several runs hold counts once; one that was skipped in a run (a package was missing) or has not
    finished gives way to one that ran.

    Args:
        runs: at least one; a single one is returned as it is.

    Raises:
        BenchError: if any two differ in protocol or versions, or hold different numbers of the same; naming what.
    """
    for first, second in combinations(runs, 2):
        if found := [*differences(first, second), *_conflicts(first, second)]:
            more = f" (and {len(found) - 3} more)" if len(found) > 3 else ""
            raise BenchError(f"{first.path} and {second.path} cannot be one report: {'; '.join(found[:3])}{more}")
    if len(runs) == 1:
        return runs[0]
    trials = _trials(runs)
    results = (result for _, result in trials if result is not None)
    return Merged(
        runs[0].path, _manifest(runs, [trial for trial, _ in trials]), tuple(results), _references(runs), tuple(runs)
    )


def outcomes(run: Run) -> dict[Place, tuple[Trial, TrialResult | None]]:
    """What a run planned, with what came of it, by place."""
    done = {result.trial.id: result for result in run.results}
    return {(one.split, one.generator, one.draw): (one, done.get(one.id)) for one in run.planned}


def _conflicts(first: Run, second: Run) -> list[str]:
    """Generators that both runs hold, and not alike."""
    ours, theirs = outcomes(first), outcomes(second)
    found: dict[str, str] = {}
    for place in (place for place in ours if place in theirs):
        (here, mine), (there, yours) = ours[place], theirs[place]
        if mine is None or yours is None or "skipped" in (mine.status, yours.status):
            continue
        name = here.generator
        said = settings(name, here.params, there.params) or cards(name, first, second)
        if here.id != there.id:
            found.setdefault(name, said or f"{name} was run by different code or versions: leave it out of one")
        elif why := unlike(first, mine, yours):
            found.setdefault(name, f"{name} on repeat {here.repeat + 1} of {here.dataset} has different numbers: {why}")
    return [*found.values(), *_elsewhere(first, second, found)]


def _elsewhere(first: Run, second: Run, known: Iterable[str]) -> list[str]:
    """Generators that run on different tables with different settings or packages: two models under one name."""
    ours, theirs = (
        {one.trial.generator: one.trial for one in run.results if one.status != "skipped"} for run in (first, second)
    )
    both = [name for name in ours if name in theirs and name not in known]
    said = (settings(name, ours[name].params, theirs[name].params) or cards(name, first, second) for name in both)
    return [reason for reason in said if reason]


def _trials(runs: Sequence[Run]) -> list[tuple[Trial, TrialResult | None]]:
    """By data set, repeat, generator and draw, as a single run plans them."""
    chosen: dict[Place, tuple[Trial, TrialResult | None]] = {}
    for run in runs:
        for place, (trial, result) in outcomes(run).items():
            kept = chosen.get(place, (trial, None))[1]
            if kept is None or (kept.status == "skipped" and result is not None):
                chosen[place] = trial, result
    tables = list(dict.fromkeys(data["name"] for run in runs for data in run.manifest["datasets"]))
    names = list(dict.fromkeys(trial.generator for run in runs for trial in run.planned))

    def order(item: tuple[Trial, TrialResult | None]) -> tuple[int, int, int, int]:
        trial = item[0]
        return tables.index(trial.dataset), trial.repeat, names.index(trial.generator), trial.draw

    return sorted(chosen.values(), key=order)


def _references(runs: Sequence[Run]) -> dict[str, dict[str, TrialResult]]:
    """By split; of a row that several runs hold the first with drawings: an export has those on some splits only."""
    found: dict[str, dict[str, TrialResult]] = {}
    drawn: set[tuple[str, str]] = set()
    for run in runs:
        for split, rows in run.references.items():
            of_split = found.setdefault(split, {})
            for name, row in rows.items():
                draws = (run.directory(row) / "drawings.npz").is_file()
                if name not in of_split or (draws and (split, name) not in drawn):
                    of_split[name] = row
                drawn |= {(split, name)} if draws else set()
    return found


def _manifest(runs: Sequence[Run], trials: Sequence[Trial]) -> dict[str, Any]:
    every = [run.manifest for run in runs]
    tables = {data["name"]: data for each in reversed(every) for data in each["datasets"]}
    splits = {split["id"]: split for each in every for split in each["splits"]}
    ends = [each["finished"] for each in every]
    files = list(dict.fromkeys(each["config_file"] for each in every if "config_file" in each))
    return {
        **every[0],
        "name": " + ".join(dict.fromkeys(each["name"] for each in every)),
        "command": "\n".join(dict.fromkeys(each["command"] for each in every)),
        **({"config_file": "\n\n".join(files)} if files else {}),
        "created": min(each["created"] for each in every),
        "finished": max(ends) if all(ends) else None,
        "config": _joined([each["config"] for each in every]),
        "environment": _joined([each["environment"] for each in every]),
        "datasets": [
            tables[name] for name in dict.fromkeys(data["name"] for each in every for data in each["datasets"])
        ],
        "splits": list(splits.values()),
        "generators": _generators(runs),
        "trials": [asdict(trial) for trial in trials],
    }


def _generators(runs: Sequence[Run]) -> dict[str, Any]:
    """What is said of each generator by the first run in which it ran."""
    found: dict[str, Any] = {}
    for ran in (True, False):
        for run in runs:
            tried = {one.trial.generator for one in run.results if one.status != "skipped"}
            cards = run.manifest["generators"].items()
            found |= {name: card for name, card in cards if name not in found and (name in tried or not ran)}
    return found


def _joined(several: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What all say alike; of words, numbers of versions and seeds in which they differ, each."""
    found: dict[str, Any] = {}
    for key in dict.fromkeys(key for one in several for key in one):
        values = [one[key] for one in several if key in one]
        if all(value == values[0] for value in values) and len(values) == len(several):
            found[key] = values[0]
        elif all(isinstance(value, dict) for value in values):
            found[key] = _joined(values)
        elif key == "seed" or all(isinstance(value, str) for value in values):
            found[key] = " and ".join(dict.fromkeys(map(str, values)))
    return found
