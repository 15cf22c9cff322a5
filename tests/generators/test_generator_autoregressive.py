from __future__ import annotations

import doctest
from copy import deepcopy
from importlib import import_module
from math import log
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from bench.api import BenchError, Schema
from bench.generators.autoregressive import Autoregressive
from bench.generators.networks.autoregressive.hyperparameters import AutoregressiveOptions
from bench.generators.networks.autoregressive.inner_leakage import ClosenessTest, Leakage, member_auc
from bench.generators.networks.autoregressive.learner import FittedRows, fit_rows
from bench.generators.networks.autoregressive.level_curves import cosines, output_curves
from bench.generators.networks.autoregressive.level_heads import LevelHeads
from bench.generators.networks.autoregressive.masked_network import CurvedLinear, Dropout, MaskedNetwork
from bench.generators.networks.autoregressive.mixture_heads import MixtureHeads
from bench.generators.networks.autoregressive.row_model import ModelColumns, ModelRows, RowModel
from bench.generators.networks.autoregressive.training_loop import TrainingPlan, checkpoints, losses, train_rows
from bench.generators.networks.column_coder import ColumnCoder, RowArrays, learn_coder, suits_bins
from bench.generators.networks.value_bins import find_bins, has_few_values
from bench.generators.networks.within_bins import describe_bins
from bench.scoring.encoding import code_table, encoding_of
from bench.testing import mixed_schema, mixed_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray


MODULES = ("autoregressive.inner_leakage", "autoregressive.level_curves", "autoregressive.training_loop", "value_bins")
SMALL: dict[str, Any] = {"width": 32, "layers": 2, "steps": 60, "batch": 64, "embedding": 4, "components": 4}


def options(**changes: Any) -> AutoregressiveOptions:  # noqa: ANN401
    return AutoregressiveOptions(**{**SMALL, **changes})


def plan(steps: int) -> TrainingPlan:
    return TrainingPlan(steps, batch=64, lr=1e-2, weight_decay=0.01, ema=0.999, noise=0.025)


def mixed(rows: int = 600, seed: int = 0) -> RowArrays:
    """Two numbers and two codes: y follows x, the second code follows the first, and the last level is never seen."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=rows)
    code = rng.integers(0, 3, rows)
    numbers = np.column_stack([x, 2 * x + 0.1 * rng.normal(size=rows) + 5 * code])
    return RowArrays(numbers, np.column_stack([code, (code + (rng.random(rows) < 0.1)) % 3]), (3, 4))


def numeric(rows: int = 600) -> NDArray[Any]:
    rng = np.random.default_rng(1)
    x = rng.normal(size=rows)
    return np.column_stack([x, x**2 + 0.1 * rng.normal(size=rows), rng.exponential(size=rows)])


NO_CODES = np.empty((600, 0), dtype=np.int64)


@pytest.mark.parametrize("module", MODULES)
def test_examples_hold(module: str) -> None:
    found = doctest.testmod(import_module(f"bench.generators.networks.{module}"))
    assert found.attempted
    assert not found.failed


columns = st.lists(st.one_of(st.floats(-1e6, 1e6), st.sampled_from([0.0, 1.0])), min_size=1, max_size=300)


@given(columns, st.integers(2, 80))
@settings(max_examples=60, deadline=None)
def test_tokens_come_back_as_values_of_their_bin(values: list[float], most: int) -> None:
    column = np.array(values) + 0.0
    bins = find_bins(column, most)
    tokens = bins.tokens(column)
    assert (np.diff(bins.lowest) > 0).all()
    assert set(tokens) == set(range(len(bins)))
    drawn = describe_bins(column, bins).draw(tokens, np.random.default_rng(0))
    assert (bins.tokens(drawn) == tokens).all()
    assert column.min() <= drawn.min()
    assert drawn.max() <= column.max()


def test_few_values_have_a_level_each_and_come_back_exactly() -> None:
    column = np.repeat([2.5, -1.0, 7.0], [300, 100, 2])
    bins = find_bins(column, 64)
    assert bins.lowest.tolist() == [-1.0, 2.5, 7.0]
    assert (describe_bins(column, bins).draw(bins.tokens(column), np.random.default_rng(0)) == column).all()


def test_bins_hold_about_equally_many_rows_and_a_spike_is_alone() -> None:
    column = np.r_[np.zeros(5000), np.random.default_rng(0).exponential(size=5000)]
    bins = find_bins(column, 64)
    counts = np.bincount(bins.tokens(column))
    assert counts[0] == 5000
    assert counts[1:].min() > 0.9 * counts[1:].max()
    assert len(bins) == 33
    drawn = describe_bins(column, bins).draw(np.zeros(9, dtype=np.int64), np.random.default_rng(0))
    assert (drawn == 0).all()


def test_values_of_small_tables_are_binned_rather_than_copied() -> None:
    column = np.random.default_rng(0).normal(size=60)
    assert not has_few_values(column, 64)
    described = describe_bins(column, find_bins(column, 64))
    assert len(described.bins) == 3
    drawn = described.draw(np.arange(3).repeat(50), np.random.default_rng(1))
    assert np.isin(drawn, column).mean() < 0.1


def test_a_columns_distribution_comes_back() -> None:
    column = np.random.default_rng(0).gamma(2, size=20_000)
    described = describe_bins(column, bins := find_bins(column, 64))
    drawn = described.draw(bins.tokens(column), np.random.default_rng(1))
    levels = [0.002, 0.5, 0.998]
    assert np.quantile(drawn, levels) == pytest.approx(np.quantile(column, levels), rel=0.07)
    assert drawn.mean() == pytest.approx(column.mean(), rel=0.002)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=6), st.integers(1, 40), st.integers(1, 3), st.randoms())
@settings(max_examples=40, deadline=None)
def test_an_output_depends_on_earlier_columns_alone(widths: list[int], width: int, layers: int, random: Any) -> None:  # noqa: ANN401
    places = list(range(1, len(widths) + 1))
    random.shuffle(places)
    units = [place for place, size in zip(places, widths, strict=True) for _ in range(size)]
    torch.manual_seed(0)
    network = MaskedNetwork(units, units, width, layers)
    for weights in network.parameters():
        torch.nn.init.normal_(weights)
    x = torch.randn(2, len(units))
    place = torch.tensor(units)
    for position in places:
        changed = torch.where(place >= position, torch.randn(2, len(units)), x)
        torch.testing.assert_close(network(x)[:, place <= position], network(changed)[:, place <= position])


def test_an_output_depends_on_every_earlier_column() -> None:
    network = MaskedNetwork([1, 2, 3], [1, 2, 3], 16, 2)
    for weights in network.parameters():
        torch.nn.init.normal_(weights)
    x = torch.randn(1, 3, requires_grad=True)
    seen = torch.stack([torch.autograd.grad(network(x)[0, column], x)[0][0] for column in range(3)])
    assert ((seen != 0) == torch.ones(3, 3).tril(-1).bool()).all()


def test_columns_one_by_one_give_what_one_pass_gives() -> None:
    places = [2, 2, 1, 3, 4, 4, 4]
    network = MaskedNetwork(
        places, places, 10, 3, curves=[*(torch.zeros(n, 0) for n in (2, 1, 1)), output_curves(3, 3)]
    )
    for weights in network.parameters():
        torch.nn.init.normal_(weights)
    x, units = torch.randn(7, 7), network.begin(7)
    with torch.no_grad():
        whole = network(x)
        for position in (1, 2, 3, 4):
            found = network.outputs_at(position, torch.where(torch.tensor(places) < position, x, 0.0), units)
            torch.testing.assert_close(found, whole[:, torch.tensor(places) == position])


def test_curves_over_ordered_levels_are_cosines() -> None:
    curves = cosines(20, 6)
    place = (np.arange(20) + 0.5) / 20
    assert curves.numpy() == pytest.approx(np.sqrt(2) * np.cos(np.pi * np.outer(place, range(1, 7))), abs=1e-5)
    torch.testing.assert_close(curves.T @ curves / 20, torch.eye(6))
    assert cosines(5, 6).shape == (5, 4)
    assert cosines(2, 6).shape == (2, 0)


def test_neighbouring_levels_start_alike_and_a_gap_does_not_belong_to_them() -> None:
    table = LevelHeads([30, 31, 30], 16, [0, 30, 30]).table.weight.detach()
    torch.testing.assert_close(table[30:60], table[61:])
    assert (table[31:60] - table[30:59]).norm(dim=1).max() < (table[1:30] - table[:29]).norm(dim=1).mean()
    assert not torch.isclose(table[60], table[59]).any()
    curves = output_curves(31, 30)
    assert curves.shape == (31, 8)
    assert (curves[30] == 0).all()


def test_the_weights_of_an_output_are_its_own_and_those_of_its_curves() -> None:
    layer = CurvedLinear(torch.tensor([1, 2]), torch.tensor([2, 2, 2, 3]), [output_curves(3, 3)])
    torch.nn.init.normal_(layer.curves)
    shared = cosines(3, 2) @ layer.curves
    expected = layer.weight + torch.cat([shared, torch.zeros(1, 2)])
    torch.testing.assert_close(layer.kept(), expected * torch.tensor([[1, 0], [1, 0], [1, 0], [1, 1]]))
    assert layer.weight_count() == 5 + 2


def test_what_one_level_learns_its_neighbours_learn_too() -> None:
    layer = CurvedLinear(torch.ones(1), torch.full((40,), 2), [output_curves(40, 40)])
    torch.nn.init.zeros_(layer.weight)
    torch.nn.init.zeros_(layer.bias)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    (-layer(torch.ones(1, 1)).log_softmax(1)[0, 20]).backward()
    optimizer.step()
    outputs = layer(torch.ones(1, 1))[0].detach()
    assert outputs[20] == outputs.max()
    assert outputs[19] > outputs[10]
    assert outputs[21] > outputs[30]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.4])
def test_units_are_dropped_at_random_and_their_mean_is_kept(share: float) -> None:
    torch.manual_seed(0)
    dropout, x = Dropout(share), torch.ones(1001, 257, requires_grad=True)
    y = dropout(x)
    assert float((y == 0).float().mean()) == pytest.approx(share, abs=0.004)
    assert float(y.mean().detach()) == pytest.approx(1, abs=0.004)
    assert not share or not torch.equal(y, dropout(x))
    y.sum().backward()
    assert x.grad is not None
    torch.testing.assert_close(x.grad, y.detach())
    assert torch.equal(dropout.eval()(x), x)


def test_only_weights_that_are_not_masked_count() -> None:
    network = MaskedNetwork([1, 2], [1, 2], 3, 1)
    # three units see the first column and predict the second, which the first column reaches directly, too
    assert network.weight_count() == (3 + 3) + (3 + 2) + 1


def test_many_columns_have_no_direct_map() -> None:
    places = [place for place in range(1, 121) for _ in range(10)]
    assert MaskedNetwork(places, places, 8, 1).skip is None
    assert MaskedNetwork(places[:100], places[:100], 8, 1).skip is not None


def test_levels_start_at_their_shares() -> None:
    heads, tokens = LevelHeads([2, 3], 4, [0, 0]), torch.tensor([[0, 2], [0, 1], [1, 2], [0, 2]])
    likelihood = heads.log_likelihood(heads.marginals(tokens).expand(4, -1), tokens)
    assert float(likelihood[0]) == pytest.approx(log(3.5 / 5) + log(3.5 / 5.5), abs=1e-5)
    assert heads.inputs(tokens).shape == (4, 8)
    torch.testing.assert_close(heads.inputs(tokens)[:, 4:], heads.inputs_of(1, tokens[:, 1]))


def test_a_mixture_is_a_density_and_is_drawn_from() -> None:
    heads = MixtureHeads(1, 3)
    outputs = torch.tensor([[0.0, 1.0, -1.0, -2.0, 0.5, 3.0, -1.0, 0.2, -0.5]])
    grid = torch.linspace(-15, 15, 30_001)[:, None]
    density = heads.log_likelihood(outputs.expand(len(grid), -1), grid).exp()
    assert float(density.sum() * 1e-3) == pytest.approx(1, abs=1e-3)
    drawn = heads.draw(outputs.expand(40_000, -1), 0.0, torch.Generator().manual_seed(0))
    assert float(drawn.mean()) == pytest.approx(float((density * grid[:, 0]).sum() * 1e-3), abs=0.03)


def test_noise_of_training_is_taken_off() -> None:
    heads = MixtureHeads(1, 1)
    outputs = torch.tensor([[0.0, 2.0, log(0.5)]]).expand(20_000, -1)
    drawn = heads.draw(outputs, 0.21, torch.Generator().manual_seed(0))
    assert float(drawn.std()) == pytest.approx(0.2, rel=0.03)
    assert (heads.draw(outputs, 1.0, torch.Generator().manual_seed(0)) == 2).all()


def model_of(rows: ModelRows, **changes: Any) -> RowModel:  # noqa: ANN401
    torch.manual_seed(0)
    model = RowModel(ModelColumns((3, 4), 1, (2, 0, 1), (0, 4)), options(**changes))
    model.start(rows)
    return model


def some_rows(count: int = 512) -> ModelRows:
    generator = torch.Generator().manual_seed(0)
    first = torch.randint(3, (count,), generator=generator)
    return ModelRows(
        torch.stack([first, first], dim=1), first[:, None] + 0.1 * torch.randn(count, 1, generator=generator)
    )


def test_the_loss_falls_below_that_of_independent_columns() -> None:
    rows = some_rows()
    model = model_of(rows)
    start, seen = float(losses(model, rows).mean()), list[float]()

    def check(_: RowModel, steps: int, loss: float, lr: float) -> bool:
        seen.append(loss)
        return True

    train_rows(model, rows, plan(150), 0, check)
    assert seen == sorted(seen, reverse=True)
    assert float(losses(model, rows).mean()) < start - 1.5


def test_training_ends_where_a_checkpoint_says_so_and_checkpoints_have_averaged_weights() -> None:
    rows, seen = some_rows(64), list[int]()
    model = model_of(rows)

    def check(average: RowModel, steps: int, loss: float, lr: float) -> bool:
        seen.append(steps)
        assert not torch.equal(average.network.last.bias, model.network.last.bias)
        return len(seen) < 3

    train_rows(model, rows, plan(80), 0, check)
    assert seen == list(checkpoints(80))[:3]


def test_divergence_is_an_error() -> None:
    rows = some_rows(64)
    model = model_of(rows)
    torch.nn.init.constant_(model.network.last.bias, float("inf"))
    with pytest.raises(BenchError, match="lower lr"):
        train_rows(model, rows, plan(8), 0, lambda *_: True)


def test_the_budget_is_steps_or_passes() -> None:
    defaults = AutoregressiveOptions()
    assert defaults._steps_for(100, 20, 512) == 600
    assert defaults._steps_for(30_000, 20, 512) == 1180
    assert defaults._steps_for(100_000, 20, 512) == 2000
    assert AutoregressiveOptions(steps=60)._steps_for(100, 20, 512) == 60


def test_a_pass_over_few_rows_takes_several_steps() -> None:
    defaults = AutoregressiveOptions()
    assert [defaults._batch_for(rows, mixtures=False) for rows in (10, 512, 8_192, 100_000)] == [1, 32, 512, 512]
    assert defaults._batch_for(100, mixtures=True) == 512
    assert AutoregressiveOptions(batch=64)._batch_for(100_000, mixtures=False) == 64


def test_few_rows_are_watched_but_enough_to_see_a_leak() -> None:
    defaults = AutoregressiveOptions()
    counts = [round(rows * defaults._watched_share(rows)) for rows in (1000, 5000, 10_000, 20_000, 40_000, 100_000)]
    assert counts == [150, 500, 500, 1000, 2000, 2000]
    assert AutoregressiveOptions(validation=30)._watched_share(1000) == 30


def test_watched_rows_are_learned_in_the_end() -> None:
    # In time, and the last rows have a level of their own: whole blocks are watched, so no fitted row may have it.
    codes = np.r_[np.zeros(300), np.ones(300)].astype(np.int64)[:, None]
    arrays = RowArrays(np.empty((600, 0)), codes, (2,))
    shares, reported = [], list[tuple[int, int]]()
    for refit in (0, 0.5):
        some = options(validation=0.4, refit=refit, steps=100, keep="last")
        fitted = fit_rows(arrays, some, seed=3, ordered=True, report=lambda *done: reported.append(done))
        shares.append(fitted.sample(4000, seed=0)[1].mean())
    assert abs(shares[1] - 0.5) < abs(shares[0] - 0.5) - 0.02
    assert reported[-1] == (150, 150)
    assert (150, 150) not in reported[:100]


@pytest.mark.slow
def test_few_rows_with_levels_are_not_learned_by_heart() -> None:
    table = mixed_table(1000)
    schema = mixed_schema(table)
    train, unseen = table[:500], table[500:]
    scores = standard_scores(train, schema)
    shares = []
    for options in ({}, {"batch": 512}):
        rows = Autoregressive(steps=400, **options).fit(train, schema, seed=1).sample(1000, seed=2)
        near, far = (cdist(scores(rows), scores(part), "cityblock").min(axis=1) for part in (train, unseen))
        shares.append((near < far).mean())
    assert shares[0] < 0.75 < shares[1], "shares of rows that are closer to train than to as many unseen rows"


def standard_scores(train: pd.DataFrame, schema: Schema) -> Callable[[pd.DataFrame], NDArray[np.float64]]:
    """Returns the features of rows, in standard deviations of train."""
    encoding = encoding_of(train, schema)
    spread = encoding.plain(code_table(train, schema)).std(axis=0)
    return lambda rows: encoding.plain(code_table(rows, schema)) / np.where(spread > 0, spread, 1.0)


def test_heads_are_chosen_by_the_table() -> None:
    numbers, codes, *_ = mixed()
    assert suits_bins(numbers, codes)
    assert not suits_bins(numeric(), NO_CODES)
    spiked = numeric()
    spiked[:40, :2] = 0
    assert suits_bins(spiked, NO_CODES)


@pytest.mark.parametrize("heads", ["bins", "mixture"])
def test_a_coder_returns_what_it_was_given(heads: Any) -> None:  # noqa: ANN401
    numbers, codes, sizes, _ = mixed()
    numbers = np.column_stack([numbers, codes[:, 0] * 0.5])
    coder, tokens, scores = learn_coder(RowArrays(numbers, codes, sizes), heads, 0)
    assert scores.shape[1] == (2 if heads == "mixture" else 0)
    back, same = coder.decode(tokens, scores, seed=0)
    assert (same == codes).all()
    assert (back[:, 2] == numbers[:, 2]).all()
    assert np.abs(back - numbers).max() < 3
    assert np.corrcoef(back[:, 1], numbers[:, 1])[0, 1] > 0.99
    again = ColumnCoder.from_arrays(coder.to_arrays()).decode(tokens, scores, seed=0)
    assert (again[0] == back).all()


def test_columns_are_drawn_with_fewest_levels_first_and_scores_from_the_last_to_the_first() -> None:
    numbers, codes, *_ = mixed()
    arrays = RowArrays(np.column_stack([codes[:, :1], numbers]), codes, (9, 4))
    coder, *_ = learn_coder(arrays, "mixture", 0)
    assert coder.token_sizes == (9, 4, 3)
    assert coder.order("levels") == (2, 1, 0, 4, 3)
    assert coder.order("table") == (0, 1, 2, 3, 4)
    assert coder.order("reversed") == (4, 3, 2, 1, 0)


@pytest.mark.parametrize("heads", ["bins", "mixture"])
def test_a_gap_is_one_token_more_of_a_binned_number(heads: Any) -> None:  # noqa: ANN401
    numbers, codes, *_ = mixed()
    gaps = (codes[:, 0] == 2).astype(int)
    arrays = RowArrays(numbers, np.column_stack([codes[:, 1], gaps]), (4, 2), (-1, 1))
    coder, tokens, scores = learn_coder(arrays, heads, 0)
    assert coder.coded == ((0,) if heads == "bins" else (0, 1))
    assert coder.token_sizes[0] == 4
    assert tokens.shape[1] == len(coder.token_sizes) == (3 if heads == "bins" else 2)
    assert tokens.max(0)[1] == coder.token_sizes[1] - 1
    again = ColumnCoder.from_arrays(coder.to_arrays())
    back, same = again.decode(tokens, scores, seed=0)
    assert (same == arrays.codes).all()
    assert np.isfinite(back).all()
    assert np.abs(back - numbers)[gaps == 0].max() < 3
    assert sorted(coder.order("levels")) == list(range(len(coder.token_sizes) + scores.shape[1]))


def test_a_gap_is_close_to_a_gap_whatever_stands_for_it() -> None:
    numbers, codes, *_ = mixed()
    gaps = (codes[:, :1] == 2).astype(int)
    watched = np.random.default_rng(0).random(600) < 0.3
    numbers[gaps[:, 0] == 1] = 0
    test = ClosenessTest(RowArrays(numbers, gaps, (2,), (0, 0)), watched, ordered=False, seed=0)
    other = np.where(gaps == 1, 100.0, numbers)
    assert test.share(other, gaps) == test.share(numbers, gaps)


def test_rows_in_time_are_judged_by_what_came_on_top() -> None:
    first, later = Leakage(0.6, 0.56, 1000), Leakage(0.61, 0.57, 1000)
    assert later.leaks
    assert not later.since(first).leaks
    assert Leakage(0.65, 0.6, 1000).since(first).leaks


def test_members_are_told_by_their_losses() -> None:
    rng = np.random.default_rng(0)
    watched = rng.normal(size=4000)
    assert member_auc(watched - 1, watched) > 0.7
    assert member_auc(rng.normal(size=4000), watched) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("ordered", [False, True])
def test_copies_are_closer_to_fitted_rows(ordered: bool) -> None:
    numbers, codes, *_ = arrays = mixed()
    watched = np.random.default_rng(0).random(600) < 0.3
    test = ClosenessTest(arrays, watched, ordered=ordered, seed=0)
    copies = test.share(numbers[~watched], codes[~watched])
    fresh = test.share(*mixed(2000, seed=9)[:2])
    assert copies > 0.6
    assert fresh == pytest.approx(0.5, abs=0.06)
    assert test.share(numbers[watched], codes[watched]) < 0.2


def test_a_checkpoint_leaks_by_likelihood_and_by_distance() -> None:
    good, bad = Leakage(0.53, 0.51, 1000), Leakage(0.53, 0.53, 1000)
    assert not good.leaks
    assert bad.leaks
    assert not Leakage(0.51, 0.53, 1000).leaks


@pytest.mark.parametrize("heads", ["bins", "mixture"])
def test_a_model_of_arrays_stays_in_ranges_and_learns(heads: Any) -> None:  # noqa: ANN401
    numbers, codes, sizes, _ = arrays = mixed(1500)
    fitted = fit_rows(arrays, options(heads=heads, width=64, steps=300, lr=1e-2, dropout=0, keep="last"), seed=0)
    drawn, levels = fitted.sample(800, seed=1)
    assert drawn.shape == (800, 2)
    assert levels.shape == (800, 2)
    assert (drawn.min(0) >= numbers.min(0)).all()
    assert (drawn.max(0) <= numbers.max(0)).all()
    assert (levels < np.array(sizes)).all()
    assert np.mean(levels[:, 0] == levels[:, 1]) == pytest.approx(np.mean(codes[:, 0] == codes[:, 1]), abs=0.06)
    rest = drawn[:, 1] - 2 * drawn[:, 0] - 5 * levels[:, 0]
    # Where the network has not learned a combination of bin and code, it is far off.
    assert np.median(np.abs(rest)) < 0.08 * np.std(numbers[:, 1])
    assert np.std(rest) < 0.6 * np.std(numbers[:, 1])


def test_the_same_seeds_give_the_same_bytes() -> None:
    first, second = (fit_rows(mixed(), options(), seed=3) for _ in range(2))
    other = fit_rows(mixed(), options(), seed=4)
    for one, same in zip(first.sample(50, seed=2), second.sample(50, seed=2), strict=True):
        assert one.tobytes() == same.tobytes()
    assert first.sample(50, seed=2)[0].tobytes() != other.sample(50, seed=2)[0].tobytes()
    assert first.sample(50, seed=2)[0].tobytes() != first.sample(50, seed=3)[0].tobytes()
    loaded = FittedRows.from_arrays(first.to_arrays(), options())
    assert loaded.sample(50, seed=2)[0].tobytes() == first.sample(50, seed=2)[0].tobytes()
    assert loaded.epochs == first.epochs


def test_tables_of_codes_alone_are_modelled() -> None:
    arrays = mixed()._replace(numbers=np.empty((600, 0)))
    numbers, drawn = fit_rows(arrays, options(), seed=0).sample(40, seed=0)
    assert numbers.shape == (40, 0)
    assert drawn.shape == (40, 2)


@pytest.mark.parametrize("keep", ["unleaked", "best", "last"])
def test_a_checkpoint_is_kept_for_a_reason(keep: Any) -> None:  # noqa: ANN401
    """A wide network on 80 rows soon knows them by heart."""
    chosen = options(keep=keep, width=64, steps=160, lr=2e-2, noise=0.0, heads="mixture", validation=0.4, ema=0.0)
    fitted = fit_rows(mixed(80), chosen, seed=0)
    epochs = fitted.epochs
    found = [Leakage(each.member_auc, each.closer_share, 32) for each in epochs]
    assert epochs[-1].member_auc > 0.6
    if keep == "unleaked":
        safe = [number for number, each in enumerate(found) if not each.since(found[0]).leaks]
        assert fitted.kept == max(safe) < len(epochs) - 1
    elif keep == "best":
        assert fitted.kept == int(np.argmin([each.val_loss for each in epochs]))
        assert fitted.kept < len(epochs) - 1
    else:
        assert fitted.kept == len(epochs) - 1


def test_rows_have_the_grid_of_train(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": numeric()[:, 0].round(1), "n": np.arange(600) % 7, "y": numeric()[:, 1]})
    model = Autoregressive(**SMALL)
    assert model.history().empty
    model.fit(frame, Schema.of_numbers(("x", "n", "y"), "y"), seed=0)
    rows = model.sample(200, seed=0)
    assert list(rows.dtypes) == list(frame.dtypes)
    assert rows["x"].round(1).equals(rows["x"])
    assert set(rows["n"]) <= set(range(7))
    assert model.history()["kept"].sum() == 1
    model.save(tmp_path / "model")
    pd.testing.assert_frame_equal(Autoregressive.load(tmp_path / "model").history(), model.history())


def test_averaged_models_are_copies() -> None:
    rows = some_rows(64)
    model = model_of(rows)
    copy = deepcopy(model)
    train_rows(model, rows, plan(8), 0, lambda *_: False)
    assert not torch.equal(copy.network.first.weight, model.network.first.weight)
