"""What reports show of whole rows, pairs of columns and rows in time; no score depends on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.scoring.encoding import encoding_of

from ..shared.matrix import matrix
from .pair_grids import cell_edges, cell_names, chosen_pairs, column_names, own_pairs, pair_counts
from .row_map import component_axes, components, neighbour_map
from .rows_in_time import rows_in_time

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api import Arrays, Context, Details, Schema, Split

    from ..shared.matrix import Matrix
    from .pair_grids import Pairs

    Strengths = NDArray[np.floating]


def prepared_pictures(split: Split, strength: Strengths, seed: int) -> Details:
    """Returns what the pictures of all tables of a split share.

    `strength` is the association of the columns of train, or their correlation, (columns, columns).
    """
    train = matrix(split.train, split.schema)
    axes = component_axes(train, encoding_of(split.train, split.schema), seed)
    return {"grids/strength": strength, **cell_edges(train, split.schema), **axes}


def pictures(context: Context, rows: Matrix, strength: Strengths) -> Details:
    """Returns the arrays of one table; `rows` are its codes, and `strength` is the association of its columns."""
    split, schema, artefacts = context.split, context.split.schema, context.artefacts
    train, encoding = matrix(split.train, schema), encoding_of(split.train, schema)
    arrays = {
        **components(rows, encoding, artefacts, context.seed),
        **_grids(train, rows, strength, schema, artefacts),
        **rows_in_time(split, train, rows, artefacts["grids/strength"]),
    }
    if context.pictures:
        arrays |= neighbour_map(train, rows, encoding, artefacts, context.seed)
    return arrays


def _grids(train: Matrix, rows: Matrix, strength: Strengths, schema: Schema, artefacts: Arrays) -> Details:
    real: Strengths = artefacts["grids/strength"]
    shared = chosen_pairs(real, schema.position(schema.target))
    own = own_pairs(strength, real, shared)
    shown: Pairs = shared + own
    cells = {
        f"grids/cells/{schema.names[column]}": cell_names(column, schema, artefacts) for column in _columns_of(shown)
    }
    return {
        "grids/columns": column_names(shared, schema.names),
        "grids/counts": pair_counts(rows, shared, schema, artefacts),
        "grids/own_columns": column_names(own, schema.names),
        "grids/own_counts": pair_counts(rows, own, schema, artefacts),
        "grids/own_real": pair_counts(train, own, schema, artefacts),
        **cells,
    }


def _columns_of(pairs: Pairs) -> list[int]:
    """Returns the positions of all columns of some pairs, each once.

    >>> _columns_of([(1, 3), (0, 3)])
    [0, 1, 3]
    """
    return sorted({column for pair in pairs for column in pair})
