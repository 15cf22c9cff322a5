"""A table long enough to be split twice."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="session")
def long_table() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    walk = rng.normal(size=(900, 3)).cumsum(axis=0).round(2)
    return pd.DataFrame(walk, columns=["a", "b", "y"])
