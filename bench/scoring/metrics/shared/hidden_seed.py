"""A seed that nobody can compute who does not know holdout."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from bench.seeds import derive

from .matrix import matrix

if TYPE_CHECKING:
    from bench.api import Split


def hidden_seed(split: Split, seed: int) -> int:
    """Returns a seed for choosing what is judged, derived from the content of holdout too.

    Of a mixed table only some rows and triples are judged. A generator that computes the seeds of the run could look
    after these alone. Tables of numbers without gaps keep the seed.

    >>> import pandas as pd
    >>> from bench.api import Schema, Split
    >>> rows = pd.DataFrame({"a": [1.0], "y": [2.0]})
    >>> hidden_seed(Split(rows, rows, rows, Schema.of_numbers(["a", "y"], "y"), "random", 0), 3)
    3
    """
    if split.schema.is_numeric:
        return seed
    content = matrix(split.holdout, split.schema).tobytes()
    return derive(seed, hashlib.sha256(content).hexdigest())
