"""Reports: plain blocks, which only the renderers turn into Markdown and HTML, and the sections made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bench.api.leaderboard import Leaderboard
    from bench.api.run import Run


@dataclass(frozen=True, slots=True)
class Text:
    """Prose in plain text.

    Attributes:
        text: paragraphs, separated by blank lines.
        level: 3 or 4 makes it a heading; sections themselves are level 2.
        tone: `lead` stands out, `note` and `warning` are set apart, `code` is something to copy.
        items: a list printed below the text.
    """

    text: str
    level: int = 0
    tone: Literal["plain", "lead", "note", "warning", "code"] = "plain"
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """Short labels, each with what it stands for."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of strings; cells are already formatted so that every renderer prints the same digits.

    Attributes:
        header: column names.
        rows: as many cells each as the header.
        align: `l` or `r` per column; empty: first left, others right.
        strong: (row, column) of cells to set in bold.
        apart: indices of rows to set apart (reference rows).
        hints: explanations by header name.
        bars: share in [0, 1] by (row, column), drawn in the cell where the format can.
        names: index of the column of generator names, which show the colour they have in figures; -1: none.
        groups: by column, the metric family that it belongs to (empty: none), for readers who filter.
        tags: by row, what its name needs said beside it.
        anchors: by generator name, the `anchor` of the fold that says more of it.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    align: str = ""
    strong: frozenset[tuple[int, int]] = frozenset()
    apart: frozenset[int] = frozenset()
    hints: Mapping[str, str] = field(default_factory=dict)
    bars: Mapping[tuple[int, int], float] = field(default_factory=dict)
    names: int = -1
    groups: tuple[str, ...] = ()
    tags: Mapping[int, str] = field(default_factory=dict)
    anchors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Series:
    """One line, cloud or row of intervals.

    Attributes:
        name: a generator or reference, which picks the colour: the same for a name everywhere. Any other
            name is drawn in neutral ink, as real data are.
        x: of `step`, the bin edges (one more than `y`).
        y: values; the names of rows in a panel of intervals are its `labels`.
        low: lower ends of intervals; likewise `high`.
        label: in the legend, if it is not the name.
        variant: 0 solid, 1 dashed, 2 dotted, to tell lines of one name apart.
    """

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    label: str = ""
    variant: int = 0


@dataclass(frozen=True, slots=True)
class Panel:
    """One pair of axes.

    Attributes:
        kind: how its series are drawn; a `heatmap` uses `matrix` instead. In `points` a series of one point is a
            marker, and a longer one a line.
        matrix: square, row by row; NaN where undefined.
        labels: of the rows of a matrix, or of a panel of intervals, from top to bottom.
        limits: (x from, x to, y from, y to), or empty to fit the data.
        span: colours of a matrix run from -span to span.
        diagonal: whether to draw where x equals y.
        log: whether x holds logarithms to base 10, whose axis then says the numbers themselves.
    """

    kind: Literal["line", "step", "scatter", "interval", "heatmap", "points"]
    title: str = ""
    x_label: str = ""
    y_label: str = ""
    series: tuple[Series, ...] = ()
    matrix: tuple[tuple[float, ...], ...] = ()
    labels: tuple[str, ...] = ()
    limits: tuple[float, ...] = ()
    span: float = 1.0
    diagonal: bool = False
    log: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """Panels drawn together; plain data, drawn by the renderers only when figures are wanted.

    Attributes:
        name: names the file beside Markdown, as far as it is made of letters, digits and `-`.
        title: shown above.
        alt: what the figure shows, in words.
        columns: panels per row, where there is room.
        detail: whether only formats that cost nothing until opened draw it.
    """

    name: str
    title: str
    alt: str
    panels: tuple[Panel, ...]
    columns: int = 3
    detail: bool = False


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks that are shown when asked for.

    Attributes:
        anchor: what tables lead here by, if any do.
        about: a generator, whose colour the title shows.
    """

    title: str
    blocks: tuple[Text | Facts | Table | Figure, ...]
    anchor: str = ""
    about: str = ""


Block: TypeAlias = Text | Facts | Table | Figure | Fold


@dataclass(frozen=True, slots=True)
class Section:
    """What an entry point of `bench.sections` names: one part of a report.

    Attributes:
        title: its heading.
        order: sections are printed from small to large.
        build: (run, leaderboard) -> plain blocks; an empty list leaves the section out.
    """

    title: str
    order: int
    build: Callable[[Run, Leaderboard], list[Block]]
