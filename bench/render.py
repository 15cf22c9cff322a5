"""A run's report: sections give plain blocks, and the writers here are the only ones who know a format."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from bench import markdown as md
from bench import registry
from bench.api import Figure, Fold, Section
from bench.draw import draw
from bench.files import write_file
from bench.ranking import rank
from bench.svg import styles
from bench.text import links, paragraphs, plain, slug, unique

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from jinja2 import Environment

    from bench.api import Block
    from bench.draw import Drawing
    from bench.store import Run
    from bench.svg import Style

_TEMPLATES = "bench.reports"


@dataclass(frozen=True, slots=True)
class Report:
    """What is rendered: a title, and blocks by section. Names of figures are unique and fit for files."""

    title: str
    sections: tuple[tuple[str, tuple[Block, ...]], ...]
    looks: Mapping[str, Style]

    def figures(self) -> list[Figure]:
        """Every figure, folded ones included."""
        return [block for _, blocks in self.sections for block in _flat(blocks) if isinstance(block, Figure)]


def write_report(run: Run, *, figures: bool = True, out: Path | None = None) -> tuple[Path, Path]:
    """Writes `report.md` (with `figures/*.svg` beside it) and `report.html` (one file) from the store alone.

    Args:
        run: as stored; nothing is retrained.
        figures: whether to draw; without, the reports hold the same text and tables.
        out: folder to write to; the run's own by default.

    Returns:
        The paths of the two reports.
    """
    folder = out or run.path
    report = collect(run)
    drawings = {figure.name: draw(figure, report.looks) for figure in report.figures()} if figures else {}
    for name, drawing in drawings.items():
        write_file(folder / "figures" / f"{name}.svg", drawing.file().encode())
    paths = folder / "report.md", folder / "report.html"
    beside = {name: f"figures/{name}.svg" for name in drawings}
    for path, text in zip(paths, (markdown(report, beside), html(report, drawings)), strict=True):
        write_file(path, text.encode())
    return paths


def collect(run: Run) -> Report:
    """The blocks of every registered section that has something to say."""
    board = rank(run)
    found: list[Section] = [registry.load("sections", name) for name in registry.names("sections")]
    built = [(part.title, part.build(run, board)) for part in sorted(found, key=lambda part: part.order)]
    title = f"Synthetic tables compared: {', '.join(plain(data['name']) for data in run.manifest['datasets'])}"
    return assemble(title, [part for part in built if part[1]], sorted(run.manifest["generators"]))


def assemble(title: str, sections: Sequence[tuple[str, Sequence[Block]]], names: Sequence[str] = ()) -> Report:
    """A report from sections; figures get names of their own, and `names` their colours."""
    blocks = [block for _, part in sections for block in _flat(part)]
    figures = [block.name for block in blocks if isinstance(block, Figure)]
    fresh = iter(unique([slug(name) for name in figures]))
    renamed = tuple((heading, tuple(_renamed(block, fresh) for block in part)) for heading, part in sections)
    return Report(title, renamed, styles(names))


def _flat(blocks: Sequence[Block]) -> Iterator[Block]:
    for block in blocks:
        yield block
        if isinstance(block, Fold):
            yield from _flat(block.blocks)


def _renamed(block: Block, fresh: Iterator[str]) -> Any:  # noqa: ANN401 - the same kind of block
    if isinstance(block, Fold):
        return replace(block, blocks=tuple(_renamed(part, fresh) for part in block.blocks))
    return replace(block, name=next(fresh)) if isinstance(block, Figure) else block


def markdown(report: Report, figures: Mapping[str, str]) -> str:
    """The report as GitHub-flavoured Markdown.

    Args:
        report: what to render.
        figures: relative address of the picture by the figure's name; figures without one are left out.
    """
    parts = [f"# {md.escape(report.title)}"]
    for title, blocks in report.sections:
        parts += [f"## {md.escape(title)}", md.render(blocks, figures)]
    return "\n\n".join(part for part in parts if part) + "\n"


def html(report: Report, drawings: Mapping[str, Drawing]) -> str:
    """The report as one HTML file that loads nothing: style and pictures are inside.

    Args:
        report: what to render.
        drawings: by the figure's name; figures without one are left out.
    """
    anchors = unique([slug(title) for title, _ in report.sections])
    sections = [
        {"id": anchor, "title": title, "blocks": blocks}
        for anchor, (title, blocks) in zip(anchors, report.sections, strict=True)
    ]
    page = _environment().get_template("report.html.j2")
    return page.render(title=report.title, sections=sections, drawings=drawings, looks=report.looks) + "\n"


def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = files(_TEMPLATES) / "templates"
    environment = Environment(
        loader=FunctionLoader(lambda name: (folder / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(kind=_kind, plain=plain, paragraphs=paragraphs, links=_links)
    return environment


def _kind(block: Block) -> str:
    """The name of the macro that renders it."""
    return type(block).__name__.lower()


def _links(text: str) -> list[tuple[str, str]]:
    return list(links(plain(text)))
