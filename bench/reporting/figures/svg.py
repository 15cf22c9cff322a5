"""SVG as text: what matplotlib wrote made small and fit for both themes, and panels put together in one file."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

INK = "#010203"
"""Stands for the colour of text while drawing; becomes the page's own colour, or a dark one in files."""

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Of Okabe and Ito (2008): colour-blind readers can tell them apart. Beyond six names they repeat, with other dashes
and markers."""

DASHES = ("", "5 2", "1.5 1.5", "6 2 1.5 2", "9 3", "3 1", "6 2 1.5 2 1.5 2")
"""Solid, dashed, dotted, both in turn, and longer and shorter of these."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X")
"""Matplotlib's names of as many shapes: colour and shape together tell 42 names apart."""

_SHAPES = {
    "o": '<circle cx="5" cy="5" r="4"/>',
    "s": '<path d="M1.5 1.5h7v7h-7z"/>',
    "^": '<path d="M5 1L9.3 8.8H.7z"/>',
    "D": '<path d="M5 .3L9.7 5L5 9.7L.3 5z"/>',
    "v": '<path d="M5 9L.7 1.2H9.3z"/>',
    "P": '<path d="M3.3 .8h3.4v2.5h2.5v3.4h-2.5v2.5h-3.4v-2.5h-2.5v-3.4h2.5z"/>',
    "X": '<path d="M.8 2.8L2.8 .8L5 3L7.2 .8L9.2 2.8L7 5L9.2 7.2L7.2 9.2L5 7L2.8 9.2L.8 7.2L3 5z"/>',
}

_FILE_INK = "#24292f"
_FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
_GAP, _MARGIN, _LINE = 14.0, 10.0, 16.0
_LARGEST = 1.8
"""Pixels per point on a page: beyond that, labels would be larger than the text around them."""


@dataclass(frozen=True, slots=True)
class Style:
    """How everything of one name looks."""

    colour: str = INK
    dash: str = ""
    marker: str = "o"

    def sign(self) -> str:
        """The marker as an element for a page."""
        shape = _SHAPES[self.marker]
        return f'<svg class="dot" viewBox="0 0 10 10" aria-hidden="true" fill="{self.colour}">{shape}</svg>'


def styles(names: Iterable[str]) -> dict[str, Style]:
    """A look for each name, in their order. What has no look of its own is drawn in ink, as real data are."""
    count = len(_COLOURS)
    turns = [divmod(at, count) for at in range(count * len(DASHES))]
    looks = [Style(_COLOURS[place], DASHES[turn], MARKERS[turn]) for turn, place in turns]
    return {name: looks[at % len(looks)] for at, name in enumerate(names)}


@dataclass(frozen=True, slots=True)
class Picture:
    """One drawn panel: `body` is what stands between the tags of an svg of `width` x `height` points."""

    title: str
    width: float
    height: float
    body: str

    def inline(self) -> str:
        """An element for a page, scaled to where it stands."""
        size, most = f"{self.width:g} {self.height:g}", f"{_LARGEST * self.width:.0f}px"
        label = escape(self.title, quote=True)
        where = f'viewBox="0 0 {size}" style="max-width:{most}"'
        return f'<svg {where} role="img" aria-label="{label}">{themed(self.body)}</svg>'


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of a legend; `shape` is `line`, `dot`, `area` or one of `MARKERS`."""

    text: str
    colour: str
    dash: str = ""
    shape: str = "line"
    opacity: float = 1.0

    def glyph(self) -> str:
        """A sign of 22 x 10 points."""
        if self.shape == "area":
            drawn = f'<rect x="3" y="0" width="16" height="10" fill="{self.colour}" fill-opacity="{self.opacity:g}"/>'
        elif self.shape == "dot":
            drawn = f'<circle cx="11" cy="5" r="3.5" fill="{self.colour}" fill-opacity="{self.opacity:g}"/>'
        elif self.shape in _SHAPES:
            drawn = f'<g transform="translate(6 0)" fill="{self.colour}">{_SHAPES[self.shape]}</g>'
        else:
            dash = f' stroke-dasharray="{self.dash}"' if self.dash else ""
            drawn = f'<path d="M1 5H21" stroke="{self.colour}" stroke-width="2"{dash}/>'
        return drawn

    def inline(self) -> str:
        """The sign as an element for a page."""
        return f'<svg viewBox="0 0 22 10" width="22" height="10" aria-hidden="true">{themed(self.glyph())}</svg>'


def themed(text: str) -> str:
    """In the colour of the page's text, whichever theme it has."""
    return text.replace(INK, "currentColor")


def picture(text: str, title: str) -> Picture:
    """What matplotlib wrote, without prolog, fonts, unused ids and needless digits."""
    head = re.search(r'<svg[^>]*viewBox="0 0 ([\d.]+) ([\d.]+)"[^>]*>', text)
    if head is None:
        raise ValueError("the text holds no svg element with a view box")
    body = text[head.end() : text.rindex("</svg>")]
    return Picture(title, float(head[1]), float(head[2]), _small(body))


def _tenths(number: re.Match[str]) -> str:
    """A tenth of a point is finer than any screen shows, and half the bytes."""
    return f"{float(number[0]):.1f}".removesuffix(".0")


def _small(body: str) -> str:
    body = re.sub(r"<style.*?</style>|<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r" ?font-family: [^;\"]*;?", "", body)
    body = body.replace("xlink:href", "href")
    body = re.sub(r' transform="rotate\(-0 [^"]*"', "", body)
    body = re.sub(r'(?<=[ "(,])-?\d+\.\d{3,}(?=[ "),\n])', lambda number: f"{float(number[0]):.2f}", body)
    body = re.sub(r' d="([^"]*)"', lambda path: f' d="{_short_path(path[1])}"', body)
    used = set(re.findall(r"#([\w.-]+)", body))
    body = re.sub(r' id="([^"]*)"', lambda name: name[0] if name[1] in used else "", body)
    return re.sub(r">\s+<", "><", re.sub(r"<defs>\s*</defs>", "", body)).strip()


def _short_path(path: str) -> str:
    path = re.sub(r"\s*\n\s*", "", path)
    path = re.sub(r"\d+\.\d{2,}", _tenths, path)
    path = re.sub(r"([A-Za-z]) (?=[\d.-])", r"\1", path)
    return re.sub(r"M(-?[\d.]+ -?[\d.]+) ?L\1(?![\d.])", r"M\1h0", path)


def width_of(text: str, size: float) -> float:
    """A rough width of a text in points: wide characters count as one em, others as 0.58."""
    return size * sum(1.0 if unicodedata.east_asian_width(char) in "WF" else 0.58 for char in text)


def compose(title: str, pictures: Sequence[Picture], keys: Sequence[Key], columns: int) -> str:
    """All panels of a figure on white, with title and legend, as the text of an SVG file."""
    columns = max(1, min(columns, len(pictures)))
    rows = [pictures[at : at + columns] for at in range(0, len(pictures), columns)]
    widths = [sum(part.width + _GAP for part in row) - _GAP for row in rows]
    width = max(*widths, width_of(title, 13)) + 2 * _MARGIN
    legend, top = _legend(keys, width, _MARGIN + 26)
    parts = [f'<text x="{_MARGIN}" y="{_MARGIN + 12}" font-size="13" font-weight="600">{escape(title)}</text>', *legend]
    for row in rows:
        left = _MARGIN
        for part in row:
            frame = f'x="{left:g}" y="{top:g}" width="{part.width:g}" height="{part.height:g}"'
            parts.append(f'<svg {frame} viewBox="0 0 {part.width:g} {part.height:g}">{part.body}</svg>')
            left += part.width + _GAP
        top += max(part.height for part in row) + _GAP
    size = f"{width:g} {top:g}"
    body = "".join(parts).replace(INK, _FILE_INK)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{top:g}" viewBox="0 0 {size}" '
        f'font-family="{_FONT}" fill="{_FILE_INK}"><rect width="100%" height="100%" fill="#fff"/>{body}</svg>\n'
    )


def _legend(keys: Sequence[Key], width: float, top: float) -> tuple[list[str], float]:
    """The entries, wrapped, and where the panels may begin."""
    parts: list[str] = []
    left = _MARGIN
    for key in keys:
        need = 28 + width_of(key.text, 10) + 14
        if left > _MARGIN and left + need > width:
            left, top = _MARGIN, top + _LINE
        parts.append(
            f'<g transform="translate({left:g} {top:g})">{key.glyph()}'
            f'<text x="27" y="8.5" font-size="10">{escape(key.text)}</text></g>'
        )
        left += need
    return parts, top + (_LINE + 6 if keys else -4)
