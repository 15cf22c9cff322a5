"""Trials and their results."""

from __future__ import annotations

from collections.abc import Mapping  # at run time: the reader of manifests looks annotations up
from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["ok", "failed", "timeout", "memory", "skipped"]


@dataclass(frozen=True, slots=True)
class Trial:
    """One fit of one generator on one split, the sample from it and its scores.

    Attributes:
        id: sha256 (first 16 hex digits) of everything that can change its numbers; also its directory's name.
        split: id of the split.
        params: constructor keywords, including the profile's budget and `--set`.
        seed: the seeds of fit and sample derive from it.
        expected_seconds: rough time, for sorting and `--dry-run`.
        draw: number of the fit on this split, from 0.
    """

    id: str
    dataset: str
    split: str
    repeat: int
    generator: str
    params: Mapping[str, Any]
    seed: int
    expected_seconds: float = 30.0
    draw: int = 0


@dataclass(frozen=True, slots=True)
class TrialResult:
    """The result of a trial; failed trials have one too.

    Attributes:
        metrics: value by `Score.key`; None if it could not be computed.
        reasons: why, by the same key.
        error: one line; empty if the status is `ok`.
        seconds: of `fit`, `fit_cpu` (processor time), `sample`, `score` and `total`.
        memory_bytes: peak of resident memory minus its value at the start.
        parameters: number of trained values that the fitted model keeps; None if it does not count them.
        scoring: digest of the code and versions that made the scores; scores with another digest are not comparable.
        rows_digest: of the rows that were scored, as they were sampled; empty for reference rows.
        split_digest: of the real rows that they were scored against.
        values_digest: of everything else in this result. Results of earlier versions have none of the three digests.
    """

    trial: Trial
    status: Status
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)
    memory_bytes: int | None = None
    parameters: int | None = None
    scoring: str = ""
    rows_digest: str = ""
    split_digest: str = ""
    values_digest: str = ""

    @property
    def awaits_scoring(self) -> bool:
        """Whether there are rows, but no scores of them yet: such a trial is not done."""
        return self.status == "ok" and not self.scoring and not self.metrics
