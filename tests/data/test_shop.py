from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from bench.plugins import entry_points
from tests.data.written_table import inferred, knowable

if TYPE_CHECKING:
    from pathlib import Path

    from bench.api import Dataset


def load(**options: int) -> Dataset:
    data: Dataset = entry_points.load("datasets", "shop").load(**options)
    return data


@pytest.fixture(scope="module")
def shop() -> Dataset:
    return load()


def test_shape_kinds_and_task(shop: Dataset) -> None:
    schema = shop.schema
    assert shop.frame.shape == (2_500, 11)
    assert tuple(shop.frame) == schema.names
    assert schema.datetime == ("placed",)
    assert schema.categorical == ("channel", "country", "currency", "coupon")
    assert schema.missing == ("coupon", "rating")
    assert (schema.target, schema.task, schema.ordered) == ("total", "regression", False)


@pytest.mark.parametrize("seed", range(3))
def test_rates(seed: int) -> None:
    frame = load(seed=seed).frame
    assert (frame["discount"] == 0).mean() == pytest.approx(0.8, abs=0.03)
    assert frame["rating"].isna().mean() == pytest.approx(0.3, abs=0.03)
    assert frame["country"].value_counts(normalize=True)["Liechtenstein"] < 0.01
    assert set(frame["rating"].dropna()) == {1.0, 2.0, 3.0, 4.0, 5.0}


def test_every_level_occurs(shop: Dataset) -> None:
    for name in shop.schema.categorical:
        assert set(shop.frame[name].dropna()) == set(shop.schema.column(name).levels)


def test_the_total_is_a_sum(shop: Dataset) -> None:
    frame = shop.frame
    total = frame["items"] * frame["price"] - frame["discount"] + frame["shipping"]
    assert (total - frame["total"]).abs().max() < 1e-9


@pytest.mark.parametrize("amount", ["price", "discount", "shipping", "total"])
def test_amounts_are_multiples_of_five_cents(shop: Dataset, amount: str) -> None:
    steps = shop.frame[amount] * 20
    assert (steps - steps.round()).abs().max() < 1e-9
    assert all(value == float(f"{value:.2f}") for value in shop.frame[amount])


def test_currency_follows_from_country(shop: Dataset) -> None:
    assert (shop.frame.groupby("country", observed=True)["currency"].nunique() == 1).all()


def test_a_coupon_is_missing_exactly_where_nothing_is_taken_off(shop: Dataset) -> None:
    assert shop.frame["coupon"].isna().equals(shop.frame["discount"] == 0)


def test_gaps_of_the_rating_depend_on_the_price(shop: Dataset) -> None:
    cheap = shop.frame["price"] < shop.frame["price"].median()
    missing = shop.frame["rating"].isna()
    assert missing[cheap].mean() > 1.6 * missing[~cheap].mean()


def test_days_have_no_time_and_december_has_more_orders(shop: Dataset) -> None:
    placed = shop.frame["placed"]
    assert placed.equals(placed.dt.normalize())
    assert (placed.dt.month == 12).mean() > 0.12
    assert (placed.dt.dayofweek >= 5).mean() > 0.33


def test_winter_coupons_are_given_in_winter(shop: Dataset) -> None:
    winter = shop.frame["coupon"].isin(["WINTER10", "WINTER25"])
    assert set(shop.frame["placed"][winter].dt.month) <= {11, 12, 1, 2}


def test_the_same_seed_gives_the_same_table(shop: Dataset) -> None:
    again = load()
    assert again.sha256 == shop.sha256
    pd.testing.assert_frame_equal(again.frame, shop.frame, check_exact=True)
    assert load(seed=0).sha256 != shop.sha256


def test_inference_finds_the_schema_in_a_file(shop: Dataset, tmp_path: Path) -> None:
    found = inferred(shop, tmp_path)
    assert knowable(found.schema) == knowable(shop.schema)
    rest = [*shop.schema.numeric, *shop.schema.datetime]
    pd.testing.assert_frame_equal(found.frame[rest], shop.frame[rest], check_exact=True)
