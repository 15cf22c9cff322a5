"""Do intervals cover, and are differences declared as often as they should be?

Two hundred experiments on small tables say how often intervals cover and a difference is declared for nothing. Whether
a planted difference is found depends on the number of rows, so it is measured on larger tables as well, less often.
"""

from __future__ import annotations

import json
from functools import partial
from itertools import combinations
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import numpy as np
import pandas as pd

from bench.common.digests import scoring_digest
from bench.grid import snap
from bench.plugins import entry_points
from bench.scoring.metrics.fidelity.column_distributions import ks_complement
from bench.scoring.metrics.shared import sdmetrics_calls
from bench.seeds import derive
from bench.statistics.paired_tests import compare, holm
from bench.statistics.scores import metric_scores, per_split
from tests.proof import pool
from tests.proof.degradation import entering_metrics, family_paths
from tests.proof.intervals import family_interval
from tests.proof.judge import combine, families, judged

if TYPE_CHECKING:
    from bench.api import Metric

ROWS, REPEATS, DRAWS = 1_000, 5, 200
PLANTED_ROWS, PLANTED_DRAWS = 4_000, 24
FOLDER = Path(__file__).parents[2] / "runs" / "proof"
NOISE = 0.1
LEVEL = 0.05


def draw(number: int, rows: int = ROWS) -> dict[str, Any]:
    """One experiment: a table of the pool, its splits, and two seeds of a perfect generator: fresh rows of the pool.

    Returns:
        number: of the experiment.
        covered: by family, whether the 95 % interval of the fresh rows' score holds the ceiling.
        same: least p value of any family for the two seeds (Holm over families).
        worse: the same for one of them against itself with noise.
    """
    seed = derive(0, "calibration", number)
    splits, fresh = pool.experiment(seed, rows, REPEATS, spare=2)
    with patch.object(sdmetrics_calls, "quality", quality):
        frames = [
            judged(split, _tables(split.train, others, derive(seed, repeat)), repeat)
            for repeat, (split, others) in enumerate(zip(splits, fresh, strict=True))
        ]
    frame = pd.concat(frames, ignore_index=True)
    entering = entering_metrics(frame)
    scores = family_paths(frame)
    return {
        "number": number,
        "covered": {family: _covered(frame, [m for m in entering if m.family == family]) for family in families()},
        "same": _least(scores["fresh"], scores["again"]),
        "worse": _least(scores["fresh"], scores["noisy"]),
    }


def quality(real: pd.DataFrame, synthetic: pd.DataFrame, seed: int) -> sdmetrics_calls.Quality:
    """Returns what `sdmetrics_calls.quality` does on numeric tables, in half of the time of an experiment."""
    shapes = ks_complement(real.to_numpy(), synthetic.to_numpy())
    apart = np.abs(np.corrcoef(real.to_numpy().T) - np.corrcoef(synthetic.to_numpy().T))
    pairs = combinations(enumerate(real.columns), 2)
    return sdmetrics_calls.Quality(
        shapes, tuple((first, other, 1 - apart[i, j] / 2) for (i, first), (j, other) in pairs)
    )


def _tables(train: pd.DataFrame, fresh: pd.DataFrame, seed: int) -> dict[str, pd.DataFrame]:
    first, second = fresh[: len(train)], fresh[len(train) :].reset_index(drop=True)
    noise = np.random.default_rng(seed).normal(size=first.shape) * train.std().to_numpy() * NOISE
    return {"fresh": first, "again": second, "noisy": snap(first + noise, train)}


def _least(one: dict[str, list[float]], other: dict[str, list[float]]) -> float:
    """The least adjusted p value of the families."""
    return min(holm([compare(one[family], other[family], pool.SHARE).p or 0.0 for family in one]))


def _covered(frame: pd.DataFrame, entering: list[Metric]) -> bool:
    """Of unclipped scores: clipped ones can never lie above the ceiling, so their mean is biased below it."""
    scores = per_split(metric_scores(frame, entering, clip=False)["fresh"])
    result = family_interval(scores, combine()[entering[0].family], pool.SHARE) if entering else None
    return bool(result is not None and result[0] <= 1 <= result[1])


def measure(workers: int = 2, folder: Path = FOLDER) -> dict[str, Any]:
    """Shares over the experiments, the level of p being 5 %."""
    pool.station()  # before forking, so that the children share it
    small, large = (
        experiments(draws, rows, workers, folder) for draws, rows in ((DRAWS, ROWS), (PLANTED_DRAWS, PLANTED_ROWS))
    )
    return summary(small, ROWS) | {"planted": summary(large, PLANTED_ROWS)}


def experiments(draws: int, rows: int, workers: int, folder: Path) -> list[dict[str, Any]]:
    """Returns the results of experiments, by number.

    They are kept in a file of `folder`, so that an interrupted measurement goes on where it stopped. The file is named
    after the code that scores.
    """
    digest = scoring_digest(entry_points.families(), "core")
    path = folder / f"calibration-{digest}-{rows}-{REPEATS}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    result = {one["number"]: one for one in map(json.loads, path.read_text().splitlines())} if path.is_file() else {}
    missing = [number for number in range(draws) if number not in result]
    with get_context("fork").Pool(workers) as processes, path.open("a", encoding="utf-8") as file:
        for experiment in processes.imap_unordered(partial(draw, rows=rows), missing):
            result[experiment["number"]] = experiment
            file.write(json.dumps(experiment) + "\n")
            file.flush()
            print(f"\r{len(result)} of {draws} experiments", end="", flush=True)
    print()
    return [result[number] for number in range(draws)]


def summary(result: list[dict[str, Any]], rows: int) -> dict[str, Any]:
    """What the page says of experiments with so many rows."""
    return {
        "draws": len(result),
        "rows": rows,
        "repeats": REPEATS,
        "coverage": {
            family: float(np.mean([experiment["covered"][family] for experiment in result])) for family in families()
        },
        "false": float(np.mean([experiment["same"] < LEVEL for experiment in result])),
        "found": float(np.mean([experiment["worse"] < LEVEL for experiment in result])),
    }
