from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from bench.api import BenchError, Column, Schema
from bench.generators.beta_vae import BetaVAE
from bench.generators.flow import Flow
from bench.generators.networks.autoencoder.decoders import GaussianDecoder, MixtureDecoder
from bench.generators.networks.autoencoder.level_decoders import (
    LevelBlocks,
    LevelDecoder,
    LevelMixtureDecoder,
    mixture_decoder,
)
from bench.generators.networks.table_points import MixedPoints, NumericPoints, PointLayout, load_points, read_points

if TYPE_CHECKING:
    from torch import Tensor

    from bench.generators.networks.flow.hyperparameters import CoderPlan

SIZES = (2, 3)


def every_row() -> Tensor:
    """All combinations of levels of the two blocks: (6, 5)."""
    first, second = np.eye(2), np.eye(3)
    rows = [np.r_[first[i], second[j]] for i, j in product(range(2), range(3))]
    return torch.tensor(np.array(rows), dtype=torch.float32)


def table(rows: int = 200) -> tuple[pd.DataFrame, Schema]:
    """A number, one with gaps, one with a spike, a category and a date."""
    rng = np.random.default_rng(0)
    level = rng.integers(0, 3, rows)
    frame = pd.DataFrame(
        {
            "x": rng.normal(size=rows) + level,
            "gappy": np.where(rng.random(rows) < 0.2, np.nan, rng.normal(size=rows)),
            "spent": np.where(rng.random(rows) < 0.6, 0, rng.exponential(size=rows)),
            "level": pd.Categorical(np.array(["c", "a", "b"])[level], ["c", "a", "b"]),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 500, rows), unit="D"),
        }
    )
    columns = [
        Column("x"),
        Column("gappy", missing=True),
        Column("spent"),
        Column("level", "categorical", ("c", "a", "b")),
        Column("day", "datetime"),
    ]
    return frame, Schema(tuple(columns), "x")


def test_probabilities_of_all_combinations_sum_to_one() -> None:
    blocks, logits = LevelBlocks(SIZES), torch.tensor([[0.3, -2.0, 1.0, 0.0, 4.0]])
    found = blocks.log_likelihood(logits.expand(6, -1), every_row()).exp()
    assert float(found.sum()) == pytest.approx(1, abs=1e-5)
    expected = torch.cat([logits[:, :2].softmax(1), logits[:, 2:].softmax(1)], dim=1)
    torch.testing.assert_close(blocks.probabilities(logits), expected)
    assert float(found[0]) == pytest.approx(float(expected[0, 0] * expected[0, 2]), rel=1e-4)


def test_levels_are_drawn_as_often_as_they_are_probable() -> None:
    blocks, logits = LevelBlocks(SIZES), torch.tensor([[0.3, -2.0, 1.0, 0.0, 4.0]]).expand(20_000, -1)
    drawn = blocks.draw(logits, torch.Generator().manual_seed(0))
    assert (drawn[:, :2].sum(1) == 1).all()
    torch.testing.assert_close(drawn.mean(0), blocks.probabilities(logits)[0], atol=0.015, rtol=0)


def test_a_decoder_of_numbers_and_levels_multiplies_their_densities() -> None:
    layout = PointLayout(2, SIZES)
    decoder = LevelDecoder(nn.Identity(), GaussianDecoder(nn.Identity(), 2), layout)
    outputs, x = torch.randn(6, 7), torch.cat([torch.randn(6, 2), every_row()], dim=1)
    expected = decoder.numbers.log_likelihood(outputs[:, :2], x[:, :2])
    expected = expected + decoder.blocks.log_likelihood(outputs[:, 2:], x[:, 2:])
    torch.testing.assert_close(decoder.log_likelihood(outputs, x), expected)
    drawn = decoder.sample(outputs, torch.Generator().manual_seed(0))
    assert drawn.shape == (6, 7)
    assert set(drawn[:, 2:].flatten().tolist()) == {0.0, 1.0}
    assert float(decoder.expected(outputs)[:, 2:].sum()) == pytest.approx(12, abs=1e-4)


def test_components_of_a_mixture_have_their_own_levels() -> None:
    """Two components, each certain of a number and a level: neither is drawn with the other's."""
    layout = PointLayout(1, (2,))
    decoder = LevelMixtureDecoder(nn.Identity(), layout, 2)
    decoder.requires_grad_(False).own.data = torch.tensor([[6.0, -6.0], [-6.0, 6.0]])
    outputs = torch.tensor([[0.0, 0.0, -5.0, 5.0, -9.0, -9.0, 0.0, 0.0]])
    assert outputs.shape[1] == LevelMixtureDecoder.outputs(layout, 2)
    drawn = decoder.sample(outputs.expand(500, -1), torch.Generator().manual_seed(0))
    assert ((drawn[:, 0] > 0) == (drawn[:, 2] == 1)).all()
    assert 0.4 < float(drawn[:, 2].mean()) < 0.6
    torch.testing.assert_close(decoder.expected(outputs), torch.tensor([[0.0, 0.5, 0.5]]), atol=1e-4, rtol=0)
    likely, unlikely = torch.tensor([[5.0, 0.0, 1.0]]), torch.tensor([[5.0, 1.0, 0.0]])
    assert float(decoder.log_likelihood(outputs, likely)) > float(decoder.log_likelihood(outputs, unlikely)) + 10


def test_logits_of_rows_and_components_add_up() -> None:
    blocks, generator = LevelBlocks(SIZES), torch.Generator().manual_seed(0)
    first, second = (2 * torch.randn(rows, 5, generator=generator) for rows in (6, 3))
    found = blocks.log_likelihood_of_sums(first, second, every_row())
    expected = blocks.log_likelihood(first[:, None] + second, every_row()[:, None])
    torch.testing.assert_close(found, expected)


def test_rows_without_levels_have_the_decoder_of_numbers() -> None:
    assert isinstance(mixture_decoder(lambda outputs: nn.Linear(2, outputs), PointLayout(3), 4), MixtureDecoder)
    assert isinstance(
        mixture_decoder(lambda outputs: nn.Linear(2, outputs), PointLayout(3, (2,)), 4), LevelMixtureDecoder
    )


def test_points_of_a_mixed_table_give_the_table_back() -> None:
    frame, schema = table()
    points, coding, values = read_points(frame, schema, "normal", whiten=True, seed=0)
    assert isinstance(coding, MixedPoints)
    assert values is None
    # A gap is a level of a flag, as the column has no spike; a number with a spike is levels.
    assert coding.layout.numbers == 3
    assert coding.layout.features == points.shape[1]
    back = coding.table(points, seed=1)
    assert (back.dtypes == frame.dtypes).all()
    assert back["level"].equals(frame["level"])
    assert back["gappy"].isna().equals(frame["gappy"].isna())
    assert ((back["spent"] == 0) == (frame["spent"] == 0)).all()
    assert (back["day"] - frame["day"]).abs().median() <= pd.Timedelta(days=2)
    again = load_points({"mixed": True, "form": coding.form.to_dict()}, coding.to_arrays())
    pd.testing.assert_frame_equal(again.table(points, seed=1), back)


def test_tables_of_numbers_are_scaled_as_before() -> None:
    frame = table()[0][["x", "spent"]]
    points, coding, values = read_points(frame, Schema.of_numbers(["x", "spent"], "x"), "normal", whiten=True, seed=0)
    assert isinstance(coding, NumericPoints)
    assert coding.layout == PointLayout(2)
    assert values is not None
    assert np.abs(points.T @ points / len(points) - np.eye(2)).max() < 1e-6


class SmallFlow(Flow):  # type: ignore[misc]
    """A flow whose coder is trained for a moment."""

    def _coder_plan(self, layout: PointLayout) -> CoderPlan | None:
        plan = super()._coder_plan(layout)
        return plan._replace(latent=4, steps=20, width=16) if plan else None


def test_flows_learn_codes_of_mixed_tables_alone() -> None:
    model = SmallFlow(steps=20, width=16, blocks=1)
    assert model._coder_plan(PointLayout(4)) is None
    model.fit(*table(), seed=0)
    assert list(model._fitted().networks) == ["velocity", "coder"]
    assert set(model.history()["flow"]) == {False, True}
    assert model.sample(30, seed=0)["gappy"].isna().any()


def test_regimes_are_of_numbers() -> None:
    with pytest.raises(BenchError, match="regimes"):
        BetaVAE(regimes=0.9, steps=1).fit(*table(60), seed=0)
