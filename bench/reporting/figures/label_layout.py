"""Positions of axes and labels in a small picture, computed from text widths without plotting twice."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from bench.common.safe_text import shortened
from bench.reporting.figures.legend import shorten
from bench.reporting.figures.svg import width_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

    from bench.api import Panel, Series

    Point = tuple[float, float]
    Box = tuple[float, float, float, float]

FRAME = (222.0, 190.0)
"""The approximate size of the frame of a panel of points, in points of type."""

_WIDEST_LABEL = 0.6
"""Share of the frame that the label of a point may take: wider ones would find no place beside it."""

_TICK, _LABEL, _TITLE = 7.5, 8.0, 9.0
_GAP, _LINE = 4.0, 1.35
_BOLD = 1.06
_DIGITS = 1.12
"""Digits are wider than the average letter."""
_NARROWEST = 0.58
"""The least width of a letter, in ems."""
_DOT = 4.0
_STEPS = 40
_FURTHER = 9.0
"""How much further away a text is placed where there is no room close to its point."""


def place_axes(axes: Axes, width: float, height: float, *, upright: float = 0.0, beside: float = _TICK) -> None:
    """Leaves as much room on every side of axes as titles, labels and ticks need.

    Args:
        axes: plotted, with limits set.
        width: of the picture, in points.
        height: of the picture, in points.
        upright: type size of vertical x labels, in points; 0 if x labels are horizontal.
        beside: type size of y labels, in points.
    """
    x, y = _tick_texts(axes.xaxis), _tick_texts(axes.yaxis)
    left = _GAP + _longest_width(y, beside) + _line_height(axes.get_ylabel(), _LABEL)
    below = _longest_width(x, upright) if upright else _line_height("".join(x), _TICK)
    bottom = 2 * _GAP + below + _line_height(axes.get_xlabel(), _LABEL)
    offset = axes.yaxis.get_major_formatter().get_offset()
    top = _GAP + _line_height(axes.get_title(loc="left"), _TITLE) + _line_height(offset, _TICK)
    right = _GAP + (0.0 if upright or not x else width_of(x[-1], _TICK) / 2)
    left, bottom = min(left + _GAP, 0.6 * width), min(bottom, 0.6 * height)
    axes.set_position((left / width, bottom / height, 1 - (left + right) / width, 1 - (bottom + top) / height))
    _fit_ticks(axes.yaxis, beside, left - 2 * _GAP - _line_height(axes.get_ylabel(), _LABEL))
    if upright:
        _fit_ticks(axes.xaxis, upright, bottom - 2 * _GAP - _line_height(axes.get_xlabel(), _LABEL))
    _fit_titles(axes, width, height)


def _fit_ticks(axis: Axis, size: float, room: float) -> None:
    """Cuts tick labels that are longer than the room for them; numbers never are."""
    texts = _tick_texts(axis)
    if _longest_width(texts, size) > room + 0.5:
        axis.set_ticks(axis.get_majorticklocs(), [fit(text, size, room / _DIGITS) for text in texts])


def _fit_titles(axes: Axes, width: float, height: float) -> None:
    """Cuts titles to the space beside them; one that is longer than the frame begins at the edge of the picture."""
    box = axes.get_position()
    frame, room = box.width * width, (1 - box.x0) * width - _GAP
    title = axes.get_title(loc="left")
    if _BOLD * width_of(title, _TITLE) > room:
        edge = (_GAP / width - box.x0) / box.width
        axes.set_title(fit(title, _BOLD * _TITLE, width - 2 * _GAP), x=edge)
    margins = min(box.x0 * width, width - frame - box.x0 * width)
    axes.set_xlabel(fit(axes.get_xlabel(), _LABEL, frame + 2 * margins))
    below = min(box.y0 * height, (1 - box.y1) * height)
    axes.set_ylabel(fit(axes.get_ylabel(), _LABEL, box.height * height + 2 * below))


def fit(text: str, size: float, room: float) -> str:
    """Returns a text of a type size, cut to a width in points.

    >>> fit("rank range", 8, 100), fit("share of all rows", 8, 60), fit("WWWWWWWWWWWW", 8, 60)
    ('rank range', 'share of …', 'WWWWWW…')
    """
    for longest in range(min(len(text), int(room / size / _NARROWEST) + 1), 1, -1):
        cut = shortened(text, longest)
        if width_of(cut, size) <= room:
            return cut
    return text[:1]


def _tick_texts(axis: Axis) -> list[str]:
    return list(axis.get_major_formatter().format_ticks([float(position) for position in axis.get_majorticklocs()]))


def _longest_width(texts: list[str], size: float) -> float:
    return _DIGITS * max((width_of(text, size) for text in texts), default=0.0)


def _line_height(text: str, size: float) -> float:
    return _LINE * size if text else 0.0


def label_offsets(panel: Panel, limits: Sequence[float]) -> list[tuple[Series, str, Point]]:
    """Returns the labelled points of a panel with their texts and offsets, as of `place_labels`.

    Args:
        panel: of markers (series of one point) and lines.
        limits: left, right, bottom and top end of the axes.
    """
    left, right, bottom, top = limits

    def share(x: float, y: float) -> Point:
        return (x - left) / (right - left), (y - bottom) / (top - bottom)

    markers = [series for series in panel.series if len(series.x) == 1]
    lines = [series for series in panel.series if len(series.x) > 1 and series.label]
    labelled = sorted((series for series in markers if series.label), key=lambda series: (series.x[0], series.y[0]))
    texts = [fit(shorten(series.label), _TICK, _WIDEST_LABEL * FRAME[0]) for series in labelled]
    offsets = place_labels(
        [share(series.x[0], series.y[0]) for series in labelled],
        [share(series.x[0], series.y[0]) for series in markers if not series.label],
        texts,
        FRAME,
        [[share(x, y) for x, y in zip(line.x, line.y, strict=True)] for line in lines],
    )
    return list(zip(labelled, texts, offsets, strict=True))


def place_labels(
    points: Sequence[Point],
    others: Sequence[Point],
    texts: Sequence[str],
    size: Point,
    lines: Sequence[Sequence[Point]] = (),
) -> list[Point]:
    """Places texts beside their points, with few overlaps of texts, points and lines.

    Args:
        points: as shares of the frame, from its lower left.
        others: further points to avoid.
        texts: one for each of `points`.
        size: of the frame, in points of type.
        lines: corners of lines to avoid.

    Returns:
        The offset of each text's lower left from its point, in points of type.

    >>> place_labels([(0.5, 0.5), (0.52, 0.5)], [], ["one", "two"], (200, 100))
    [(-19.05, 4.0), (6.0, 4.0)]
    """
    markers = [(x * size[0] - _DOT, y * size[1] - _DOT, 2 * _DOT, 2 * _DOT) for x, y in (*points, *others)]
    segments = [(x * size[0] - 1, y * size[1] - 1, 2.0, 2.0) for line in lines for x, y in _points_along(line)]
    placed: list[Box] = []
    offsets: list[Point] = []
    for (x, y), text, marker in zip(points, texts, markers[: len(points)], strict=True):
        width = round(width_of(text, _TICK), 2)
        candidates = _candidate_offsets(width)
        boxes = [(x * size[0] + right, y * size[1] + up, width, _TICK) for right, up in candidates]
        costs = [
            4 * _overlaps(box, placed)
            + 3 * _overlaps(box, markers)
            + 2 * _is_ambiguous(box, marker, markers)
            + bool(_overlaps(box, segments))
            + 4 * _is_outside(box, size)
            for box in boxes
        ]
        best = costs.index(min(costs))
        placed.append(boxes[best])
        offsets.append(candidates[best])
    return offsets


def _candidate_offsets(width: float) -> list[Point]:
    """Returns possible offsets of a text of that width, the best first: close to its point, then further away."""
    left, middle = round(-6 - width, 2), round(-width / 2, 2)
    near = [(6.0, 4.0), (left, 4.0), (6.0, -10.0), (left, -10.0), (middle, 9.0), (middle, -15.0)]
    return [*near, *((right, up + (_FURTHER if up > 0 else -_FURTHER)) for right, up in near)]


def _points_along(corners: Sequence[Point]) -> Iterator[Point]:
    """Yields points of a line that are so close that no text fits between them."""
    for (x, y), (to_x, to_y) in pairwise(corners):
        for step in range(_STEPS + 1):
            share = step / _STEPS
            yield x + share * (to_x - x), y + share * (to_y - y)


def _overlaps(box: Box, others: Sequence[Box]) -> int:
    """Returns how many of the other boxes a box overlaps."""
    return sum(
        box[0] < other[0] + other[2]
        and other[0] < box[0] + box[2]
        and box[1] < other[1] + other[3]
        and other[1] < box[1] + box[3]
        for other in others
    )


def _is_ambiguous(box: Box, own: Box, others: Sequence[Box]) -> bool:
    """Returns whether a text seems to belong to another marker, because that is clearly nearer."""
    return any(_distance(box, other) + 1 < _distance(box, own) for other in others)


def _distance(box: Box, other: Box) -> float:
    """Returns the distance between two boxes; 0 where they touch."""
    across = max(other[0] - box[0] - box[2], box[0] - other[0] - other[2], 0.0)
    up = max(other[1] - box[1] - box[3], box[1] - other[1] - other[3], 0.0)
    return math.hypot(across, up)


def _is_outside(box: Box, size: Point) -> bool:
    return box[0] < 0 or box[1] < 0 or box[0] + box[2] > size[0] or box[1] + box[3] > size[1]
