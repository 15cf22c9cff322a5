from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench.api import BenchError
from bench.generators.networks.autoencoder.models import Losses
from bench.generators.networks.autoencoder.training_loop import _clip, train_autoencoder
from bench.generators.networks.autoencoder.training_plan import AutoencoderEpoch, TrainingPlan
from bench.generators.networks.training import watched_rows


class Mean(torch.nn.Module):
    """Learns the mean of its rows; its KL is the square of the estimate."""

    def __init__(self) -> None:
        super().__init__()
        self.estimate = torch.nn.Parameter(torch.zeros(1))

    def losses(self, x: torch.Tensor, generator: torch.Generator) -> Losses:
        return Losses((x - self.estimate).square().sum(-1), self.estimate.square().expand(len(x)))

    def absolute_error(self, x: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        return (x - self.estimate).abs().mean(-1)


def run(
    plan: TrainingPlan, rows: float = 1.0, validation: float = 1.0, seed: int = 0
) -> tuple[float, list[AutoencoderEpoch]]:
    epochs: list[AutoencoderEpoch] = []
    model, _ = train_autoencoder(
        Mean(),
        torch.full((64, 1), rows),
        torch.full((8, 1), validation),
        plan,
        seed,
        lambda epoch, _: epochs.append(epoch),
    )
    return float(model.estimate.detach()), epochs


@given(rows=st.integers(2, 3000), share=st.floats(0.01, 0.5), ordered=st.booleans(), seed=st.integers(0, 99))
def test_some_rows_are_held_out_and_about_half_at_most(rows: int, share: float, ordered: bool, seed: int) -> None:
    mask = watched_rows(rows, share, ordered=ordered, seed=seed)
    assert len(mask) == rows
    assert 1 <= mask.sum() <= 0.52 * rows + 1
    np.testing.assert_array_equal(mask, watched_rows(rows, share, ordered=ordered, seed=seed))


def test_rows_in_time_are_held_out_in_whole_blocks() -> None:
    mask = watched_rows(10_000, 0.1, ordered=True, seed=3)
    edges = np.flatnonzero(np.diff(np.r_[False, mask, False].astype(int)))
    lengths = edges[1::2] - edges[::2]
    assert mask.sum() == 1000
    assert (lengths % 50 == 0).all()
    assert watched_rows(10_000, 0.1, ordered=False, seed=3).sum() == 1000


def test_learns() -> None:
    estimate, epochs = run(TrainingPlan(300, batch=16, lr=0.1, ema=0.9, beta=0.0))
    assert abs(estimate - 1) < 0.02
    assert epochs[-1].train_reconstruction < 1e-3 < epochs[0].train_reconstruction


def test_the_best_weights_come_back_not_the_last() -> None:
    # On the way from 0 to 1 the estimate passes the validation rows' 0.5.
    estimate, epochs = run(TrainingPlan(300, batch=16, lr=0.05, ema=0.0, beta=0.0), validation=0.5)
    assert abs(estimate - 0.5) < 0.1
    assert epochs[-1].val_reconstruction > 0.2


def test_patience_ends_training_early() -> None:
    patient = TrainingPlan(300, batch=16, lr=0.05, ema=0.0, beta=0.0)
    hasty = replace(patient, patience=0.2)
    assert len(run(hasty, validation=0.5)[1]) < len(run(patient, validation=0.5)[1])


def test_weights_from_before_beta_is_reached_are_never_the_best() -> None:
    # At beta 1 the optimum is 0.5; while beta is small the estimate overshoots towards 1.
    plan = TrainingPlan(400, batch=64, lr=0.05, ema=0.0, anneal=0.5, patience=0.1)
    estimate, epochs = run(plan)
    assert abs(estimate - 0.5) < 0.05
    assert len(epochs) > 100


def test_beta_rises_linearly_and_stays() -> None:
    course = TrainingPlan(100, beta=0.5, anneal=0.3).in_steps(64)
    betas = [course.beta_at(step) for step in range(100)]
    assert betas[0] == pytest.approx(0.5 / 30)
    assert betas[14] == pytest.approx(0.25)
    assert set(betas[29:]) == {0.5}
    assert TrainingPlan(100).in_steps(64).beta_at(0) == 1


def test_learning_rate_warms_up_and_decays() -> None:
    course = TrainingPlan(100, lr=1.0).in_steps(64)
    rates = [course.lr_at(step) for step in range(100)]
    assert rates[0] == pytest.approx(0.2)
    assert max(rates) == 1.0
    assert rates[-1] < 0.001


@pytest.mark.parametrize(("steps", "rows_per_epoch"), [(7, 4), (1000, 5)])
def test_an_epoch_is_a_pass_or_a_200th_of_the_budget(steps: int, rows_per_epoch: int) -> None:
    _, epochs = run(TrainingPlan(steps, batch=16, lr=0.01))
    assert [epoch.epoch for epoch in epochs] == list(range(-(-steps // rows_per_epoch)))


def test_seeds_decide() -> None:
    plan = TrainingPlan(3, batch=16, lr=0.1)
    rows = torch.linspace(0, 1, 64)[:, None]

    def estimate(seed: int) -> float:
        return float(train_autoencoder(Mean(), rows, rows, plan, seed, lambda *_: None)[0].estimate.detach())

    assert estimate(0) == estimate(0) != estimate(1)


def test_divergence_is_an_error() -> None:
    with pytest.raises(BenchError, match="lower lr"):
        run(TrainingPlan(10, batch=16, lr=0.1), rows=float("inf"))


def test_no_weights_are_kept_before_training_has_settled() -> None:
    # The validation rows' 0.5 is passed early; from half of the budget on, the estimate is at train's 1.
    estimate, _ = run(TrainingPlan(300, batch=16, lr=0.05, ema=0.0, beta=0.0, settle=0.5), validation=0.5)
    assert estimate > 0.9


def test_the_last_rows_can_be_held_out_by_number() -> None:
    mask = watched_rows(100, 30, ordered=True, seed=0, last=True)
    assert np.flatnonzero(mask).tolist() == list(range(70, 100))
    assert watched_rows(100, 20, ordered=False, seed=0).sum() == 20


def test_a_budget_in_epochs_is_so_many_passes_and_schedules_change_between_them() -> None:
    plan = TrainingPlan(1, batch=16, epochs=10, anneal=5, lr_schedule="constant", keep_last_batch=True)
    course = plan.in_steps(70)
    assert (course.epoch, course.steps) == (5, 50)
    assert replace(plan, keep_last_batch=False).in_steps(70).epoch == 4
    assert [course.beta_at(5 * epoch) for epoch in range(6)] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0, 1.0])
    assert course.beta_at(4) == course.beta_at(0)


def test_half_a_cosine_after_a_warm_up() -> None:
    course = TrainingPlan(1, epochs=100, batch=64, beta_schedule="cosine", hold=10, anneal=90).in_steps(64)
    betas = [course.beta_at(epoch) for epoch in range(100)]
    assert betas[:11] == [0.0] * 11
    assert betas[55] == pytest.approx(0.5)
    assert 0.999 < betas[99] < 1
    assert (np.diff(betas[10:]) > 0).all()


def test_cyclical_beta_rises_again_and_again() -> None:
    course = TrainingPlan(400, beta_schedule="cyclical", cycles=4, anneal=0.5, beta=2.0).in_steps(64)
    betas = np.array([course.beta_at(step) for step in range(400)]).reshape(4, 100)
    assert (betas == betas[0]).all()
    assert betas[0, 0] == pytest.approx(2 / 50)
    assert (betas[0, 50:] == 2.0).all()


def test_learning_rate_drops_at_epochs_and_is_constant_on_request() -> None:
    course = TrainingPlan(
        1, epochs=150, batch=64, lr=1.0, lr_schedule="drops", lr_drops=((50, 0.5), (100, 0.1))
    ).in_steps(64)
    assert [course.lr_at(epoch) for epoch in (0, 49, 50, 99, 100, 149)] == [1.0, 1.0, 0.5, 0.5, 0.1, 0.1]
    constant = TrainingPlan(100, lr=0.3, lr_schedule="constant").in_steps(64)
    assert {constant.lr_at(step) for step in range(100)} == {0.3}


def test_warm_up_in_epochs() -> None:
    course = TrainingPlan(1, epochs=100, batch=64, lr=1.0, lr_warm_up=10).in_steps(64)
    assert [course.lr_at(epoch) for epoch in (0, 4, 9, 10)] == pytest.approx([0.1, 0.5, 1.0, 1.0])
    assert course.lr_at(55) == pytest.approx(0.5)


def test_a_patience_of_five_epochs_ends_five_epochs_after_the_best() -> None:
    plan = TrainingPlan(
        1, epochs=200, batch=16, lr=0.05, ema=0.0, beta=0.0, lr_schedule="constant", watch="loss", patience=5
    )
    epochs: list[AutoencoderEpoch] = []
    rows, watched = torch.ones(64, 1), torch.full((8, 1), 0.5)
    _, kept = train_autoencoder(Mean(), rows, watched, plan, 0, lambda epoch, _: epochs.append(epoch))
    assert kept == int(np.argmin([epoch.watched for epoch in epochs]))
    assert len(epochs) == kept + 1 + 5
    model, last = train_autoencoder(Mean(), rows, watched, replace(plan, keep="last"), 0, lambda *_: None)
    assert last == len(epochs) - 1
    assert float(model.estimate.detach()) > 0.7


def test_a_kl_that_is_only_noted_changes_nothing_but_the_history() -> None:
    plan = TrainingPlan(300, batch=16, lr=0.05, ema=0.0, watch="loss")
    trained, _ = run(plan)
    noted, epochs = run(replace(plan, kl_in_loss=False))
    assert abs(trained - 0.5) < 0.05
    assert abs(noted - 1) < 0.05
    assert epochs[-1].kl > 0.8


def test_what_is_watched() -> None:
    plan = TrainingPlan(1, epochs=4, batch=64, lr=0.01, ema=0.0, anneal=4, lr_schedule="constant")
    watched = {kind: run(replace(plan, watch=kind))[1] for kind in ("loss", "reconstruction", "absolute", "settled")}
    assert watched["reconstruction"][1].watched == pytest.approx(watched["reconstruction"][1].val_reconstruction)
    for kind, beta in (("loss", 0.5), ("settled", 1.0)):
        epoch = watched[kind][1]
        assert epoch.watched == pytest.approx(epoch.val_reconstruction + beta * epoch.val_kl)
    epoch = watched["absolute"][1]
    assert epoch.watched == pytest.approx(epoch.val_reconstruction**0.5 + 0.5 * epoch.val_kl)


@pytest.mark.parametrize("each", [True, False])
def test_gradients_are_clipped_one_by_one_or_together(each: bool) -> None:
    gradients = [torch.tensor([0.3]), torch.tensor([3.0, 4.0])]
    _clip(gradients, 1.0, each=each)
    lengths = [float(gradient.norm()) for gradient in gradients]
    whole = (0.09 + 25) ** 0.5
    assert lengths == pytest.approx([0.3, 1.0] if each else [0.3 / whole, 5 / whole])


def test_a_last_batch_of_one_row_is_not_used() -> None:
    assert TrainingPlan(1, batch=16, keep_last_batch=True).rows_per_pass(65) == 64
    assert TrainingPlan(1, batch=16, keep_last_batch=True).rows_per_pass(66) == 66
    assert TrainingPlan(1, batch=16).rows_per_pass(66) == 64
