"""Builds a run's report: sections return plain blocks, which are rendered as Markdown or HTML here."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api import BenchError, Block, Figure, Fold, Leaderboard, Section, Table, Text
from bench.common.atomic_files import write_file
from bench.common.safe_text import error_line, links, paragraphs, plain, slug, unique
from bench.plugins import entry_points
from bench.reporting import markdown as md
from bench.reporting.figures.legend import Style, styles_by_name
from bench.reporting.figures.plot import PlottedFigure, plot_figure
from bench.statistics.leaderboard import rank

if TYPE_CHECKING:
    from jinja2 import Environment

    from bench.runs.run_directory import Run

DOCUMENTS = ("md", "html")
"""The formats that hold the whole report."""

_LARGE = 20_000
"""Characters of a folded part from which a browser reads it only when it is opened."""

_LAST = 10**6
"""The order of a section that cannot be shown."""


@dataclass(frozen=True, slots=True)
class Report:
    """A title, and blocks by section; names of figures are unique and fit for files; `styles` are by generator."""

    title: str
    sections: tuple[tuple[str, tuple[Block, ...]], ...]
    styles: Mapping[str, Style]

    def figures(self) -> list[Figure]:
        """Returns every figure, folded ones included."""
        return [block for _, blocks in self.sections for block in _flat(blocks) if isinstance(block, Figure)]


def write_report(
    run: Run, *, figures: bool = True, out: Path | None = None, leaderboard: Leaderboard | None = None
) -> tuple[Path, Path]:
    """Writes `report.md` (with `figures/*.svg` beside it) and `report.html` (one file), and returns their paths.

    They go to `out`, or to the run's own folder. Text and tables are the same without figures. Pass `leaderboard` if
    it is known already.
    """
    folder = out or run.path
    for name, data in documents(run, leaderboard or rank(run), DOCUMENTS, figures=figures).items():
        write_file(folder / name, data)
    return folder / "report.md", folder / "report.html"


def documents(
    run: Run, leaderboard: Leaderboard, formats: Collection[str], *, figures: bool = True, pages: Sequence[str] = ()
) -> dict[str, bytes]:
    """Returns the files of the documents among `formats`, by their path within the report's folder.

    Only figures that these formats show are plotted: most figures of single generators are in HTML alone. The
    generators `pages` are shown in full whatever their rank.

    Raises:
        BenchError: if `pages` names a generator that the run does not hold, or what is stored cannot be shown.
    """
    report = collect(run, leaderboard, pages)
    shown = [figure for figure in report.figures() if figures and ("html" in formats or not figure.detail)]
    with _made_of(run):
        plots = {figure.name: plot_figure(figure, report.styles) for figure in shown}
    files: dict[str, bytes] = {}
    if "md" in formats:
        addresses = {name: f"figures/{name}.svg" for name, plot in plots.items() if not plot.figure.detail}
        files = {address: plots[name].file().encode() for name, address in addresses.items()}
        files["report.md"] = markdown(report, addresses).encode()
    if "html" in formats:
        files["report.html"] = html(report, plots).encode()
    return files


def collect(run: Run, leaderboard: Leaderboard, pages: Sequence[str] = ()) -> Report:
    """Returns the report: blocks of every registered section that returns any.

    Raises:
        BenchError: if `pages` names a generator that the run does not hold, or what is stored cannot be shown.
    """
    names = sorted(run.manifest.generators)
    if unknown := [name for name in pages if name not in names]:
        raise BenchError(f"the run holds no generator {unknown[0]!r} to draw; expected some of {', '.join(names)}")
    run = replace(run, shown_in_full=tuple(pages))
    built = _build_sections(run, leaderboard)
    title = f"Synthetic tables compared: {', '.join(plain(table.name) for table in run.manifest.datasets)}"
    return assemble(title, [(heading, blocks) for heading, blocks in built if blocks], names)


def _build_sections(run: Run, leaderboard: Leaderboard) -> list[tuple[str, Sequence[Block]]]:
    """Returns title and blocks of every section; one of another package that fails has a warning instead."""
    built: list[tuple[int, str, Sequence[Block]]] = []
    for name in entry_points.names("sections"):
        if entry_points.is_bundled("sections", name):
            section: Section = entry_points.load("sections", name)
            with _made_of(run):
                built.append((section.order, section.title, section.build(run, leaderboard)))
        else:
            built.append(_section_of_another_package(name, run, leaderboard))
    return [(title, blocks) for _, title, blocks in sorted(built, key=lambda section: section[0])]


def _section_of_another_package(name: str, run: Run, leaderboard: Leaderboard) -> tuple[int, str, Sequence[Block]]:
    try:
        section: Section = entry_points.load("sections", name)
        part = assemble("", [(section.title, section.build(run, leaderboard))], sorted(run.manifest.generators))
        # Rendered once by itself: what cannot be rendered costs this section, not the report.
        markdown(part, {})
        html(part, {figure.name: plot_figure(figure, part.styles) for figure in part.figures()})
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a section may raise anything
        text = f"The section {name!r} of another package is left out: {error_line(error)}"
        return _LAST, f"Section {name}", [Text(text, tone="warning")]
    return section.order, *part.sections[0]


@contextmanager
def _made_of(run: Run) -> Iterator[None]:
    """Turns what a section or a figure raises into an error of the run: its arrays may hold anything.

    Raises:
        BenchError: naming the run and the error.
    """
    import numpy as np

    try:
        with np.errstate(all="ignore"):  # of numbers close to the largest float
            yield
    except BenchError:
        raise
    except Exception as error:
        raise BenchError(
            f"the report of {run.path} cannot be made of what is stored ({error_line(error)}); restore the files of "
            "its trials, or remove their folders"
        ) from error


def assemble(title: str, sections: Sequence[tuple[str, Sequence[Block]]], names: Sequence[str] = ()) -> Report:
    """Returns a report of sections; figures get unique names, and the generators `names` their styles."""
    figures = [block.name for _, blocks in sections for block in _flat(blocks) if isinstance(block, Figure)]
    new_names = iter(unique([slug(name) for name in figures]))
    renamed = tuple((heading, tuple(_renamed(block, new_names) for block in blocks)) for heading, blocks in sections)
    return Report(title, renamed, styles_by_name(names))


def _flat(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yields blocks, and the blocks inside folds."""
    for block in blocks:
        yield block
        if isinstance(block, Fold):
            yield from _flat(block.blocks)


def _renamed(block: Block, new_names: Iterator[str]) -> Any:  # noqa: ANN401 - the same kind of block
    if isinstance(block, Fold):
        return replace(block, blocks=tuple(_renamed(inner, new_names) for inner in block.blocks))
    return replace(block, name=next(new_names)) if isinstance(block, Figure) else block


def markdown(report: Report, figures: Mapping[str, str]) -> str:
    """Returns GitHub-flavoured Markdown; `figures` are addresses by name, and figures without one are left out."""
    parts = [f"# {md.escape(report.title)}"]
    for title, blocks in report.sections:
        parts += [f"## {md.escape(title)}", md.render(blocks, figures)]
    return "\n\n".join(part for part in parts if part) + "\n"


def html(report: Report, plots: Mapping[str, PlottedFigure]) -> str:
    """Returns one HTML file that loads nothing; `plots` are by figure name, and figures without one are left out."""
    anchors = unique([slug(title) for title, _ in report.sections])
    with_anchors = zip(anchors, report.sections, strict=True)
    sections = [{"id": anchor, "title": title, "blocks": blocks} for anchor, (title, blocks) in with_anchors]
    folds = {block.anchor for _, blocks in report.sections for block in blocks if isinstance(block, Fold)} - {""}
    text = _read_template("report.js")
    script = {"text": text, "digest": f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"}
    page = (
        _environment()
        .get_template("report.html.j2")
        .render(title=report.title, sections=sections, plots=plots, styles=report.styles, anchors=folds, script=script)
    )
    return page + "\n"


def _read_template(name: str) -> str:
    return (files("bench.reports") / "templates" / name).read_text(encoding="utf-8")


def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    loader = FunctionLoader(_read_template)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(plain=plain, paragraphs=paragraphs, lazy=_lazy, sortable=_sortable)
    environment.filters["kind"] = lambda block: type(block).__name__.lower()  # the name of a block's macro
    environment.filters["links"] = lambda text: list(links(plain(text)))
    return environment


def _lazy(block: Fold, inside: str) -> str:
    """Returns what a browser with scripts reads only when the part is opened: `figures`, `tables` or nothing."""
    if any(isinstance(inner, Figure) for inner in block.blocks):
        return "figures"
    return "tables" if len(inside) > _LARGE else ""


def _sortable(block: Table) -> bool:
    """Returns whether a table has a row for each of several generators, so that readers may sort it."""
    return block.names >= 0 and len(block.rows) - len(block.apart) > 1
