from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from bench.api import BenchError, Preset, Schema
from bench.generators.ae import AE
from bench.generators.beta_vae import BetaVAE
from bench.generators.presets.ablation import ABLATION
from bench.generators.presets.published import PRESETS
from bench.generators.vae import VAE
from bench.plugins import entry_points

CLASSES: dict[str, Any] = {"ae": AE, "vae": VAE, "beta-vae": BetaVAE}
ALL = {**PRESETS, **ABLATION}
SHORT = {"steps": 6, "epochs": 2}


def table(rows: int = 130) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    base = rng.normal(size=(rows, 1))
    return pd.DataFrame(base + rng.normal(size=(rows, 9)) * 0.5, columns=[f"c{i}" for i in range(9)])


def schema(frame: pd.DataFrame) -> Schema:
    return Schema.of_numbers(frame.columns, "c0", ordered=True)


def build(preset: Preset, **more: object) -> Any:  # noqa: ANN401
    short = SHORT if "epochs" in preset.params else {"steps": 6}
    return CLASSES[preset.generator](**{**preset.params, **short, **more})


def linear(net: torch.nn.Module) -> list[int]:
    return [layer.out_features for layer in net.modules() if isinstance(layer, torch.nn.Linear)]


def fitted(name: str, **more: object) -> Any:  # noqa: ANN401
    model = build(PRESETS[name], **more)
    model.fit(table(), schema(table()), seed=1)
    return model


def test_all_sixteen_are_there_and_the_one_that_the_text_describes() -> None:
    assert len(PRESETS) == 17
    assert "beta-vae-smooth-kl" in PRESETS
    assert not set(PRESETS) & set(ABLATION)
    assert not set(ALL) & set(entry_points.names("generators"))
    assert all(preset.summary and preset.source for preset in ALL.values())


@pytest.mark.parametrize("name", ALL)
def test_every_preset_fits_and_samples(name: str) -> None:
    model, frame = build(ALL[name]), table()
    model.fit(frame, schema(frame), seed=1)
    rows = model.sample(20, seed=2)
    assert list(rows.columns) == list(frame.columns)
    assert np.isfinite(rows.to_numpy()).all()
    history = model.history()
    assert history["kept"].sum() == 1
    pd.testing.assert_frame_equal(model.sample(20, seed=2), rows)


@pytest.mark.parametrize(
    ("name", "widths", "latent"),
    [
        ("vae-latent2", [64, 32], 2),
        ("vae-latent8", [64, 32], 8),
        ("vae-enhanced", [128, 64, 32], 8),
        ("beta-vae-4", [128, 64, 32], 8),
        ("beta-vae-2", [256, 128, 64], 8),
        ("beta-vae-1-deep", [256, 128, 64], 16),
        ("beta-vae-annealed", [128, 64], 8),
        ("beta-vae-smooth", [128, 64, 32], 8),
        ("vae-posterior", [64, 32], 8),
    ],
)
def test_layers_are_the_published_ones(name: str, widths: list[int], latent: int) -> None:
    model = fitted(name)._state.networks["model"]
    assert linear(model.encoder) == [*widths, 2 * latent]
    assert linear(model.decoder) == [*widths[::-1], 9]


def test_the_collapsing_sum_is_the_repositorys_and_the_mean_the_blogs() -> None:
    assert tuple(fitted("beta-vae-4")._state.networks["model"].reduce) == (9, 1)
    assert tuple(fitted("vae-posterior")._state.networks["model"].reduce) == (9, 8)


def test_dropout_is_mirrored_as_published() -> None:
    model = fitted("beta-vae-smooth")._state.networks["model"]
    for net, shares in ((model.encoder, [0.15, 0.15, 0.1]), (model.decoder, [0.1, 0.15, 0.15])):
        assert [layer.p for layer in net.modules() if isinstance(layer, torch.nn.Dropout)] == shares
    assert not model.training


def test_smooth_notes_its_kl_and_its_other_trains_on_it() -> None:
    assert not PRESETS["beta-vae-smooth"].params["kl_in_loss"]
    assert PRESETS["beta-vae-smooth-kl"].params.get("kl_in_loss", True)


def test_annealed_beta_rises_by_a_fiftieth_each_epoch() -> None:
    history = fitted("beta-vae-annealed", epochs=4)
    assert history.history()["beta"].tolist() == pytest.approx([0.02, 0.04, 0.06, 0.08])


def test_the_published_protocol_holds_out_the_last_rows_and_scales_over_all() -> None:
    frame = table()
    model = build(PRESETS["ae-0.1"], validation_rows="last", validation=26)
    model.fit(frame, schema(frame), seed=1)
    assert len(model._state.points) == 104
    whole = (frame - frame.mean()) / frame.std(ddof=0)
    np.testing.assert_allclose(model._state.points.numpy(), whole.iloc[:104].to_numpy(), atol=1e-5)


def test_published_presets_leave_values_as_decoded() -> None:
    frame = table().round(1)
    model = build(PRESETS["ae-1"])
    model.fit(frame, schema(frame), seed=1)
    rows = model.sample(200, seed=1)
    assert not np.allclose(rows, rows.round(1))


def test_noise_is_absolute_or_in_units_of_the_latent() -> None:
    frame = table()
    spreads = {}
    for name in ("ae-0.1", "ae-1", "ae-auto"):
        model = build(PRESETS[name])
        model.fit(frame, schema(frame), seed=1)
        codes = model._state.networks["model"].encoder(model._state.points).detach()
        with torch.no_grad():
            drawn = model._codes_around_train(model._state, torch.zeros(20000, 0), torch.Generator().manual_seed(0))
        spreads[name] = (drawn.var(0) - codes.var(0, correction=0)).clamp(min=0).sqrt() / codes.std(0)
        if name != "ae-auto":
            spreads[name] *= codes.std(0)
    torch.testing.assert_close(spreads["ae-1"], torch.ones(8), atol=0.1, rtol=0)
    torch.testing.assert_close(spreads["ae-auto"], torch.full((8,), 0.5), atol=0.1, rtol=0)


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        ({"scaler": "odd"}, "scaler"),
        ({"loss": "mixture"}, "loss"),
        ({"sampling": "prior"}, "sampling"),
        ({"optimizer": "sgd"}, "optimizer"),
        ({"hidden": (0,)}, "hidden"),
        ({"hidden": "wide"}, "hidden"),
        ({"hidden": (8,), "dropout": (1.0,)}, "dropout"),
        ({"batch_norm": True}, "hidden"),
        ({"epochs": -1}, "epochs"),
        ({"ema": 1.0}, "ema"),
        ({"validation": 0}, "validation"),
        ({"watch": "clock"}, "watch"),
        ({"noise": -1.0}, "noise"),
        ({"clip": -1.0}, "clip"),
    ],
)
def test_bad_options_are_named(bad: dict[str, object], word: str) -> None:
    with pytest.raises(BenchError, match=word):
        CLASSES["ae"](**bad)


@pytest.mark.parametrize("bad", [{"beta_schedule": "spiral"}, {"cycles": 0}, {"beta": -1.0}, {"prior_components": 0}])
def test_bad_options_of_the_beta_vae_are_named(bad: dict[str, object]) -> None:
    with pytest.raises(BenchError, match=next(iter(bad))):
        CLASSES["beta-vae"](**bad)


def test_lists_do_as_files_give_them() -> None:
    assert CLASSES["ae"](hidden=[8, 4], dropout=[0.1]).hidden == (8, 4)
    assert CLASSES["ae"](hidden=8).hidden == (8,)
    assert CLASSES["ae"](lr_drops=[[5, 0.5]]).lr_drops == ((5, 0.5),)
