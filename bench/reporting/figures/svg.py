"""SVG as text: makes matplotlib's output small and fit for light and dark pages, and puts panels into one file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from bench.reporting.figures.legend import INK, Key, themed

_FILE_INK = "#24292f"
_FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
_GAP, _MARGIN, _LINE = 14.0, 10.0, 16.0
_WIDE = frozenset("WMmw@%…")
_BOLD = 1.06
_LARGEST = 1.8
"""Pixels per point on a page: beyond that, labels would be larger than the text around them."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One plotted panel: `body` is the content of an svg element of `width` x `height` points."""

    title: str
    width: float
    height: float
    body: str

    def inline(self) -> str:
        """Returns an SVG element for a page, as wide as its place allows."""
        label = escape(self.title, quote=True)
        size = f'viewBox="0 0 {self.width:g} {self.height:g}" style="max-width:{_LARGEST * self.width:.0f}px"'
        return f'<svg {size} role="img" aria-label="{label}">{themed(self.body)}</svg>'


def read_picture(text: str, title: str) -> Picture:
    """Returns matplotlib's output without prolog, fonts, unused ids and needless digits."""
    head = re.search(r'<svg[^>]*viewBox="0 0 ([\d.]+) ([\d.]+)"[^>]*>', text)
    if head is None:
        raise ValueError("the text holds no svg element with a view box")
    body = text[head.end() : text.rindex("</svg>")]
    return Picture(title, float(head[1]), float(head[2]), _compact(body))


def _tenths(number: re.Match[str]) -> str:
    """Rounds to a tenth of a point: finer than any screen shows, with half the bytes."""
    return f"{float(number[0]):.1f}".removesuffix(".0")


def _compact(body: str) -> str:
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
    """Returns the rough width of a text in points: wide characters are one em, capitals 0.72, others 0.58."""
    return size * sum(map(_ems, text))


def _ems(char: str) -> float:
    if char in _WIDE or unicodedata.east_asian_width(char) in "WF":
        return 1.0
    return 0.72 if char.isupper() else 0.58


def compose(title: str, pictures: Sequence[Picture], keys: Sequence[Key], columns: int) -> str:
    """Returns the text of an SVG file: all panels of a figure on white, with title and legend."""
    columns = max(1, min(columns, len(pictures)))
    rows = [pictures[start : start + columns] for start in range(0, len(pictures), columns)]
    widths = [sum(picture.width + _GAP for picture in row) - _GAP for row in rows]
    width = max(*widths, _BOLD * width_of(title, 13)) + 2 * _MARGIN
    legend, top = _legend(keys, width, _MARGIN + 26)
    parts = [f'<text x="{_MARGIN}" y="{_MARGIN + 12}" font-size="13" font-weight="600">{escape(title)}</text>', *legend]
    for row in rows:
        left = _MARGIN
        for picture in row:
            size = f"{picture.width:g} {picture.height:g}"
            frame = f'x="{left:g}" y="{top:g}" width="{picture.width:g}" height="{picture.height:g}"'
            parts.append(f'<svg {frame} viewBox="0 0 {size}">{picture.body}</svg>')
            left += picture.width + _GAP
        top += max(picture.height for picture in row) + _GAP
    size = f"{width:g} {top:g}"
    body = "".join(parts).replace(INK, _FILE_INK)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{top:g}" viewBox="0 0 {size}" '
        f'font-family="{_FONT}" fill="{_FILE_INK}"><rect width="100%" height="100%" fill="#fff"/>{body}</svg>\n'
    )


def _legend(keys: Sequence[Key], width: float, top: float) -> tuple[list[str], float]:
    """Returns the legend entries in wrapped lines, and the top of the panels below."""
    parts: list[str] = []
    left = _MARGIN
    for key in keys:
        entry_width = 28 + width_of(key.text, 10) + 14
        if left > _MARGIN and left + entry_width > width:
            left, top = _MARGIN, top + _LINE
        parts.append(
            f'<g transform="translate({left:g} {top:g})">{key.symbol()}'
            f'<text x="27" y="8.5" font-size="10">{escape(key.text)}</text></g>'
        )
        left += entry_width
    return parts, top + (_LINE + 6 if keys else -4)
