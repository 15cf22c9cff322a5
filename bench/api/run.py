"""A stored run, as statistics and report sections read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bench.api.manifest import Manifest
from bench.api.metrics import Details, Metric
from bench.api.trials import Trial, TrialResult

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class DrawnSplits:
    """Values of reference rows on splits drawn for a data set and protocol, whatever the seed and repeats of a run.

    They decide which metrics enter, so two runs on the same data never differ in that.

    Attributes:
        key: digest of everything that the values depend on.
        scoring: digest of the scoring of the run that they belong to, as in its results; empty in a cache.
        wanted: how many splits decide.
        holdout: rows of the smallest holdout of these splits, before it was cut.
        values: number of the split -> reference row -> ranked metric -> value; splits that are not done are absent.
    """

    dataset: str
    protocol: str
    key: str
    wanted: int
    holdout: int
    scoring: str = ""
    values: Mapping[int, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether all splits are done; otherwise a run's own splits decide."""
        return self.wanted > 0 and set(self.values) >= set(range(self.wanted))


class Run(Protocol):
    """A run directory, read. Arrays and histories are loaded when they are used."""

    @property
    def path(self) -> Path:
        """The run directory."""

    @property
    def manifest(self) -> Manifest:
        """Configuration, environment, data sets, splits, metrics, generators and planned trials."""

    @property
    def results(self) -> tuple[TrialResult, ...]:
        """Results of finished trials, in planned order."""

    @property
    def references(self) -> Mapping[str, Mapping[str, TrialResult]]:
        """Split id -> name of the reference row -> its result."""

    @property
    def drawn(self) -> tuple[DrawnSplits, ...]:
        """What decides which metrics enter, by data set and protocol; none in runs that were made without it."""

    @property
    def shown_in_full(self) -> tuple[str, ...]:
        """Generators that a report shows in full whatever their rank, as its reader asked."""

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics as they were specified when the run was made."""

    @property
    def family_combination(self) -> Mapping[str, str]:
        """Family -> `mean` or `worst`, in the order in which families are shown."""

    @property
    def missing_trials(self) -> tuple[Trial, ...]:
        """Planned trials that have no result."""

    @property
    def first_results(self) -> Mapping[tuple[str, str, str], TrialResult]:
        """What reports draw: (data set, protocol, generator) -> the first trial that succeeded."""

    def entry_key(self, result: TrialResult) -> tuple[str, str, str]:
        """Returns the board and line of a result: data set, protocol, and generator or reference row."""

    def drawings(self, result: TrialResult) -> Details:
        """Reads the arrays that reports draw of a trial or reference row, keyed `family/...`."""

    def history(self, result: TrialResult) -> pd.DataFrame | None:
        """Reads losses per epoch, or returns None if the generator keeps none."""

    def frame(self) -> pd.DataFrame:
        """Returns one row per value; a trial without metrics has one row whose metric is empty."""

    def all_results(self) -> Iterable[tuple[str, TrialResult]]:
        """Yields results with their kind, `reference` or `generator`; references first."""
