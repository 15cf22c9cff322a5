from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from bench.api import BenchError
from bench.generators.cart import CART
from bench.generators.gaussian_mixture import GaussianMixture
from bench.generators.shared.conditions import sample_level
from bench.generators.smote import SMOTE
from bench.testing import mixed_schema, mixed_table, schema, table

if TYPE_CHECKING:
    from collections.abc import Callable

_MODELS: dict[str, Callable[[], Any]] = {"cart": lambda: CART(bags=5), "mixture": GaussianMixture, "smote": SMOTE}


@pytest.mark.parametrize("build", _MODELS.values(), ids=_MODELS)
class TestConditions:
    def test_rows_have_the_level_and_the_form_of_train(self, build: Callable[[], Any]) -> None:
        train = mixed_table()
        model = build().fit(train, mixed_schema(train), seed=1)
        for name in ("paid=no", "grade=01", "city=Bern"):
            rows = model.sample(30, seed=3, condition=name)
            column, _, level = name.partition("=")
            assert rows[column].tolist() == [level] * 30
            assert list(rows.dtypes) == list(train.dtypes)
            assert rows.index.tolist() == list(range(30))
            pd.testing.assert_frame_equal(rows, model.sample(30, seed=3, condition=name))
            assert not rows.equals(model.sample(30, seed=4, condition=name))

    def test_conditions_are_levels_that_train_has(self, build: Callable[[], Any]) -> None:
        train = mixed_table()
        model = build()
        assert model.conditions() == ()
        model.fit(train, mixed_schema(train), seed=1)
        assert set(model.conditions()) == {
            *("city=Rome", "city=Bern", "city=Oslo", "city=Ulm"),
            *("grade=10", "grade=02", "grade=01", "paid=no", "paid=yes"),
        }
        assert set(build().conditions_of(train, mixed_schema(train))) == set(model.conditions())
        with pytest.raises(BenchError, match=r"condition 'paid=oui', which is none.* did you mean 'paid=no'"):
            model.sample(5, seed=1, condition="paid=oui")

    def test_tables_of_numbers_have_none(self, build: Callable[[], Any]) -> None:
        train = table()
        model = build().fit(train, schema(train), seed=1)
        assert model.conditions() == build().conditions_of(train, schema(train)) == ()
        with pytest.raises(BenchError, match="there are none, as the table has no categories"):
            model.sample(5, seed=1, condition="paid=yes")


def _draw(rows: int, seed: int) -> pd.DataFrame:
    """One row in a thousand is `rare`."""
    return pd.DataFrame({"kind": np.where(np.random.default_rng(seed).random(rows) < 0.001, "rare", "frequent")})


def test_a_level_that_is_too_rare_is_told_with_its_share() -> None:
    assert sample_level(_draw, "kind", "rare", 10, seed=1)["kind"].tolist() == ["rare"] * 10
    with pytest.raises(BenchError, match=r"of 200,000 drawn rows have kind=rare \(0\.1\d%\), and 2,000 were asked for"):
        sample_level(_draw, "kind", "rare", 2_000, seed=1)
