"""What a leaderboard holds; plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.statistics.compare import Interval
    from bench.statistics.multiple import Across
    from bench.statistics.noise import Components
    from bench.statistics.normalise import Stat
    from bench.statistics.standing import Pair

RATIO = 0.25
"""n_test / n_train of an 80/20 split."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a leaderboard.

    Attributes:
        kind: `generator` or `reference`.
        rank: 1 is best, equal scores share one; None where `overall` is.
        overall: geometric mean of the family scores; None for references and for what was never run.
        families: normalised family scores in [0, 1]; of a reference, those that say something about it.
        metrics: raw values by metric name; a metric that no repeat could compute is absent.
        status: how many trials ended how, e.g. {"ok": 4, "failed": 1}.
        reason: the first error, for rows with failures.
        by_split: overall score per split, averaged over draws.
        interval: corrected 95 % interval of the overall score, within [0, 1]; None with a single split.
        ranks: the best and the worst rank that the paired comparisons allow.
        rank_probabilities: of rank 1, 2, ...; empty with a single split.
        scores: normalised score of each metric that entered, over splits.
        noise: of the overall score; None unless some split has several draws.
    """

    generator: str
    kind: str
    rank: int | None
    overall: Stat | None
    families: Mapping[str, Stat]
    metrics: Mapping[str, Stat]
    status: Mapping[str, int]
    reason: str = ""
    by_split: Mapping[str, float] = field(default_factory=dict)
    interval: Interval | None = None
    ranks: tuple[int, int] | None = None
    rank_probabilities: tuple[float, ...] = ()
    scores: Mapping[str, Stat] = field(default_factory=dict)
    noise: Components | None = None

    @property
    def succeeded(self) -> bool:
        """Whether any trial did, so that the score is more than a count of failures."""
        return self.overall is not None and "ok" in self.status


@dataclass(frozen=True, slots=True)
class Board:
    """The ranking on one data set under one protocol.

    Attributes:
        rows: ranked generators from best to worst, then references.
        families: the families that entered the overall score, in registry order.
        kept_out: ranked metrics that could not tell floor from ceiling here -> why.
        ratio: see `bench.statistics.compare`.
        pairs: every paired comparison of generators that succeeded, the better ranked first.
        tied: runs of neighbours in rank order none of whose pairs differ significantly.
        wins: the share of all family weights with which each generator leads.
    """

    dataset: str
    protocol: str
    repeats: int
    rows: tuple[Row, ...]
    families: tuple[str, ...]
    kept_out: Mapping[str, str] = field(default_factory=dict)
    ratio: float = RATIO
    pairs: tuple[Pair, ...] = ()
    tied: tuple[tuple[str, ...], ...] = ()
    wins: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """One board per data set and protocol.

    Attributes:
        across: by protocol, what can be said over all data sets, or why nothing can.
    """

    boards: tuple[Board, ...]
    across: Mapping[str, Across | str] = field(default_factory=dict)
