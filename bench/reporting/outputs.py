"""A run's leaderboard and values in every format.

All formats show the same leaderboard: `md` and `html` are the report, `latex` its ranking with the same digits, `csv`
and `json` the same numbers unrounded, `parquet` every value that they are computed from.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from bench.api import BenchError, Leaderboard
from bench.common.atomic_files import pack_table, to_json, write_file
from bench.common.suggestions import parse_names
from bench.reporting import build_report, latex, leaderboard_data
from bench.reporting.build_report import DOCUMENTS
from bench.reporting.document_tables import tables
from bench.runs.merge import merge_runs
from bench.runs.run_directory import Run, open_run
from bench.statistics.leaderboard import rank


def report(
    paths: Sequence[Path],
    formats: Sequence[str],
    out: Path | None,
    *,
    figures: bool = True,
    pages: Sequence[str] | None = None,
    write: bool = True,
) -> list[Path]:
    """Writes the report of one run, or of several as one, in several formats.

    Args:
        paths: run directories or exports.
        formats: of `FORMATS`; none means md and html.
        out: folder to write to; a single run's own by default.
        figures: whether md and html have figures.
        pages: generators that html shows in full whatever their rank, separated by commas or repeated.
        write: whether to write; otherwise files are compared with the existing ones.

    Returns:
        The files written, without figures; or those that are missing or have another content.

    Raises:
        BenchError: if runs cannot be merged, or there is nowhere to write to.
    """
    if len(paths) > 1 and out is None:
        raise BenchError(f"{len(paths)} runs make one report; say where it goes with --out FOLDER")
    run = merge_runs([open_run(path) for path in paths])
    folder = out or run.path
    if folder.exists() and not folder.is_dir():
        raise BenchError(f"--out {folder} is a file; expected a folder")
    names = parse_names(pages, run.manifest.generators, "generator of this run")
    contents = files(run, formats or DOCUMENTS, figures=figures, pages=names)
    if not write:
        return [folder / name for name, data in contents.items() if not _has_content(folder / name, data)]
    for name, data in contents.items():
        write_file(folder / name, data)
    return [folder / name for name in contents if not name.startswith("figures/")]


def _has_content(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data


def files(run: Run, formats: Collection[str], *, figures: bool = True, pages: Sequence[str] = ()) -> dict[str, bytes]:
    """Returns the files of a report by their path within its folder; the same run gives the same bytes."""
    leaderboard = rank(run)
    documents = set(DOCUMENTS) & set(formats)
    contents = build_report.documents(run, leaderboard, documents, figures=figures, pages=pages) if documents else {}
    data = {file: content(run, leaderboard) for name, (file, content) in _DATA.items() if name in formats}
    return contents | data


_DATA: dict[str, tuple[str, Callable[[Run, Leaderboard], bytes]]] = {
    "csv": ("leaderboard.csv", lambda run, board: leaderboard_data.to_csv(run, board).encode()),
    "json": ("leaderboard.json", lambda run, board: to_json(leaderboard_data.to_plain(run, board)).encode()),
    "latex": ("leaderboard.tex", lambda run, board: latex.render(tables(run, board, "leaderboard"), board).encode()),
    "parquet": ("values.parquet", lambda run, board: pack_table(run.frame())),
}
"""Format -> file name and content."""
FORMATS = (*DOCUMENTS, *_DATA)
"""The values of `--format`."""
