"""Reports: sections return plain blocks, which renderers turn into Markdown and HTML."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from bench.api.leaderboard import Leaderboard
from bench.api.run import Run

Page: TypeAlias = Literal["Result", "Compare", "Columns", "How sure", "About"]
"""The pages of the HTML report: the ranking; scores and drawings of generators side by side; real and synthetic
columns; uncertainty; data, protocol, environment and failures."""

PAGES: tuple[Page, ...] = get_args(Page)


@dataclass(frozen=True, slots=True)
class Text:
    """Prose in plain text.

    Attributes:
        text: paragraphs, separated by blank lines.
        level: 3 or 4 makes the text a heading; section titles are level 2.
        tone: `lead` is emphasised, `note` and `warning` are boxed, `code` is to be copied.
        items: a list below the text.
    """

    text: str
    level: int = 0
    tone: Literal["plain", "lead", "note", "warning", "code"] = "plain"
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """Pairs of a short label and its value."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of strings; cells are already formatted so that every renderer prints the same digits.

    Attributes:
        rows: each has as many cells as the header.
        align: `l` or `r` per column; empty: first left, others right.
        strong: (row, column) of bold cells.
        apart: indices of rows that are set apart (reference rows).
        hints: explanations by header name.
        cell_hints: explanations by text of a cell, such as the name of a metric; in HTML alone.
        bars: (row, column) -> share in [0, 1], shown as a bar in the cell where the format can.
        names: index of the column of generator names, shown with their colour in figures; -1 if there is none.
        groups: the metric family of each column (empty: none), for readers who filter.
        tags: row -> a remark beside its name.
        anchors: generator -> the `anchor` of the fold with its details.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    align: str = ""
    strong: frozenset[tuple[int, int]] = frozenset()
    apart: frozenset[int] = frozenset()
    hints: Mapping[str, str] = field(default_factory=dict)
    cell_hints: Mapping[str, str] = field(default_factory=dict)
    bars: Mapping[tuple[int, int], float] = field(default_factory=dict)
    names: int = -1
    groups: tuple[str, ...] = ()
    tags: Mapping[int, str] = field(default_factory=dict)
    anchors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Series:
    """One line, cloud or row of intervals.

    Attributes:
        name: a generator or reference row; the same name has the same colour in every figure. Any other name is
            plotted in neutral ink, as real data are.
        x: of `step`, the bin edges (one more than `y`).
        y: values; the names of rows in a panel of intervals are its `labels`.
        low, high: ends of intervals.
        label: in the legend, if it differs from the name.
        variant: 0 solid, 1 dashed, 2 dotted, to distinguish lines of one name.
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
        kind: how its series are plotted; a `heatmap` uses `matrix` instead. In `points` a series of one point is a
            marker, and a longer one is a line. In `bars` the x of a series are lengths, and its y are rows, from 0:
            real data are wide bars, a single other series is a narrow bar inside them, several are markers. In
            `changes` they are signed lengths; each series has its own rows.
        matrix: row by row; NaN where undefined.
        labels: of the rows of a matrix or of a panel of intervals or bars, from top to bottom.
        across: labels of the columns of a matrix; empty if it is square and they are those of the rows.
        notes: what hover shows of the cells of a matrix, row by row, or of the rows of `changes`, as a single row.
        groups: the metric family of each column of a matrix, for readers who choose families; empty: none.
        limits: (x from, x to, y from, y to), or empty to fit the data.
        span: colours of a matrix run from -span to span.
        positive: whether they run from 0 to span instead.
        written: whether the values of a matrix are written into its cells, as percentages.
        diagonal: whether to plot the line where x equals y.
        ties: (first row, last row) of intervals that cannot be told apart, each plotted as a line beside the rows.
        between: the better and the worse of the two generators that the panel compares. Of a figure of such panels,
            HTML shows one at a time, of the two generators that the reader chooses.
        log: whether x holds logarithms to base 10; the axis then shows the numbers themselves.
        dates: whether x holds seconds since 1970; the axis then shows dates.
    """

    kind: Literal["line", "step", "scatter", "interval", "heatmap", "points", "bars", "changes"]
    title: str = ""
    x_label: str = ""
    y_label: str = ""
    series: tuple[Series, ...] = ()
    matrix: tuple[tuple[float, ...], ...] = ()
    labels: tuple[str, ...] = ()
    across: tuple[str, ...] = ()
    notes: tuple[tuple[str, ...], ...] = ()
    groups: tuple[str, ...] = ()
    limits: tuple[float, ...] = ()
    span: float = 1.0
    positive: bool = False
    written: bool = False
    diagonal: bool = False
    ties: tuple[tuple[int, int], ...] = ()
    between: tuple[str, ...] = ()
    log: bool = False
    dates: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """Panels shown together; plain data that renderers plot.

    Attributes:
        name: the file's name beside Markdown, reduced to letters, digits and `-`.
        alt: what the figure shows, in words.
        columns: panels per row, where there is room.
        detail: whether the figure is left out of Markdown.
        pictures: how many of the panels have a static picture; 0 is all. The others are seen in browsers with scripts.
    """

    name: str
    title: str
    alt: str
    panels: tuple[Panel, ...]
    columns: int = 3
    detail: bool = False
    pictures: int = 0


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks that are hidden until the reader opens them.

    Attributes:
        anchor: the target of links in tables, if there are any.
        about: a generator, whose colour the title shows, or a column; HTML hides it from readers who choose others.
    """

    title: str
    blocks: tuple[Text | Facts | Table | Figure, ...]
    anchor: str = ""
    about: str = ""


Block: TypeAlias = Text | Facts | Table | Figure | Fold


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a report, registered as an entry point of `bench.sections`.

    Attributes:
        order: sections are shown from small to large.
        page: the page of the HTML report that shows it; Markdown has all sections in order.
        build: (run, leaderboard) -> blocks; an empty list leaves the section out.
    """

    title: str
    order: int
    build: Callable[[Run, Leaderboard], list[Block]]
    page: Page = "About"
