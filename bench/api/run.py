"""A stored run, as statistics and report sections read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import pandas as pd

    from bench.api.metrics import Details, Metric
    from bench.api.trials import Trial, TrialResult


class Run(Protocol):
    """A run directory, read. Arrays and histories are loaded when asked for."""

    @property
    def path(self) -> Path:
        """The run directory."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """Configuration, seeds, versions, machine and data."""

    @property
    def results(self) -> tuple[TrialResult, ...]:
        """Finished trials, in planned order."""

    @property
    def references(self) -> Mapping[str, Mapping[str, TrialResult]]:
        """Reference name -> result, by split id."""

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics as they were specified when the run was made."""

    @property
    def combine(self) -> Mapping[str, str]:
        """Family -> `mean` or `worst`, in the order in which families are shown."""

    @property
    def profile(self) -> Mapping[str, Any]:
        """The budget that the run was made under."""

    @property
    def planned(self) -> tuple[Trial, ...]:
        """Every trial of the configuration, finished or not."""

    @property
    def missing(self) -> tuple[Trial, ...]:
        """Planned trials that have no result."""

    @property
    def firsts(self) -> Mapping[tuple[str, str, str], TrialResult]:
        """What reports draw: by data set, protocol and generator the first trial that succeeded."""

    def row(self, result: TrialResult) -> tuple[str, str, str]:
        """What a result is a repeat of: data set, protocol and generator or reference row."""

    def drawings(self, result: TrialResult) -> Details:
        """The arrays that reports draw of a trial or reference, keyed `family/...`."""

    def history(self, result: TrialResult) -> pd.DataFrame | None:
        """Losses per epoch, or None if the generator keeps none."""

    def frame(self) -> pd.DataFrame:
        """One row per value; a trial without metrics has one row whose metric is empty."""

    def all_results(self) -> Iterable[tuple[str, TrialResult]]:
        """Results with their kind, `reference` or `generator`; references first."""
