"""The run directory: a manifest and one directory per trial, each written atomically.

    manifest.json                     configuration, seeds, versions, data, splits, planned trials
    trials/<id>/result.json           status, flat metrics, reasons, times
    trials/<id>/drawings.npz          what reports draw
    trials/<id>/history.parquet       losses per epoch, where the generator keeps them
    trials/<id>/synthetic.parquet     the sampled rows (not exported)
    trials/<id>/latents.npz           where the encoder puts rows of train (not exported)
    trials/<id>/log.txt               what the fit printed (not exported)
    trials/<id>/scoring-log.txt       what scoring its rows printed, if anything (not exported)
    references/<split>/<name>/        the same, for floors and ceilings
    references/<split>/artefacts-*.npz  what scoring needs of the split (not exported)
    references/drawn-splits.json      values on drawn splits, which decide which metrics enter

A trial is stored when it is fitted and again when its rows are scored; in between it counts as not done. Nothing in a
run directory is ever unpickled or executed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api import BenchError, Details, DrawnSplits, Manifest, Metric, SplitDescription, Trial, TrialResult
from bench.common.atomic_files import to_json
from bench.common.safe_text import plain
from bench.runs.drawn_splits import read_drawn
from bench.runs.manifest import MANIFEST, first_problem, read_manifest, require_version
from bench.runs.stored_files import is_stored, read_arrays, read_object, read_table, require_no_link

if TYPE_CHECKING:
    import pandas as pd
    from pydantic import TypeAdapter


RESULT = "result.json"
"""The file that holds the result of a trial or reference row."""
SCHEMA_VERSION = 1
"""Its version."""


def pack_result(result: TrialResult) -> bytes:
    """Returns the content of the file `RESULT`."""
    return to_json({"schema_version": SCHEMA_VERSION, **asdict(result)}).encode()


def unpack_result(data: bytes) -> TrialResult:
    """Returns the result that the content of `result.json` holds."""
    return _result(json.loads(data), "a trial's result")


def read_result(folder: Path, root: Path | None = None) -> TrialResult:
    """Reads the result in the directory of a trial or reference row.

    Args:
        folder: the directory.
        root: the run directory, or the folder itself if it belongs to none.

    Raises:
        BenchError: if the result cannot be read.
    """
    path = folder / RESULT
    return _result(read_object(path, root or folder), str(path))


def _result(content: dict[str, Any], where: str) -> TrialResult:
    require_version(content, where, SCHEMA_VERSION)
    fields = {key: value for key, value in content.items() if key != "schema_version"}
    from pydantic import ValidationError

    try:
        _adapter().validate_json(json.dumps(fields), strict=True)
        # Not what was validated: there, whole numbers have become fractions, and the digest would be another one.
        return TrialResult(**{**fields, "trial": Trial(**fields["trial"])})
    except (ValueError, KeyError, TypeError) as error:
        message = first_problem(error) if isinstance(error, ValidationError) else plain(str(error))
        raise BenchError(
            f"{where} holds no trial's result ({message[:200]}); restore the file, or remove its folder"
        ) from error


@cache
def _adapter() -> TypeAdapter[TrialResult]:
    from pydantic import TypeAdapter

    return TypeAdapter(TrialResult)


@dataclass(frozen=True)
class Run:
    """A run directory, read. Arrays and histories are loaded when asked for.

    Attributes:
        results: finished trials, in planned order; one whose rows are not scored yet is not among them.
        references: split id -> reference row -> result.
        shown_in_full: generators that a report shows in full whatever their rank, as its reader asked.
        drawn: what decides which metrics enter, by data set and protocol, as far as it is computed.
    """

    path: Path
    manifest: Manifest
    results: tuple[TrialResult, ...]
    references: Mapping[str, Mapping[str, TrialResult]]
    shown_in_full: tuple[str, ...] = ()
    drawn: tuple[DrawnSplits, ...] = ()

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics as they were specified when the run was made."""
        return self.manifest.metrics

    @property
    def family_combination(self) -> dict[str, str]:
        """Family -> `mean` or `worst`, in the order in which families are shown: that of their first metrics."""
        return {metric.family: self.manifest.families[metric.family].combine for metric in self.metrics}

    @property
    def missing_trials(self) -> tuple[Trial, ...]:
        """Planned trials that have no result, or no scores of their rows yet."""
        done = {result.trial.id for result in self.results}
        return tuple(trial for trial in self.manifest.trials if trial.id not in done)

    @cached_property
    def first_results(self) -> Mapping[tuple[str, str, str], TrialResult]:
        """What reports draw: (data set, protocol, generator) -> the first trial that succeeded."""
        ok = [result for result in self.results if result.status == "ok"]
        backwards = sorted(ok, key=lambda result: (result.trial.repeat, result.trial.draw), reverse=True)
        return {self.entry_key(result): result for result in backwards}

    @cached_property
    def _protocols(self) -> Mapping[str, str]:
        return {split.id: split.protocol for split in self.manifest.splits}

    def entry_key(self, result: TrialResult) -> tuple[str, str, str]:
        """Returns the board and line of a result: data set, protocol, and generator or reference row."""
        return result.trial.dataset, self._protocols[result.trial.split], result.trial.generator

    def drawings(self, result: TrialResult) -> Details:
        """Reads the arrays that reports draw of a trial or reference row, keyed `family/...`."""
        return read_arrays(self.directory(result) / "drawings.npz", self.root(result))

    def history(self, result: TrialResult) -> pd.DataFrame | None:
        """Reads losses per epoch, or returns None if the generator keeps none."""
        path = self.directory(result) / "history.parquet"
        return read_table(path, self.root(result)) if is_stored(path) else None

    def frame(self) -> pd.DataFrame:
        """Returns one row per value; the columns are `FRAME_COLUMNS`.

        A trial without metrics (failed, skipped) has one row whose metric is empty.
        """
        import pandas as pd

        rows = [row for kind, result in self.all_results() for row in self._rows(kind, result)]
        return pd.DataFrame(rows, columns=list(FRAME_COLUMNS)).astype({"value": float})

    def _rows(self, kind: str, result: TrialResult) -> Iterator[tuple[Any, ...]]:
        trial, protocol = result.trial, self._protocols[result.trial.split]
        common = trial.dataset, protocol, trial.split, trial.repeat, trial.draw, trial.generator, kind, result.status
        for key, value in (result.metrics or {"": None}).items():
            metric, _, column = key.partition("[")
            yield (*common, metric, column.removesuffix("]"), value, result.reasons.get(key, result.error))

    def all_results(self) -> Iterable[tuple[str, TrialResult]]:
        """Yields results with their kind, `reference` or `generator`; references first."""
        for by_name in self.references.values():
            yield from (("reference", result) for result in by_name.values())
        yield from (("generator", result) for result in self.results)

    def root(self, result: TrialResult) -> Path:
        """Returns the run directory that a result's files are in."""
        return self.path

    def directory(self, result: TrialResult) -> Path:
        """Returns where a result's files are."""
        references = self.references.get(result.trial.split, {})
        if references.get(result.trial.generator) is result:
            return reference_directory(self.path, result.trial.split, result.trial.generator)
        return result_directory(self.path, result.trial)


FRAME_COLUMNS = (
    *("dataset", "protocol", "split", "repeat", "draw", "generator", "kind", "status"),
    *("metric", "column", "value", "reason"),
)


_PLANNED = ("dataset", "split", "repeat", "generator", "draw")
"""What the manifest says of a trial, too."""


def is_run(path: Path) -> bool:
    """Returns whether a directory holds a run."""
    return (path / MANIFEST).is_file()


def open_run(path: Path, damaged: list[BenchError] | None = None) -> Run:
    """Reads a run directory or an export; nothing is trained or unpickled.

    Args:
        path: the directory.
        damaged: gets an error for each trial whose result cannot be read; the trial then counts as missing.

    Raises:
        BenchError: if it is none, or damaged, or written by a newer version.
    """
    manifest = read_manifest(path)
    results = tuple(
        result
        for trial in manifest.trials
        if (result := _read_unless_damaged(trial, path, damaged)) and not result.awaits_scoring
    )
    references = {split.id: _read_references(path, split) for split in manifest.splits}
    scored = [*results, *(result for by_name in references.values() for result in by_name.values())]
    scorings = {result.scoring for result in scored if result.status == "ok"}
    # Values that other code scored say nothing of today's metrics.
    drawn = tuple(each for each in read_drawn(path) if each.scoring in scorings)
    return Run(path, manifest, results, references, drawn=drawn)


def _read_unless_damaged(trial: Trial, path: Path, damaged: list[BenchError] | None) -> TrialResult | None:
    folder = result_directory(path, trial)
    if not is_stored(folder):
        return None
    try:
        return _read_planned(folder, path, trial)
    except BenchError as error:
        if damaged is None:
            raise
        damaged.append(error)
        return None


def result_directory(path: Path, trial: Trial) -> Path:
    """Returns where a trial's files are."""
    return path / "trials" / _component(trial.id, path)


def reference_directory(path: Path, split: str, name: str) -> Path:
    """Returns where a reference row's files are."""
    return path / "references" / _component(split, path) / _component(name, path)


def _component(name: str, path: Path) -> str:
    """Returns a name that cannot leave its folder; manifests of others may hold anything."""
    if not re.fullmatch(r"[\w-]{1,80}", name):
        raise BenchError(f"{path} names a trial or split {name[:80]!r}; expected letters, digits, '-' and '_' only")
    return name


def _read_references(path: Path, split: SplitDescription) -> dict[str, TrialResult]:
    folder = path / "references" / _component(split.id, path)
    require_no_link(folder, path)
    folders = sorted(entry for entry in folder.glob("[!.]*") if is_stored(entry / RESULT))
    trials = {entry: _reference_trial(split, entry.name) for entry in folders}
    return {entry.name: _read_planned(entry, path, trial) for entry, trial in trials.items()}


def _reference_trial(split: SplitDescription, name: str) -> Trial:
    return Trial(f"{split.id}-{name}", split.dataset, split.id, split.repeat, name, {}, split.seed)


def _read_planned(folder: Path, path: Path, planned: Trial) -> TrialResult:
    """Reads the result of a trial that the manifest plans, or of a reference row of a split of the manifest.

    Raises:
        BenchError: if it cannot be read, or is that of another trial.
    """
    result = read_result(folder, path)
    for name in _PLANNED:
        if getattr(result.trial, name) != getattr(planned, name):
            raise BenchError(
                f"{folder / RESULT} is of the {name} {getattr(result.trial, name)!r}, and its folder of "
                f"{getattr(planned, name)!r}; restore the file, or remove its folder"
            )
    return result
