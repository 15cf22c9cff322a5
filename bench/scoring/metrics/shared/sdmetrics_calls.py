"""Calls of sdmetrics that print nothing, warn of nothing and leave the global random state as it was."""

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
    """The details of a QualityReport.

    Attributes:
        shapes: 1 - Kolmogorov-Smirnov statistic of each column, (columns,).
        trends: the two names of each pair, and 1 - |difference of Pearson's r| / 2, NaN where it is undefined.
    """

    shapes: Matrix
    trends: tuple[tuple[str, str, float], ...]


def quality(real: pd.DataFrame, synthetic: pd.DataFrame, seed: int) -> Quality:
    """Returns the QualityReport of two numeric tables with equal columns, over all pairs of columns.

    >>> import pandas as pd
    >>> real = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [1.0, 2, 3, 4]})
    >>> report = quality(real, real.assign(b=[4.0, 3, 2, 1]), 0)
    >>> report.shapes.tolist(), [(first, second, round(value, 9)) for first, second, value in report.trends]
    ([1.0, 1.0], [('a', 'b', 0.0)])
    """
    with _quiet(seed):
        from sdmetrics.reports import QualityReport

        report = QualityReport()
        # The default of 0.5 leaves weakly correlated pairs out, so that invented correlations would cost nothing.
        report.real_correlation_threshold = 0
        report.generate({_TABLE: real}, {_TABLE: synthetic}, _metadata(real), verbose=False)
        shapes, pairs = (report.get_details(name) for name in ("Column Shapes", "Column Pair Trends"))
    # For a table of one column, the details have no rows and lack these columns.
    pairs = pairs.reindex(columns=["Column 1", "Column 2", "Score"]).itertuples(index=False, name=None)
    trends = tuple((str(first), str(second), float(value)) for first, second, value in pairs)
    return Quality(shapes["Score"].to_numpy(dtype=float), trends)


def diagnostic(real: pd.DataFrame, synthetic: pd.DataFrame, seed: int) -> float:
    """Returns the overall score of the DiagnosticReport, 0..1: types, and ranges as in `real`."""
    with _quiet(seed):
        from sdmetrics.reports import DiagnosticReport

        report = DiagnosticReport()
        report.generate({_TABLE: real}, {_TABLE: synthetic}, _metadata(real), verbose=False)
        return float(report.get_score())


@contextmanager
def _quiet(seed: int) -> Iterator[None]:
    with warnings.catch_warnings(), scope(seed):
        warnings.simplefilter("ignore")
        yield


def _metadata(frame: pd.DataFrame) -> dict[str, Any]:
    columns = {name: {"sdtype": "numerical"} for name in frame.columns}
    return {"tables": {_TABLE: {"columns": columns}}, "relationships": []}
