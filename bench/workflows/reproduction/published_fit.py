"""One fit under the published protocol, leaks included, and everything that is measured of it."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from math import ceil, isfinite
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.api import BenchError, Family, Generator, HasLatents, KeepsHistory, Latents, Schema, Split
from bench.common import digests, suggestions
from bench.common.atomic_files import to_json
from bench.execution.check_rows import check_table
from bench.execution.plugin_errors import one_line
from bench.plugins import entry_points
from bench.plugins.inspection import Inspector
from bench.scoring.score_table import score_all
from bench.seeds import derive, scope
from bench.workflows.reproduction.configurations import RATIO, TRAINING, Configuration

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from bench.execution.tasks import Files, OnProgress, Task

PROTOCOL = 1
"""Version of what is measured here; it is part of the identity of a fit."""
FILE = "fit.json"
VALIDATION_SHARE = 0.2
SHUFFLE = 42
_MEASURED_HERE = (RATIO, *TRAINING)


@dataclass(frozen=True, slots=True)
class RefitJob:
    """All that a fit needs, wherever it runs.

    Attributes:
        table: all rows in the order of `published_order`.
        measures: names; metric families that have none of them are not run.
        code: the digest of `fit_code`; it is stored with the result.
    """

    configuration: Configuration
    seed: int
    table: pd.DataFrame
    schema: Schema
    measures: tuple[str, ...]
    code: str


def fit_code(generator: str, measures: tuple[str, ...]) -> str:
    """Returns a digest of the code and versions on which the values of a fit depend beside its configuration."""
    facts = Inspector().facts(generator)
    return digests.digest(
        {
            "protocol": PROTOCOL,
            "code": digests.code_digest(facts.module),
            "versions": digests.versions(facts.info.packages),
            "scoring": digests.scoring_digest(scoring_families(measures), "core"),
        }
    )


def validation_rows(rows: int) -> int:
    """Returns how many rows of a table the published protocol holds out.

    >>> validation_rows(14_186)
    2838
    """
    return ceil(VALIDATION_SHARE * rows)


def published_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Returns all rows in the order of scikit-learn's `train_test_split(test_size=0.2, random_state=42)`."""
    order = np.random.RandomState(SHUFFLE).permutation(len(frame))
    held_out = validation_rows(len(frame))
    return frame.iloc[np.concatenate([order[held_out:], order[:held_out]])].reset_index(drop=True)


def measured_here(name: str) -> bool:
    """Returns whether this file computes a measure, against all rows, rather than a metric family."""
    return name.partition("[")[0] in _MEASURED_HERE


def scoring_families(measures: tuple[str, ...]) -> list[Family]:
    """Returns the metric families that compute at least one of the measures."""
    names = {name for name in measures if not measured_here(name)}
    return [family for family in entry_points.families() if {metric.name for metric in family.metrics} & names]


def refit(task: Task, on_progress: OnProgress) -> Files:
    """A task: fits, samples and measures; an error of the generator becomes the result."""
    begun = perf_counter()
    try:
        result: dict[str, Any] = {"status": "ok", **_measured(task.payload, on_progress)}
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the fit is then a row that says so
        traceback.print_exc()
        result = {"status": "failed", "error": one_line(error)}
    return {FILE: to_json({**result, "seconds": round(perf_counter() - begun, 1)}).encode()}


def _measured(job: RefitJob, on_progress: OnProgress) -> dict[str, Any]:
    generator: Generator = entry_points.load("generators", job.configuration.generator)(**job.configuration.params)
    on_progress("fit", 0, 0)
    begun, seed = perf_counter(), derive(job.seed, "reproduce", "fit")
    # The rows are shuffled, so they are in no order even if the table was.
    schema = Schema.of_numbers(job.schema.numeric, job.schema.target)
    with scope(seed):
        generator.fit(job.table.copy(), schema, seed=seed)
    fit_seconds = round(perf_counter() - begun, 2)
    seed = derive(job.seed, "reproduce", "sample")
    rows = job.configuration.rows
    with scope(seed):
        synthetic = check_table(generator.sample(rows, seed=seed), job.table.iloc[:rows])
    on_progress("score", 0, 0)
    training = training_measures(generator.history()) if isinstance(generator, KeepsHistory) else {}
    values = {**std_ratios(synthetic, job.table), **training, **_latent_kl(generator, job)}
    metrics, reasons = _scored(job, schema, synthetic)
    values |= metrics
    reasons |= {name: "not a finite number" for name, value in values.items() if not isfinite(value)}
    return {
        "values": {name: value for name, value in values.items() if name not in reasons},
        "reasons": reasons,
        "fit_seconds": fit_seconds,
    }


def std_ratios(synthetic: pd.DataFrame, real: pd.DataFrame) -> dict[str, float]:
    """Returns std(synthetic) / std(real) by column and their mean; columns that are constant in `real` are left out.

    >>> import pandas as pd
    >>> std_ratios(pd.DataFrame({"a": [0.0, 1.0]}), pd.DataFrame({"a": [0.0, 2.0]}))
    {'std_ratio[a]': 0.5, 'std_ratio': 0.5}
    """
    spread = real.std(ddof=0)
    ratios = (synthetic.std(ddof=0) / spread)[spread > 0]
    return {**{f"{RATIO}[{name}]": float(value) for name, value in ratios.items()}, RATIO: float(ratios.mean())}


def training_measures(history: pd.DataFrame) -> dict[str, float]:
    """Returns the losses of the last epoch and of the epoch whose weights were kept.

    Epochs count from 1, as in the sources. Losses add beta times the KL divergence, whether or not the model trains on
    it. If the history lacks the columns of an autoencoder, or epochs, only the number of epochs is returned.

    >>> import pandas as pd
    >>> row = {"train_reconstruction": 3.0, "val_reconstruction": 2.0, "kl": 4.0, "val_kl": 1.0}
    >>> values = training_measures(pd.DataFrame([row | {"beta": beta, "kept": beta == 0.5} for beta in (0.5, 1.0)]))
    >>> values["best_epoch"], values["beta_best"], values["val_loss_best"], values["weighted_kl_last"]
    (1.0, 0.5, 2.5, 4.0)
    """
    needed = {"train_reconstruction", "val_reconstruction", "kl", "val_kl", "beta", "kept"}
    epochs = {"epochs": float(len(history))}
    if not needed <= set(history) or not history["kept"].any():
        return epochs
    last, best_index = history.iloc[-1], int(history["kept"].to_numpy().argmax())
    best = history.iloc[best_index]
    return epochs | {
        "best_epoch": best_index + 1.0,
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


def _latent_kl(generator: Generator, job: RefitJob) -> dict[str, float]:
    if not isinstance(generator, HasLatents):
        return {}
    value = kl_from_standard_normal(generator.latents(len(job.table), seed=derive(job.seed, "reproduce", "latents")))
    return {} if value is None else {"kl_restored": value}


def kl_from_standard_normal(codes: Latents) -> float | None:
    """Returns KL(posterior || N(0, I)) in nats, summed over latents, mean over rows; None without posteriors.

    Kingma and Welling (2014), appendix B.

    >>> kl_from_standard_normal(Latents(np.array([[1.0, 0.0]]), np.array([[1.0, 1.0]])))
    0.5
    """
    if codes.variances is None:
        return None
    variances = codes.variances.astype(np.float64)
    terms = codes.means.astype(np.float64) ** 2 + variances - 1 - np.log(variances)
    return float(0.5 * terms.sum(axis=1).mean())


def _scored(job: RefitJob, schema: Schema, synthetic: pd.DataFrame) -> tuple[dict[str, float], dict[str, str]]:
    """Returns metrics, and reasons for missing ones; the test and holdout rows are the validation rows."""
    held_out = validation_rows(len(job.table))
    train, test = job.table.iloc[:-held_out], job.table.iloc[-held_out:]
    split = Split(train=train, holdout=test, test=test, schema=schema, protocol="random", seed=SHUFFLE)
    scored = score_all(scoring_families(job.measures), split, synthetic, {}, seed=derive(SHUFFLE, "score"))
    names = [name for name in job.measures if name in scored.metrics and not measured_here(name)]
    values = {name: value for name in names if (value := scored.metrics[name]) is not None}
    return values, {name: scored.reasons[name] for name in names if name not in values}


def check_measures(measures: Iterable[str], columns: tuple[str, ...]) -> None:
    """Raises `BenchError` for a measure that nothing computes, with the closest existing one."""
    metrics = [metric.name for family in entry_points.families() for metric in family.metrics]
    known = dict.fromkeys([*_MEASURED_HERE, *(f"{RATIO}[{column}]" for column in columns), *metrics])
    if unknown := [name for name in measures if name not in known]:
        raise BenchError(f"unknown measure {unknown[0]!r}: {suggestions.closest(unknown[0], known)}")
