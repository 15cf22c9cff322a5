"""Builds a run's report: sections return plain blocks, which are rendered as Markdown or HTML here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api import PAGES, BenchError, Leaderboard, Section, Text
from bench.common.atomic_files import write_file
from bench.common.safe_text import error_line, plain
from bench.plugins import entry_points
from bench.reporting import markdown as md
from bench.reporting.assemble_report import Part, Report, assemble
from bench.reporting.figures.plot import plot_figure
from bench.reporting.html_report import html
from bench.statistics.leaderboard import rank

if TYPE_CHECKING:
    from bench.runs.run_directory import Run

DOCUMENTS = ("md", "html")
"""The formats that hold the whole report."""

_LAST = 10**6
"""The order of a section that cannot be shown."""


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
    ranked = [entry.generator for board in leaderboard.boards[:1] for entry in board.generators]
    return assemble(title, [part for part in built if part.blocks], [*dict.fromkeys([*ranked, *names])])


def _build_sections(run: Run, leaderboard: Leaderboard) -> list[Part]:
    """Returns every section in order; one of another package that fails has a warning instead."""
    built: list[tuple[int, Part]] = []
    for name in entry_points.names("sections"):
        if entry_points.is_bundled("sections", name):
            section: Section = entry_points.load("sections", name)
            with _made_of(run):
                built.append((section.order, Part(section.title, section.build(run, leaderboard), section.page)))
        else:
            built.append(_section_of_another_package(name, run, leaderboard))
    return [part for _, part in sorted(built, key=lambda section: (PAGES.index(section[1].page), section[0]))]


def _section_of_another_package(name: str, run: Run, leaderboard: Leaderboard) -> tuple[int, Part]:
    try:
        section: Section = entry_points.load("sections", name)
        part = Part(section.title, section.build(run, leaderboard), section.page)
        alone = assemble("", [part], sorted(run.manifest.generators))
        # Rendered once by itself: what cannot be rendered costs this section, not the report.
        markdown(alone, {})
        html(alone, {figure.name: plot_figure(figure, alone.styles) for figure in alone.figures()})
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a section may raise anything
        text = f"The section {name!r} of another package is left out: {error_line(error)}"
        return _LAST, Part(f"Section {name}", (Text(text, tone="warning"),))
    return section.order, alone.parts[0]


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
            f"the report of {run.path} could not be written ({error_line(error)}); its trials are stored, and bench "
            "show prints their scores. bench verify tells whether their files were changed; if not, this is a fault "
            "of bench"
        ) from error


def markdown(report: Report, figures: Mapping[str, str]) -> str:
    """Returns GitHub-flavoured Markdown; `figures` are addresses by name, and figures without one are left out."""
    parts = [f"# {md.escape(report.title)}"]
    for part in report.parts:
        parts += [f"## {md.escape(part.title)}", md.render(part.blocks, figures)]
    return "\n\n".join(text for text in parts if text) + "\n"
