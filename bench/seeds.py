"""Seeds derived by hashing names, and a scope that restores the global random generators."""

from __future__ import annotations

import hashlib
import json
import random
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def derive(base: int, *names: str | int) -> int:
    """Returns a 32-bit seed from the run's seed: the same on every machine, in any order of work.

    `names` say what the seed is for, from the general to the specific.

    >>> derive(0, "station", "repeat", 1) == derive(0, "station", "repeat", 1)
    True
    >>> derive(0, "a", "b") == derive(0, "ab")
    False
    """
    text = json.dumps([str(part) for part in (base, *names)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


@contextmanager
def scope(seed: int) -> Iterator[None]:
    """Seeds Python's, numpy's and (if loaded) torch's global random generators, and restores them at the end.

    It is meant for libraries that use global state. Code of this project takes seeds as arguments.
    """
    import numpy as np

    torch = sys.modules.get("torch")
    python_state, numpy_state = random.getstate(), np.random.get_state()
    torch_state = torch.random.get_rng_state() if torch else None
    random.seed(seed)
    np.random.seed(seed)
    if torch:
        torch.manual_seed(seed)
    try:
        yield
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)
        if torch:
            torch.random.set_rng_state(torch_state)
