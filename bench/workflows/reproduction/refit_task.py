"""One fit under the published protocol, leaks included, and everything that is measured of it."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from math import ceil, isfinite
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.api import BenchError, HasLatents, KeepsHistory, Latents, Schema, Split
from bench.common import fingerprint, suggestions
from bench.common.atomic_files import to_json
from bench.execution.fit_and_sample import check_table, one_line
from bench.plugins import entry_points
from bench.scoring.score_table import score_all
from bench.seeds import derive, scope
from bench.workflows.reproduction.configurations import RATIO, TRAINING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from bench.api import Family, Generator
    from bench.execution.tasks import Files, OnProgress, Task
    from bench.workflows.reproduction.configurations import Configuration

PROTOCOL = 1
"""Part of what identifies a fit: counts up when what is measured here changes."""

FILE = "fit.json"
VALIDATION_SHARE = 0.2
SHUFFLE = 42

_OWN = (RATIO, *TRAINING)


@dataclass(frozen=True, slots=True)
class Job:
    """All that a fit needs, wherever it runs.

    Attributes:
        configuration: what to fit, and how many rows to draw.
        seed: of the fit and of the draw.
        table: all rows in the published order, see `published_order`.
        measures: names; metric families that have none of them are not run.
        code: see `code`; it goes into the result.
    """

    configuration: Configuration
    seed: int
    table: pd.DataFrame
    schema: Schema
    measures: tuple[str, ...]
    code: str

    def preload(self) -> tuple[str, ...]:
        """Modules that fitting imports."""
        return entry_points.info(entry_points.load("generators", self.configuration.generator)).preload


def code(generator: str, measures: tuple[str, ...]) -> str:
    """What a fit's values depend on beside its configuration: code and versions, and who measures."""
    cls = entry_points.load("generators", generator)
    return fingerprint.digest(
        {
            "protocol": PROTOCOL,
            "code": fingerprint.code_digest(cls.__module__),
            "versions": fingerprint.versions(entry_points.info(cls).packages),
            "scoring": fingerprint.scoring_digest(families(measures), "core"),
        }
    )


def validation_rows(rows: int) -> int:
    """How many of a table's rows the published protocol holds out.

    >>> validation_rows(14_186)
    2838
    """
    return ceil(VALIDATION_SHARE * rows)


def published_order(frame: pd.DataFrame) -> pd.DataFrame:
    """All rows as scikit-learn's `train_test_split(test_size=0.2, random_state=42)` deals them: train, then test."""
    order = np.random.RandomState(SHUFFLE).permutation(len(frame))
    held = validation_rows(len(frame))
    return frame.iloc[np.concatenate([order[held:], order[:held]])].reset_index(drop=True)


def own(name: str) -> bool:
    """Whether this module measures the name itself, against all rows, rather than a metric family."""
    return name.partition("[")[0] in _OWN


def families(measures: tuple[str, ...]) -> list[Family]:
    """The metric families that measure at least one of the names."""
    wanted = {name for name in measures if not own(name)}
    return [each for each in entry_points.families() if {metric.name for metric in each.metrics} & wanted]


def work(task: Task, tell: OnProgress) -> Files:
    """Fits, samples and measures in this process; what a generator raises becomes the result."""
    begun = perf_counter()
    try:
        found: dict[str, Any] = {"status": "ok", **_measured(task.payload, tell)}
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the fit is then a row that says so
        traceback.print_exc()
        found = {"status": "failed", "error": one_line(error)}
    return {FILE: to_json({**found, "seconds": round(perf_counter() - begun, 1)}).encode()}


def _measured(job: Job, tell: OnProgress) -> dict[str, Any]:
    generator: Generator = entry_points.load("generators", job.configuration.generator)(**job.configuration.params)
    tell("fit", 0, 0)
    begun, seed = perf_counter(), derive(job.seed, "reproduce", "fit")
    # Shuffled rows are in no order, whatever the table was.
    schema = Schema(numeric=job.schema.numeric, target=job.schema.target)
    with scope(seed):
        generator.fit(job.table.copy(), schema, seed=seed)
    fitted = round(perf_counter() - begun, 2)
    seed = derive(job.seed, "reproduce", "sample")
    rows = job.configuration.rows
    with scope(seed):
        synthetic = check_table(generator.sample(rows, seed=seed), job.table.iloc[:rows])
    tell("score", 0, 0)
    values = {**std_ratios(synthetic, job.table), **_training(generator), **_latent_kl(generator, job)}
    scored, reasons = _scored(job, schema, synthetic)
    values |= scored
    reasons |= {name: "not a finite number" for name, value in values.items() if not isfinite(value)}
    return {
        "values": {name: value for name, value in values.items() if name not in reasons},
        "reasons": reasons,
        "fit_seconds": fitted,
    }


def std_ratios(synthetic: pd.DataFrame, real: pd.DataFrame) -> dict[str, float]:
    """std(synthetic) / std(real) of each column and the mean over columns, those constant in `real` left out.

    >>> import pandas as pd
    >>> std_ratios(pd.DataFrame({"a": [0.0, 1.0]}), pd.DataFrame({"a": [0.0, 2.0]}))
    {'std_ratio[a]': 0.5, 'std_ratio': 0.5}
    """
    spread = real.std(ddof=0)
    ratios = (synthetic.std(ddof=0) / spread)[spread > 0]
    return {**{f"{RATIO}[{name}]": float(value) for name, value in ratios.items()}, RATIO: float(ratios.mean())}


def _training(generator: Generator) -> dict[str, float]:
    return training(generator.history()) if isinstance(generator, KeepsHistory) else {}


def training(history: pd.DataFrame) -> dict[str, float]:
    """What a history says of the last epoch, and of the one whose weights were kept.

    Epochs count from 1, as in the sources; losses add beta times the KL, whether or not it is trained on. Of a history
    without the columns of an autoencoder's, or without an epoch, only its length.

    >>> import pandas as pd
    >>> row = {"train_reconstruction": 3.0, "val_reconstruction": 2.0, "kl": 4.0, "val_kl": 1.0}
    >>> found = training(pd.DataFrame([row | {"beta": beta, "kept": beta == 0.5} for beta in (0.5, 1.0)]))
    >>> found["best_epoch"], found["beta_best"], found["val_loss_best"], found["weighted_kl_last"]
    (1.0, 0.5, 2.5, 4.0)
    """
    needed = {"train_reconstruction", "val_reconstruction", "kl", "val_kl", "beta", "kept"}
    found = {"epochs": float(len(history))}
    if not needed <= set(history) or not history["kept"].any():
        return found
    last, kept = history.iloc[-1], int(history["kept"].to_numpy().argmax())
    best = history.iloc[kept]
    return found | {
        "best_epoch": kept + 1.0,
        "beta_last": float(last["beta"]),
        "beta_best": float(best["beta"]),
        "reconstruction_last": float(last["train_reconstruction"]),
        "kl_last": float(last["kl"]),
        "weighted_kl_last": float(last["beta"] * last["kl"]),
        "val_reconstruction_last": float(last["val_reconstruction"]),
        "val_kl_last": float(last["val_kl"]),
        "weighted_val_kl_last": float(last["beta"] * last["val_kl"]),
        "val_loss_last": float(last["val_reconstruction"] + last["beta"] * last["val_kl"]),
        "val_loss_best": float(best["val_reconstruction"] + best["beta"] * best["val_kl"]),
    }


def _latent_kl(generator: Generator, job: Job) -> dict[str, float]:
    if not isinstance(generator, HasLatents):
        return {}
    codes = generator.latents(len(job.table), seed=derive(job.seed, "reproduce", "latents"))
    value = kl(codes)
    return {} if value is None else {"kl_restored": value}


def kl(codes: Latents) -> float | None:
    """KL divergence of the posteriors from N(0, I), summed over latents, mean over rows; None without posteriors.

    Kingma and Welling (2014), appendix B.

    >>> kl(Latents(np.array([[1.0, 0.0]]), np.array([[1.0, 1.0]])))
    0.5
    """
    if codes.variances is None:
        return None
    variances = codes.variances.astype(np.float64)
    terms = codes.means.astype(np.float64) ** 2 + variances - 1 - np.log(variances)
    return float(0.5 * terms.sum(axis=1).mean())


def _scored(job: Job, schema: Schema, synthetic: pd.DataFrame) -> tuple[dict[str, float], dict[str, str]]:
    """The metrics of the registered families: train on the synthetic rows, test on and compare with validation rows."""
    held = validation_rows(len(job.table))
    train, test = job.table.iloc[:-held], job.table.iloc[-held:]
    split = Split(train=train, holdout=test, test=test, schema=schema, protocol="random", seed=SHUFFLE)
    found = score_all(families(job.measures), split, synthetic, {}, seed=derive(SHUFFLE, "score"))
    wanted = [name for name in job.measures if name in found.metrics and not own(name)]
    values = {name: value for name in wanted if (value := found.metrics[name]) is not None}
    return values, {name: found.reasons[name] for name in wanted if name not in values}


def check_measures(measures: Iterable[str], columns: tuple[str, ...]) -> None:
    """Refuses a name that nothing measures.

    Raises:
        BenchError: naming it and what there is.
    """
    metrics = [metric.name for family in entry_points.families() for metric in family.metrics]
    known = dict.fromkeys([*_OWN, *(f"{RATIO}[{column}]" for column in columns), *metrics])
    if unknown := [name for name in measures if name not in known]:
        raise BenchError(f"unknown measure {unknown[0]!r}: {suggestions.closest(unknown[0], known)}")
