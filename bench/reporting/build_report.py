"""A run's report: sections give plain blocks, and the writers here are the only ones who know a format."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from bench.api import BenchError, Figure, Fold, Section
from bench.common.atomic_files import write_file
from bench.common.safe_text import links, paragraphs, plain, slug, unique
from bench.plugins import entry_points
from bench.reporting import markdown as md
from bench.reporting.figures.draw import draw
from bench.reporting.figures.svg import styles
from bench.statistics.leaderboard import rank

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from jinja2 import Environment

    from bench.api import Block, Leaderboard, Table
    from bench.reporting.figures.draw import Drawing
    from bench.reporting.figures.svg import Style
    from bench.runs.run_directory import Run

DOCUMENTS = ("md", "html")
"""The formats that show the whole report."""

_TEMPLATES = "bench.reports"
_LARGE = 20_000


@dataclass(frozen=True, slots=True)
class Report:
    """What is rendered: a title, and blocks by section. Names of figures are unique and fit for files."""

    title: str
    sections: tuple[tuple[str, tuple[Block, ...]], ...]
    looks: Mapping[str, Style]

    def figures(self) -> list[Figure]:
        """Every figure, folded ones included."""
        return [block for _, blocks in self.sections for block in _flat(blocks) if isinstance(block, Figure)]


def write_report(
    run: Run,
    *,
    figures: bool = True,
    out: Path | None = None,
    pages: Sequence[str] = (),
    leaderboard: Leaderboard | None = None,
) -> tuple[Path, Path]:
    """Writes `report.md` (with `figures/*.svg` beside it) and `report.html` (one file) from the store alone.

    Args:
        run: as stored; nothing is retrained.
        figures: whether to draw; without, the reports hold the same text and tables.
        out: folder to write to; the run's own by default.
        pages: generators to draw in full whatever their rank.
        leaderboard: of this run, where it is known.

    Returns:
        The paths of the two reports.

    Raises:
        BenchError: if `pages` names a generator that the run does not hold.
    """
    folder = out or run.path
    found = documents(run, leaderboard or rank(run), DOCUMENTS, figures=figures, pages=pages)
    for name, data in found.items():
        write_file(folder / name, data)
    return folder / "report.md", folder / "report.html"


def documents(
    run: Run,
    leaderboard: Leaderboard,
    formats: Collection[str],
    *,
    figures: bool = True,
    pages: Sequence[str] = (),
) -> dict[str, bytes]:
    """The files of the documents among `formats`, by their path within the report's folder.

    Only what they show is drawn: pages of generators have most of their figures in HTML alone.

    Raises:
        BenchError: if `pages` names a generator that the run does not hold.
    """
    report = collect(run, leaderboard, pages)
    wanted = [figure for figure in report.figures() if figures and ("html" in formats or not figure.detail)]
    drawings = {figure.name: draw(figure, report.looks) for figure in wanted}
    found: dict[str, bytes] = {}
    if "md" in formats:
        beside = {name: f"figures/{name}.svg" for name, drawing in drawings.items() if not drawing.figure.detail}
        found = {address: drawings[name].file().encode() for name, address in beside.items()}
        found["report.md"] = markdown(report, beside).encode()
    if "html" in formats:
        found["report.html"] = html(report, drawings).encode()
    return found


def collect(run: Run, leaderboard: Leaderboard, pages: Sequence[str] = ()) -> Report:
    """The blocks of every registered section that has something to say.

    Raises:
        BenchError: if `pages` names a generator that the run does not hold.
    """
    known = sorted(run.manifest.generators)
    if unknown := [name for name in pages if name not in known]:
        raise BenchError(f"the run holds no generator {unknown[0]!r} to draw; expected some of {', '.join(known)}")
    run = replace(run, drawn_in_full=tuple(pages))
    found: list[Section] = [entry_points.load("sections", name) for name in entry_points.names("sections")]
    built = [(part.title, part.build(run, leaderboard)) for part in sorted(found, key=lambda part: part.order)]
    title = f"Synthetic tables compared: {', '.join(plain(table.name) for table in run.manifest.datasets)}"
    return assemble(title, [part for part in built if part[1]], known)


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
    folds = {block.anchor for _, blocks in report.sections for block in blocks if isinstance(block, Fold)} - {""}
    text = (files(_TEMPLATES) / "templates" / "report.js").read_text(encoding="utf-8")
    digest = b64encode(sha256(text.encode()).digest()).decode()
    return (
        page.render(
            title=report.title,
            sections=sections,
            drawings=drawings,
            looks=report.looks,
            anchors=folds,
            script={"text": text, "digest": f"sha256-{digest}"},
        )
        + "\n"
    )


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
    environment.filters.update(
        kind=_kind, plain=plain, paragraphs=paragraphs, links=_links, lazy=_lazy, sortable=_sortable
    )
    return environment


def _kind(block: Block) -> str:
    """The name of the macro that renders it."""
    return type(block).__name__.lower()


def _lazy(block: Fold, inside: str) -> str:
    """What a browser that runs scripts leaves unread until the part is opened; empty if that is not worth it."""
    if any(isinstance(part, Figure) for part in block.blocks):
        return "figures"
    return "tables" if len(inside) > _LARGE else ""


def _sortable(block: Table) -> bool:
    """Of a row per generator, in an order that says more than a single one."""
    return block.names >= 0 and len(block.rows) - len(block.apart) > 1


def _links(text: str) -> list[tuple[str, str]]:
    return list(links(plain(text)))
