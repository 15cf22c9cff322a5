from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import pytest
import torch

from bench.api import BenchError, Schema
from bench.generators.flow import Flow
from bench.generators.latent_flow import LatentFlow
from bench.generators.networks.flow.hyperparameters import FlowEpoch, FlowOptions
from bench.generators.networks.flow.ode_solvers import ADAPTIVE, FIXED, METHODS, solve_adaptive, solve_fixed
from bench.generators.networks.flow.probability_path import END, pairs
from bench.generators.networks.flow.training_loop import Velocity, _examples, train_flow

if TYPE_CHECKING:
    from pathlib import Path


def cross(rows: int = 600) -> tuple[pd.DataFrame, Schema]:
    """Two uncorrelated columns with |y| close to |x|, which no Gaussian copula knows."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=rows)
    y = rng.choice([-1, 1], rows) * x + 0.05 * rng.normal(size=rows)
    return pd.DataFrame({"x": x, "y": y}), Schema.of_numbers(("x", "y"), "x")


def gap(frame: pd.DataFrame) -> float:
    return float((frame["x"].abs() - frame["y"].abs()).abs().mean())


def growth(points: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
    return points * (1 + 0 * time)


@pytest.mark.parametrize("name", METHODS)
def test_solvers_have_their_order(name: str) -> None:
    start = torch.ones(1, 1, dtype=torch.float64)
    errors = [abs(solve_fixed(growth, start, 1.0, name, steps).item() - exp(1)) for steps in (4, 8)]
    assert 0.75 < np.log2(errors[0] / errors[1]) / METHODS[name].order < 1.25
    assert set(METHODS) == set(FIXED) | set(ADAPTIVE)


def test_solvers_follow_fields_that_change_with_time() -> None:
    start = torch.zeros(3, 1, dtype=torch.float64)
    found = [solve_fixed(lambda _, t: 3 * t**2, start, 2.0, name, 50) for name in FIXED]
    found += [solve_adaptive(lambda _, t: 3 * t**2, start, 2.0, name, 1e-6) for name in ADAPTIVE]
    for points, tolerance in zip(found, (0.3, 1e-2, 1e-9, 1e-4, 1e-9), strict=True):
        assert (points - 8).abs().max() < tolerance


@pytest.mark.parametrize("name", ADAPTIVE)
def test_adaptive_steps_meet_their_tolerance_row_by_row(name: str) -> None:
    speeds = torch.tensor([[0.0], [1.0], [30.0]], dtype=torch.float64)
    asked: list[int] = []

    def turning(points: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        asked.append(len(points))
        speed = speeds[-len(points) :]
        return torch.stack([-points[:, 1], points[:, 0]], dim=1) * speed

    start = torch.tensor([[1.0, 0.0]] * 3, dtype=torch.float64)
    coarse, fine = (solve_adaptive(turning, start, 1.0, name, tolerance) for tolerance in (1e-2, 1e-6))
    exact = torch.cat([speeds.cos(), speeds.sin()], dim=1)
    assert (fine - exact).abs().max() < 1e-3
    assert (fine - exact).abs().max() < (coarse - exact).abs().max()
    assert asked.count(1) > asked.count(3)


def test_adaptive_steps_end_where_no_step_is_short_enough() -> None:
    noise = torch.Generator().manual_seed(0)
    rough = solve_adaptive(
        lambda x, _: 1e3 * torch.randn(x.shape, generator=noise), torch.zeros(4, 2), 1.0, "dormand-prince", 1e-9
    )
    assert torch.isfinite(rough).all()


def test_paths_go_from_noise_to_rows_and_velocities_along_them() -> None:
    noise, rows = torch.randn(2, 5, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    at = {
        angle: pairs(rows, noise, torch.full((5, 1), angle, dtype=torch.float64)) for angle in (0.0, 0.7, 0.7001, END)
    }
    torch.testing.assert_close(at[0.0].points, noise)
    torch.testing.assert_close(at[END].points, rows)
    torch.testing.assert_close((at[0.7001].points - at[0.7].points) / 1e-4, at[0.7].velocity, atol=1e-3, rtol=0)


def test_shared_velocities_are_what_bayes_says() -> None:
    """Rows are +1 or -1: E[row | point] is tanh(point sin / cos^2)."""
    rows = torch.tensor([[1.0], [1.0], [-1.0], [-1.0]], dtype=torch.float64)
    noise = torch.tensor([[0.3], [-0.8], [0.1], [2.0]], dtype=torch.float64)
    angles = torch.tensor([[0.1], [0.4], [0.9], [1.2]], dtype=torch.float64)
    found = pairs(rows, noise, angles, rows.new_zeros(0, 1))
    row = (found.points * angles.sin() / angles.cos().square()).tanh()
    before = (found.points - angles.sin() * row) / angles.cos()
    torch.testing.assert_close(found.velocity, angles.cos() * row - angles.sin() * before)


def test_shared_velocities_have_the_same_mean_and_less_variance() -> None:
    generator = torch.Generator().manual_seed(1)
    rows = torch.randn(40_000, 1, generator=generator).exp() - 1
    noise, angles = torch.randn(40_000, 1, generator=generator), torch.full((40_000, 1), 0.6)
    alone = pairs(rows, noise, angles)
    shared = torch.cat(
        [
            pairs(r, e, a, r[:0]).velocity
            for r, e, a in zip(*(torch.split(x, 20) for x in (rows, noise, angles)), strict=True)
        ]
    )
    for low in (-1.0, 0.0, 1.0):
        here = ((alone.points > low) & (alone.points < low + 0.5)).squeeze(1)
        spread = float(alone.velocity[here].std() / here.sum() ** 0.5)
        assert abs(float(shared[here].mean() - alone.velocity[here].mean())) < 4 * spread
        assert shared[here].var() < 0.6 * alone.velocity[here].var()


def test_an_untrained_network_moves_nothing_and_a_trained_one_is_bounded() -> None:
    rows = torch.randn(50, 3, generator=torch.Generator().manual_seed(0))
    velocity = Velocity(rows, 8, 1)
    assert (velocity(rows, torch.full((50, 1), 0.3)) == 0).all()
    torch.nn.init.normal_(velocity.net[-1].weight)
    far = torch.full((1, 3), 1e3)
    torch.testing.assert_close(velocity(far, torch.ones(1, 1)), velocity(10 * far, torch.ones(1, 1)))


@pytest.mark.parametrize(("late", "middle"), [(1.0, 0.5), (2.0, 0.75)])
def test_training_crowds_towards_rows_when_asked(late: float, middle: float) -> None:
    rows = torch.zeros(512, 1)
    options = FlowOptions(steps=1, batch=512, lr=1e-3, ema=0.9, others=0, late=late)
    angles = next(_examples(rows, options, torch.Generator().manual_seed(0))).angles
    assert float(angles.median()) == pytest.approx(middle * END, abs=0.01)
    assert (angles.diff(dim=0) > 0).all()


@pytest.mark.parametrize("best", [False, True])
def test_keeps_the_last_weights_or_the_best(best: bool) -> None:
    """Rows watched that are unlike those trained on are never better known than at the start."""
    generator, epochs = torch.Generator().manual_seed(0), list[FlowEpoch]()
    rows = torch.randn(64, 2, generator=generator) * torch.tensor([1.0, 0.1]) + 3
    keep: Literal["best", "last"] = "best" if best else "last"
    options = FlowOptions(steps=60, batch=32, lr=1e-2, ema=0.5, others=0, late=1.0, keep=keep)
    torch.manual_seed(0)
    _, kept = train_flow(Velocity(rows, 16, 1), rows, -rows, options, 0, lambda epoch, _: epochs.append(epoch))
    losses = [epoch.val_loss for epoch in epochs]
    assert kept == (int(np.argmin(losses)) if best else len(losses) - 1)
    assert losses[-1] > min(losses)
    assert epochs[-1].train_loss < epochs[0].train_loss


@pytest.mark.parametrize(
    "generator",
    [
        Flow(steps=300, width=32, blocks=2, lr=2e-2, others=0),
        Flow(steps=300, width=32, blocks=2, precision="bfloat16", solver="bogacki-shampine", lr=2e-2),
        LatentFlow(steps=300, width=32, blocks=2, lr=2e-2, coder_steps=200, coder_width=32, latent=2),
    ],
)
def test_learns_what_a_gaussian_copula_cannot(generator: Any) -> None:  # noqa: ANN401
    frame, schema = cross()
    generator.fit(frame, schema, seed=0)
    rows = generator.sample(1500, seed=1)
    shuffled = frame.assign(y=np.random.default_rng(0).permutation(frame["y"]))
    assert gap(rows) < 0.45 * gap(shuffled)
    assert abs(rows.corr().iloc[0, 1]) < 0.2
    assert (rows.std() / frame.std()).between(0.85, 1.15).all()
    assert (rows["x"] * rows["y"] > 0).mean() == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("cls", [Flow, LatentFlow])
def test_a_saved_flow_draws_the_same_bytes(cls: type[Flow | LatentFlow], tmp_path: Path) -> None:
    frame, _ = cross(80)
    small: dict[str, Any] = {"coder_steps": 5, "coder_width": 8, "latent": 1} if cls is LatentFlow else {}
    generator = cls(steps=10, width=8, blocks=1, tolerance=1e-2, **small)
    with pytest.raises(BenchError, match="fit"):
        generator.save(tmp_path / "early.npz")
    generator.fit(frame.assign(constant=1.0), Schema.of_numbers(("x", "y", "constant"), "x"), seed=0)
    generator.save(tmp_path / "flow.npz")
    state = torch.random.get_rng_state()
    again = cls.load(tmp_path / "flow.npz")
    assert torch.equal(torch.random.get_rng_state(), state)
    pd.testing.assert_frame_equal(again.sample(30, seed=4), generator.sample(30, seed=4))
    pd.testing.assert_frame_equal(again.history(), generator.history())
    assert again.tolerance == 1e-2
    with pytest.raises(BenchError, match=f"holds a {cls.__name__}"):
        (LatentFlow if cls is Flow else Flow).load(tmp_path / "flow.npz")


def test_solvers_draw_the_same_rows() -> None:
    frame, schema = cross(300)
    flow = Flow(steps=100, width=16, blocks=1)
    flow.fit(frame, schema, seed=0)
    drawn = {}
    for solver, steps in (
        ("rk4", 40),
        ("euler", 200),
        ("midpoint", 60),
        ("bogacki-shampine", 1),
        ("dormand-prince", 1),
    ):
        flow.solver, flow.solver_steps, flow.tolerance = solver, steps, 1e-4
        drawn[solver] = flow.sample(100, seed=3)
    for rows in drawn.values():
        assert (rows - drawn["rk4"]).abs().median().max() < 0.05


def test_latent_flow_says_which_epochs_are_the_flows_and_counts_all_steps() -> None:
    frame, schema = cross(200)
    generator, calls = LatentFlow(steps=40, coder_steps=20, width=16, coder_width=16), list[tuple[int, int]]()
    generator.on_progress(lambda done, total: calls.append((done, total)))
    generator.fit(frame, schema, seed=0)
    history = generator.history()
    assert history["epoch"].tolist() == list(range(len(history)))
    assert history["flow"].is_monotonic_increasing
    assert 0 < history["flow"].sum() < len(history)
    assert history["kept"].tolist().index(True) == len(history) - 1
    assert calls == sorted(calls)
    assert calls[-1] == (60, 60)
    flow_alone = Flow(steps=2, width=16)
    flow_alone.fit(frame, schema, seed=0)
    assert generator.parameter_count() > flow_alone.parameter_count() > 0


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"width": 0}, "width 0"),
        ({"steps": 0}, "steps 0"),
        ({"solver_steps": 0}, "solver_steps 0"),
        ({"late": 0.5}, "late 0.5"),
        ({"others": -1}, "others -1"),
        ({"validation": 0.0}, "validation 0.0"),
        ({"tolerance": 0.0}, "tolerance 0.0"),
        ({"ema": 1.0}, "ema 1.0"),
        ({"solver": "heun"}, "heun.*dormand-prince"),
        ({"keep": "first"}, "first.*best"),
        ({"precision": "half"}, "half.*bfloat16"),
        ({"scaler": "none"}, "none.*standard"),
    ],
)
def test_bad_options_are_named(options: dict[str, Any], named: str) -> None:
    for cls in (Flow, LatentFlow):
        with pytest.raises(BenchError, match=named):
            cls(**options)


@pytest.mark.parametrize("options", [{"latent": 0}, {"beta": -1.0}, {"coder_steps": 0}, {"draws": 0}])
def test_bad_options_of_the_coder_are_named(options: dict[str, Any]) -> None:
    with pytest.raises(BenchError, match=next(iter(options))):
        LatentFlow(**options)


def test_a_loss_that_is_no_number_says_what_to_lower() -> None:
    frame, schema = cross(100)
    with pytest.raises(BenchError, match="lower lr"):
        Flow(steps=60, lr=1e30, width=8).fit(frame, schema, seed=0)
