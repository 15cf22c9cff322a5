"""What numeric tables score, and the rows that are made of them: values that support for other tables must not move.

`python -m tests.numeric_scores` writes them to tests/baselines/numeric-*.json, with OMP_NUM_THREADS=1. Run it only
after a change that moves scores or rows of numeric tables on purpose.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bench import testing
from bench.api import Dataset, Schema, Split
from bench.plugins import entry_points
from bench.plugins.generator_facts import declared_info
from bench.runs.result_digests import digest_rows
from bench.scoring.reference_rows import reference_names_of, reference_table
from bench.scoring.score_table import prepare_all, score_all
from bench.tables.splits import split

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.api import MetricSet

BASELINES = Path(__file__).parent / "baselines"
SCORES = BASELINES / "numeric-scores.json"
ROWS = BASELINES / "numeric-rows.json"
GENERATED = BASELINES / "numeric-generated.json"
CASES = {
    "station": ("noisy", "independent"),
    "diabetes": ("interpolated",),
    "made": ("noisy", "real-train"),
}
"""Tables, and the rows that are scored on each."""
GENERATORS: Mapping[str, Mapping[str, Any]] = {
    "ae": {"steps": 60},
    "vae": {"steps": 60},
    "cart": {"bags": 10},
    "flow": {"steps": 30},
    "gaussian-mixture": {},
    "smote": {},
}
"""Generators whose rows are kept, with parameters that make them fast."""
_SLOW = ("station", "noisy")
_SEED = 3


def splits() -> dict[str, Split]:
    """Splits of rows in time with stretches, of whole measurements, and of columns of all numeric types."""
    station = entry_points.load("datasets", "station").load()
    return {
        "station": split(replace(station, frame=station.frame.iloc[:4_000]), "blocked", 1, rows=300),
        "diabetes": split(entry_points.load("datasets", "diabetes").load(), "random", 1),
        "made": split(_made(), "random", 1),
    }


def scores_of(case: str, part: Split) -> dict[str, dict[str, float | None]]:
    """Every metric of the full set, or None where it has no value, by row; utility is full for one row alone."""
    artefacts = prepare_all(entry_points.families(), part, _SEED, "full" if case == _SLOW[0] else "core")
    artefacts |= prepare_all([each for each in entry_points.families() if each.name != "utility"], part, _SEED, "full")
    values = {}
    for row in CASES[case]:
        found: dict[str, float | None] = {}
        for family in entry_points.families():
            slow: MetricSet = "full" if family.name != "utility" or (case, row) == _SLOW else "core"
            scored = score_all([family], part, rows_of(row, part), artefacts, seed=_SEED, metric_set=slow)
            found |= scored.metrics
        values[row] = found
    return values


def rows_of(row: str, part: Split) -> pd.DataFrame:
    """A reference row, or `noisy`: train with noise of a tenth of each column's spread, on no grid."""
    train = part.train
    if row != "noisy":
        return reference_table(row, train, _SEED, part.schema)
    noise = np.random.default_rng(_SEED).normal(size=train.shape) * train.to_numpy(float).std(axis=0) / 10
    noisy: pd.DataFrame = train.reset_index(drop=True) + noise
    return noisy.astype(train.dtypes.to_dict())


def reference_digests(case: str, part: Split) -> dict[str, str]:
    """The digest of each reference row of a split."""
    names = reference_names_of(part.schema, part.protocol)
    return {f"{case}/{name}": digest_rows(reference_table(name, part.train, _SEED, part.schema)) for name in names}


def generated(name: str) -> pd.DataFrame:
    """The rows that a generator makes of the contract's numeric table."""
    frame = testing.table()
    cls = entry_points.load("generators", name)
    generator = cls(**{**declared_info(cls).budgets["quick"].params, **GENERATORS[name]})
    generator.fit(frame, testing.schema(frame, ordered=True), seed=1)
    rows: pd.DataFrame = generator.sample(60, seed=2)
    return rows


def _made() -> Dataset:
    """300 rows with whole numbers, float32, a constant, repeated rows and a target."""
    rng = np.random.default_rng(_SEED)
    x, bend, noise = rng.normal(size=(3, 300))
    frame = pd.DataFrame({"x": x, "y": 2 * x + np.exp(bend / 2) + noise / 10}).round(3)
    frame = frame.assign(whole=rng.poisson(4, 300), single=bend.astype(np.float32), constant=1.5)
    frame.iloc[280:] = frame.iloc[:20].to_numpy()
    frame = frame.astype({"whole": np.int64, "single": np.float32})
    schema = Schema.of_numbers(frame.columns, "y")
    return Dataset("made", "made", frame, schema, "0" * 64, "made for tests", "MIT")


def _write() -> None:
    parts = splits()
    rows = {key: digest for case, part in parts.items() for key, digest in reference_digests(case, part).items()}
    tables = {name: generated(name) for name in GENERATORS}
    values = {name: {column: rows[column].round(9).tolist() for column in rows} for name, rows in tables.items()}
    scores = {case: scores_of(case, part) for case, part in parts.items()}
    for path, content, indent in ((SCORES, scores, 1), (ROWS, rows, 1), (GENERATED, values, None)):
        path.write_text(json.dumps(content, indent=indent) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _write()
