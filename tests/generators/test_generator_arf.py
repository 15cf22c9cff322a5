from __future__ import annotations

import inspect

import numpy as np
import pandas as pd
import pytest

from bench.api import BenchError, Schema
from bench.generators.arf import ARF

pytestmark = pytest.mark.extra
SCHEMA = Schema.of_numbers(("obs", "tree", "flag"), "tree")


def table(rows: int = 120) -> pd.DataFrame:
    """Two far clusters, under names that arfpy uses itself; the flag says which."""
    rng = np.random.default_rng(0)
    flag = rng.integers(0, 2, rows)
    return pd.DataFrame(
        {"obs": 10 * flag + rng.normal(size=rows), "tree": rng.normal(size=rows) - 10 * flag, "flag": flag}
    )


def drawn(generator: ARF, n: int = 300) -> pd.DataFrame:
    generator.fit(table(), SCHEMA, seed=0)
    rows: pd.DataFrame = generator.sample(n, seed=1)
    return rows


def test_planted_clusters_stay_apart() -> None:
    rows = drawn(ARF())
    upper = rows["obs"] > 5
    assert 0.35 < upper.mean() < 0.65
    assert (upper == (rows["flag"] == 1)).mean() > 0.98
    assert (upper == (rows["tree"] < -5)).mean() > 0.98


def test_leaves_of_equal_values_and_single_rows_can_be_drawn() -> None:
    assert len(drawn(ARF(), 1)) == 1
    assert set(drawn(ARF())["flag"]) == {0, 1}


@pytest.mark.parametrize("missing", [True, False])
def test_numpy_is_left_as_it_was(missing: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    from bench.generators.arf import in1d

    if missing:
        monkeypatch.delattr(np, "in1d", raising=False)
    else:
        monkeypatch.setattr(np, "in1d", "theirs", raising=False)

    def fail() -> None:
        with in1d():
            assert vars(np)["in1d"] is (np.isin if missing else "theirs")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert vars(np).get("in1d") == (None if missing else "theirs")


def test_the_library_keeps_its_defaults() -> None:
    import arfpy

    theirs = inspect.signature(arfpy.arf.arf).parameters
    ours = inspect.signature(ARF).parameters
    names = {"trees": "num_trees", "leaf_rows": "min_node_size", "tolerance": "delta", "rounds": "max_iters"}
    for name, other in {**names, "early_stop": "early_stop"}.items():
        assert ours[name].default == theirs[other].default


def test_takes_the_largest_seeds() -> None:
    generator = ARF()
    generator.fit(table(), SCHEMA, seed=2**32 - 1)
    assert not generator.sample(9, seed=2**32 - 2).equals(generator.sample(9, seed=2**32 - 1))


@pytest.mark.parametrize("options", [{"trees": 0}, {"leaf_rows": 1}, {"tolerance": 0.6}, {"rounds": -1}])
def test_values_out_of_range_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(BenchError, match=rf"got {next(iter(options))} .*expected"):
        ARF(**options)
