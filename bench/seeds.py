"""Seeds derived by hashing names, and a scope that restores the global random generators."""

from __future__ import annotations

import hashlib
import json
import random
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def derive(base: int, *names: str | int) -> int:
    """Returns a 32-bit seed for what `names` describe: the same on every machine, in any order of work.

    Args:
        base: the run's seed.
        names: the use of the seed, from the general to the specific.

    >>> derive(0, "station", "repeat", 1) == derive(0, "station", "repeat", 1)
    True
    >>> derive(0, "a", "b") == derive(0, "ab")
    False
    """
    text = json.dumps([str(part) for part in (base, *names)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


def _states() -> dict[str, Any]:
    states: dict[str, Any] = {"random": random.getstate()}
    if numpy := sys.modules.get("numpy"):
        states["numpy"] = numpy.random.get_state()
    if torch := sys.modules.get("torch"):
        states["torch"] = torch.random.get_rng_state()
    return states


@contextmanager
def scope(seed: int) -> Iterator[None]:
    """Seeds Python's, numpy's and (if loaded) torch's global random generators, and restores them at the end.

    It is meant for libraries that use global state. Code of this project takes seeds as arguments.
    """
    import numpy as np

    before = _states()
    random.seed(seed)
    np.random.seed(seed)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(seed)
    try:
        yield
    finally:
        random.setstate(before["random"])
        if "numpy" in before:
            np.random.set_state(before["numpy"])
        if "torch" in before:
            sys.modules["torch"].random.set_rng_state(before["torch"])
