from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench.api import BenchError
from bench.generators._nets import Losses
from bench.generators._train import Epoch, Plan, held_out, train


class Mean(torch.nn.Module):
    """Learns the mean of its rows; its KL is the square of the estimate."""

    def __init__(self) -> None:
        super().__init__()
        self.estimate = torch.nn.Parameter(torch.zeros(1))

    def losses(self, x: torch.Tensor, generator: torch.Generator) -> Losses:
        return Losses((x - self.estimate).square().sum(-1), self.estimate.square().expand(len(x)))


def run(plan: Plan, rows: float = 1.0, validation: float = 1.0, seed: int = 0) -> tuple[float, list[Epoch]]:
    epochs: list[Epoch] = []
    best = train(
        Mean(),
        torch.full((64, 1), rows),
        torch.full((8, 1), validation),
        plan,
        seed,
        lambda epoch, _: epochs.append(epoch),
    )
    return float(best.estimate.detach()), epochs


@given(rows=st.integers(2, 3000), share=st.floats(0.01, 0.5), ordered=st.booleans(), seed=st.integers(0, 99))
def test_some_rows_are_held_out_and_about_half_at_most(rows: int, share: float, ordered: bool, seed: int) -> None:
    mask = held_out(rows, share, ordered=ordered, seed=seed)
    assert len(mask) == rows
    assert 1 <= mask.sum() <= 0.52 * rows + 1
    np.testing.assert_array_equal(mask, held_out(rows, share, ordered=ordered, seed=seed))


def test_rows_in_time_are_held_out_in_whole_blocks() -> None:
    mask = held_out(10_000, 0.1, ordered=True, seed=3)
    edges = np.flatnonzero(np.diff(np.r_[False, mask, False].astype(int)))
    lengths = edges[1::2] - edges[::2]
    assert mask.sum() == 1000
    assert (lengths % 50 == 0).all()
    assert held_out(10_000, 0.1, ordered=False, seed=3).sum() == 1000


def test_learns() -> None:
    estimate, epochs = run(Plan(300, batch=16, lr=0.1, ema=0.9, beta=0.0))
    assert abs(estimate - 1) < 0.02
    assert epochs[-1].train_reconstruction < 1e-3 < epochs[0].train_reconstruction


def test_the_best_weights_come_back_not_the_last() -> None:
    # On the way from 0 to 1 the estimate passes the validation rows' 0.5.
    estimate, epochs = run(Plan(300, batch=16, lr=0.05, ema=0.0, beta=0.0), validation=0.5)
    assert abs(estimate - 0.5) < 0.1
    assert epochs[-1].val_reconstruction > 0.2


def test_patience_ends_training_early() -> None:
    patient = Plan(300, batch=16, lr=0.05, ema=0.0, beta=0.0)
    hasty = replace(patient, patience=0.2)
    assert len(run(hasty, validation=0.5)[1]) < len(run(patient, validation=0.5)[1])


def test_weights_from_before_beta_is_reached_are_never_the_best() -> None:
    # At beta 1 the optimum is 0.5; while beta is small the estimate overshoots towards 1.
    plan = Plan(400, batch=64, lr=0.05, ema=0.0, anneal=0.5, patience=0.1)
    estimate, epochs = run(plan)
    assert abs(estimate - 0.5) < 0.05
    assert len(epochs) > 100


def test_beta_rises_linearly_and_stays() -> None:
    plan = Plan(100, beta=0.5, anneal=0.3)
    betas = [plan.beta_at(step) for step in range(100)]
    assert betas[0] == pytest.approx(0.5 / 30)
    assert betas[14] == pytest.approx(0.25)
    assert set(betas[29:]) == {0.5}
    assert Plan(100).beta_at(0) == 1


def test_learning_rate_warms_up_and_decays() -> None:
    plan = Plan(100, lr=1.0)
    rates = [plan.lr_at(step) for step in range(100)]
    assert rates[0] == pytest.approx(0.2)
    assert max(rates) == 1.0
    assert rates[-1] < 0.001


@pytest.mark.parametrize(("steps", "rows_per_epoch"), [(7, 4), (1000, 5)])
def test_an_epoch_is_a_pass_or_a_200th_of_the_budget(steps: int, rows_per_epoch: int) -> None:
    _, epochs = run(Plan(steps, batch=16, lr=0.01))
    assert [epoch.epoch for epoch in epochs] == list(range(-(-steps // rows_per_epoch)))


def test_seeds_decide() -> None:
    plan = Plan(3, batch=16, lr=0.1)
    rows = torch.linspace(0, 1, 64)[:, None]

    def estimate(seed: int) -> float:
        return float(train(Mean(), rows, rows, plan, seed, lambda *_: None).estimate.detach())

    assert estimate(0) == estimate(0) != estimate(1)


def test_divergence_is_an_error() -> None:
    with pytest.raises(BenchError, match="lower lr"):
        run(Plan(10, batch=16, lr=0.1), rows=float("inf"))


def test_no_weights_are_kept_before_training_has_settled() -> None:
    # The validation rows' 0.5 is passed early; from half of the budget on, the estimate is at train's 1.
    estimate, _ = run(Plan(300, batch=16, lr=0.05, ema=0.0, beta=0.0, settle=0.5), validation=0.5)
    assert estimate > 0.9
