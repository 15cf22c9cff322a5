"""Run directories without training: made-up values, stored as real ones are."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bench.api import (
    PROTOCOL_VERSION,
    DatasetDescription,
    FamilyDescription,
    GeneratorDescription,
    LeakageAudit,
    Manifest,
    Metric,
    PartSizes,
    RunConfiguration,
    RunEnvironment,
    RunProfile,
    Schema,
    SplitDescription,
    Target,
    Trial,
    TrialResult,
)
from bench.runs.run_directory import open_run
from bench.seeds import derive
from bench.workflows.plugin_checks.sample_run import TrialFiles, write_run
from tests.reports.mixed_arrays import mixed_drawings
from tests.reports.picture_arrays import picture_arrays

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from bench.runs.run_directory import Run

HALF = "holdout-half"
METRICS = (
    Metric("quality", "fidelity", "higher", "mean of the next two", source="sdmetrics"),
    Metric("column_shapes", "fidelity", "higher", "match of columns", ranked=True, floor="uniform", per_column=True),
    Metric("pair_trends", "fidelity", "higher", "match of correlations", ranked=True),
    Metric(
        "std_ratio", "fidelity", Target(1.0, "log"), "spread kept", "", "", (0.0, 9.0), True, "uniform", per_column=True
    ),
    Metric("c2st_auc", "detection", Target(0.5, "above"), "told apart", "arXiv:1610.06545", ranked=True),
    Metric("tstr_xgb_r2", "utility", "higher", "R2 on real rows", range=(-9.0, 1.0), ranked=True),
    Metric("tstr_xgb_mae", "utility", "lower", "error on real rows", range=(0.0, 9.0)),
    Metric("dcr_share", "privacy", Target(0.5, "above"), "closer to train", ranked=True, floor="copy", ceiling=HALF),
    Metric("copies", "privacy", "lower", "identical rows", ranked=True, floor="copy", ceiling=HALF),
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
        whole: whether to store all that reports draw: quantiles, predictions, discriminators, latents, maps of
            rows, grids of pairs, rows in time and distances.
        draws: trials of a generator on one split.
        late: generators whose first repeat fails.
        schema: of a table with categories, dates or gaps, whose names are then `columns`.
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
    schema: Schema | None = None
    error: str = "ValueError: the loss is NaN at epoch 3"


def make_run(path: Path, spec: Spec | None = None, change: Callable[[TrialResult], TrialResult] | None = None) -> Run:
    """Writes a run directory and opens it.

    Args:
        path: a new folder.
        spec: what the run holds.
        change: applied to the results of generators before they are written.
    """
    spec = spec or Spec()

    def files(trial: Trial) -> TrialFiles:
        if trial.generator in REFERENCES:
            return _files(spec, trial, REFERENCES[trial.generator])
        failed = trial.generator in spec.late and not trial.repeat
        written = _files(spec, trial, None if failed else spec.quality[trial.generator])
        return written._replace(result=change(written.result)) if change else written

    return write_run(path, _manifest(spec), REFERENCES, files)


def edit_manifest(path: Path, change: Callable[[dict[str, Any]], object]) -> Run:
    """Changes the JSON of a run's manifest, and opens the run; splits and trials of what is gone are left out.

    Stored results are then of the data sets that the manifest names.
    """
    content = json.loads((path / "manifest.json").read_text())
    change(content)
    tables = [table["name"] for table in content["datasets"]]
    table_of = {split["id"]: split["dataset"] for split in content["splits"] if split["dataset"] in tables}
    content["splits"] = [split for split in content["splits"] if split["id"] in table_of]
    trials = [trial for trial in content["trials"] if trial["split"] in table_of]
    content["trials"] = [trial | {"dataset": table_of[trial["split"]]} for trial in trials]
    (path / "manifest.json").write_text(json.dumps(content))
    for file in path.rglob("result.json"):
        result = json.loads(file.read_text())
        result["trial"]["dataset"] = table_of.get(result["trial"]["split"], result["trial"]["dataset"])
        file.write_text(json.dumps(result))
    return open_run(path)


def _files(spec: Spec, trial: Trial, quality: float | str | None) -> TrialFiles:
    if quality is None:
        return TrialFiles(TrialResult(trial, "failed", error=spec.error))
    if isinstance(quality, str):
        return TrialFiles(TrialResult(trial, "skipped", error=quality))
    name, metrics = trial.generator, _metrics(spec, trial.generator, quality, trial.repeat)
    drawings = _drawings(spec, f"{name}{trial.draw or ''}", quality)
    if name in REFERENCES:
        return TrialFiles(TrialResult(trial, "ok", metrics), drawings)
    return TrialFiles(TrialResult(trial, "ok", metrics, seconds={"fit": 3.0}), drawings, _history(name))


def _split(spec: Spec, number: int, dataset: str, repeat: int) -> SplitDescription:
    return SplitDescription(
        id=f"split{number}{repeat}",
        dataset=dataset,
        protocol="blocked",
        repeat=repeat,
        seed=100 + repeat,
        options={"embargo": 200},
        sizes=PartSizes(2000, 2056, 2837),
        audit=LeakageAudit(
            unused=7293,
            lag1=dict.fromkeys(spec.columns, 0.99),
            near_holdout=0.4,
            near_test=0.01 * repeat,
            near_chance=0.05,
            identical_holdout=0.02,
            identical_test=0.0,
            distinct_rows=14_000,
            warnings=(f"{40 + repeat} % of the holdout rows have a near-copy in train.",),
        ),
    )


def _trial(spec: Spec, name: str, split: SplitDescription, draw: int) -> Trial:
    number = f"{derive(0, name, split.id, *([draw] if draw else [])):08x}"
    params = dict(spec.presets[name][1]) if name in spec.presets else {"epochs": 30}
    return Trial(number, split.dataset, split.id, split.repeat, name, params, 1, draw=draw)


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
    if spec.schema:
        return mixed_drawings(spec.schema, rng, quality)
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
        **picture_arrays(spec.columns, rng, quality),
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


def _manifest(spec: Spec) -> Manifest:
    datasets = [name for name in (spec.dataset, spec.second, spec.third) if name]
    splits = [
        _split(spec, number, name, repeat) for number, name in enumerate(datasets) for repeat in range(spec.repeats)
    ]
    trials = [
        _trial(spec, name, split, draw) for split in splits for name in spec.quality for draw in range(spec.draws)
    ]
    families = dict.fromkeys(metric.family for metric in METRICS)
    schema = spec.schema or Schema.of_numbers(spec.columns, spec.columns[0], ordered=True)
    source = "Gungun Pandey (2025); https://github.com/gungunpandey/Synthetic-Data-Generation"
    return Manifest(
        name="methane-1-quick",
        config=RunConfiguration(seed=0),
        config_hash="0123abcd",
        profile=RunProfile("quick", spec.repeats, 2000, "core"),
        command=f"bench run --dataset {spec.dataset} --seed 0",
        created="2025-01-01T00:00:00+00:00",
        finished="2025-01-01T00:03:00+00:00",
        environment=RunEnvironment("0.1.0", "3.12.1", cpu="Some CPU", cores=2, packages={"numpy": "2.0"}),
        datasets=tuple(
            DatasetDescription(name, "8ee0" * 16, 14186, schema, "methane", source, "MIT") for name in datasets
        ),
        splits=tuple(splits),
        metrics=METRICS,
        families={
            name: FamilyDescription("worst" if name == "privacy" else "mean", f"about {name}") for name in families
        },
        generators={name: _generator(spec, name) for name in spec.quality},
        trials=tuple(trials),
        protocol_version=PROTOCOL_VERSION,
    )


def _generator(spec: Spec, name: str) -> GeneratorDescription:
    return GeneratorDescription(
        summary=f"the {name} model",
        licence="MIT",
        packages={"torch": "2.13.0"},
        memorises=name in spec.foils,
        preset_of=spec.presets[name][0] if name in spec.presets else "",
    )
