"""Section Maps of rows: real and synthetic rows on two axes, as principal components and as a t-SNE."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bench.api import Block, Board, Details, Figure, Panel, Run, Series, Text

from ._format import listing, name, percent
from ._lookup import Drawings, best_drawings, board_section

if TYPE_CHECKING:
    from collections.abc import Iterable

COMPONENTS = "fidelity/components"
_SHARES, _MAPPED_REAL, _MAPPED = "fidelity/component_shares", "fidelity/tsne/real", "fidelity/tsne/synthetic"
_MARGIN, _FRAME, _PICTURES = 0.25, 0.05, 4
_COMPONENT_TEXT = (
    "Principal components are those of the train rows: numbers and dates count in standard deviations, and levels of "
    "categories that differ count as one standard deviation. Every panel shows at most 300 real and 300 synthetic rows "
    "on the same axes, so clouds can be compared between generators; titles give the share of synthetic rows that lie "
    "beyond the panel."
)
_MAP_TEXT = (
    "A t-SNE keeps neighbours together. Of each generator it is made of at most 200 real and as many synthetic rows "
    "at once, so each panel is a map of its own. Where one colour is alone, rows have no like among the others. The "
    "distances between clusters, their sizes and their place in the panel mean little."
)
_WHERE = "The pictures are in report.html."


def _board_blocks(run: Run, board: Board) -> list[Block]:
    drawings = best_drawings(run, board)
    placed = _component_figure(board, [drawing for drawing in drawings if drawing.have(COMPONENTS)])
    mapped = _map_figure(board, drawings)
    text = " ".join([*([_COMPONENT_TEXT] if placed else []), *([_MAP_TEXT] if mapped else []), _WHERE])
    return [Text(text), *placed, *mapped, *_without_map(drawings)] if placed or mapped else []


def _component_figure(board: Board, drawings: list[Drawings]) -> list[Figure]:
    real = _finite(drawings[0].real[COMPONENTS]) if drawings else ()
    if not real:
        return []
    limits = _limits(real, _MARGIN)
    labels = _component_labels(drawings[0].real)
    panels = []
    for drawing in drawings:
        rows = _finite(drawing.synthetic[COMPONENTS])
        beyond = sum(not _inside(point, limits) for point in rows)
        title = drawing.name + (f": {percent(beyond / len(rows))} beyond" if beyond else "")
        panels.append(_scatter(title, drawing.name, real, rows, labels, limits))
    title = "Rows on the first two principal components of the train rows, with their shares of variance"
    alt = f"Principal components of {name(board.dataset)}: real rows, and over them the rows of each generator"
    return [_figure("components", board, title, alt, panels)]


def _map_figure(board: Board, drawings: list[Drawings]) -> list[Figure]:
    panels = []
    for drawing in drawings:
        if _MAPPED in drawing.synthetic and _MAPPED_REAL in drawing.synthetic:
            real, rows = (_finite(drawing.synthetic[key]) for key in (_MAPPED_REAL, _MAPPED))
            limits = _limits([*real, *rows], _FRAME) if real and rows else ()
            panels += [_scatter(drawing.name, drawing.name, real, rows, ("", ""), limits)] if limits else []
    title = "t-SNE of real and synthetic rows together; distances between clusters mean little"
    alt = f"t-SNE of {name(board.dataset)}: a map of real and synthetic rows for each generator"
    return [_figure("tsne", board, title, alt, panels)] if panels else []


def _without_map(drawings: list[Drawings]) -> list[Text]:
    without = [
        drawing.name for drawing in drawings if _MAPPED not in drawing.synthetic and COMPONENTS in drawing.synthetic
    ]
    if not without or len(without) == len(drawings):
        return []
    return [
        Text(f"Without t-SNE, as it is made of the first repeat alone, which failed: {listing(map(name, without))}.")
    ]


def _figure(kind: str, board: Board, title: str, alt: str, panels: Iterable[Panel]) -> Figure:
    tag = f"{kind}-{board.dataset}-{board.protocol}"
    return Figure(tag, title, alt, tuple(panels), columns=4, detail=True, pictures=_PICTURES)


Points = Sequence[tuple[float, float]]


def _scatter(
    title: str, who: str, real: Points, rows: Points, labels: tuple[str, str], limits: tuple[float, ...]
) -> Panel:
    series = tuple(Series(label, *_coordinates(points)) for label, points in (("real", real), (who, rows)))
    return Panel("scatter", title, *labels, series, limits=limits)


def _coordinates(points: Points) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return tuple(x for x, _ in points), tuple(y for _, y in points)


def _component_labels(arrays: Details) -> tuple[str, str]:
    shares = [float(share) for share in arrays.get(_SHARES, ())]
    texts = [f" ({percent(share)})" if share == share else "" for share in shares[:2]]
    first, second = (*texts, "", "")[:2]
    return f"component 1{first}", f"component 2{second}"


def _finite(points: Any) -> Points:  # noqa: ANN401 - an array
    """Returns the points that lie somewhere; infinite numbers and gaps do not."""
    pairs = ((float(x), float(y)) for x, y in points)
    return [(x, y) for x, y in pairs if abs(x) < float("inf") and abs(y) < float("inf")]


def _limits(real: Points, share: float) -> tuple[float, ...]:
    """Returns the range of points and a margin, a share of it."""
    ends: list[float] = []
    for values in _coordinates(real):
        margin = share * (max(values) - min(values)) or 0.5
        ends += [min(values) - margin, max(values) + margin]
    return tuple(ends)


def _inside(point: tuple[float, float], limits: tuple[float, ...]) -> bool:
    return limits[0] <= point[0] <= limits[1] and limits[2] <= point[1] <= limits[3]


SECTION = board_section("Maps of rows", 52, _board_blocks, page="Compare")
