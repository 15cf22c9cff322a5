"""Reference rows: tables made of real rows, scored as generators are. They give floors and ceilings.

- `real-train`: train in another order; the usual ceiling.
- `copy`: a bootstrap of train.
- `independent`: each column of train shuffled on its own.
- `uniform`: uniform within each column's range.
- `interpolated`: between rows of train and their neighbours; a floor of privacy.
- `near-copy`: train, blurred to the distance of rows that follow each other; a floor of privacy.
- `holdout-half`: half of holdout, compared with the other half; the ceiling of privacy.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bench.grid import describe_series, positive_std, snap
from bench.scoring.score_table import Scored, blank_scores, merge, metrics_in, prepare_all, score_all, score_keys
from bench.seeds import derive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import numpy as np
    import pandas as pd

    from bench.api import Arrays, Family, MetricSet, Split

_HOLDOUT_HALF = "holdout-half"
_NEAR_COPY = "near-copy"
_FEWEST_STEPS = 30
_NEIGHBOURS = 5


def reference_names() -> tuple[str, ...]:
    """Returns the names of the reference rows, in the order of reports."""
    return (*_TABLES, _NEAR_COPY, _HOLDOUT_HALF)


def score_reference(
    name: str,
    split: Split,
    seed: int,
    families: Sequence[Family],
    artefacts: Mapping[str, Arrays],
    metric_set: MetricSet,
) -> Scored:
    """Returns the scores of one reference row; it needs no other, so they can be computed in any order and place."""
    if name == _HOLDOUT_HALF:
        return _holdout_half(split, seed, families, metric_set)
    scoring = [family for family in families if name not in family.blank_for]
    table = reference_table(name, split.train, seed, ordered=split.schema.ordered)
    scored = score_all(scoring, split, table, artefacts, seed=seed, metric_set=metric_set)
    blank = [family for family in families if name in family.blank_for]
    return merge([scored, *(blank_scores(family, split, metric_set, family.blank_reason) for family in blank)])


def reference_table(name: str, train: pd.DataFrame, seed: int, *, ordered: bool = False) -> pd.DataFrame:
    """Returns as many rows as train has, with its columns and dtypes; `name` must not be `holdout-half`."""
    import numpy as np

    rng = np.random.default_rng(derive(seed, "reference", name))
    table = blurred(train, resolution(train, ordered=ordered), rng) if name == _NEAR_COPY else _TABLES[name](train, rng)
    return table.reset_index(drop=True)


def resolution(train: pd.DataFrame, *, ordered: bool) -> float:
    """Returns the distance below which one row gives another one away.

    For rows in time, it is the median distance of rows that follow each other (if train has enough such pairs), else
    the median distance of a row to its nearest neighbour. A distance is the mean over columns of |difference| /
    standard deviation.
    """
    import numpy as np
    from scipy.spatial import cKDTree

    rows = train.to_numpy(dtype=np.float64) / positive_std(train.to_numpy(dtype=np.float64))
    follows = np.flatnonzero(np.diff(train.index.to_numpy()) == 1) if ordered else np.array([], dtype=np.int64)
    if len(follows) >= _FEWEST_STEPS:
        return float(np.median(np.abs(rows[follows + 1] - rows[follows]).mean(axis=1)))
    distances = np.asarray(cKDTree(rows).query(rows, k=2, p=1)[0])[:, 1] / rows.shape[1]
    return float(np.median(distances))


def blurred(train: pd.DataFrame, distance: float, rng: np.random.Generator) -> pd.DataFrame:
    """Returns train in another order, with Gaussian noise that moves rows by `distance` on average, on its grids."""
    import numpy as np

    rows = train.iloc[rng.permutation(len(train))].reset_index(drop=True)
    # The mean of |N(0, s)| is s sqrt(2 / pi).
    noise = rng.normal(size=rows.shape) * positive_std(train.to_numpy(dtype=np.float64)) * distance * np.sqrt(np.pi / 2)
    return snap(rows + noise, train).astype(train.dtypes.to_dict())


def halve_holdout(split: Split, seed: int) -> tuple[Split, pd.DataFrame]:
    """Returns a split with half of holdout and train cut to the same size, and the other half as synthetic rows."""
    import numpy as np

    rng = np.random.default_rng(derive(seed, "reference", _HOLDOUT_HALF))
    count = min(len(split.holdout) // 2, len(split.train))
    order = rng.permutation(len(split.holdout))
    first, second = (split.holdout.iloc[np.sort(part)] for part in (order[:count], order[count : 2 * count]))
    in_train = np.sort(rng.permutation(len(split.train))[:count])
    return replace(split, train=split.train.iloc[in_train], holdout=second), first.reset_index(drop=True)


def _holdout_half(split: Split, seed: int, families: Sequence[Family], metric_set: MetricSet) -> Scored:
    bounded = [family for family in families if _bounded_keys(family, metric_set, split)]
    halved, rows = halve_holdout(split, seed)
    artefacts = prepare_all(bounded, halved, seed)
    scored = score_all(bounded, halved, rows, artefacts, seed=seed, metric_set=metric_set)
    keys = {key for family in bounded for key in _bounded_keys(family, metric_set, split)}
    reason = f"{_HOLDOUT_HALF} bounds other metrics only"
    blank = merge(blank_scores(family, split, metric_set, reason) for family in families)
    return Scored(
        {key: scored.metrics[key] if key in keys else None for key in blank.metrics},
        {key: reason for key, reason in blank.reasons.items() if key not in keys}
        | {key: reason for key, reason in scored.reasons.items() if key in keys},
        scored.details,
        scored.seconds,
    )


def _bounded_keys(family: Family, metric_set: MetricSet, split: Split) -> list[str]:
    """Returns the keys of a family's metrics that have half of holdout as their ceiling."""
    bounded = (metric for metric in metrics_in(family, metric_set) if metric.ceiling == _HOLDOUT_HALF)
    return score_keys(bounded, split.schema.columns)


def _uniform(train: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Values on the column's grid: otherwise their digits alone would give every row away."""
    return _by_column(
        train, lambda column: describe_series(column).snap(rng.uniform(column.min(), column.max(), len(column)))
    )


def _interpolated(train: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Random points between each row and one of its 5 nearest neighbours (SMOTE: Chawla et al. 2002), on the grid.

    Distances are in units of each column's standard deviation; copies of a row count as neighbours.
    """
    import numpy as np
    import pandas as pd
    from scipy.spatial import cKDTree

    rows = train.to_numpy(dtype=np.float64)
    scaled = rows / positive_std(rows)
    near = np.asarray(cKDTree(scaled).query(scaled, k=min(_NEIGHBOURS + 1, len(rows)))[1])[:, 1:]
    other = rows[near[np.arange(len(rows)), rng.integers(near.shape[1], size=len(rows))]]
    between = rows + rng.uniform(size=(len(rows), 1)) * (other - rows)
    return snap(pd.DataFrame(between, columns=train.columns).astype(train.dtypes.to_dict()), train)


def _by_column(train: pd.DataFrame, change: Callable[[pd.Series[float]], Iterable[float]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({name: change(train[name]) for name in train.columns}).astype(train.dtypes.to_dict())


_TABLES: dict[str, Callable[[pd.DataFrame, np.random.Generator], pd.DataFrame]] = {
    "real-train": lambda train, rng: train.iloc[rng.permutation(len(train))],
    "copy": lambda train, rng: train.iloc[rng.integers(len(train), size=len(train))],
    "independent": lambda train, rng: _by_column(train, lambda column: rng.permutation(column.to_numpy())),
    "uniform": _uniform,
    "interpolated": _interpolated,
}
