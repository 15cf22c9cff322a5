"""What moves the overall score from one generator to another: a bar for each family."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from bench.api import Board, Entry, Figure, Panel, Series
from bench.common.formatting import heading

from ._format import name

if TYPE_CHECKING:
    from ._value_tables import BoardValues

_MOST = 16
_PICTURES = 3
_REST = "between repeats"
_SMALLEST = 5e-4

CHANGES_TEXT = (
    "The bars add up to the difference of two overall scores. Each is the Shapley value (1953) of a family: the mean "
    "change of the geometric mean when this family changes from the score of one generator to that of the other, over "
    "all orders of the families. A bar has the colour of the generator that is ahead."
)


def changes_figure(values: BoardValues, ranked: Sequence[Entry]) -> Figure:
    """Returns what moves the score, for each pair of the best generators; the first ones are neighbours in rank."""
    entries = ranked[:_MOST]
    neighbours = list(pairwise(entries))
    others = [pair for pair in combinations(entries, 2) if pair not in neighbours]
    board = values.board
    panels = tuple(_panel(values, *pair) for pair in (*neighbours, *others))
    best = f"; the best {len(entries)} of {len(ranked)}" if len(entries) < len(ranked) else ""
    title = f"What moves the overall score from one generator to another{best}"
    alt = "; ".join(_in_words(panel) for panel in panels[:_PICTURES])
    tag = f"{board.dataset}-{board.protocol}"
    return Figure(f"changes-{tag}", title, f"Change of the overall score {alt}", panels, pictures=_PICTURES)


def _panel(values: BoardValues, better: Entry, worse: Entry) -> Panel:
    parts = contributions(values.board, better, worse)
    labels = (*parts, "overall")
    lengths = (*parts.values(), difference(better, worse))
    notes = (*(_most_in(values, better, worse, family) for family in parts), "")
    series = tuple(
        Series(entry.generator, *_signed(lengths, ahead)) for entry, ahead in ((better, True), (worse, False))
    )
    title = f"from {name(worse.generator)} to {name(better.generator)}"
    between = (better.generator, worse.generator)
    return Panel(
        "changes", title, "change of the overall score", series=series, labels=labels, notes=(notes,), between=between
    )


def _signed(lengths: Sequence[float], ahead: bool) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Returns lengths of one sign, and their rows."""
    rows = [row for row, length in enumerate(lengths) if (length >= 0) == ahead]
    return tuple(lengths[row] for row in rows), tuple(map(float, rows))


def _in_words(panel: Panel) -> str:
    lengths = {row: x for series in panel.series for x, row in zip(series.x, series.y, strict=True)}
    parts = ", ".join(f"{label} {lengths[float(row)]:+.3f}" for row, label in enumerate(panel.labels))
    return f"{panel.title}: {parts}"


def contributions(board: Board, better: Entry, worse: Entry) -> dict[str, float]:
    """Returns the parts of the difference in overall score by family, largest first; they add up to it.

    Overall scores are means over repeats of geometric means, so the geometric means of mean family scores differ from
    them a little; that part is the last one, if it is not negligible.
    """
    families = [family for family in board.families if family in better.families and family in worse.families]
    first, second = ({family: entry.families[family].mean for family in families} for entry in (better, worse))
    parts = shapley_values(first, second)
    by_size = dict(sorted(parts.items(), key=lambda part: -abs(part[1])))
    rest = difference(better, worse) - math.fsum(parts.values())
    return by_size | ({_REST: rest} if abs(rest) >= _SMALLEST else {})


def difference(better: Entry, worse: Entry) -> float:
    """Returns the difference of two overall scores."""
    first, second = (entry.overall.mean if entry.overall else 0.0 for entry in (better, worse))
    return first - second


def shapley_values(first: Mapping[str, float], second: Mapping[str, float]) -> dict[str, float]:
    """Returns how much each key contributes to the difference of the geometric means of two sets of values.

    >>> parts = shapley_values({"a": 0.8, "b": 0.5}, {"a": 0.2, "b": 0.5})
    >>> {key: round(part, 3) for key, part in parts.items()}
    {'a': 0.316, 'b': 0.0}
    """
    keys = list(first)

    def mean(changed: frozenset[str]) -> float:
        product = math.prod(first[key] if key in changed else second[key] for key in keys)
        return float(product ** (1 / len(keys)))

    def value(key: str) -> float:
        others = [other for other in keys if other != key]
        subsets = (frozenset(chosen) for size in range(len(keys)) for chosen in combinations(others, size))
        gains = ((len(chosen), mean(chosen | {key}) - mean(chosen)) for chosen in subsets)
        return math.fsum(gain / (len(keys) * math.comb(len(keys) - 1, size)) for size, gain in gains)

    return {key: value(key) for key in keys}


def _most_in(values: BoardValues, better: Entry, worse: Entry, family: str) -> str:
    """Returns the metric of a family with the largest difference in score, with the values of both."""
    if family not in values.board.families:
        return ""
    shared = [metric for metric in values.scored_metrics(better, family) if metric.name in worse.scores]
    if not shared:
        return ""
    most = max(shared, key=lambda metric: abs(better.scores[metric.name].mean - worse.scores[metric.name].mean))
    texts = (
        f"{entry.generator} {entry.metrics[most.name].mean:.4g}"
        for entry in (better, worse)
        if most.name in entry.metrics
    )
    return f"{heading(most)}: {', '.join(texts)}"
