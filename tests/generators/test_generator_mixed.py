"""What generators of mixed tables learn: dependent gaps, dependent categories, values that occur."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bench.api import BenchError
from bench.generators.cart import CART
from bench.generators.gaussian_mixture import GaussianMixture
from bench.generators.shared.mixed_form import MixedTable, read_mixed
from bench.generators.shared.mixed_scores import MOST_EXACT, MixedScores, mixed_scores
from bench.generators.smote import SMOTE
from bench.generators.wrappers.em_mixture import MixtureOptions
from bench.generators.wrappers.mixed_forest import forest_columns
from bench.generators.wrappers.mixed_neighbours import find_neighbours
from bench.generators.wrappers.product_mixture import ProductMixture, fit_product_mixture, mixture_rows
from bench.testing import mixed_schema, mixed_table

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

GENERATORS = {"cart": (CART, {"bags": 10}), "gaussian-mixture": (GaussianMixture, {}), "smote": (SMOTE, {})}
ROWS = 600


@cache
def _drawn(name: str) -> pd.DataFrame:
    cls, params = GENERATORS[name]
    train = mixed_table(ROWS)
    return cls(**params).fit(train, mixed_schema(train), seed=1).sample(3 * ROWS, seed=2)  # type: ignore[no-any-return]


def _gap_rates(frame: pd.DataFrame) -> NDArray[Any]:
    """The share of gaps in `amount` where `paid` is `no`, and where it is `yes`."""
    return np.array([frame.loc[frame["paid"] == level, "amount"].isna().mean() for level in ("no", "yes")])


@pytest.mark.parametrize("name", GENERATORS)
class TestMixedGenerators:
    def test_gaps_depend_on_other_columns_as_in_train(self, name: str) -> None:
        no, yes = _gap_rates(_drawn(name))
        assert no - yes > 0.5 * -np.diff(_gap_rates(mixed_table(ROWS)))[0]

    def test_numbers_depend_on_categories_as_in_train(self, name: str) -> None:
        frames = (mixed_table(ROWS), _drawn(name))
        real, made = (frame.groupby("grade", observed=True)["visits"].mean().to_numpy() for frame in frames)
        assert np.allclose(made, real, rtol=0.25)

    def test_dates_are_in_range_and_on_their_grid(self, name: str) -> None:
        train, dates = mixed_table(ROWS)["when"], _drawn(name)["when"].dropna()
        assert ((dates - train.min()).dt.total_seconds() % 600 == 0).all()
        assert dates.between(train.min(), train.max()).all()


@pytest.mark.parametrize("name", ["cart", "gaussian-mixture"])
def test_shares_of_levels_are_those_of_train(name: str) -> None:
    for column in ("city", "grade", "paid"):
        real, made = (frame[column].value_counts(normalize=True) for frame in (mixed_table(ROWS), _drawn(name)))
        assert real.sub(made).abs().sum() / 2 < 0.05


def test_numbers_of_few_values_come_back_exactly() -> None:
    rng = np.random.default_rng(0)
    spiky = np.where(rng.random(900) < 0.9, 0.0, rng.choice([114.0, 7688.0, 99999.0], 900))
    smooth = rng.normal(size=900)
    scores, back = mixed_scores(np.stack([spiky, smooth], axis=1), seed=1)
    assert back.exact == (True, False)
    np.testing.assert_array_equal(back.inverse(scores)[:, 0], spiky)
    drawn = back.inverse(rng.normal(size=(5000, 2)))
    assert set(drawn[:, 0]) == {0.0, 114.0, 7688.0, 99999.0}
    assert (drawn[:, 0] == 0).mean() == pytest.approx((spiky == 0).mean(), abs=0.02)
    assert len(np.unique(drawn[:, 1])) > MOST_EXACT


@pytest.mark.parametrize("columns", [0, 2])
def test_scores_survive_as_arrays(columns: int) -> None:
    numbers = np.random.default_rng(0).integers(0, 9, (60, columns)).astype(float)
    scores, back = mixed_scores(numbers, seed=1)
    restored = MixedScores.from_arrays(back.to_arrays())
    assert restored.exact == back.exact
    np.testing.assert_array_equal(restored.inverse(scores), numbers)


def _read(rows: int = ROWS) -> MixedTable:
    train = mixed_table(rows)
    return read_mixed(train, mixed_schema(train), seed=1)


class TestMixedForest:
    def test_few_levels_come_first_and_numbers_last(self) -> None:
        columns = forest_columns(_read(), ())
        assert [column.name for column in columns[:4]] == ["amount", "when", "paid", "grade"]
        assert [column.size for column in columns] == [2, 2, 2, 3, 5, 0, 0, 0, 0]

    def test_named_columns_come_first_and_their_flags_before_them(self) -> None:
        columns = forest_columns(_read(), ("visits", "amount"))
        assert [(column.name, column.size) for column in columns[:3]] == [("visits", 0), ("amount", 2), ("amount", 0)]

    def test_gaps_become_the_median_for_later_trees(self) -> None:
        column = forest_columns(_read(), ("amount",))[1]
        inputs = column.inputs(np.array([1.5, -2.0]), np.array([False, True]))
        assert inputs.tolist() == [[1.5], [0.0]]

    def test_unknown_columns_are_refused(self) -> None:
        train = mixed_table()
        with pytest.raises(BenchError, match="order with 'town'; expected columns of the table: y"):
            CART(order=("town",)).fit(train, mixed_schema(train), seed=0)


class TestProductMixture:
    MIXTURE = ProductMixture(
        weights=np.array([0.25, 0.75]),
        means=np.array([[0.0], [3.0]]),
        variances=np.array([[1.0], [4.0]]),
        shares=np.array([[0.5, 0.5], [0.2, 0.8]]),
        sizes=(2,),
    )

    def test_densities_are_those_of_the_formula(self) -> None:
        from scipy.stats import norm

        rows = mixture_rows(np.array([[1.0]]), np.array([[1]]), (2,), (-1,))
        expected = [0.25 * norm.pdf(1, 0, 1) * 0.5, 0.75 * norm.pdf(1, 3, 2) * 0.8]
        assert np.exp(self.MIXTURE.log_densities(rows))[0] == pytest.approx(expected, rel=1e-5)

    def test_gaps_of_numbers_do_not_count(self) -> None:
        rows = mixture_rows(np.array([[1.0]]), np.array([[1]]), (2,), (0,))
        assert np.exp(self.MIXTURE.log_densities(rows))[0] == pytest.approx([0.25 * 0.5, 0.75 * 0.8], rel=1e-5)

    def test_draws_have_the_mixtures_moments(self) -> None:
        scores, codes = self.MIXTURE.sample(20_000, seed=1)
        assert scores.mean() == pytest.approx(0.75 * 3, abs=0.05)
        assert codes.mean() == pytest.approx(0.25 * 0.5 + 0.75 * 0.8, abs=0.02)

    def test_em_finds_two_classes_and_bic_asks_for_few(self) -> None:
        rng = np.random.default_rng(0)
        kind = rng.random(800) < 0.3
        scores = np.where(kind, -2.0, 2.0)[:, None] + 0.5 * rng.normal(size=(800, 1))
        codes = np.where(kind, rng.random(800) < 0.9, rng.random(800) < 0.2)[:, None].astype(np.int64)
        rows, done = mixture_rows(scores, codes, (2,), (-1,)), list[tuple[int, int]]()
        found = fit_product_mixture(
            rows, MixtureOptions("bic", 20, 1e-4, 100), 1, lambda *progress: done.append(progress)
        )
        assert done[-1] == (4, 4)
        assert len(found.weights) <= 5
        two = fit_product_mixture(rows, MixtureOptions(2, 20, 1e-4, 100), 1, lambda *_: None)
        low = two.means[:, 0].argmin()
        assert two.means[low, 0] == pytest.approx(-2, abs=0.1)
        assert two.weights[low] == pytest.approx(0.3, abs=0.05)
        assert two.shares[low, 1] == pytest.approx(0.9, abs=0.05)
        assert two.parameters == 2 * (1 + 2 + 1) - 1


def test_neighbours_vote_and_gaps_are_not_averaged() -> None:
    table = _read()
    neighbours = find_neighbours(table, 5)
    numbers, codes = neighbours.sample(50, seed=3)
    rows = np.random.default_rng(3).integers(ROWS, size=50)
    city = table.form.code_names.index("city")
    for row, code in zip(rows, codes[:, city], strict=True):
        counts = np.bincount(table.codes[neighbours.near[row], city], minlength=5)
        assert counts[code] == counts.max()
    amount, flag = table.form.number_names.index("amount"), table.form.code_names.index("amount")
    known = table.codes[rows, flag] == 0
    near = neighbours.near[rows]
    nearest = np.where(table.codes[near, flag] == 1, np.inf, table.numbers[near, amount])
    lowest = np.minimum(table.numbers[rows, amount], nearest.min(axis=1))
    assert (numbers[known, amount] >= lowest[known]).all()
