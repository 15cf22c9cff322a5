"""Where axes stand in a small picture: reckoned from the texts around them, without drawing them twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.rendering.svg import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

    Point = tuple[float, float]
    Box = tuple[float, float, float, float]

_TICK, _LABEL, _TITLE = 7.5, 8.0, 9.0
_GAP, _LINE = 4.0, 1.35
_DOT = 4.0


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


def beside(points: Sequence[Point], others: Sequence[Point], texts: Sequence[str], size: Point) -> list[Point]:
    """Where texts stand, each beside its point, so that few lie on each other or on a point.

    Args:
        points: as shares of the frame, from its lower left.
        others: further points to keep clear of.
        texts: one for each of `points`.
        size: of the frame, in points of type.

    Returns:
        How far each text's lower left is from its point, in points of type.

    >>> beside([(0.5, 0.5), (0.52, 0.5)], [], ["one", "two"], (200, 100))
    [(6.0, 4.0), (-19.05, 4.0)]
    """
    marks = [(x * size[0] - _DOT, y * size[1] - _DOT, 2 * _DOT, 2 * _DOT) for x, y in (*points, *others)]
    taken: list[Box] = []
    found: list[Point] = []
    for (x, y), text in zip(points, texts, strict=True):
        width = round(width_of(text, _TICK), 2)
        sides = (
            (6.0, 4.0),
            (round(-6 - width, 2), 4.0),
            (6.0, -10.0),
            (round(-6 - width, 2), -10.0),
            (-width / 2, 9.0),
            (-width / 2, -15.0),
        )
        boxes = [(x * size[0] + right, y * size[1] + up, width, _TICK) for right, up in sides]
        costs = [_overlaps(box, [*taken, *marks]) + 2 * _outside(box, size) for box in boxes]
        best = costs.index(min(costs))
        taken.append(boxes[best])
        found.append(sides[best])
    return found


def _overlaps(box: Box, others: Sequence[Box]) -> int:
    return sum(
        box[0] < other[0] + other[2]
        and other[0] < box[0] + box[2]
        and box[1] < other[1] + other[3]
        and other[1] < box[1] + box[3]
        for other in others
    )


def _outside(box: Box, size: Point) -> int:
    return int(box[0] < 0 or box[1] < 0 or box[0] + box[2] > size[0] or box[1] + box[3] > size[1])
