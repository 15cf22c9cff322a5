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
from typing import Any

from bench.api import BenchError
from bench.plugins import entry_points

SUMMARY = "rows made outside bench from each split's train part"
_SUFFIXES = (".parquet", ".pq", ".csv")


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
    if name in ("all", *entry_points.choices()):
        raise BenchError(f"--external names {name!r}, which bench has already; choose another name")


def sha256(file: Path) -> str:
    """The checksum of a file, in hex."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
