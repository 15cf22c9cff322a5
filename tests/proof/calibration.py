"""Do intervals cover, and are differences declared as often as they should be? Two hundred experiments."""

from __future__ import annotations

from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bench.compare import compare
from bench.grid import snap
from bench.normalise import family_interval, metric_scores, per_split
from bench.ranking import leaderboard
from bench.seeds import derive
from tests.proof import pool
from tests.proof.judge import combine, families, judged, metrics

if TYPE_CHECKING:
    from bench.api import Metric

ROWS, REPEATS, DRAWS = 800, 5, 200
NOISE = 0.1
_COMPONENTS = 10


def mixture(train: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The cheapest honest generator: a Gaussian mixture, on the grids of train."""
    from sklearn.mixture import GaussianMixture

    scale = train.std().to_numpy()
    model = GaussianMixture(_COMPONENTS, random_state=seed % 2**31, reg_covar=1e-4).fit(train.to_numpy() / scale)
    rows = np.random.default_rng(seed).permutation(model.sample(len(train))[0]) * scale
    return snap(pd.DataFrame(rows, columns=train.columns), train)


def draw(number: int) -> dict[str, Any]:
    """One experiment: a table of the pool, its splits, fresh rows, two seeds of a generator, one with noise.

    Returns:
        covered: by family, whether the 95 % interval of the fresh rows' score holds the ceiling.
        same: p value of two seeds of one generator.
        worse: p value of a generator against itself with noise.
    """
    seed = derive(0, "calibration", number)
    splits, fresh = pool.experiment(seed, ROWS, REPEATS)
    frames = [
        judged(split, _tables(split.train, rows, derive(seed, repeat)), repeat)
        for repeat, (split, rows) in enumerate(zip(splits, fresh, strict=True))
    ]
    frame = pd.concat(frames, ignore_index=True)
    board = leaderboard(frame, metrics(), combine(), pool.SHARE).boards[0]
    overall = {row.generator: list(row.by_split.values()) for row in board.rows if row.kind == "generator"}
    entering = [metric for metric in metrics() if metric.ranked and metric.name not in board.kept_out]
    return {
        "covered": {family: _covered(frame, [m for m in entering if m.family == family]) for family in families()},
        "same": compare(overall["mixture"], overall["again"], pool.SHARE).p,
        "worse": compare(overall["mixture"], overall["noisy"], pool.SHARE).p,
    }


def _tables(train: pd.DataFrame, fresh: pd.DataFrame, seed: int) -> dict[str, pd.DataFrame]:
    first, second = (mixture(train, derive(seed, name)) for name in ("mixture", "again"))
    noise = np.random.default_rng(seed).normal(size=first.shape) * train.std().to_numpy() * NOISE
    return {"fresh": fresh, "mixture": first, "again": second, "noisy": snap(first + noise, train)}


def _covered(frame: pd.DataFrame, entering: list[Metric]) -> bool:
    """Of unclipped scores: clipped ones can never lie above the ceiling, so their mean is biased below it."""
    scores = per_split(metric_scores(frame, entering, clip=False)["fresh"])
    found = family_interval(scores, combine()[entering[0].family], pool.SHARE) if entering else None
    return found is not None and found[0] <= 1 <= found[1]


def measure(draws: int = DRAWS, workers: int = 2) -> dict[str, Any]:
    """Shares over `draws` experiments, the level of p being 5 %."""
    pool.station()  # before forking, so that the children share it
    with get_context("fork").Pool(workers) as processes:
        found = []
        for one in processes.imap_unordered(draw, range(draws)):
            found.append(one)
            print(f"\r{len(found)} of {draws} experiments", end="", flush=True)
    print()
    return {
        "draws": draws,
        "rows": ROWS,
        "repeats": REPEATS,
        "coverage": {family: float(np.mean([one["covered"][family] for one in found])) for family in families()},
        "false": float(np.mean([one["same"] < 0.05 for one in found])),
        "found": float(np.mean([one["worse"] < 0.05 for one in found])),
    }
