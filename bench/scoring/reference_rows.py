"""What belongs to a split alone: every family's artefacts, and the reference rows that floors and ceilings come from.

References are tables without a model: `real-train` (train, permuted), `copy` (a bootstrap of train), `independent`
(each column of train shuffled on its own), `uniform` (uniform within each column's range), `interpolated` (between
rows of train and their neighbours), `near-copy` (train, blurred to the distance of rows that follow each other; both
are floors of privacy), and `holdout-half` (half of holdout, judged against the other half: the ceiling of privacy).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bench.grid import describe_series, snap
from bench.scoring.score_table import Scored, blank, keys, merge, prepare_all, score_all, wanted
from bench.seeds import derive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from bench.api import Arrays, Family, MetricSet, Split

_HALF = "holdout-half"
_NEAR = "near-copy"
_FEWEST_STEPS = 30
_NEIGHBOURS = 5


def names() -> tuple[str, ...]:
    """The reference rows, in the order of reports."""
    return (*_TABLES, _NEAR, _HALF)


def reference(
    name: str,
    split: Split,
    seed: int,
    families: Sequence[Family],
    artefacts: Mapping[str, Arrays],
    metric_set: MetricSet,
) -> Scored:
    """One reference row; independent of the others, so that they may be computed anywhere."""
    if name == _HALF:
        return _holdout_half(split, seed, families, metric_set)
    said = [family for family in families if name not in family.blank_for]
    table = reference_table(name, split.train, seed, ordered=split.schema.ordered)
    scored = score_all(said, split, table, artefacts, seed=seed, metric_set=metric_set)
    silent = [family for family in families if name in family.blank_for]
    blanks = [blank(family, split, metric_set, family.blank_reason) for family in silent]
    return merge([scored, *blanks])


def reference_table(name: str, train: pd.DataFrame, seed: int, *, ordered: bool = False) -> pd.DataFrame:
    """As many rows as train, with its columns and dtypes; `name` is not `holdout-half`."""
    import numpy as np

    rng = np.random.default_rng(derive(seed, "reference", name))
    table = blurred(train, resolution(train, ordered=ordered), rng) if name == _NEAR else _TABLES[name](train, rng)
    return table.reset_index(drop=True)


def resolution(train: pd.DataFrame, *, ordered: bool) -> float:
    """How close two rows of a table are without one being a copy: closeness below that gives a row away.

    Where rows are in time, the median distance of rows that follow each other (if train holds enough of such pairs);
    else that of a row to its nearest neighbour. Mean over columns of |difference| / standard deviation.
    """
    import numpy as np
    from scipy.spatial import cKDTree

    rows = train.to_numpy(dtype=np.float64) / _scale(train)
    follows = np.flatnonzero(np.diff(train.index.to_numpy()) == 1) if ordered else np.array([], dtype=np.int64)
    if len(follows) >= _FEWEST_STEPS:
        return float(np.median(np.abs(rows[follows + 1] - rows[follows]).mean(axis=1)))
    distances = np.asarray(cKDTree(rows).query(rows, k=2, p=1)[0])[:, 1] / rows.shape[1]
    return float(np.median(distances))


def blurred(train: pd.DataFrame, distance: float, rng: np.random.Generator) -> pd.DataFrame:
    """Train in another order, with Gaussian noise that moves rows by `distance` on average, on its grids."""
    import numpy as np

    rows = train.iloc[rng.permutation(len(train))].reset_index(drop=True)
    # The mean of |N(0, s)| is s sqrt(2 / pi).
    noise = rng.normal(size=rows.shape) * _scale(train) * distance * np.sqrt(np.pi / 2)
    return snap(rows + noise, train).astype(train.dtypes.to_dict())


def _scale(train: pd.DataFrame) -> NDArray[np.float64]:
    """Each column's standard deviation, 1 where it is constant."""
    import numpy as np

    spread = train.to_numpy(dtype=np.float64).std(axis=0)
    return np.where(spread > 0, spread, 1.0)


def halve_holdout(split: Split, seed: int) -> tuple[Split, pd.DataFrame]:
    """Half of holdout as the synthetic rows, the other half as holdout, and train cut to the same size."""
    import numpy as np

    rng = np.random.default_rng(derive(seed, "reference", _HALF))
    count = min(len(split.holdout) // 2, len(split.train))
    order = rng.permutation(len(split.holdout))
    first, second = (split.holdout.iloc[np.sort(part)] for part in (order[:count], order[count : 2 * count]))
    kept = np.sort(rng.permutation(len(split.train))[:count])
    return replace(split, train=split.train.iloc[kept], holdout=second), first.reset_index(drop=True)


def _holdout_half(split: Split, seed: int, families: Sequence[Family], metric_set: MetricSet) -> Scored:
    bounded = [family for family in families if _bounded(family, metric_set, split)]
    halved, rows = halve_holdout(split, seed)
    artefacts = prepare_all(bounded, halved, seed)
    scored = score_all(bounded, halved, rows, artefacts, seed=seed, metric_set=metric_set)
    meant = {key for family in bounded for key in _bounded(family, metric_set, split)}
    others = merge(blank(family, split, metric_set, f"{_HALF} bounds other metrics only") for family in families)
    return Scored(
        {key: scored.metrics[key] if key in meant else None for key in others.metrics},
        {key: why for key, why in others.reasons.items() if key not in meant}
        | {key: why for key, why in scored.reasons.items() if key in meant},
        scored.details,
        scored.seconds,
    )


def _bounded(family: Family, metric_set: MetricSet, split: Split) -> list[str]:
    """The keys of a family's metrics that have half of holdout as their ceiling."""
    ceilings = (metric for metric in wanted(family, metric_set) if metric.ceiling == _HALF)
    return keys(ceilings, split.schema.columns)


def _real_train(train: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return train.iloc[rng.permutation(len(train))]


def _copy(train: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return train.iloc[rng.integers(len(train), size=len(train))]


def _independent(train: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return _by_column(train, lambda column: rng.permutation(column.to_numpy()))


def _uniform(train: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Rounded as the column is, or any row would be given away by its digits alone."""

    def draw(column: pd.Series[float]) -> Iterable[float]:
        return describe_series(column).snap(rng.uniform(column.min(), column.max(), len(column)))

    return _by_column(train, draw)


def _interpolated(train: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """A random place between each row and one of its 5 nearest neighbours (SMOTE: Chawla et al. 2002), on the grid.

    Near in units of each column's standard deviation; a row's copies count as neighbours.
    """
    import numpy as np
    import pandas as pd
    from scipy.spatial import cKDTree

    rows = train.to_numpy(dtype=np.float64)
    scaled = rows / _scale(train)
    near = np.asarray(cKDTree(scaled).query(scaled, k=min(_NEIGHBOURS + 1, len(rows)))[1])[:, 1:]
    other = rows[near[np.arange(len(rows)), rng.integers(near.shape[1], size=len(rows))]]
    between = rows + rng.uniform(size=(len(rows), 1)) * (other - rows)
    table = pd.DataFrame(between, columns=train.columns).astype(train.dtypes.to_dict())
    return snap(table, train)


def _by_column(train: pd.DataFrame, change: Callable[[pd.Series[float]], Iterable[float]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({name: change(train[name]) for name in train.columns}).astype(train.dtypes.to_dict())


_TABLES: dict[str, Callable[[pd.DataFrame, np.random.Generator], pd.DataFrame]] = {
    "real-train": _real_train,
    "copy": _copy,
    "independent": _independent,
    "uniform": _uniform,
    "interpolated": _interpolated,
}
