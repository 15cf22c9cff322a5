"""The types of a leaderboard: boards, entries, comparisons; plain data."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Stat:
    """A mean over repeats and its standard deviation (None for a single repeat)."""

    mean: float
    spread: float | None
    n: int


Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A paired difference: first minus second.

    Attributes:
        mean: over the splits that both have.
        interval: confidence interval, not adjusted for other comparisons; None with fewer than two splits.
        p: two-sided p value of no difference; None with fewer than two splits.
    """

    mean: float
    interval: Interval | None
    p: float | None
    n: int


ALPHA = 0.05
"""The accepted chance of any false claim on one board."""

LEAST_SPLITS = 3
"""Fewest splits of a significant difference, unless its variance is moderated. With two, the noise is a single
difference, which clipping can hide."""

AT_FLOOR = 0.01
"""A family score below this is noise around the floor."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two generators compared.

    Attributes:
        difference: the overall score of `first` minus that of `second`; its interval and its p value use the variance
            of this pair alone.
        p: from the moderated variance, if there is one, and adjusted for all comparisons made with it (Holm); None with
            a single split, from which noise cannot be estimated.
        moderated: whether the variance is shrunk towards that of the board; see `Moderation`.
        at_floor: a family in which both are at the floor, so that nothing orders them; empty if there is none.
        interval: of the difference, from the same variance as `p` and widened by the same correction, so that it leaves
            out 0 exactly where `p` is below 0.05; None with a single split.
    """

    first: str
    second: str
    difference: Comparison
    p: float | None
    moderated: bool = False
    at_floor: str = ""
    interval: Interval | None = None

    @property
    def differ(self) -> bool:
        """Returns whether the difference is significant.

        It never is if both are at the floor of a family, nor with fewer than three splits (two, if moderated).
        """
        return self.tested and self.p is not None and self.p < ALPHA and not self.at_floor

    @property
    def tested(self) -> bool:
        """Returns whether there are enough splits for any difference to be significant."""
        return self.p is not None and self.difference.n >= (2 if self.moderated else LEAST_SPLITS)


@dataclass(frozen=True, slots=True)
class Moderation:
    """What the variance of a paired difference is shrunk towards.

    Attributes:
        variance: the mean variance of a difference over the pairs of the board.
        freedom: how many degrees of freedom it counts for.
        generators: how many generators these pairs are made of.
    """

    variance: float
    freedom: float
    generators: int = 0


@dataclass(frozen=True, slots=True)
class Across:
    """The comparison of generators over several independent data sets.

    Attributes:
        groups: the independent groups of data sets.
        mean_ranks: by generator, best first; 1 is best, ties share the mean of their ranks.
        p: of Friedman's test that all generators are equal.
        critical_difference: Nemenyi's: larger differences of mean ranks are significant at 5 %, if Friedman's test is.
        cliques: neighbours in mean rank that do not differ by Nemenyi's test.
        wilcoxon: by pair, Wilcoxon's signed-rank p value, adjusted for all pairs (Holm).
        wilcoxon_cliques: neighbours in mean rank that do not differ by Wilcoxon's test.
        least_p: the smallest p value that Wilcoxon's test can give with so many groups, before adjusting.
        iman_davenport: F of Iman and Davenport (1980), computed from Friedman's chi-square, which is conservative;
            infinite if all groups have the same order.
        iman_davenport_p: its p value.
    """

    groups: tuple[str, ...]
    mean_ranks: Mapping[str, float]
    p: float
    critical_difference: float
    cliques: tuple[tuple[str, ...], ...]
    wilcoxon: Mapping[tuple[str, str], float] = field(default_factory=dict)
    wilcoxon_cliques: tuple[tuple[str, ...], ...] = ()
    least_p: float = 0.0
    iman_davenport: float = math.nan
    iman_davenport_p: float = math.nan


@dataclass(frozen=True, slots=True)
class Components:
    """Components of the noise of a score, as standard deviations; None if they cannot be estimated.

    Attributes:
        training: between draws on the same split.
        split: between splits, without the training noise in their means; at least 0.
        draws: largest number of draws on one split.
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
        rank: 1 is best, equal scores share one; None if `overall` is None, and if the rows are implausible.
        overall: geometric mean of the family scores; None for reference rows, for generators that never ran, and on a
            board without overall scores (see `Board.no_overall`).
        families: family scores in 0..1; of a reference row, of the families that score it.
        family_intervals: corrected 95 % interval of each family score, within 0..1; empty with a single split.
        metrics: raw values by metric name; a metric without any value is absent.
        status: number of trials by outcome, for example {"ok": 4, "failed": 1}.
        reason: the first error, if there was one.
        by_split: overall score per split, averaged over draws.
        interval: corrected 95 % interval of the overall score, within 0..1; None with a single split.
        ranks: the rank range: best and worst rank that the paired comparisons allow.
        rank_probabilities: of rank 1, 2, ...; empty with a single split.
        scores: score of each metric that entered, over splits.
        noise: of the overall score; None if no split has several draws.
        implausible: why the rows cannot have been made from train alone, in one sentence; such an entry has scores but
            no rank. Empty if nothing speaks against it.
        at_floor: families whose score is below 0.01: scores there are noise, and do not order generators.
        tested: whether it shares enough splits with any other generator for a test; otherwise `ranks` says nothing, and
            `rank` is the plain order. True if there is no other one.
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
    family_intervals: Mapping[str, Interval] = field(default_factory=dict)
    ranks: tuple[int, int] | None = None
    rank_probabilities: tuple[float, ...] = ()
    scores: Mapping[str, Stat] = field(default_factory=dict)
    noise: Components | None = None
    implausible: str = ""
    at_floor: tuple[str, ...] = ()
    tested: bool = True

    @property
    def succeeded(self) -> bool:
        """Returns whether it is a generator with scores and a trial that succeeded.

        Without such a trial, the scores only count failures.
        """
        return self.kind == "generator" and bool(self.families) and "ok" in self.status


@dataclass(frozen=True, slots=True)
class Board:
    """The ranking on one data set under one protocol.

    Attributes:
        entries: ranked generators from best to worst, then those that are implausible, then those that never ran, then
            reference rows. Without overall scores, generators are in the order of their mean family score.
        families: the families with a metric that can rank, in the order in which they are shown.
        kept_out: ranked metrics whose floor and ceiling do not differ enough here -> why.
        ratio: n_test / n_train; see `bench.statistics.paired_tests`.
        pairs: all paired comparisons of ranked generators that succeeded, the better ranked one first.
        tied: groups of neighbours in rank order without a significant difference.
        wins: the share of all family weights with which each generator leads.
        no_overall: why no generator has an overall score here (a family without any metric), in one sentence; empty if
            they have one.
        leader_pairs: the comparisons of the first generator with each other one, adjusted for these alone. They say who
            is not the best; see `bench.statistics.rank_uncertainty.compare_with_leader`.
        moderation: the pooled variance that moderates the p values of `pairs`, and its degrees of freedom; None if the
            board has too few generators.
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
    no_overall: str = ""
    leader_pairs: tuple[Pair, ...] = ()
    moderation: Moderation | None = None

    @property
    def generators(self) -> tuple[Entry, ...]:
        """Returns the entries of generators: the ranked ones from best to worst, then the implausible ones."""
        entries = [entry for entry in self.entries if entry.kind == "generator"]
        return tuple(sorted(entries, key=lambda entry: bool(entry.implausible)))

    def contenders(self, memorising: Collection[str] = ()) -> tuple[Entry, ...]:
        """Returns the generators that may be named as best, from best to worst.

        They succeeded, have an overall score and plausible rows, and are not among those that memorise by design.
        """
        entries = [entry for entry in self.generators if entry.succeeded and entry.overall and not entry.implausible]
        return tuple(entry for entry in entries if entry.generator not in memorising)


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """One board per data set and protocol.

    Attributes:
        across: by protocol, the comparison over all data sets, or why there is none.
    """

    boards: tuple[Board, ...]
    across: Mapping[str, Across | str] = field(default_factory=dict)
