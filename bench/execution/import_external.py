"""Tables made elsewhere, put into a run directory as rows of trials that are yet to be scored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import BenchError, Trial, TrialResult
from bench.common.atomic_files import pack_table, require_empty, write_directory, write_file
from bench.planning.external_tables import SUFFIXES, ExternalTables, file_sha256
from bench.runs import run_directory

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from bench.planning.plan import Plan

_README = "README.md"


def place(plan: Plan, path: Path) -> None:
    """Puts the tables of a plan's external rows into its run directory, to be scored like rows of a trial.

    Those that are there already stay. Their result has no scores yet and the digest of none, so that they are due.

    Raises:
        BenchError: if a file has changed or gone, or is not a table such as the generators return; then none is put
            there.
    """
    read: list[tuple[Path, Trial, pd.DataFrame]] = []
    for trial in plan.trials:
        source = plan.config.external.get(trial.generator)
        folder = run_directory.result_directory(path, trial)
        if source is not None and not folder.exists():
            read.append((folder, trial, table(file_of(source, trial), plan.draw(plan.splits[trial.split]).train)))
    for folder, trial, rows in read:
        write_rows(folder, trial, rows)


def write_rows(folder: Path, trial: Trial, rows: pd.DataFrame, seconds: Mapping[str, float] | None = None) -> None:
    """Stores rows as those of a trial that is yet to be scored."""
    result = TrialResult(trial, "ok", seconds=seconds or {})
    write_directory(folder, {"synthetic.parquet": pack_table(rows), "result.json": run_directory.pack_result(result)})


def file_of(source: ExternalTables, trial: Trial) -> Path:
    """The file with a trial's rows.

    Raises:
        BenchError: if it is no longer the one that was planned with.
    """
    where = source.path
    found = [where / f"{trial.split}{suffix}" for suffix in SUFFIXES] if where else []
    for file in found:
        if file.is_file() and file_sha256(file) == trial.params["sha256"]:
            return file
    raise BenchError(
        f"the table of {trial.generator} for the split {trial.split} has changed or gone; name its folder again with "
        f"--external {trial.generator}=FOLDER"
    )


def table(file: Path, train: pd.DataFrame) -> pd.DataFrame:
    """A file's rows in the columns and order of train.

    Raises:
        BenchError: if it cannot be read, or has other columns, another number of rows, or values that are no numbers.
    """
    from bench.tables.read_files import read as read_file

    frame = read_file(file)
    if sorted(frame.columns) != sorted(train.columns):
        raise BenchError(f"{file} has the columns {_said(frame)}; expected {_said(train)}")
    if len(frame) != len(train):
        raise BenchError(f"{file} has {len(frame)} rows; expected {len(train)}, as many as the split's train part")
    return numbers(frame.loc[:, list(train.columns)], str(file))


def _said(frame: pd.DataFrame) -> str:
    return ", ".join(map(str, frame.columns))


def numbers(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """The same table.

    Raises:
        BenchError: if a column holds something else than numbers.
    """
    if odd := [str(column) for column in frame if frame[column].dtype.kind not in "iuf"]:
        raise BenchError(f"{where} has columns that are not numeric: {', '.join(odd)}; write them as numbers")
    return frame


def write_parts(plan: Plan, target: Path) -> list[Path]:
    """Writes the train part of every split of a plan, for rows to be made from elsewhere.

    Args:
        plan: of a stored run.
        target: a new or empty folder; gets `<split>.parquet` and a README.

    Raises:
        BenchError: if there is something in it.
    """
    require_empty(target, "FOLDER", "the parts")
    written = []
    for planned in plan.splits.values():
        write_file(target / f"{planned.id}.parquet", pack_table(plan.draw(planned).train))
        written.append(target / f"{planned.id}.parquet")
    write_file(target / _README, _readme(plan).encode())
    return [*written, target / _README]


def _readme(plan: Plan) -> str:
    head = ["| file | data set | repeat | protocol | rows |", "| --- | --- | ---: | --- | ---: |"]
    rows = [
        f"| `{each.id}.parquet` | {each.dataset} | {each.repeat + 1} | {each.protocol} | {each.sizes['train']} |"
        for each in plan.splits.values()
    ]
    words = (
        "Train parts of a run, one per split. From each make as many rows as it has, with its columns and from nothing "
        "else, and save them under the same name (`.parquet` or `.csv`) in a folder of their own. Then\n\n"
        "    bench run --resume RUN --external NAME=FOLDER\n\n"
        "ranks them beside the run's generators."
    )
    return "\n".join(["# Train parts", "", words, "", *head, *rows, ""])
