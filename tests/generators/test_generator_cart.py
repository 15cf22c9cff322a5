from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.tree import DecisionTreeRegressor

from bench.api import BenchError, Schema
from bench.generators.cart import CART
from bench.generators.wrappers.tree_forest import ForestOptions, HonestTree, grow_forest

SCHEMA = Schema.of_numbers(("a", "b"), "b")
RNG = np.random.default_rng


def parabola(rows: int = 1200) -> pd.DataFrame:
    """b is the square of a, nearly where a is negative and roughly where it is positive."""
    a = RNG(0).uniform(-1, 1, rows)
    return pd.DataFrame({"a": a, "b": a**2 + RNG(1).normal(size=rows) * np.where(a > 0, 0.2, 0.01)})


def fitted(train: pd.DataFrame, **options: Any) -> CART:  # noqa: ANN401
    generator = CART(**{"bags": 10, **options})
    generator.fit(train, Schema.of_numbers(train.columns, str(train.columns[0])), seed=0)
    return generator


def tree(leaves: list[int], values: list[float]) -> HonestTree:
    """Splits at 0 and 1: left of 0 is node 1, up to 1 node 3, beyond it node 4."""
    stump = DecisionTreeRegressor(random_state=0).fit([[-1.0], [0.0], [2.0]], [0.0, 5.0, 6.0])
    assert list(stump.apply([[-1.0], [0.5], [2.0]])) == [1, 3, 4]
    return HonestTree(stump.tree_, np.array(leaves, dtype=np.intp), np.array(values))


def test_a_leaf_gives_its_values_equally_often() -> None:
    drawn = tree([1, 1, 3, 4], [7.0, 8.0, 9.0, 1.0]).draw(np.full((4000, 1), -1, np.float32), 0.0, RNG(0))
    assert set(drawn) == {7.0, 8.0}
    assert abs((drawn == 7.0).mean() - 0.5) < 0.04


@pytest.mark.parametrize(("filled", "where", "expected"), [([1, 4], 0.5, 20.0), ([1, 3], 2.0, 20.0)])
def test_an_empty_leaf_borrows_from_a_neighbour(filled: list[int], where: float, expected: float) -> None:
    drawn = tree(filled, [10.0, 20.0]).draw(np.full((5, 1), where, np.float32), 0.0, RNG(0))
    assert (drawn == expected).all()


def test_smoothing_moves_towards_neighbours_within_the_leaf() -> None:
    leaf = tree([1, 1, 1, 4], [0.0, 1.0, 3.0, 99.0])
    left = np.full((4000, 1), -1, np.float32)
    drawn = leaf.draw(left, 0.5, RNG(0))
    assert drawn.min() == 0
    assert drawn.max() == 3
    from_zero, from_one = drawn[drawn < 0.5], drawn[(drawn > 0.5) & (drawn < 2)]
    assert len(np.unique(from_zero)) > 100
    assert len(np.unique(from_one)) > 100
    assert not (leaf.draw(np.full((50, 1), 2, np.float32), 1.0, RNG(0)) != 99).any()


def test_follows_a_curve_and_its_changing_spread() -> None:
    rows = fitted(parabola()).sample(3000, seed=1)
    off = (rows["b"] - rows["a"] ** 2).abs()
    narrow, wide = off[rows["a"] < -0.1].median(), off[rows["a"] > 0.1].median()
    assert narrow < 0.05
    assert 0.08 < wide < 0.2


def test_honest_trees_keep_no_value_of_the_rows_that_shaped_them() -> None:
    scores = RNG(0).normal(size=(400, 2))
    forest = grow_forest(scores, [0, 1], ForestOptions(3, 5, 0.75), 0, lambda done, total: None)
    kept = [each.values for each in forest.trees[0]]
    assert [len(values) for values in kept] == [100] * 3
    assert len(set(kept[0]) & set(kept[1])) < 60
    plain = grow_forest(scores, [0, 1], ForestOptions(1, 5, 1.0), 0, lambda done, total: None)
    assert sorted(plain.trees[0][0].values) == sorted(scores[:, 1])


def test_plain_trees_of_single_rows_memorise_and_honest_ones_do_not() -> None:
    train = parabola(300)

    def known(**options: Any) -> float:  # noqa: ANN401
        rows = fitted(train, leaf=1, **options).sample(300, seed=1)
        nearest = np.abs(rows["a"].to_numpy()[:, None] - train["a"].to_numpy()).argmin(axis=1)
        return float((np.abs(rows["b"].to_numpy() - train["b"].to_numpy()[nearest]) < 5e-3).mean())

    assert known(shaping=1.0) > 0.7
    assert known(shaping=0.5) < 0.5


def test_columns_are_drawn_in_the_order_asked_for() -> None:
    train = pd.DataFrame(RNG(0).normal(size=(60, 3)), columns=["a", "b", "c"])
    as_is, named, other = (fitted(train, order=o).sample(50, seed=1) for o in ((), ("a", "b"), ("c",)))
    pd.testing.assert_frame_equal(as_is, named)
    assert not as_is.equals(other)
    assert list(other.columns) == ["a", "b", "c"]


def test_a_constant_column_may_be_named_in_the_order() -> None:
    train = parabola(60).assign(k=1.0)
    assert (fitted(train, order=("k", "b")).sample(20, seed=1)["k"] == 1).all()


def test_progress_counts_columns() -> None:
    calls: list[tuple[int, int]] = []
    generator = CART(bags=2)
    generator.on_progress(lambda done, total: calls.append((done, total)))
    generator.fit(parabola(60).assign(c=lambda f: f["a"] * 2), SCHEMA, seed=0)
    assert calls == [(2, 3), (3, 3)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bags": 0}, "got bags 0; expected at least 1"),
        ({"leaf": 0}, "got leaf 0; expected at least 1"),
        ({"shaping": 0.0}, "got shaping 0.0; expected a share above 0"),
        ({"smooth": 1.5}, "got smooth 1.5; expected a share from 0 to 1"),
    ],
)
def test_options_that_fit_no_table_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(BenchError, match=message):
        CART(**options)


def test_an_order_with_an_unknown_column_is_refused() -> None:
    with pytest.raises(BenchError, match="got order with 'z'; expected columns of the table: a, b"):
        fitted(parabola(60), order=("b", "z"))


def test_a_table_of_constants_is_refused() -> None:
    with pytest.raises(BenchError, match="constant"):
        fitted(pd.DataFrame({"a": [1.0] * 30, "b": [2.0] * 30}))
