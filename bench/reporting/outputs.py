"""A run's leaderboard and values in the formats that people and programs ask for.

One leaderboard, and the blocks that sections make of it, feed them all: `md` and `html` are the report, `latex` its
ranking with the same digits, `csv` and `json` the same numbers unrounded, `parquet` every value they come from.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bench.api import BenchError, Leaderboard
from bench.common.atomic_files import pack_table, to_json, write_file
from bench.common.suggestions import named
from bench.reporting import build_report, latex, leaderboard_data
from bench.reporting.build_report import DOCUMENTS
from bench.reporting.document_tables import tables
from bench.runs.merge import merge
from bench.runs.run_directory import Run, open_run
from bench.statistics.leaderboard import rank

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path


def report(
    paths: Sequence[Path],
    formats: Sequence[str],
    out: Path | None,
    *,
    figures: bool = True,
    pages: Sequence[str] | None = None,
    write: bool = True,
) -> list[Path]:
    """Writes the report of one run, or of several as one, in every format asked for.

    Args:
        paths: run directories or exports.
        formats: see `FORMATS`; none means md and html.
        out: folder to write to; a single run's own by default.
        figures: whether md and html have figures.
        pages: generators that html draws in full whatever their rank, separated by commas or repeated.
        write: whether to write; otherwise files are compared with those that are there.

    Returns:
        What was written, without the figures; or what is missing or has another content.

    Raises:
        BenchError: if runs cannot be merged, or there is nowhere to write to.
    """
    if len(paths) > 1 and out is None:
        raise BenchError(f"{len(paths)} runs make one report; say where it goes with --out FOLDER")
    run = merge([open_run(path) for path in paths])
    folder = out or run.path
    if folder.exists() and not folder.is_dir():
        raise BenchError(f"--out {folder} is a file; expected a folder")
    whole = named(pages, run.manifest.generators, "generator of this run")
    found = files(run, formats or DOCUMENTS, figures=figures, pages=whole)
    if not write:
        return [folder / name for name, data in found.items() if not _holds(folder / name, data)]
    for name, data in found.items():
        write_file(folder / name, data)
    return [folder / name for name in found if not name.startswith("figures/")]


def _holds(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data


def files(run: Run, formats: Collection[str], *, figures: bool = True, pages: Sequence[str] = ()) -> dict[str, bytes]:
    """The files of a report by their path within its folder; the same store gives the same bytes."""
    board = rank(run)
    documents = set(DOCUMENTS) & set(formats)
    found = build_report.documents(run, board, documents, figures=figures, pages=pages) if documents else {}
    for name, (file, content) in _DATA.items():
        if name in formats:
            found[file] = content(run, board)
    return found


def _csv(run: Run, board: Leaderboard) -> bytes:
    return leaderboard_data.to_csv(run, board).encode()


def _json(run: Run, board: Leaderboard) -> bytes:
    return to_json(leaderboard_data.to_plain(run, board)).encode()


def _latex(run: Run, board: Leaderboard) -> bytes:
    return latex.render(tables(run, board, "leaderboard"), board).encode()


def _parquet(run: Run, board: Leaderboard) -> bytes:
    return pack_table(run.frame())


Writer = Callable[[Run, Leaderboard], bytes]

_DATA: dict[str, tuple[str, Writer]] = {
    "csv": ("leaderboard.csv", _csv),
    "json": ("leaderboard.json", _json),
    "latex": ("leaderboard.tex", _latex),
    "parquet": ("values.parquet", _parquet),
}
FORMATS = (*DOCUMENTS, *_DATA)
"""What `--format` may name."""
