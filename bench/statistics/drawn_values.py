"""Values of reference rows on drawn splits as a tidy frame: they decide which metrics enter."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from bench.api import DrawnSplits

_COLUMNS = ("dataset", "protocol", "split", "draw", "generator", "kind", "metric", "column", "value", "holdout")


def drawn_frame(drawn: Iterable[DrawnSplits]) -> pd.DataFrame | None:
    """Returns one row per value of complete drawn splits, with the rows of their smallest holdout; None without any."""
    import pandas as pd

    rows = [
        (each.dataset, each.protocol, f"drawn-{number}", 0, name, "reference", metric, "", value, each.holdout)
        for each in drawn
        if each.complete
        for number in sorted(each.values)
        for name, by_metric in sorted(each.values[number].items())
        for metric, value in sorted(by_metric.items())
    ]
    return pd.DataFrame(rows, columns=list(_COLUMNS)) if rows else None
