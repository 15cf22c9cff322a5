"""What several data sets say together, or why they cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import Block, Figure, Fold, Panel, Series, Table, Text
from bench.common.formatting import p_value

from . import _confidence_text
from ._format import listing, name, number

if TYPE_CHECKING:
    from bench.api import Across, Leaderboard

_LEVEL = 0.05


def blocks(leaderboard: Leaderboard) -> list[Block]:
    """By protocol; a heading where several data sets are compared, one sentence where nothing can be."""
    found: list[Block] = []
    several = len(leaderboard.boards) > 1
    for protocol, said in leaderboard.across.items():
        title = Text(f"Across data sets, {protocol} split", level=3)
        found += [title] if several else []
        found += [Text(said, tone="note")] if isinstance(said, str) else _compared(protocol, said)
    return found


def _compared(protocol: str, said: Across) -> list[Block]:
    # Bars that do not overlap would contradict a first test by which nothing differs.
    drawn = [_figure(protocol, said)] if said.p < _LEVEL else []
    return [
        Text(_words(said)),
        *drawn,
        _ranks(said),
        Fold("Wilcoxon's test by pair", (_wilcoxon(said),)),
    ]


def _words(said: Across) -> str:
    tested = f"Friedman's test over {len(said.groups)} independent groups ({listing(said.groups)}): p {_is(said.p)}."
    if said.p >= _LEVEL:
        return f"{tested} The generators cannot be told apart over these data sets."
    tied = f"Nemenyi's test cannot tell apart: {_confidence_text.ties(said.cliques)}." if said.cliques else ""
    signed = (
        f"Wilcoxon's with Holm cannot: {_confidence_text.ties(said.wilcoxon_cliques)}." if said.wilcoxon_cliques else ""
    )
    least = said.least_p * len(said.wilcoxon)
    weak = (
        f"With {len(said.groups)} groups its adjusted p cannot fall below {min(least, 1.0):.2g}, whatever the scores."
    )
    return " ".join(part for part in (tested, tied, signed, weak if least >= _LEVEL else "") if part)


def _is(p: float) -> str:
    found = p_value(p)
    return found if found.startswith("<") else f"= {found}"


def _figure(protocol: str, said: Across) -> Figure:
    """A critical-difference diagram: bars one critical difference wide overlap where two ranks are that close."""
    half = said.critical_difference / 2
    series = tuple(
        Series(who, (rank,), (float(at),), (rank - half,), (rank + half,))
        for at, (who, rank) in enumerate(said.mean_ranks.items())
    )
    alt = "; ".join(f"{name(who)} {rank:.2f}" for who, rank in said.mean_ranks.items())
    panel = Panel("interval", x_label="mean rank (1 is best)", series=series, labels=tuple(said.mean_ranks))
    title = f"Mean ranks over {len(said.groups)} groups of data sets: bars that overlap are tied (Nemenyi, 5 %)"
    return Figure(f"critical-difference-{protocol}", title, f"Mean ranks: {alt}", (panel,), columns=1)


def _ranks(said: Across) -> Table:
    groups = {
        who: [str(at) for at, clique in enumerate(said.cliques, start=1) if who in clique] for who in said.mean_ranks
    }
    return Table(
        header=("Generator", "Mean rank", "Tied in group"),
        rows=tuple((who, number(rank), ", ".join(groups[who])) for who, rank in said.mean_ranks.items()),
        caption=f"Mean ranks; those with a group in common are tied (Nemenyi, 5 %: {said.critical_difference:.2f})",
        names=0,
    )


def _wilcoxon(said: Across) -> Table:
    return Table(
        header=("Better", "Other", "p (Holm)"),
        rows=tuple((*pair, p_value(p)) for pair, p in said.wilcoxon.items()),
        caption="Wilcoxon's signed-rank test over groups, adjusted for all pairs",
        align="llr",
        names=0,
    )
