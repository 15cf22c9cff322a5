"""Section Uncertainty: how far the ranking depends on splits, seeds, family weights and data sets."""

from __future__ import annotations

import math
from dataclasses import replace

from bench.api import (
    LEAST_SPLITS,
    Across,
    Block,
    Board,
    Entry,
    Figure,
    Fold,
    Leaderboard,
    Pair,
    Panel,
    Run,
    Section,
    Table,
    Text,
)
from bench.common.formatting import p_value, ranks

from ._difference_heatmap import difference_heatmap
from ._format import advice_on_repeats, interval, interval_series, listing, name, number, percent, tie_groups
from ._lookup import blocks_by_board, generators

_BEST = 4
_LEVEL = 0.05
_P = "p (Holm)"
_INTERVAL = "Adjusted 95 % interval"
_HINTS = {
    _P: "p value for no difference (corrected paired t test, adjusted for all pairs of the board); two generators "
    f"differ if it is below 0.05, there are at least {LEAST_SPLITS} repeats (two, if variances are moderated), and "
    "they are not both at the floor of a family",
    _INTERVAL: "of the difference, corrected for rows that splits share and widened by the same correction as p: it "
    "leaves out 0 exactly where p is below 0.05",
}
_ONE_SEED = (
    "There is one seed per split, so noise from the split and noise from training cannot be separated. Use "
    "--seeds-per-split 3 to separate them."
)


def _build(run: Run, leaderboard: Leaderboard) -> list[Block]:
    blocks = blocks_by_board(leaderboard, _board_blocks)
    return [*blocks, *_across_data_sets(leaderboard)] if blocks else []


def _board_blocks(board: Board) -> list[Block]:
    scored = [entry for entry in generators(board) if entry.overall and not entry.implausible]
    ran = [entry for entry in scored if entry.succeeded]
    if len(ran) < 2:
        return []
    over_splits = [*_means(scored), *_rank_probabilities(scored), *_pairs(board, ran)]
    return [_ties(board), *_moderation(board), *over_splits, _noise(ran), *_weights(board, ran)]


def _ties(board: Board) -> Text:
    tied = f"These cannot be told apart: {tie_groups([*board.tied, *_other_ties(board)])}."
    text = tied if board.tied else "Every generator differs significantly from the next one."
    return Text(f"{text} {advice_on_repeats(board)}".strip())


def _other_ties(board: Board) -> list[tuple[str, str]]:
    """Returns the pairs that cannot be told apart although they are in no group of neighbours."""
    groups = [set(group) for group in board.tied]
    pairs = ((pair.first, pair.second) for pair in board.pairs if pair.tested and not pair.differ)
    return [pair for pair in pairs if not any(set(pair) <= group for group in groups)]


def _moderation(board: Board) -> list[Block]:
    """Returns whether the tests use more than the variance of their own pair."""
    if not any(pair.p is not None for pair in board.pairs):
        return []
    if board.moderation is None:
        return [Text("Variances are not moderated: each test uses the variance of its own pair alone.")]
    freedom = f"{board.moderation.freedom:.3g} more degrees of freedom"
    text = (
        "Variances are moderated: each test averages the variance of its own pair with the mean variance over all "
        f"pairs of the board, which counts as {freedom}, because a variance from few repeats is a rough estimate. "
        "Intervals of differences are moderated in the same way; those of single scores are not."
    )
    return [Text(text)]


def _means(entries: list[Entry]) -> list[Block]:
    """Returns mean, spread and interval of the overall scores; the leaderboard has no space for all three."""
    if not any(entry.interval for entry in entries):
        return []
    scores = [(entry.generator, entry.overall, entry.interval) for entry in entries if entry.overall]
    rows = tuple((who, number(score.mean), number(score.spread), interval(ends)) for who, score, ends in scores)
    header = ("Generator", "Mean", "Standard deviation", "95 % interval of the mean")
    return [Table(header, rows, "Overall score over splits", names=0)]


def _rank_probabilities(entries: list[Entry]) -> list[Block]:
    if not any(entry.rank_probabilities for entry in entries):
        return []
    shown = len(entries)
    chances = [(*entry.rank_probabilities, *[0.0] * shown)[:shown] for entry in entries]
    rows = tuple(
        (entry.generator, ranks(entry), *(f"{chance:.2f}" for chance in row))
        for entry, row in zip(entries, chances, strict=True)
    )
    header = ("Generator", "Ranks", *(f"P({rank + 1})" for rank in range(shown)))
    caption = (
        "Probability of each rank: from 2,000 bootstrap samples of the splits, the same for all generators; not "
        "adjusted for their number, so surer than the tests"
    )
    bars = {(row, 2 + rank): chance for row, own in enumerate(chances) for rank, chance in enumerate(own)}
    return [Table(header, rows, caption, bars=bars, names=0)]


def _pairs(board: Board, ran: list[Entry]) -> list[Block]:
    """Returns the differences between the best few generators, and the other pairs folded."""
    if not any(pair.difference.interval for pair in board.pairs):
        return []
    best = {entry.generator for entry in ran[:_BEST]}
    top = [pair for pair in board.pairs if {pair.first, pair.second} <= best]
    others = [pair for pair in board.pairs if pair not in top]
    what = f"Differences in overall score, paired by split and adjusted for all {len(board.pairs)} pairs"
    table = _differences(top, f"{what}: the best {len(best)}")
    rest = replace(_differences(others, f"{what}: the other pairs"), hints={})
    return [
        table,
        *difference_heatmap(board, ran),
        *_against_first(board),
        *([Fold("The other pairs", (rest,))] if others else []),
    ]


def _against_first(board: Board) -> list[Block]:
    """Returns the comparisons behind the first sentences of the report, where there are more pairs than these."""
    first = board.leader_pairs[0].first if 1 < len(board.leader_pairs) < len(board.pairs) else ""
    if not first:
        return []
    caption = f"Differences from {name(first)}, adjusted for these {len(board.leader_pairs)} comparisons alone"
    table = replace(_differences(list(board.leader_pairs), caption), hints={})
    return [Fold(f"{name(first)} against each other generator, as the summary compares them", (table,))]


def _differences(pairs: list[Pair], caption: str) -> Table:
    header = ("Better", "Other", "Difference", _INTERVAL, _P)
    rows = tuple((pair.first, pair.second, *_difference(pair)) for pair in pairs)
    differing = frozenset((row, 4) for row, pair in enumerate(pairs) if pair.differ)
    return Table(header, rows, caption, align="llrrr", strong=differing, hints=_HINTS, names=0)


def _difference(pair: Pair) -> tuple[str, str, str]:
    floor = f" (both at the floor of {pair.at_floor})" if pair.at_floor else ""
    return f"{pair.difference.mean:+.3f}", interval(pair.interval, sign="+"), p_value(pair.p) + floor


def _noise(entries: list[Entry]) -> Block:
    known = [(entry.generator, entry.noise) for entry in entries if entry.noise]
    if not known:
        return Text(_ONE_SEED)
    header = ("Generator", "Between splits", "Between seeds", "Seeds per split")
    rows = tuple((who, number(noise.split), number(noise.training), str(noise.draws)) for who, noise in known)
    caption = "Noise of the overall score as standard deviations: from the split itself, and from training on it"
    return Table(header, rows, caption, names=0)


def _weights(board: Board, entries: list[Entry]) -> list[Block]:
    if len(board.families) < 2:
        return []
    shares = [(entry.generator, board.wins.get(entry.generator, 0.0)) for entry in entries]
    rows = tuple((generator, percent(share)) for generator, share in shares)
    families = listing(board.families)
    caption = f"Share of all possible weights of {families} with which each generator leads, by its mean family scores"
    bars = {(row, 1): share for row, (_, share) in enumerate(shares)}
    return [Table(("Generator", "Weights won"), rows, caption, bars=bars, names=0)]


def _across_data_sets(leaderboard: Leaderboard) -> list[Block]:
    """Returns the comparison over data sets by protocol, or one sentence that says why there is none."""
    blocks: list[Block] = []
    several = len(leaderboard.boards) > 1
    for protocol, across in leaderboard.across.items():
        blocks += [Text(f"Across data sets, {protocol} split", level=3)] if several else []
        blocks += [Text(across, tone="note")] if isinstance(across, str) else _comparison(protocol, across)
    return blocks


def _comparison(protocol: str, across: Across) -> list[Block]:
    # Without a significant first test nothing differs, so bars that do not overlap would be misleading.
    figure = [_critical_differences(protocol, across)] if across.p < _LEVEL else []
    by_pair = Fold("Wilcoxon's test by pair", (_wilcoxon(across),))
    return [Text(_test_results(across)), *figure, _mean_ranks(across), by_pair]


def _test_results(across: Across) -> str:
    groups, friedman = len(across.groups), _friedman(across)
    if across.p >= _LEVEL:
        return f"{friedman} The generators cannot be told apart over these data sets."
    tests = {"Nemenyi's test": across.cliques, "Wilcoxon's test with Holm's correction": across.wilcoxon_cliques}
    ties = [f"{test} cannot tell apart: {tie_groups(tied)}." for test, tied in tests.items() if tied]
    least = across.least_p * len(across.wilcoxon)
    limit = f"With {groups} groups, Wilcoxon's adjusted p cannot fall below {min(least, 1.0):.2g} for any scores."
    return " ".join([friedman, *ties, *([limit] if least >= _LEVEL else [])])


def _friedman(across: Across) -> str:
    p = _sign(p_value(across.p))
    test = f"Friedman's test over {len(across.groups)} independent groups ({listing(across.groups)}): p {p}"
    if math.isnan(across.iman_davenport_p):
        return f"{test}."
    return (
        f"{test}; by Iman and Davenport's F, which is less conservative: p {_sign(p_value(across.iman_davenport_p))}."
    )


def _sign(p: str) -> str:
    """Returns a p value after its sign: `= 0.012` or `< 0.001`."""
    return p if p.startswith("<") else f"= {p}"


def _critical_differences(protocol: str, across: Across) -> Figure:
    """Returns mean ranks with bars as wide as the critical difference; bars of tied generators overlap."""
    half = across.critical_difference / 2
    series = tuple(
        interval_series(who, rank, rank - half, rank + half, position)
        for position, (who, rank) in enumerate(across.mean_ranks.items())
    )
    alt = "; ".join(f"{name(who)} {rank:.2f}" for who, rank in across.mean_ranks.items())
    panel = Panel("interval", x_label="mean rank (1 is best)", series=series, labels=tuple(across.mean_ranks))
    title = f"Mean ranks over {len(across.groups)} groups of data sets: bars that overlap are tied (Nemenyi, 5 %)"
    return Figure(f"critical-difference-{protocol}", title, f"Mean ranks: {alt}", (panel,), columns=1)


def _mean_ranks(across: Across) -> Table:
    groups = {
        who: ", ".join(str(group) for group, tied in enumerate(across.cliques, start=1) if who in tied)
        for who in across.mean_ranks
    }
    rows = tuple((who, number(rank), groups[who]) for who, rank in across.mean_ranks.items())
    critical = f"Nemenyi's critical difference at 5 %: {across.critical_difference:.2f}"
    caption = f"Mean ranks: generators with a tie group in common are tied ({critical})"
    return Table(("Generator", "Mean rank", "Tie groups"), rows, caption, names=0)


def _wilcoxon(across: Across) -> Table:
    rows = tuple((*pair, p_value(p)) for pair, p in across.wilcoxon.items())
    caption = "Wilcoxon's signed-rank test over groups, adjusted for all pairs"
    return Table(("Better", "Other", _P), rows, caption, align="llr", names=0)


SECTION = Section("Uncertainty", 15, _build, "How sure")
