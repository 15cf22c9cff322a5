"""What a leaderboard holds; plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Stat:
    """A mean over repeats and its standard deviation (None for a single repeat)."""

    mean: float
    spread: float | None
    n: int


Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A paired difference, first less second.

    Attributes:
        mean: over the splits that both have.
        interval: at the level asked for, not adjusted for other comparisons; None with fewer than two splits.
        p: two-sided p value of no difference; None likewise.
        n: number of splits.
    """

    mean: float
    interval: Interval | None
    p: float | None
    n: int


ALPHA = 0.05
"""The chance of any false claim on one board."""


LEAST_SPLITS = 3
"""Two splits give one degree of freedom: the noise is one difference, which scores cut off at 0 and 1 can hide."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two generators compared.

    Attributes:
        difference: the overall score of `first` less that of `second`.
        p: adjusted for all pairs of the board (Holm); None where a single split shows no noise.
    """

    first: str
    second: str
    difference: Comparison
    p: float | None

    @property
    def differ(self) -> bool:
        """Whether the difference is significant; never with fewer than three splits."""
        return self.p is not None and self.p < ALPHA and self.difference.n >= LEAST_SPLITS


@dataclass(frozen=True, slots=True)
class Across:
    """What several independent data sets say together.

    Attributes:
        groups: the blocks.
        mean_ranks: by generator, best first; 1 is best, ties share the mean of their ranks.
        p: of Friedman's test that all are alike.
        critical_difference: Nemenyi's: mean ranks further apart differ at 5 %, if Friedman's test says that any do.
        cliques: neighbours in mean rank that Nemenyi's test does not tell apart.
        wilcoxon: by pair, Wilcoxon's signed-rank p value, adjusted for all pairs (Holm).
        wilcoxon_cliques: neighbours in mean rank that those do not tell apart.
        least_p: the smallest p value that Wilcoxon's test can give with so many blocks, before adjusting.
    """

    groups: tuple[str, ...]
    mean_ranks: Mapping[str, float]
    p: float
    critical_difference: float
    cliques: tuple[tuple[str, ...], ...]
    wilcoxon: Mapping[tuple[str, str], float] = field(default_factory=dict)
    wilcoxon_cliques: tuple[tuple[str, ...], ...] = ()
    least_p: float = 0.0


@dataclass(frozen=True, slots=True)
class Components:
    """Where the noise of a score comes from, as standard deviations; None where it cannot be told.

    Attributes:
        training: between seeds on the same split.
        split: between splits, less what training noise adds to their means; 0 if that is all there is.
        draws: most seeds on one split.
    """

    training: float | None
    split: float | None
    draws: int


RATIO = 0.25
"""n_test / n_train of an 80/20 split."""


@dataclass(frozen=True, slots=True)
class Entry:
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
        entries: ranked generators from best to worst, then references.
        families: the families that entered the overall score, in registry order.
        kept_out: ranked metrics that could not tell floor from ceiling here -> why.
        ratio: see `bench.statistics.paired_tests`.
        pairs: every paired comparison of generators that succeeded, the better ranked first.
        tied: runs of neighbours in rank order none of whose pairs differ significantly.
        wins: the share of all family weights with which each generator leads.
    """

    dataset: str
    protocol: str
    repeats: int
    entries: tuple[Entry, ...]
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
