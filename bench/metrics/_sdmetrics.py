"""Calls of sdmetrics that leave nothing behind: no output, no warnings, no global random state."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bench.seeds import scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

_TABLE = "table"


@contextmanager
def _quiet(seed: int) -> Iterator[None]:
    with warnings.catch_warnings(), scope(seed):
        warnings.simplefilter("ignore")
        yield


def _metadata(frame: pd.DataFrame) -> dict[str, Any]:
    columns = {name: {"sdtype": "numerical"} for name in frame.columns}
    return {"tables": {_TABLE: {"columns": columns}}, "relationships": []}


def quality(real: pd.DataFrame, synthetic: pd.DataFrame, seed: int) -> Any:  # noqa: ANN401
    """The QualityReport of two all-numeric tables with equal columns, over all pairs of columns."""
    with _quiet(seed):
        from sdmetrics.reports import QualityReport

        report = QualityReport()
        # The default of 0.5 leaves weakly correlated pairs out, so that inventing a correlation costs nothing.
        report.real_correlation_threshold = 0
        report.generate({_TABLE: real}, {_TABLE: synthetic}, _metadata(real), verbose=False)
    return report


def diagnostic(real: pd.DataFrame, synthetic: pd.DataFrame, seed: int) -> float:
    """The overall score of the DiagnosticReport, in [0, 1]; dtypes count, ranges are those of `real`."""
    with _quiet(seed):
        from sdmetrics.reports import DiagnosticReport

        report = DiagnosticReport()
        report.generate({_TABLE: real}, {_TABLE: synthetic}, _metadata(real), verbose=False)
        return float(report.get_score())
