"""Tables made elsewhere: their rows are stored in a run directory as trials that are due for scoring.

`write_train_parts` writes what such tables are made from.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api import BenchError, Trial, TrialResult
from bench.common.atomic_files import pack_table, require_empty, write_directory, write_file
from bench.planning.external_tables import SUFFIXES, ExternalTables, file_sha256
from bench.runs import run_directory

if TYPE_CHECKING:
    import pandas as pd

    from bench.planning.plan import Plan

_README = "README.md"


def store_external_tables(plan: Plan, path: Path) -> None:
    """Stores the tables of a plan's external generators in its run directory, to be scored as a trial's rows are.

    Tables that are there already stay. The stored results have no scores and no scoring digest, so they are due.

    Raises:
        BenchError: if a file has changed or gone, or lacks the columns and rows of train; then no table is stored.
    """
    tables: list[tuple[Path, Trial, pd.DataFrame]] = []
    for trial in plan.trials:
        external = plan.config.external.get(trial.generator)
        folder = run_directory.result_directory(path, trial)
        if external is not None and not folder.exists():
            train = plan.draw(plan.splits[trial.split]).train
            tables.append((folder, trial, read_external_table(_find_file(external, trial), train)))
    for folder, trial, rows in tables:
        store_unscored_rows(folder, trial, rows)


def store_unscored_rows(
    folder: Path, trial: Trial, rows: pd.DataFrame, seconds: Mapping[str, float] | None = None
) -> None:
    """Stores rows as those of a trial that is yet to be scored."""
    result = TrialResult(trial, "ok", seconds=seconds or {})
    write_directory(folder, {"synthetic.parquet": pack_table(rows), "result.json": run_directory.pack_result(result)})


def _find_file(external: ExternalTables, trial: Trial) -> Path:
    folder = external.path
    for path in [folder / f"{trial.split}{suffix}" for suffix in SUFFIXES] if folder else []:
        if path.is_file() and file_sha256(path) == trial.params["sha256"]:
            return path
    raise BenchError(
        f"the table of {trial.generator} for the split {trial.split} has changed or gone; name its folder again with "
        f"--external {trial.generator}=FOLDER"
    )


def read_external_table(file: Path, train: pd.DataFrame) -> pd.DataFrame:
    """Reads a file's rows, in the columns and order of train.

    Raises:
        BenchError: if it cannot be read, or has other columns, another number of rows, or values of another kind.
    """
    from bench.tables.conform import conform
    from bench.tables.read_files import read_with_notes

    table = read_with_notes(file)
    frame = table.frame
    if sorted(frame.columns) != sorted(train.columns):
        got, expected = (", ".join(map(str, table.columns)) for table in (frame, train))
        raise BenchError(f"{file} has the columns {got}; expected {expected}")
    if len(frame) != len(train):
        raise BenchError(f"{file} has {len(frame)} rows; expected {len(train)}, as many as the split's train part")
    dtypes = {str(name): dtype for name, dtype in train.dtypes.items()}
    return conform(frame, dtypes, str(file), comma_first=table.comma_first)


def write_train_parts(plan: Plan, folder: Path) -> list[Path]:
    """Writes the train part of every split as `<split>.parquet`, and a README; returns the files written.

    Raises:
        BenchError: if the folder is not empty.
    """
    require_empty(folder, "FOLDER", "the parts")
    paths = []
    for planned in plan.splits.values():
        paths.append(folder / f"{planned.id}.parquet")
        write_file(paths[-1], pack_table(plan.draw(planned).train))
    write_file(folder / _README, _train_parts_readme(plan).encode())
    return [*paths, folder / _README]


def _train_parts_readme(plan: Plan) -> str:
    rows = [
        f"| `{split.id}.parquet` | {split.dataset} | {split.repeat + 1} | {split.protocol} | {split.sizes['train']} |"
        for split in plan.splits.values()
    ]
    text = (
        "Train parts of a run, one per split. From each make as many rows as it has, with its columns and from nothing "
        "else, and save them under the same name (`.parquet` or `.csv`) in a folder of their own. Then\n\n"
        "    bench run --resume RUN --external NAME=FOLDER\n\n"
        "ranks them beside the run's generators."
    )
    head = ["| file | data set | repeat | protocol | rows |", "| --- | --- | ---: | --- | ---: |"]
    return "\n".join(["# Train parts", "", text, "", *head, *rows, ""])
