"""Run directories without training: made-up values, stored as real ones are."""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bench.api import Metric, Target, Trial, TrialResult
from bench.common.atomic_files import pack_arrays, to_json, write_directory, write_file
from bench.runs.run_directory import SCHEMA_VERSION, open_run, pack_result
from bench.seeds import derive

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bench.runs.run_directory import Run

METRICS = (
    Metric("quality", "fidelity", "higher", "mean of the next two", source="sdmetrics"),
    Metric("column_shapes", "fidelity", "higher", "match of columns", ranked=True, floor="uniform", per_column=True),
    Metric("pair_trends", "fidelity", "higher", "match of correlations", ranked=True),
    Metric(
        "std_ratio",
        "fidelity",
        Target(1.0, "log"),
        "spread kept",
        range=(0.0, 9.0),
        ranked=True,
        floor="uniform",
        per_column=True,
    ),
    Metric("c2st_auc", "detection", Target(0.5, "above"), "told apart", "arXiv:1610.06545", ranked=True),
    Metric("tstr_xgb_r2", "utility", "higher", "R2 on real rows", range=(-9.0, 1.0), ranked=True),
    Metric("tstr_xgb_mae", "utility", "lower", "error on real rows", range=(0.0, 9.0)),
    Metric(
        "dcr_share",
        "privacy",
        Target(0.5, "above"),
        "closer to train",
        "",
        "",
        (0.0, 1.0),
        True,
        "copy",
        "holdout-half",
    ),
    Metric("copies", "privacy", "lower", "identical rows", "", "", (0.0, 1.0), True, "copy", "holdout-half"),
    Metric("fit_seconds", "cost", "lower", "wall time of fitting", unit="s", range=(0.0, 9.0)),
)
REFERENCES = {"real-train": 1.0, "holdout-half": 1.0, "copy": 0.99, "independent": 0.2, "uniform": 0.0}
COLUMNS = ("Methane (ppb)", "Moisture", "Temperature", "Humidity", "R2611E", "R2600", "R2602", "R2611C", "RMQ4")


@dataclass(frozen=True)
class Spec:
    """What a made-up run holds.

    Attributes:
        quality: generator -> how good it is, 0 to 1; None fails it; a string skips it with that reason.
        second: name of a second data set, if any.
        third: name of a third one.
        foils: generators that say of themselves that they memorise.
        presets: generator -> what it is a preset of, and its parameters.
        whole: whether to store all that reports draw: quantiles, predictions, discriminators, latents.
        draws: trials of a generator on one split.
        late: generators whose first repeat fails.
    """

    quality: Mapping[str, float | str | None] = field(
        default_factory=lambda: {
            "ae": 0.35,
            "vae": 0.6,
            "beta-vae": 0.9,
            "ctgan": None,
            "tvae": "needs ctgan: pip install ctgan",
        }
    )
    columns: tuple[str, ...] = COLUMNS
    dataset: str = "methane-1"
    second: str = ""
    third: str = ""
    foils: tuple[str, ...] = ()
    presets: Mapping[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    whole: bool = False
    late: tuple[str, ...] = ()
    repeats: int = 2
    draws: int = 1
    points: int = 300
    error: str = "ValueError: the loss is NaN at epoch 3"


def make_run(path: Path, spec: Spec | None = None) -> Run:
    """Writes a run directory and opens it."""
    spec = spec or Spec()
    datasets = _datasets(spec)
    splits = [_split(spec, at, repeat) for at in range(len(datasets)) for repeat in range(spec.repeats)]
    trials = [
        _trial(spec, name, split, draw) for split in splits for name in spec.quality for draw in range(spec.draws)
    ]
    write_file(path / "manifest.json", to_json(_manifest(spec, splits, trials)).encode())
    for split in splits:
        for name, quality in REFERENCES.items():
            result = TrialResult(_trial(spec, name, split), "ok", _metrics(spec, name, quality, split["repeat"]))
            _write(path / "references" / split["id"] / name, result, _drawings(spec, name, quality))
    for trial in trials:
        _write_trial(path / "trials" / trial.id, trial, spec)
    return open_run(path)


def _datasets(spec: Spec) -> list[str]:
    return [name for name in (spec.dataset, spec.second, spec.third) if name]


def _write_trial(folder: Path, trial: Trial, spec: Spec) -> None:
    quality = None if trial.generator in spec.late and not trial.repeat else spec.quality[trial.generator]
    if quality is None or isinstance(quality, str):
        status, error = ("skipped", quality) if quality else ("failed", spec.error)
        _write(folder, TrialResult(trial, status, error=error), {})  # type: ignore[arg-type]
        return
    metrics = _metrics(spec, trial.generator, quality, trial.repeat)
    drawings = _drawings(spec, f"{trial.generator}{trial.draw or ''}", quality)
    _write(folder, TrialResult(trial, "ok", metrics, seconds={"fit": 3.0}), drawings, _history(trial.generator))


def _write(folder: Path, result: TrialResult, drawings: dict[str, Any], history: bytes = b"") -> None:
    files = {"result.json": pack_result(result), "drawings.npz": pack_arrays(drawings)}
    write_directory(folder, files | ({"history.parquet": history} if history else {}))


def _split(spec: Spec, dataset: int, repeat: int) -> dict[str, Any]:
    return {
        "id": f"split{dataset}{repeat}",
        "dataset": _datasets(spec)[dataset],
        "repeat": repeat,
        "protocol": "blocked",
        "seed": 100 + repeat,
        "rows": None,
        "options": {"embargo": 200},
        "sizes": {"train": 2000, "holdout": 2056, "test": 2837},
        "audit": {
            "unused": 7293,
            "lag1": dict.fromkeys(spec.columns, 0.99),
            "near_holdout": 0.4,
            "near_test": 0.01 * repeat,
            "warnings": [f"{40 + repeat} % of the holdout rows have a near-copy in train."],
        },
    }


def _trial(spec: Spec, name: str, split: Mapping[str, Any], draw: int = 0) -> Trial:
    number = f"{derive(0, name, split['id'], *([draw] if draw else [])):08x}"
    params = dict(spec.presets[name][1]) if name in spec.presets else {"epochs": 30}
    return Trial(number, split["dataset"], split["id"], split["repeat"], name, params, 1, draw=draw)


def _metrics(spec: Spec, name: str, quality: float, repeat: int) -> dict[str, float | None]:
    rng = np.random.default_rng(derive(0, "metrics", name, repeat))
    quality = min(max(quality + rng.normal(0, 0.01), 0.0), 1.0)
    private = {"copy": 1.0}.get(name, 0.02 * quality)
    values: dict[str, float | None] = {
        "quality": 0.6 + 0.39 * quality,
        "column_shapes": 0.5 + 0.49 * quality,
        "pair_trends": 0.7 + 0.29 * quality,
        "std_ratio": 1.6 - 0.6 * quality,
        "c2st_auc": 1.0 - 0.5 * quality,
        "tstr_xgb_r2": -0.2 + 1.1 * quality,
        "tstr_xgb_mae": 900.0 - 600 * quality,
        "dcr_share": None if name == "real-train" else 0.5 + private / 2,
        "copies": None if name == "real-train" else private,
        "fit_seconds": None if name in REFERENCES else 3.0 + 20 * quality,
    }
    for metric in ("column_shapes", "std_ratio"):
        values |= {f"{metric}[{column}]": values[metric] for column in spec.columns}
    return values


def _drawings(spec: Spec, name: str, quality: float) -> dict[str, Any]:
    rng = np.random.default_rng(derive(0, "drawings", name))
    width = len(spec.columns)
    shared = rng.normal(size=(spec.points, 1))
    rows = 100 + 10 * (quality * shared + (1.05 - quality) * rng.normal(size=(spec.points, width)))
    drawn: dict[str, Any] = {
        "fidelity/columns": np.array(spec.columns, dtype=np.str_),
        "fidelity/correlation": np.corrcoef(rows, rowvar=False).astype(np.float32),
        "fidelity/points": rows.astype(np.float32),
    }
    edges = np.linspace(60, 140, 61)
    for column, values in zip(spec.columns, rows.T, strict=True):
        drawn[f"fidelity/edges/{column}"] = edges
        drawn[f"fidelity/density/{column}"] = np.histogram(values, edges, density=True)[0].astype(np.float32)
    return drawn | (_whole(spec, rows, quality) if spec.whole else {})


def _whole(spec: Spec, rows: np.ndarray[Any, Any], quality: float) -> dict[str, Any]:
    """The rest of what real runs store for reports, of made-up rows (points, columns)."""
    rng = np.random.default_rng(derive(0, "whole", f"{quality}"))
    shares = np.linspace(0.01, 0.99, 99)
    quantiles = {
        f"fidelity/quantiles/{column}": np.quantile(values, shares).astype(np.float32)
        for column, values in zip(spec.columns, rows.T, strict=True)
    }
    actual = rng.normal(size=200).astype(np.float32)
    predicted = {
        f"utility/predicted/{model}": (quality * actual + (1 - quality) * rng.normal(size=200)).astype(np.float32)
        for model in ("linear", "rf", "xgb", "mlp")
    }
    codes = rng.normal(size=(200, 4))
    return {
        **quantiles,
        **predicted,
        "utility/actual": actual,
        "detection/columns": np.array(spec.columns, dtype=np.str_),
        "detection/importance": rng.dirichlet(np.ones(len(spec.columns))),
        "detection/probability/real": np.full(20, 0.05, dtype=np.float32),
        "detection/probability/synthetic": np.full(20, 0.05, dtype=np.float32),
        "latent/correlation": np.corrcoef(codes, rowvar=False).astype(np.float32),
        "latent/kl": np.array([2.0, 1.0, 0.5, 0.0], dtype=np.float32),
        "latent/points": codes[:, :2].astype(np.float32),
    }


def _history(name: str) -> bytes:
    epochs = np.arange(1, 31)
    losses = {"train_reconstruction": 5 / epochs, "val_reconstruction": 6 / epochs, "lr": 0.001 + 0 * epochs}
    extra = {"kl": np.sqrt(epochs), "beta": np.minimum(epochs / 10, 1)} if "vae" in name else {}
    buffer = io.BytesIO()
    pd.DataFrame({"epoch": epochs, **losses, **extra}).to_parquet(buffer)
    return buffer.getvalue()


def _manifest(spec: Spec, splits: list[dict[str, Any]], trials: list[Trial]) -> dict[str, Any]:
    families = dict.fromkeys(metric.family for metric in METRICS)
    schema = {"numeric": list(spec.columns), "target": spec.columns[0], "ordered": True}
    profile = {"name": "quick", "repeats": spec.repeats, "train_rows": 2000, "metrics": "core"}
    card = {
        "group": "methane",
        "sha256": "8ee0" * 16,
        "source": "Gungun Pandey (2025); https://github.com/gungunpandey/Synthetic-Data-Generation",
        "licence": "MIT",
        "rows": 14186,
        "schema": schema,
        "notes": [],
    }
    return {
        "schema_version": SCHEMA_VERSION,
        "name": "methane-1-quick",
        "config": {"seed": 0, "profile": profile},
        "config_hash": "0123abcd",
        "profile": profile,
        "command": f"bench run --dataset {spec.dataset} --seed 0",
        "created": "2025-01-01T00:00:00+00:00",
        "finished": "2025-01-01T00:03:00+00:00",
        "environment": {
            "bench": "0.1.0",
            "python": "3.12.1",
            "cpu": "Some CPU",
            "cores": 2,
            "packages": {"numpy": "2.0"},
        },
        "datasets": [{**card, "name": name} for name in _datasets(spec)],
        "splits": splits,
        "metrics": [asdict(metric) for metric in METRICS],
        "families": {
            family: {"summary": f"about {family}", "combine": "worst" if family == "privacy" else "mean"}
            for family in families
        },
        "generators": {
            name: {"summary": f"the {name} model", "licence": "MIT", "paper": "", "packages": {"torch": "2.13.0"}}
            | ({"memorises": True} if name in spec.foils else {})
            | ({"preset_of": spec.presets[name][0]} if name in spec.presets else {})
            for name in spec.quality
        },
        "trials": [asdict(trial) for trial in trials],
    }
