"""arfpy on today's numpy."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


@contextmanager
def in1d() -> Iterator[None]:
    """Gives numpy the `in1d` that it dropped in 2.4, and takes it away again."""
    if hasattr(np, "in1d"):
        yield
        return
    vars(np)["in1d"] = np.isin
    try:
        yield
    finally:
        del vars(np)["in1d"]


def grow(values: NDArray[np.float64], **options: Any) -> Any:  # noqa: ANN401 - arfpy's class and its options
    """A forest over (rows, columns), its leaves' densities fitted.

    Draws from numpy's global state. Columns are numbered: arfpy adds `obs`, `tree` and `leaf` of its own.
    """
    from arfpy import arf

    with in1d():
        forest = arf.arf(pd.DataFrame(values), verbose=False, n_jobs=1, **options)
    forest.forde()
    return forest
