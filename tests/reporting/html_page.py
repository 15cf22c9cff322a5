"""Pages as a browser reads them."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

from bench.reporting.assemble_report import Part, assemble
from bench.reporting.figures.plot import plot_figure
from bench.reporting.html_report import html

if TYPE_CHECKING:
    from bench.api import Facts, Figure, Fold, Table, Text


class Elements(HTMLParser):
    """Start tags with their attributes, the text, and whether tags are balanced."""

    VOID = frozenset({"meta", "link", "br", "img", "hr", "input"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("style", "script"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)


def page(*blocks: Text | Facts | Table | Figure | Fold, figures: bool = True) -> Elements:
    report = assemble("A report", [Part("Summary", blocks)], ["vae"])
    drawings = {figure.name: plot_figure(figure, report.styles) for figure in report.figures()} if figures else {}
    return Elements(html(report, drawings))
