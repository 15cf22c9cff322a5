"""Calls of sdmetrics that leave nothing behind: no output, no warnings, no global random state."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.seeds import scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from .matrix import Matrix

_TABLE = "table"


@dataclass(frozen=True, slots=True)
class Quality:
    """What a QualityReport says.

    Attributes:
        shapes: 1 - Kolmogorov-Smirnov statistic of each column, (columns,).
        trends: of each pair the names and 1 - |difference of Pearson's r| / 2, NaN where it is undefined.
    """

    shapes: Matrix
    trends: tuple[tuple[str, str, float], ...]


@contextmanager
def _quiet(seed: int) -> Iterator[None]:
    with warnings.catch_warnings(), scope(seed):
        warnings.simplefilter("ignore")
        yield


def _metadata(frame: pd.DataFrame) -> dict[str, Any]:
    columns = {name: {"sdtype": "numerical"} for name in frame.columns}
    return {"tables": {_TABLE: {"columns": columns}}, "relationships": []}


def quality(real: pd.DataFrame, synthetic: pd.DataFrame, seed: int) -> Quality:
    """The QualityReport of two all-numeric tables with equal columns, over all pairs of columns.

    >>> import pandas as pd
    >>> real = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [1.0, 2, 3, 4]})
    >>> found = quality(real, real.assign(b=[4.0, 3, 2, 1]), 0)
    >>> found.shapes.tolist(), [(first, second, round(value, 9)) for first, second, value in found.trends]
    ([1.0, 1.0], [('a', 'b', 0.0)])
    """
    with _quiet(seed):
        from sdmetrics.reports import QualityReport

        report = QualityReport()
        # The default of 0.5 leaves weakly correlated pairs out, so that inventing a correlation costs nothing.
        report.real_correlation_threshold = 0
        report.generate({_TABLE: real}, {_TABLE: synthetic}, _metadata(real), verbose=False)
        shapes, pairs = (report.get_details(name) for name in ("Column Shapes", "Column Pair Trends"))
    # A table of one column has no pairs, and their table no columns.
    named = pairs.reindex(columns=["Column 1", "Column 2", "Score"]).itertuples(index=False, name=None)
    trends = tuple((str(first), str(second), float(value)) for first, second, value in named)
    return Quality(shapes["Score"].to_numpy(dtype=float), trends)


def diagnostic(real: pd.DataFrame, synthetic: pd.DataFrame, seed: int) -> float:
    """The overall score of the DiagnosticReport, in [0, 1]; dtypes count, ranges are those of `real`."""
    with _quiet(seed):
        from sdmetrics.reports import DiagnosticReport

        report = DiagnosticReport()
        report.generate({_TABLE: real}, {_TABLE: synthetic}, _metadata(real), verbose=False)
        return float(report.get_score())
