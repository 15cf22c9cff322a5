"""A registered table as a CSV file, and what inference makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.tables.infer import Inference, infer_schema
from bench.tables.overrides import Overrides
from bench.tables.read_files import read_with_notes

if TYPE_CHECKING:
    from pathlib import Path

    from bench.api import Dataset, Schema


def inferred(data: Dataset, folder: Path) -> Inference:
    """Writes a table and reads it as the file of a user, of which only the target is known."""
    path = folder / f"{data.name}.csv"
    data.frame.to_csv(path, index=False)
    table = read_with_notes(path)
    return infer_schema(
        table.frame, data.schema.target, Overrides(), path.name, ordered=data.schema.ordered, missing="keep"
    )


def knowable(schema: Schema) -> dict[str, object]:
    """What a file says of a schema: the order of levels, and levels that do not occur, are not in it."""
    columns = [(column.name, column.kind, set(column.levels), column.missing) for column in schema.columns]
    return {"columns": columns, "target": schema.target, "task": schema.task, "left_out": schema.left_out}
