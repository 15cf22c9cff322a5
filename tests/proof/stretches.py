"""Why held-out rows are single rows, and stretches of time a part of their own: measured on tables in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bench.plugins import entry_points
from bench.scoring.metrics.detection.classifier_two_sample_test import boosted_trees, label_rows, two_sample_auc
from bench.scoring.metrics.privacy.closest_records import closest_distance
from bench.scoring.metrics.privacy.membership_attacks import tpr
from bench.scoring.metrics.shared.numerics import auc, standard_deviations
from bench.scoring.reference_rows import blurred, reference_table, resolution
from bench.seeds import derive
from bench.tables.splits import split as draw_split

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from bench.api import Split

    Matrix = NDArray[np.float64]

DATASETS = ("station", "methane-1")
SPLITS = 4
ATTACKED = 1_000
ROWS = {
    "real-train": "train itself",
    "mixture": "an honest model: `gaussian-mixture`",
    "means": "means of rows that follow each other in train",
    "blurred means": "the same, moved by 0.8 of the distance of rows that follow each other",
}


def measure() -> list[dict[str, Any]]:
    """Means over splits, by data set and kind of rows: what compares them with single rows and with stretches."""
    return [row for name in DATASETS for row in _of_dataset(name)]


def _of_dataset(name: str) -> list[dict[str, Any]]:
    data = entry_points.load("datasets", name).load()
    values: dict[str, list[dict[str, float]]] = {kind: [] for kind in ROWS}
    for number in range(SPLITS):
        split = draw_split(data, "blocked", derive(0, "stretches", name, number))
        for kind, rows in _tables(split, number).items():
            values[kind].append(_compared(split, rows.to_numpy(float), number, members=kind != "real-train"))
    return [{"dataset": name, "rows": kind, **_means(of_splits)} for kind, of_splits in values.items()]


def _means(of_splits: list[dict[str, float]]) -> dict[str, float]:
    return {key: float(np.mean([values[key] for values in of_splits])) for key in of_splits[0]}


def _tables(split: Split, seed: int) -> dict[str, pd.DataFrame]:
    train, rng = split.train.reset_index(drop=True), np.random.default_rng(seed)
    mixture = entry_points.load_generator("gaussian-mixture").cls().fit(train, split.schema, seed=seed)
    means = reference_table("time-interpolated", split.train, seed, split.schema)
    step = resolution(split.train, ordered=True)
    return {
        "real-train": train,
        "mixture": mixture.sample(len(train), seed=seed),
        "means": means,
        "blurred means": blurred(means, 0.8 * step, rng),
    }


def _compared(split: Split, rows: Matrix, seed: int, *, members: bool) -> dict[str, float]:
    """The two-sample AUC against single rows and stretches; of rows that were made, also the attack by closeness."""
    train, holdout = split.train.to_numpy(float), split.holdout.to_numpy(float)
    stretches = np.asarray(split.stretches, dtype=float)
    result = {"c2st_single": _two_sample(holdout, rows, seed), "c2st_stretches": _two_sample(stretches, rows, seed)}
    if members:
        unit, rng = standard_deviations(train, constant=1.0), np.random.default_rng(seed)
        of_train, single, apart = (
            -closest_distance(rng.permutation(part)[:ATTACKED] / unit, rows / unit)
            for part in (train, holdout, stretches)
        )
        result |= {"attack_single": auc(of_train, single), "attack_stretches": auc(of_train, apart)}
        result |= {"tpr_single": tpr(of_train, single), "tpr_stretches": tpr(of_train, apart)}
    return result


def _two_sample(real: Matrix, rows: Matrix, seed: int) -> float:
    rng, count = np.random.default_rng(seed), min(len(real), len(rows), ATTACKED)
    sample = label_rows(rng.permutation(real)[:count], rng.permutation(rows)[:count], seed)
    return two_sample_auc(sample, boosted_trees(sample)[0])


def table(rows: list[dict[str, Any]]) -> list[Mapping[str, str]]:
    """The rows of the page's table."""
    keys = ("c2st_single", "c2st_stretches", "attack_single", "attack_stretches", "tpr_stretches")
    return [
        {"dataset": row["dataset"], "rows": ROWS[row["rows"]]}
        | {key: f"{row[key]:.3f}" if key in row else "" for key in keys}
        for row in rows
    ]
