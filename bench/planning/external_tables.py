"""Tables made outside bench that are ranked beside generators: one table per split, made from its train part.

`bench split` writes the train parts. The tables that come back are stored and scored as a generator's synthetic rows
are. Nothing of them is executed, so they may come from any language.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.api import BenchError
from bench.planning.option_types import as_list
from bench.plugins import entry_points
from bench.tables.table_request import portable

SUMMARY = "rows made outside bench from each split's train part"
SUFFIXES = (".parquet", ".pq", ".csv")


@dataclass(frozen=True, slots=True)
class ExternalTables:
    """A folder of tables that stands for a generator.

    Attributes:
        folder: as typed; only its last part if an absolute path was typed.
        tables: split id -> sha256 of the table's file; splits without a table are left out.
        path: where the folder is now; None if the tables are known from a stored run only.
    """

    folder: str
    tables: Mapping[str, str]
    path: Path | None = None

    def stored(self) -> dict[str, Any]:
        """Returns plain data for the manifest."""
        return {"folder": self.folder, "tables": dict(self.tables)}


def parse_external_tables(value: object) -> dict[str, ExternalTables]:
    """Returns the tables by the name under which they are ranked.

    The value is `name=folder`, one or a list; a mapping of names to folders; or what a manifest holds.

    Raises:
        BenchError: if a name or folder cannot be used.
    """
    pairs = list(value.items()) if isinstance(value, Mapping) else [_parse_pair(str(item)) for item in as_list(value)]
    names = [str(name) for name, _ in pairs]
    if repeated := [name for name in names if names.count(name) > 1]:
        raise BenchError(f"--external names {repeated[0]!r} twice; expected one folder for each name")
    return {str(name): _parse_folder(str(name), folder) for name, folder in pairs}


def _parse_pair(text: str) -> tuple[str, str]:
    name, equals, folder = text.partition("=")
    if not (equals and name.strip() and folder.strip()):
        raise BenchError(f"--external {text!r} is not understood; expected name=folder")
    return name.strip(), folder.strip()


def _parse_folder(name: str, value: object) -> ExternalTables:
    """From a folder's path, or from what a manifest holds."""
    if isinstance(value, str | Path):
        return read_external_folder(name, value)
    if isinstance(value, Mapping) and isinstance(value.get("tables"), Mapping) and "folder" in value:
        return ExternalTables(str(value["folder"]), dict(value["tables"]))
    raise BenchError(f'external.{name} is {value!r}; expected a folder: [external] with {name} = "FOLDER"')


def read_external_folder(name: str, folder: str | Path) -> ExternalTables:
    """Lists the tables of a folder; each file's name without its suffix is the id of its split.

    Raises:
        BenchError: if the name is in use, the folder does not exist, or it holds no table.
    """
    if not re.fullmatch(r"[\w.-]{1,40}", name):
        raise BenchError(f"--external names {name!r}; expected letters, digits, '-', '_' and '.', at most 40")
    if name in ("all", *entry_points.choices()):
        raise BenchError(f"--external names {name!r}, which bench has already; choose another name")
    path = Path(folder)
    if path.is_file():
        raise BenchError(
            f"--external {name}={folder} is one file, and its rows were made from one set of rows; a ranked table "
            "needs a folder with a table per split (see `bench split`); score a single file with `bench evaluate`"
        )
    if not path.is_dir():
        raise BenchError(f"--external {name}: no folder {folder}; expected one with a table per split")
    files = [entry for entry in sorted(path.iterdir()) if entry.is_file() and entry.suffix.lower() in SUFFIXES]
    stems = [file.stem for file in files]
    if repeated := [stem for stem in stems if stems.count(stem) > 1]:
        raise BenchError(f"{folder} holds two tables for the split {repeated[0]}; expected one; remove the other")
    if not files:
        raise BenchError(f"{folder} holds no table; expected <split>.csv or <split>.parquet for every split")
    return ExternalTables(portable(str(folder)), {file.stem: file_sha256(file) for file in files}, path.absolute())


def file_sha256(file: Path) -> str:
    """Returns the sha256 of a file, in hex."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
