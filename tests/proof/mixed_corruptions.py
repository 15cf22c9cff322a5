"""Rows of the simulated clinic, spoilt by degrees in what mixed tables have: levels, gaps, relations, dates, classes.

A corruption moves little else: the shares of levels stay where places are shuffled, and stays keep their length
where visits move.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tests.proof.corruptions import Corruption

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]

_RARE, _FREQUENT = "burns", "medicine"
"""Wards: one of 0.8 % of the rows, and the most frequent one."""

_GAPPY = ("pack_years", "crp", "discharge")
_MEASURED = "crp"
"""Its gaps depend on ward and age, but follow from nothing; those of the others follow from `smoker`, or are random."""

_DETERMINED = "pack_years"
"""A gap exactly where `smoker` is no."""

_TARGET, _COMMON_CLASS = "readmitted", "no"


def _other_levels(rows: pd.DataFrame, train: pd.DataFrame, level: float, rng: np.random.Generator) -> pd.DataFrame:
    changed = {str(name): _stepped(rows[name], level, rng) for name in rows.select_dtypes("category")}
    return rows.assign(**changed)


def _stepped(column: pd.Series, share: float, rng: np.random.Generator) -> pd.Categorical:
    """A share of the cells gets another level, each of them equally likely."""
    levels = column.cat.categories
    steps = rng.integers(1, len(levels), len(column)) * _chosen(len(column), share, rng)
    codes = (column.cat.codes.to_numpy(dtype=np.int64) + steps) % len(levels)
    return pd.Categorical(levels.take(codes), levels)


def _without_rare(rows: pd.DataFrame, train: pd.DataFrame, level: float, rng: np.random.Generator) -> pd.DataFrame:
    dropped = (rows["ward"] == _RARE).to_numpy() & _chosen(len(rows), level, rng)
    return rows.assign(ward=rows["ward"].mask(dropped, _FREQUENT))


def _random_gaps(rows: pd.DataFrame, train: pd.DataFrame, level: float, rng: np.random.Generator) -> pd.DataFrame:
    moved = {name: _moved_gaps(rows[name], train[name], level, rng) for name in _GAPPY}
    return rows.assign(**moved)


def _random_gaps_of_one(
    rows: pd.DataFrame, train: pd.DataFrame, level: float, rng: np.random.Generator
) -> pd.DataFrame:
    return rows.assign(**{_MEASURED: _moved_gaps(rows[_MEASURED], train[_MEASURED], level, rng)})


def _moved_gaps(column: pd.Series, train: pd.Series, share: float, rng: np.random.Generator) -> pd.Series:
    """In a share of the rows, a column without gaps (present values of train fill them) gets gaps at their old rate."""
    filled = column.mask(column.isna(), pd.Series(rng.choice(train.dropna().to_numpy(), len(column))))
    gaps = rng.uniform(size=len(column)) < train.isna().mean()
    return column.mask(_chosen(len(column), share, rng), filled.mask(gaps))


def _broken_dependency(rows: pd.DataFrame, train: pd.DataFrame, level: float, rng: np.random.Generator) -> pd.DataFrame:
    """Values and gaps of the column change places among a share of the rows."""
    rows = rows[: len(train)]
    chosen, order = np.flatnonzero(_chosen(len(rows), level, rng)), np.arange(len(rows))
    order[chosen] = rng.permutation(chosen)
    return rows.assign(**{_DETERMINED: rows[_DETERMINED].to_numpy()[order]})


def _uniform_dates(rows: pd.DataFrame, train: pd.DataFrame, level: float, rng: np.random.Generator) -> pd.DataFrame:
    """In a share of the rows, visits fall on any minute between the first and the last day; stays keep their length."""
    first, last = train["visit"].min().floor("D"), train["visit"].max().ceil("D")
    minutes = rng.integers(0, (last - first) // pd.Timedelta(minutes=1), len(rows))
    moved = first + pd.to_timedelta(pd.Series(minutes), unit="min")
    visit = rows["visit"].mask(_chosen(len(rows), level, rng), moved)
    return rows.assign(visit=visit, discharge=rows["discharge"] + (visit - rows["visit"]))


def _other_classes(rows: pd.DataFrame, train: pd.DataFrame, level: float, rng: np.random.Generator) -> pd.DataFrame:
    """So much of the way from the shares of the classes in train to equal shares, among as many rows as train has."""
    real = train[_TARGET].value_counts(normalize=True, sort=False)
    counts = {name: round(len(train) * ((1 - level) * share + level / len(real))) for name, share in real.items()}
    counts[_COMMON_CLASS] += len(train) - sum(counts.values())  # what rounding loses
    parts = [rows[rows[_TARGET] == name][:count] for name, count in counts.items()]
    mixed: pd.DataFrame = pd.concat(parts).sample(frac=1, random_state=rng)
    return mixed


def _chosen(count: int, share: float, rng: np.random.Generator) -> Flags:
    return np.asarray(rng.uniform(size=count) < share)


GAPS_OF_ONE = Corruption(
    "gaps of crp",
    "the same in `crp` alone, whose gaps depend on ward and age but follow from nothing",
    (0.5, 1.0),
    _random_gaps_of_one,
    {},
)
"""No family need notice it with 1,000 rows: a model of train itself hardly predicts these gaps then."""

MIXED_CORRUPTIONS = (
    Corruption(
        "levels",
        "share of the cells of categories that have another level, each one equally likely",
        (0.05, 0.2, 0.5),
        _other_levels,
        {"fidelity": 0.2, "detection": 0.5, "utility": 0.05},
    ),
    Corruption(
        "rare level",
        "share of the rows of the rarest ward (0.8 % of the table) that go to the most frequent one",
        (0.5, 0.75, 1.0),
        _without_rare,
        {"fidelity": 1.0},
    ),
    Corruption(
        "gaps",
        "share of the rows whose gaps are put back at random, equally often, in the three columns that have gaps",
        (0.1, 0.3, 1.0),
        _random_gaps,
        {"fidelity": 1.0, "detection": 1.0},
    ),
    GAPS_OF_ONE,
    Corruption(
        "dependency",
        "share of the rows among which `pack_years`, a gap exactly for those who do not smoke, is shuffled",
        (0.1, 0.3, 1.0),
        _broken_dependency,
        {"fidelity": 0.3, "detection": 1.0},
    ),
    Corruption(
        "dates",
        "share of the rows whose visit falls on any minute of the two years, at night and on Sundays too",
        (0.1, 0.3, 1.0),
        _uniform_dates,
        {"fidelity": 0.3, "detection": 1},
    ),
    Corruption(
        "classes",
        "how far the shares of the target's three classes (78, 15 and 7 %) are moved to a third each",
        (0.1, 0.3, 1.0),
        _other_classes,
        {"fidelity": 0.3, "detection": 1.0},
    ),
)
