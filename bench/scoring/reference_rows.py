"""Reference rows: tables made of real rows, scored as generators are. They give floors and ceilings.

- `real-train`: train in another order; the usual ceiling.
- `copy`: a bootstrap of train.
- `independent`: each column of train shuffled on its own.
- `uniform`: uniform within each column's range.
- `interpolated`: between rows of train and their neighbours; a floor of privacy.
- `near-copy`: train, blurred to the distance of rows that follow each other; a floor of privacy.
- `time-interpolated`: between rows of train that follow each other in time; a floor of privacy.

`mixed_rows` makes the same rows of tables with categories, dates or gaps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.grid import describe_series, positive_std, snap
from bench.scoring.score_table import Scored, blank_scores, merge, score_all
from bench.seeds import derive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import numpy as np
    import pandas as pd

    from bench.api import Arrays, Family, MetricSet, Protocol_, Schema, Split

_NEAR_COPY = "near-copy"
_TIME_INTERPOLATED = "time-interpolated"
_FEWEST_STEPS = 30
_NEIGHBOURS = 5


def reference_names() -> tuple[str, ...]:
    """Returns the names of all reference rows, in the order of reports; a split may lack some."""
    return (*_TABLES, _NEAR_COPY, _TIME_INTERPOLATED)


def reference_names_of(schema: Schema, protocol: Protocol_) -> tuple[str, ...]:
    """Returns the names of the reference rows that a split has.

    `time-interpolated` is for tables in time. Under the random protocol a held-out row lies between rows of train, so a
    row interpolated in time is as close to holdout as to train: as a floor it would be no worse than honest rows.
    """
    in_time = schema.ordered and protocol != "random"
    return tuple(name for name in reference_names() if in_time or name != _TIME_INTERPOLATED)


def score_reference(
    name: str,
    split: Split,
    seed: int,
    families: Sequence[Family],
    artefacts: Mapping[str, Arrays],
    metric_set: MetricSet,
) -> Scored:
    """Returns the scores of one reference row; it needs no other, so they can be computed in any order and place."""
    scoring = [family for family in families if name not in family.blank_for]
    table = reference_table(name, split.train, seed, split.schema)
    scored = score_all(scoring, split, table, artefacts, seed=seed, metric_set=metric_set)
    blank = [family for family in families if name in family.blank_for]
    return merge([scored, *(blank_scores(family, split, metric_set, family.blank_reason) for family in blank)])


def reference_table(name: str, train: pd.DataFrame, seed: int, schema: Schema) -> pd.DataFrame:
    """Returns as many rows as train has, with its columns and dtypes."""
    import numpy as np

    rng = np.random.default_rng(derive(seed, "reference", name))
    if not schema.is_numeric:
        return _mixed_table(name, train, schema, rng).reset_index(drop=True)
    if name == _TIME_INTERPOLATED:
        return time_interpolated(train)
    if name == _NEAR_COPY:
        table = blurred(train, resolution(train, ordered=schema.ordered), rng)
    else:
        table = _TABLES[name](train, rng)
    return table.reset_index(drop=True)


def _mixed_table(name: str, train: pd.DataFrame, schema: Schema, rng: np.random.Generator) -> pd.DataFrame:
    from bench.scoring import mixed_rows

    if name == _TIME_INTERPOLATED:
        return mixed_rows.time_interpolated(train, schema)
    if name == _NEAR_COPY:
        return mixed_rows.blurred(train, schema, mixed_rows.resolution(train, schema), rng)
    return mixed_rows.TABLES[name](train, schema, rng)


def time_interpolated(train: pd.DataFrame) -> pd.DataFrame:
    """Returns the means of rows that follow each other in train, on train's grids; the first of them once more."""
    import numpy as np
    import pandas as pd

    rows = train.to_numpy(dtype=np.float64)
    means = np.resize((rows[:-1] + rows[1:]) / 2, rows.shape)
    return snap(pd.DataFrame(means, columns=train.columns), train).astype(train.dtypes.to_dict())


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
