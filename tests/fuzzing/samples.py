"""Valid small files of each kind: runs with made-up values, and tables, models and configurations of real code."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from unittest import mock

import numpy as np

from bench.api import DrawnSplits, TrialResult
from bench.common.atomic_files import pack_table, to_json, write_file
from bench.execution.describe_run import describe_plan
from bench.planning.config import Config
from bench.planning.plan import make_plan
from bench.runs.drawn_splits import remember, write_drawn
from bench.runs.result_digests import digest_rows, seal
from bench.runs.run_directory import open_run, pack_result
from bench.tables.datasets import resolve_all
from bench.tables.table_request import TableRequest
from bench.tables.table_toml import toml_beside, write_toml
from bench.workflows.plugin_checks.sample_run import TrialFiles, write_run
from bench.workflows.regression_gate.save_baseline import save_baseline
from tests.fuzzing.configurations import CONFIGURATION, SPACE
from tests.reports.make_run import Spec, make_run
from tests.reports.mixed_arrays import SCHEMA
from tests.tables.mixed_tables import mixed_frame

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from bench.api import Split, Trial

TARGET = "grade"
ROWS = 160


@dataclass(frozen=True, slots=True)
class Samples:
    """Where the files are.

    Attributes:
        folder: of everything.
        numbers: a run on two tables of numbers.
        mixed: a run on a table with categories, dates and gaps.
        drawn: small runs with all that reports draw.
        planned: a run on `tables/mixed.csv` that can be planned again from `folder`; its results have rows and digests.
        tables: a folder of tables, each with a TOML file beside it.
        models: a folder of models, named after their classes; it may be empty.
        split: of `tables/mixed.csv`, as the run `planned` draws it first.
        decisive: what decides which metrics enter, as it is in the cache of this folder.
    """

    folder: Path
    numbers: Path
    mixed: Path
    drawn: tuple[Path, ...]
    planned: Path
    tables: Path
    models: Path
    split: Split
    decisive: DrawnSplits


def write_samples(folder: Path, *, with_models: bool = True) -> Samples:
    """Writes all files into a new folder: the same ones each time, but for versions and times in manifests.

    Models are fitted, which takes some seconds.
    """
    tables, models = folder / "tables", folder / "models"
    for path in (tables, models):
        path.mkdir(parents=True)
    _write_tables(tables)
    _write_runs(folder)
    split = _write_planned(folder)
    for suffix in ("csv", "parquet"):
        _write_frame(split.train, folder / f"external.{suffix}")
    if with_models:
        _write_models(models, split)
    _write_other_files(folder)
    runs = (
        folder / "numbers",
        folder / "mixed",
        (folder / "drawn-numbers", folder / "drawn-mixed"),
        folder / "planned",
    )
    return Samples(folder, *runs, tables, models, split, _write_drawn_splits(folder))


def _write_runs(folder: Path) -> None:
    numbers = Spec(quality={"ae": 0.4, "vae": 0.8, "ctgan": None}, columns=("a", "b", "y"), points=20)
    mixed = replace(numbers, columns=SCHEMA.names, schema=SCHEMA)
    make_run(folder / "numbers", replace(numbers, second="other", draws=2))
    make_run(folder / "mixed", mixed)
    for name, spec in {"drawn-numbers": replace(numbers, whole=True), "drawn-mixed": mixed}.items():
        make_run(folder / name, replace(spec, quality={"vae": 0.8}, repeats=1))


def _write_other_files(folder: Path) -> None:
    save_baseline(open_run(folder / "numbers"), folder / "baseline.json")
    (folder / "run.toml").write_text(CONFIGURATION)
    (folder / "space.toml").write_text(SPACE)
    account = {"seconds": {"fit": 1.5, "total": 2}, "memory_bytes": 5, "parameters": 7, "error": ""}
    (folder / "fit.json").write_text(to_json(account))


def _write_drawn_splits(folder: Path) -> DrawnSplits:
    """Writes the drawn splits of two runs and those of a cache; returns what is asked of the cache."""
    values = {number: {"copy": {"copies": 1.0}, "real-train": {"copies": 0.1 * number}} for number in range(3)}
    drawn = DrawnSplits("methane-1", "blocked", "key", 3, 50, "", values)
    for name in ("numbers", "mixed"):
        write_drawn(folder / name, [drawn])
    with cache_in(folder):
        remember(drawn)
    return replace(drawn, values={})


def cache_in(folder: Path) -> contextlib.AbstractContextManager[object]:
    """Makes the folder `cache` in a folder the user's cache."""
    return mock.patch.dict(os.environ, {"BENCH_CACHE_DIR": str(folder / "cache")})


def _write_frame(frame: pd.DataFrame, path: Path) -> None:
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
    else:
        frame.to_parquet(path, index=False)


def _write_tables(folder: Path) -> None:
    frame = mixed_frame(ROWS)
    for name, separator in {"mixed": ",", "semicolons": ";", "tabs": "\t"}.items():
        decimal = "," if separator == ";" else "."
        frame.to_csv(folder / f"{name}.csv", sep=separator, decimal=decimal, index=False)
    numbers = frame[["size", "count"]].fillna(0.0).assign(y=np.arange(ROWS) * 0.5)
    text = numbers.to_csv(index=False)
    (folder / "comments.csv").write_text(f"# exported\n# by hand\n{text}")
    (folder / "spaced.csv").write_text(text.replace(",", ", "))
    (folder / "units.csv").write_text(text.replace("\n", "\nkg,%,m\n", 1))
    frame.to_parquet(folder / "mixed.parquet", index=False)
    numbers.to_parquet(folder / "numbers.parquet")
    _write_table_toml(folder)


def _write_table_toml(folder: Path) -> None:
    """Writes what is known of three tables, as `bench describe --write` does."""
    from bench.tables.table_from_file import read_from_file

    for name in ("mixed", "semicolons", "tabs"):
        read = read_from_file(TableRequest(str(folder / f"{name}.csv"), TARGET))
        write_toml(read.dataset.schema, read.reasons, toml_beside(folder / f"{name}.csv"), read.overrides)


def _write_planned(folder: Path) -> Split:
    """Writes the run of a real plan; its rows are the train rows and its values are made up."""
    table = TableRequest("tables/mixed.csv", TARGET)
    config = Config(datasets=(table,), generators=("smote", "cart"), repeats=1)
    with contextlib.chdir(folder):
        plan = make_plan(config, resolve_all(config.datasets))
    split = plan.draw(next(iter(plan.splits.values())))
    rows = split.train.reset_index(drop=True)
    manifest = replace(describe_plan(plan), created="2025-01-01T00:00:00+00:00")
    run = write_run(folder / "planned", manifest, ["copy"], lambda trial: _made_up(trial, rows))
    for result in run.results:
        files = {"synthetic.parquet": pack_table(rows), "result.json": pack_result(seal(result))}
        for name, data in files.items():
            write_file(run.directory(result) / name, data)
    return split


def _made_up(trial: Trial, rows: pd.DataFrame) -> TrialFiles:
    values = {"marginals": 0.5, "marginals[size]": None, "c2st_auc": 0.75}
    result = TrialResult(
        trial, "ok", values, {"marginals[size]": "no reason"}, seconds={"fit": 1.0, "sample": 0.5}, scoring="0" * 16
    )
    return TrialFiles(replace(result, rows_digest=digest_rows(rows)), {"fidelity/points": np.eye(3)})


def _write_models(folder: Path, split: Split) -> None:
    from bench.generators.ae import AE
    from bench.generators.autoregressive import Autoregressive
    from bench.generators.beta_vae import BetaVAE
    from bench.generators.flow import Flow
    from bench.generators.vae import VAE

    models = [cls(steps=3, width=8, blocks=1) for cls in (AE, VAE, BetaVAE)]
    for model in (*models, Flow(steps=3, coder_steps=3, width=8, blocks=1), Autoregressive(steps=3, width=8)):
        model.fit(split.train, split.schema, seed=1).save(folder / type(model).__name__)
