"""The tasks that score: prepare a split, score a reference row, score the rows of a trial.

Their processes never import a generator. Rows and latents come from a process that did, as files, and are checked here.
"""

from __future__ import annotations

import io
import traceback
import zipfile
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING

from bench.api import BenchError, Cost, Latents, MetricSet, Shadows, Split, TrialResult
from bench.common.atomic_files import pack_arrays, unpack_arrays
from bench.execution.check_rows import read_rows
from bench.execution.fit_trial import LATENTS, ROWS
from bench.execution.shadow_fits import SHADOW_ERROR, SHADOWS, read_shadows
from bench.plugins import entry_points
from bench.runs.result_digests import digest_rows, digest_split, seal
from bench.runs.run_directory import RESULT, pack_result, unpack_result
from bench.runs.stored_files import is_stored, read_stored

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from bench.api import Arrays
    from bench.execution.tasks import Files, OnProgress, Task
    from bench.scoring.score_table import Scored

DRAWINGS, ARTEFACTS = "drawings.npz", "artefacts.npz"
"""Files that these tasks return."""

_LATENT_BYTES = 2**28


@dataclass(frozen=True, slots=True)
class ScoreInputs:
    """What scoring needs besides the trial.

    Attributes:
        artefacts: what scoring needs of the split, by family; empty for a task that prepares the split.
        score_seed: for the scorers; the same for every trial of the split.
        scoring: digest that goes into the result.
        stored: the files of the trial whose rows are scored, see `read_stored_files`.
        snap: whether rows are moved to the grids of train before they are scored; they are kept as sampled.
        shadow_fits: how many the trial has.
        any_length: whether there may be more or fewer rows than train has, as in a table made elsewhere.
    """

    split: Split
    artefacts: Mapping[str, Arrays]
    score_seed: int
    metric_set: MetricSet
    scoring: str
    stored: Files | None = None
    snap: bool = False
    shadow_fits: int = 0
    any_length: bool = False


def read_stored_files(folder: Path, root: Path) -> Files:
    """Reads what a trial's directory holds for scoring its rows: result and rows; latents and shadow fits if any.

    Raises:
        BenchError: if a file cannot be read; `root` is the run directory.
    """
    paths = [folder / name for name in (ROWS, RESULT, LATENTS, SHADOWS, SHADOW_ERROR)]
    return {path.name: read_stored(path, root) for path in paths if is_stored(path)}


def prepare_split(task: Task, on_progress: OnProgress) -> Files:
    """Computes what scoring needs of a split; returns `artefacts.npz`."""
    from bench.scoring.score_table import flatten, prepare_all

    inputs: ScoreInputs = task.payload
    on_progress("prepare", 0, 0)
    artefacts = prepare_all(entry_points.families(), inputs.split, inputs.score_seed, inputs.metric_set)
    return {ARTEFACTS: pack_arrays(flatten(artefacts))}


def score_reference_row(task: Task, on_progress: OnProgress) -> Files:
    """Scores the reference row that the trial's `generator` names; returns `drawings.npz` and `result.json`."""
    from bench.scoring.reference_rows import score_reference

    inputs: ScoreInputs = task.payload
    on_progress("score", 0, 0)
    begun = perf_counter()
    families, name = entry_points.families(), task.trial.generator
    scored = score_reference(name, inputs.split, inputs.score_seed, families, inputs.artefacts, inputs.metric_set)
    seconds = {"score": perf_counter() - begun}
    return _scored_files(TrialResult(task.trial, "ok", seconds=seconds), scored, inputs)


def score_trial(task: Task, on_progress: OnProgress) -> Files:
    """Scores the stored rows of a trial; keeps what was measured of the fit.

    Returns:
        `drawings.npz` and `result.json`; only `result.json`, with the error, if the rows do not have the form of train,
        or are not those that were scored before.
    """
    inputs: ScoreInputs = task.payload
    files = inputs.stored or {}
    stored = unpack_result(files[RESULT])
    on_progress("score", 0, 0)
    begun = perf_counter()
    try:
        rows = read_rows(files[ROWS], inputs.split.train, any_length=inputs.any_length)
        latents = _read_latents(files)
        digest = digest_rows(rows)
        if stored.rows_digest not in ("", digest):
            raise BenchError("its rows are not those that were stored: the file was changed; fit the trial again")
    except BenchError as error:
        traceback.print_exc()
        return {RESULT: pack_result(failed_scoring(stored, str(error)))}
    shadows = read_shadows(files, inputs.split.train, inputs.shadow_fits, task.trial.seed)
    scored = _score(
        inputs, rows, _cost(stored, len(rows)), latents, shadows, pictures=not (task.trial.repeat or task.trial.draw)
    )
    result = replace(stored, seconds=_with_scoring(stored.seconds, perf_counter() - begun), rows_digest=digest)
    return _scored_files(result, scored, inputs)


def failed_scoring(stored: TrialResult, error: str) -> TrialResult:
    """Returns the result of a trial whose rows could not be scored; what was measured of its fit stays."""
    return replace(stored, status="failed", error=error, metrics={}, reasons={}, scoring="")


def _scored_files(result: TrialResult, scored: Scored, inputs: ScoreInputs) -> Files:
    result = replace(
        result,
        metrics=scored.metrics,
        reasons=scored.reasons,
        scoring=inputs.scoring,
        split_digest=digest_split(inputs.split),
    )
    return {DRAWINGS: pack_arrays(scored.details), RESULT: pack_result(seal(result))}


def _score(
    inputs: ScoreInputs,
    rows: pd.DataFrame,
    cost: Cost | None,
    latents: Latents | None,
    shadows: Shadows | None,
    *,
    pictures: bool,
) -> Scored:
    from bench.grid import snap
    from bench.scoring.score_table import score_all

    if inputs.snap:
        rows = snap(rows, inputs.split.train)
    if inputs.snap and shadows:
        shadows = replace(shadows, tables=tuple(snap(table, inputs.split.train) for table in shadows.tables))
    return score_all(
        entry_points.families(),
        inputs.split,
        rows,
        inputs.artefacts,
        seed=inputs.score_seed,
        cost=cost,
        metric_set=inputs.metric_set,
        latents=latents,
        shadows=shadows,
        pictures=pictures,
    )


def _read_latents(files: Files) -> Latents | None:
    if LATENTS not in files:
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(files[LATENTS])) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > _LATENT_BYTES:
            raise ValueError(f"they take {size} bytes unpacked; expected at most {_LATENT_BYTES}")
        return Latents(**unpack_arrays(files[LATENTS]))
    except Exception as error:  # what is in the file, the plugin's process decides
        raise BenchError(f"the latents cannot be read: {error}") from error


def _cost(stored: TrialResult, rows: int) -> Cost | None:
    """Returns what fitting and sampling took; None for rows that were made elsewhere."""
    seconds = stored.seconds
    if "fit" not in seconds or "sample" not in seconds:
        return None
    return Cost(seconds["fit"], seconds["sample"], rows, stored.memory_bytes, seconds.get("fit_cpu"), stored.parameters)


def _with_scoring(seconds: Mapping[str, float], score: float) -> dict[str, float]:
    """Returns the seconds with those of scoring, in place of an earlier scoring's, which also leave the total."""
    total = {"total": seconds["total"] - seconds.get("score", 0.0) + score} if "total" in seconds else {}
    return {**seconds, **total, "score": score}
