"""The run directory: a manifest and one directory per trial, each written atomically.

    manifest.json                     configuration, seeds, versions, data, splits, planned trials
    trials/<id>/result.json           status, flat metrics, reasons, times
    trials/<id>/drawings.npz          what reports draw
    trials/<id>/history.parquet       losses per epoch, where the generator keeps them
    trials/<id>/synthetic.parquet     the sampled rows (not exported)
    trials/<id>/latents.npz           where the encoder puts rows of train (not exported)
    trials/<id>/log.txt               what the trial printed (not exported)
    references/<split>/<name>/        the same, for floors and ceilings
    references/<split>/artefacts-*.npz  what scoring needs of the split (not exported)

Nothing in it is ever unpickled or executed.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from functools import cached_property
from math import inf, isfinite
from typing import TYPE_CHECKING, Any

from bench.api import BenchError, Metric, Target, Trial, TrialResult
from bench.common.atomic_files import read_arrays, to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import pandas as pd

    from bench.api import Details

SCHEMA_VERSION = 1
MANIFEST = "manifest.json"
_NEEDED = ("config", "config_hash", "datasets", "families", "metrics", "profile", "splits", "trials")


def pack_result(result: TrialResult) -> bytes:
    """A result as it stands in `result.json`."""
    return to_json({"schema_version": SCHEMA_VERSION, **asdict(result)}).encode()


def unpack_result(data: bytes) -> TrialResult:
    """The inverse of `pack_result`."""
    return _result(json.loads(data), "a trial's result")


def read_result(folder: Path) -> TrialResult:
    """The result in a trial's or a reference row's directory."""
    path = folder / "result.json"
    return _result(_read_json(path), str(path))


def _result(content: dict[str, Any], where: str) -> TrialResult:
    _check_version(content, where)
    fields = {key: value for key, value in content.items() if key != "schema_version"}
    try:
        return TrialResult(**{**fields, "trial": Trial(**fields["trial"])})
    except (KeyError, TypeError) as error:
        raise BenchError(
            f"{where} holds no trial's result ({error}); restore the file, or remove its folder"
        ) from error


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BenchError(f"cannot read {path}: {error}; restore the file, or remove its folder") from error
    if not isinstance(content, dict):
        raise BenchError(f"{path} holds a {type(content).__name__}; expected a JSON object")
    return content


def _check_version(content: Mapping[str, Any], where: str) -> None:
    found = content.get("schema_version")
    if not isinstance(found, int):
        raise BenchError(f"{where} names no schema version; it was not written by bench")
    if found > SCHEMA_VERSION:
        raise BenchError(
            f"{where} has schema version {found}; this bench reads up to {SCHEMA_VERSION}: upgrade tabgen-bench"
        )


@dataclass(frozen=True)
class Run:
    """A run directory, read. Arrays and histories are loaded when asked for.

    Attributes:
        manifest: see `bench.execution.manifest`.
        results: finished trials, in planned order.
        references: reference name -> result, by split id.
    """

    path: Path
    manifest: Mapping[str, Any]
    results: tuple[TrialResult, ...]
    references: Mapping[str, Mapping[str, TrialResult]]

    @cached_property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics as they were specified when the run was made."""
        return tuple(unpack_metric(spec) for spec in self.manifest["metrics"])

    @property
    def combine(self) -> dict[str, str]:
        """Family -> `mean` or `worst`, in the order in which the metrics are listed, which is that of what is shown."""
        return {metric.family: str(self.manifest["families"][metric.family]["combine"]) for metric in self.metrics}

    @property
    def profile(self) -> Mapping[str, Any]:
        """The budget that the run was made under; older manifests have it in their configuration alone."""
        found: Mapping[str, Any] = self.manifest.get("profile") or self.manifest["config"]["profile"]
        return found

    @property
    def planned(self) -> tuple[Trial, ...]:
        """Every trial of the configuration, finished or not."""
        return tuple(Trial(**fields) for fields in self.manifest["trials"])

    @property
    def missing(self) -> tuple[Trial, ...]:
        """Planned trials that have no result."""
        done = {result.trial.id for result in self.results}
        return tuple(trial for trial in self.planned if trial.id not in done)

    @cached_property
    def firsts(self) -> Mapping[tuple[str, str, str], TrialResult]:
        """What reports draw: by data set, protocol and generator the first trial that succeeded."""
        ok = [result for result in self.results if result.status == "ok"]
        backwards = sorted(ok, key=lambda one: (one.trial.repeat, one.trial.draw), reverse=True)
        return {self.row(result): result for result in backwards}

    @cached_property
    def _protocols(self) -> Mapping[str, str]:
        return {split["id"]: split["protocol"] for split in self.manifest["splits"]}

    def row(self, result: TrialResult) -> tuple[str, str, str]:
        """What a result is a repeat of: data set, protocol and generator or reference row."""
        return result.trial.dataset, self._protocols[result.trial.split], result.trial.generator

    def drawings(self, result: TrialResult) -> Details:
        """What reports draw of a trial or reference, keyed `family/...`."""
        return read_arrays(self.directory(result) / "drawings.npz")

    def history(self, result: TrialResult) -> pd.DataFrame | None:
        """Losses per epoch, or None if the generator keeps none."""
        import pandas as pd

        path = self.directory(result) / "history.parquet"
        return pd.read_parquet(path) if path.is_file() else None

    def frame(self) -> pd.DataFrame:
        """One row per value; the columns are `FRAME_COLUMNS`.

        A trial without metrics (failed, skipped) has one row whose metric is empty.
        """
        import pandas as pd

        rows: list[tuple[Any, ...]] = []
        for kind, result in self.all_results():
            trial = result.trial
            head = (
                trial.dataset,
                self._protocols[trial.split],
                trial.split,
                trial.repeat,
                trial.draw,
                trial.generator,
                kind,
                result.status,
            )
            for key, value in (result.metrics or {"": None}).items():
                metric, _, column = key.partition("[")
                rows.append((*head, metric, column.removesuffix("]"), value, result.reasons.get(key, result.error)))
        frame = pd.DataFrame(rows, columns=list(FRAME_COLUMNS))
        return frame.astype({"value": float})

    def all_results(self) -> Iterable[tuple[str, TrialResult]]:
        """Results with their kind, `reference` or `generator`; references first."""
        for of_split in self.references.values():
            yield from (("reference", result) for result in of_split.values())
        yield from (("generator", result) for result in self.results)

    def directory(self, result: TrialResult) -> Path:
        """Where a result's files are."""
        of_split = self.references.get(result.trial.split, {})
        if of_split.get(result.trial.generator) is result:
            return reference_directory(self.path, result.trial.split, result.trial.generator)
        return result_directory(self.path, result.trial)


FRAME_COLUMNS = (
    "dataset",
    "protocol",
    "split",
    "repeat",
    "draw",
    "generator",
    "kind",
    "status",
    "metric",
    "column",
    "value",
    "reason",
)


def pack_metric(metric: Metric) -> dict[str, Any]:
    """A metric as it stands in the manifest; JSON has no infinity, so an open end of its range is null."""
    return asdict(metric) | {"range": [end if isfinite(end) else None for end in metric.range]}


def unpack_metric(spec: Mapping[str, Any]) -> Metric:
    """The inverse of `pack_metric`."""
    better, (low, high) = spec["better"], spec["range"]
    ends = (-inf if low is None else low, inf if high is None else high)
    return Metric(**{**spec, "range": ends, "better": Target(**better) if isinstance(better, dict) else better})


def is_run(path: Path) -> bool:
    """Whether a directory holds a run."""
    return (path / MANIFEST).is_file()


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest of a run directory.

    Raises:
        BenchError: if `path` is no run, or one that this version cannot read.
    """
    if not path.exists():
        raise BenchError(f"there is no run at {path}; see what is in the folder 'runs', or make one with `bench run`")
    if not is_run(path):
        raise BenchError(f"{path} is not a run: it holds no {MANIFEST}")
    manifest = _read_json(path / MANIFEST)
    _check_version(manifest, str(path / MANIFEST))
    if lacking := [key for key in _NEEDED if key not in manifest]:
        raise BenchError(f"{path / MANIFEST} has no {lacking[0]!r}; it is damaged, or no manifest of a run")
    return manifest


def open_run(path: Path) -> Run:
    """Reads a run directory or an export; retrains nothing, unpickles nothing."""
    manifest = read_manifest(path)
    try:
        planned = [Trial(**fields) for fields in manifest["trials"]]
        splits = [_component(split["id"]) for split in manifest["splits"] if split["protocol"]]
        folders = [result_directory(path, trial) for trial in planned]
        for spec in manifest["metrics"]:
            unpack_metric(spec)
    except (KeyError, TypeError, ValueError) as error:
        raise BenchError(f"{path / MANIFEST} is damaged ({error}); restore it, or remove the run") from error
    results = tuple(read_result(folder) for folder in folders if folder.is_dir())
    return Run(path, manifest, results, {split: _references(path / "references" / split) for split in splits})


def result_directory(path: Path, trial: Trial) -> Path:
    """Where a trial's files are."""
    return path / "trials" / _component(trial.id)


def find_result(path: Path, trial: Trial) -> TrialResult | None:
    """A trial's result, or None if it has none yet."""
    folder = result_directory(path, trial)
    return read_result(folder) if folder.is_dir() else None


def find_reference(path: Path, split: str, name: str) -> TrialResult | None:
    """A reference row's result, or None if it has none yet."""
    folder = reference_directory(path, split, name)
    return read_result(folder) if folder.is_dir() else None


def reference_directory(path: Path, split: str, name: str) -> Path:
    """Where a reference row's files are."""
    return path / "references" / _component(split) / _component(name)


def _component(name: str) -> str:
    """A name that stays inside its folder; a manifest from somebody else may say anything."""
    if not re.fullmatch(r"[\w-]{1,80}", name):
        raise BenchError(f"the run names a trial or split {name[:80]!r}; expected letters, digits, '-' and '_' only")
    return name


def _references(folder: Path) -> dict[str, TrialResult]:
    if not folder.is_dir():
        return {}
    found = sorted(entry for entry in folder.iterdir() if (entry / "result.json").is_file())
    return {entry.name: read_result(entry) for entry in found if not entry.name.startswith(".")}
