"""Tables made elsewhere as ranked rows: one for every split of a run, made from that split's train part.

`write_parts` gives the train parts out. What comes back is put where a fit would have put it, and scored as that is:
nothing is loaded or executed, so the rows may come from any language.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import registry, store
from bench.api import BenchError, TrialResult
from bench.files import pack_table, require_empty, write_directory, write_file

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Trial
    from bench.plan import Plan

SUMMARY = "rows made outside bench from each split's train part"
_SUFFIXES = (".parquet", ".pq", ".csv")
_README = "README.md"


@dataclass(frozen=True, slots=True)
class External:
    """A folder of tables that stands for a generator.

    Attributes:
        folder: as typed, or its name only if that was an absolute path.
        tables: sha256 of each table's file by split id; an id without one is not in the folder.
        path: where the folder is now; None for one that a stored run remembers.
    """

    folder: str
    tables: Mapping[str, str]
    path: Path | None = None

    def stored(self) -> dict[str, Any]:
        """Plain data for the manifest."""
        return {"folder": self.folder, "tables": dict(self.tables)}


def parse(given: object) -> dict[str, External]:
    """From `name=folder` (one or a list), a mapping of names to folders, or what a manifest holds.

    Raises:
        BenchError: if a name or folder cannot be used.
    """
    if isinstance(given, Mapping):
        pairs = list(given.items())
    else:
        pairs = [_pair(str(item)) for item in (given if isinstance(given, list | tuple) else [given])]
    names = [str(name) for name, _ in pairs]
    if twice := [name for name in names if names.count(name) > 1]:
        raise BenchError(f"--external names {twice[0]!r} twice; expected one folder for each name")
    return {str(name): _known(str(name), value) for name, value in pairs}


def _pair(text: str) -> tuple[str, str]:
    name, equals, folder = text.partition("=")
    if not (equals and name.strip() and folder.strip()):
        raise BenchError(f"--external {text!r} is not understood; expected name=folder")
    return name.strip(), folder.strip()


def _known(name: str, value: object) -> External:
    """From a folder's path, or from what a manifest holds."""
    if isinstance(value, str | Path):
        return read(name, value)
    if isinstance(value, Mapping) and isinstance(value.get("tables"), Mapping) and "folder" in value:
        return External(str(value["folder"]), dict(value["tables"]))
    raise BenchError(f'external.{name} is {value!r}; expected a folder: [external] with {name} = "FOLDER"')


def read(name: str, folder: str | Path) -> External:
    """Looks at a folder of tables; each file's name, without its suffix, is the id of its split.

    Raises:
        BenchError: if the name is taken, or there is no such folder, or nothing in it.
    """
    _require_name(name)
    path = Path(folder)
    if path.is_file():
        raise BenchError(
            f"--external {name}={folder} is one file, and its rows were made from one set of rows; a ranked row needs "
            "a folder with a table per split (see `bench split`); score a single file with `bench evaluate`"
        )
    if not path.is_dir():
        raise BenchError(f"--external {name}: no folder {folder}; expected one with a table per split")
    files = [entry for entry in sorted(path.iterdir()) if entry.is_file() and entry.suffix.lower() in _SUFFIXES]
    stems = [file.stem for file in files]
    if twice := [stem for stem in stems if stems.count(stem) > 1]:
        raise BenchError(f"{folder} holds two tables for the split {twice[0]}; expected one; remove the other")
    if not files:
        raise BenchError(f"{folder} holds no table; expected <split>.csv or <split>.parquet for every split")
    said = path.name if path.is_absolute() else str(folder)
    return External(said, {file.stem: sha256(file) for file in files}, path.absolute())


def _require_name(name: str) -> None:
    if not re.fullmatch(r"[\w.-]{1,40}", name):
        raise BenchError(f"--external names {name!r}; expected letters, digits, '-', '_' and '.', at most 40")
    if name in ("all", *registry.choices()):
        raise BenchError(f"--external names {name!r}, which bench has already; choose another name")


def sha256(file: Path) -> str:
    """The checksum of a file, in hex."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


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
        folder = store.result_directory(path, trial)
        if source is not None and not folder.exists():
            read.append((folder, trial, table(file_of(source, trial), plan.draw(plan.splits[trial.split]).train)))
    for folder, trial, rows in read:
        write_rows(folder, trial, rows)


def write_rows(folder: Path, trial: Trial, rows: pd.DataFrame, seconds: Mapping[str, float] | None = None) -> None:
    """Stores rows as those of a trial that is yet to be scored."""
    result = TrialResult(trial, "ok", seconds=seconds or {})
    write_directory(folder, {"synthetic.parquet": pack_table(rows), "result.json": store.pack_result(result)})


def file_of(source: External, trial: Trial) -> Path:
    """The file with a trial's rows.

    Raises:
        BenchError: if it is no longer the one that was planned with.
    """
    where = source.path
    found = [where / f"{trial.split}{suffix}" for suffix in _SUFFIXES] if where else []
    for file in found:
        if file.is_file() and sha256(file) == trial.params["sha256"]:
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
    from bench._reading import read as read_file

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
