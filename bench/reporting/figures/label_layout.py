"""Where axes stand in a small picture: reckoned from the texts around them, without drawing them twice."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from bench.reporting.figures.svg import width_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

    Point = tuple[float, float]
    Box = tuple[float, float, float, float]

_TICK, _LABEL, _TITLE = 7.5, 8.0, 9.0
_GAP, _LINE = 4.0, 1.35
_DOT = 4.0
_STEPS = 40
_FURTHER = 9.0
"""How much further off a text stands where there is no room right beside its point."""


def place(axes: Axes, width: float, height: float, *, upright: float = 0.0) -> None:
    """Leaves as much room on every side as titles, labels and ticks need.

    Args:
        axes: drawn, with its limits set.
        width: of the picture, in points.
        height: likewise.
        upright: size of the type of x labels that stand upright, in points; 0 if they lie.
    """
    x, y = _texts(axes.xaxis), _texts(axes.yaxis)
    left = _GAP + _longest(y, _TICK) + _line(axes.get_ylabel(), _LABEL)
    below = _longest(x, upright) if upright else _line("".join(x), _TICK)
    bottom = 2 * _GAP + below + _line(axes.get_xlabel(), _LABEL)
    top = _GAP + _line(axes.get_title(loc="left"), _TITLE) + _line(axes.yaxis.get_major_formatter().get_offset(), _TICK)
    right = _GAP + (0.0 if upright or not x else width_of(x[-1], _TICK) / 2)
    left, bottom = min(left + _GAP, 0.6 * width), min(bottom, 0.6 * height)
    axes.set_position((left / width, bottom / height, 1 - (left + right) / width, 1 - (bottom + top) / height))


def _texts(axis: Axis) -> list[str]:
    return list(axis.get_major_formatter().format_ticks([float(at) for at in axis.get_majorticklocs()]))


def _longest(texts: list[str], size: float) -> float:
    # Figures are wider than the average letter.
    return 1.12 * max((width_of(text, size) for text in texts), default=0.0)


def _line(text: str, size: float) -> float:
    return _LINE * size if text else 0.0


def beside(
    points: Sequence[Point],
    others: Sequence[Point],
    texts: Sequence[str],
    size: Point,
    lines: Sequence[Sequence[Point]] = (),
) -> list[Point]:
    """Where texts stand, each beside its point, so that few lie on each other, on a point or on a line.

    Args:
        points: as shares of the frame, from its lower left.
        others: further points to keep clear of.
        texts: one for each of `points`.
        size: of the frame, in points of type.
        lines: corners of lines to keep clear of.

    Returns:
        How far each text's lower left is from its point, in points of type.

    >>> beside([(0.5, 0.5), (0.52, 0.5)], [], ["one", "two"], (200, 100))
    [(-19.05, 4.0), (6.0, 4.0)]
    """
    marks = [(x * size[0] - _DOT, y * size[1] - _DOT, 2 * _DOT, 2 * _DOT) for x, y in (*points, *others)]
    drawn = [(x * size[0] - 1, y * size[1] - 1, 2.0, 2.0) for line in lines for x, y in _along(line)]
    taken: list[Box] = []
    found: list[Point] = []
    for (x, y), text in zip(points, texts, strict=True):
        width = round(width_of(text, _TICK), 2)
        sides = _sides(width)
        boxes = [(x * size[0] + right, y * size[1] + up, width, _TICK) for right, up in sides]
        own = x * size[0] - _DOT, y * size[1] - _DOT, 2 * _DOT, 2 * _DOT
        costs = [
            4 * _overlaps(box, taken)
            + 3 * _overlaps(box, marks)
            + 2 * _astray(box, own, marks)
            + bool(_overlaps(box, drawn))
            + 4 * _outside(box, size)
            for box in boxes
        ]
        best = costs.index(min(costs))
        taken.append(boxes[best])
        found.append(sides[best])
    return found


def _sides(width: float) -> list[Point]:
    """Where a text of that width may stand, the best first: right beside its point, then further above or below."""
    left, middle = round(-6 - width, 2), round(-width / 2, 2)
    near = [(6.0, 4.0), (left, 4.0), (6.0, -10.0), (left, -10.0), (middle, 9.0), (middle, -15.0)]
    return [*near, *((right, up + (_FURTHER if up > 0 else -_FURTHER)) for right, up in near)]


def _along(corners: Sequence[Point]) -> Iterator[Point]:
    """Points of a line, so near each other that no text fits between them."""
    for (x, y), (to_x, to_y) in pairwise(corners):
        for step in range(_STEPS + 1):
            share = step / _STEPS
            yield x + share * (to_x - x), y + share * (to_y - y)


def _overlaps(box: Box, others: Sequence[Box]) -> int:
    return sum(
        box[0] < other[0] + other[2]
        and other[0] < box[0] + box[2]
        and box[1] < other[1] + other[3]
        and other[1] < box[1] + box[3]
        for other in others
    )


def _astray(box: Box, own: Box, others: Sequence[Box]) -> bool:
    """Whether a text seems to belong to another mark, as that is clearly nearer."""
    return any(_apart(box, other) + 1 < _apart(box, own) for other in others)


def _apart(box: Box, other: Box) -> float:
    """The distance between two boxes; nought where they touch."""
    across = max(other[0] - box[0] - box[2], box[0] - other[0] - other[2], 0.0)
    up = max(other[1] - box[1] - box[3], box[1] - other[1] - other[3], 0.0)
    return math.hypot(across, up)


def _outside(box: Box, size: Point) -> int:
    return int(box[0] < 0 or box[1] < 0 or box[0] + box[2] > size[0] or box[1] + box[3] > size[1])
