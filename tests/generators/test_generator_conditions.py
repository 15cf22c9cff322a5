from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.api import BenchError, Conditions, Schema
from bench.generators.ae import AE
from bench.generators.beta_vae import BetaVAE
from bench.generators.networks.autoencoder.variational import find_regimes
from bench.generators.vae import VAE

SHORT: dict[str, Any] = {"steps": 150, "width": 16, "latent": 2, "lr": 1e-2}
SCHEMA = Schema.of_numbers(("y", "x", "z"), "y")


def table(rows: int = 600) -> pd.DataFrame:
    """A target near 0, and for a tenth of the rows near 10, with a column that tells which."""
    rng = np.random.default_rng(2)
    high = rng.random(rows) < 0.1
    target = np.where(high, 10.0, 0.0) + rng.normal(size=rows) * 0.3
    return pd.DataFrame({"y": target, "x": 3.0 * high + rng.normal(size=rows) * 0.3, "z": rng.normal(size=rows)})


def fitted(cls: type[VAE], **more: Any) -> VAE:  # noqa: ANN401
    model = cls(**{**SHORT, "regimes": 0.9, **more})
    model.fit(table(), SCHEMA, seed=1)
    return model


@pytest.mark.parametrize("sampling", ["prior", "posterior", "expost"])
@pytest.mark.parametrize("cls", [VAE, BetaVAE])
def test_rows_of_one_regime_can_be_asked_for(cls: type[VAE], sampling: str) -> None:
    model, threshold = fitted(cls, sampling=sampling), table()["y"].quantile(0.9)
    assert isinstance(model, Conditions)
    assert model.conditions() == ("baseline", "plume")
    assert cls(**SHORT, regimes=0.9).conditions_of(table(), SCHEMA) == model.conditions()
    plume = model.sample(70, seed=1, condition="plume")
    assert len(plume) == 70
    assert plume.index.tolist() == list(range(70))
    assert (plume["y"] > threshold).all()
    assert (model.sample(70, seed=1, condition="baseline")["y"] <= threshold).all()
    # What goes with the regime comes with it.
    assert plume["x"].mean() > 1.5
    pd.testing.assert_frame_equal(plume, model.sample(70, seed=1, condition="plume"))
    assert not plume.equals(model.sample(70, seed=2, condition="plume"))


def test_rows_of_no_regime_in_particular_come_in_trains_shares() -> None:
    rows = fitted(BetaVAE).sample(4000, seed=1)
    assert abs((rows["y"] > 5).mean() - (table()["y"] > 5).mean()) < 0.04


def test_a_model_of_one_kind_of_row_has_no_conditions() -> None:
    model = fitted(VAE, regimes=0.0)
    assert model.conditions() == VAE(**SHORT).conditions_of(table(), SCHEMA) == ()
    with pytest.raises(BenchError, match="regimes"):
        model.sample(3, seed=1, condition="plume")


def test_unknown_conditions_are_named_with_those_there_are() -> None:
    model = fitted(VAE, steps=5)
    with pytest.raises(BenchError, match="baseline or plume"):
        model.sample(3, seed=1, condition="storm")


def test_before_fit_nothing_can_be_asked_for() -> None:
    model = VAE(regimes=0.9)
    assert model.conditions() == ()
    with pytest.raises(BenchError, match="fit"):
        model.sample(3, seed=1, condition="plume")


def test_a_regime_that_the_model_does_not_reach_is_an_error() -> None:
    # Without noise, three steps in, every row is decoded to about the mean.
    model = fitted(VAE, steps=1, lr=1e-9, decoder_noise=False)
    with pytest.raises(BenchError, match="0 of 5"):
        model.sample(5, seed=1, condition="plume")


def test_a_target_without_high_values_has_no_regimes() -> None:
    with pytest.raises(BenchError, match="quantile"):
        find_regimes(np.ones((10, 1)), 0, 0.9)


@pytest.mark.parametrize("value", [-0.1, 1.0, 2.0])
def test_regimes_is_a_quantile(value: float) -> None:
    with pytest.raises(BenchError, match="regimes"):
        VAE(regimes=value)


def test_an_autoencoder_cannot_be_asked_for_regimes() -> None:
    assert not isinstance(AE(), Conditions)
