"""A matrix of how far the columns of each generator are from the real ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bench.api import Figure, Panel

from ._format import name
from ._lookup import generators

if TYPE_CHECKING:
    from ._value_tables import BoardValues

_SPANS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5)


def column_heatmap(values: BoardValues, metric: str) -> list[Figure]:
    """Returns a heatmap of what a metric is below 1, with generators from best to worst; nothing without values."""
    board, means = values.board, values.by_column(metric)
    who = [entry.generator for entry in generators(board) if entry.generator in means]
    across = list(dict.fromkeys(column for generator in who for column in means[generator]))
    if not across:
        return []
    matrix = tuple(tuple(1 - means[generator].get(column, math.nan) for column in across) for generator in who)
    largest = max((value for row in matrix for value in row if value == value), default=0.0)
    span = next((span for span in _SPANS if largest <= span), 1.0)
    panel = Panel("heatmap", matrix=matrix, labels=tuple(who), across=tuple(across), span=span, positive=True)
    title = f"Distance of each column from the real one (1 − {metric}): 0 is an equal distribution"
    alt = f"1 − {metric} of {len(across)} columns of {name(board.dataset)} for {len(who)} generators"
    return [Figure(f"{metric}-{board.dataset}-{board.protocol}", title, alt, (panel,), columns=1)]
