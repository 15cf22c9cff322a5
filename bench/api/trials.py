"""Trials: what is fitted once, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - the reader of manifests looks annotations up
from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["ok", "failed", "timeout", "memory", "skipped"]


@dataclass(frozen=True, slots=True)
class Trial:
    """One generator on one split: what is fitted once.

    Attributes:
        id: sha256 (first 16 hex digits) of all that can change its numbers; names its directory.
        split: id of the split.
        params: constructor keywords, the profile's budget and `--set` included.
        seed: from which the seeds of fit and sample derive.
        expected_seconds: rough time, for ordering and `--dry-run`.
        draw: which of the fits on this split, from 0.
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
    """What came of a trial; never dropped, whatever came.

    Attributes:
        metrics: value by `Score.key`; None where it could not be computed.
        reasons: why, by the same key.
        error: one line; empty when ok.
        seconds: of `fit`, `fit_cpu` (processor time), `sample`, `score` and `total`.
        memory_bytes: peak resident set less that at start.
        parameters: trained numbers that the fitted model keeps; None where it does not say.
        scoring: digest of the code and versions that made the scores; other scores are not comparable.
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
