"""The configurations that the project's two sources published, as presets of the three autoencoders.

Sources: the repository gungunpandey/Synthetic-Data-Generation (MIT; Keras) and the blog post "Variational
AutoEncoders (VAE) for Tabular Data" (PyTorch). A preset follows the source's code, not its text.

`bench run` fits a preset without the sources' leaks. To use their own protocol, pass the whole table in the published
shuffled order, and three further options:

    cls(**preset.params | {"validation_rows": "last", "validation": 2838, "device": "cpu"})

`validation_rows="last"` takes the last rows for early stopping. `validation` is a count if it is 1 or more, otherwise a
share. The scaler always sees all rows that `fit` gets; sampling starts from the codes of the other rows. Experiments on
these presets also change `keep`, `kl_in_loss`, `beta`, `reduce_reconstruction`, `reduce_kl`, `watch`, `decoder_noise`,
`sampling`, `noise` and `noise_unit`. In `history()`, `kl` and `val_kl` are not multiplied by beta.

Names of published numbers: `std_ratio` (mean over columns of std(synthetic)/std(real), all 14,186 rows),
`methane_std_ratio`, `humidity_std_ratio`, `epochs` (how many were run), `best_epoch` (from 1), and of the last epoch
`kl` (not multiplied by beta), `weighted_kl` (multiplied by beta), `reconstruction` and `val_loss`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.api import Preset

if TYPE_CHECKING:
    from collections.abc import Mapping

_REPOSITORY = "github.com/gungunpandey/Synthetic-Data-Generation"
BLOG = "Variational AutoEncoders (VAE) for Tabular Data (blog post)"

_COMMON: Mapping[str, Any] = {
    "scaler": "standard",
    "whiten": False,
    "bounded": False,
    "lr_schedule": "constant",
    "keep_last_batch": True,
    "ema": 0.0,
    "watch": "loss",
    "validation": 0.2,
    "loss": "mse",
    "reduce_reconstruction": "mean",
}
_KERAS: Mapping[str, Any] = {**_COMMON, "init": "glorot", "optimizer": "keras-adam", "reduce_kl": "sum"}
_BETA: Mapping[str, Any] = {**_KERAS, "prior_components": 1, "epochs": 200, "anneal": 0.0, "settle": 0.0}
_SMALL: Mapping[str, Any] = {"hidden": (64, 32), "lr": 1e-3, "batch": 64, "keep": "last"}
_TORCH: Mapping[str, Any] = {**_COMMON, **_SMALL, "latent": 8, "optimizer": "adam", "epochs": 50, "patience": 5}
_POSTERIOR: Mapping[str, Any] = {**_TORCH, "reduce_kl": "mean", "sampling": "posterior"}
_STANDARD: Mapping[str, Any] = {**_KERAS, **_SMALL, "epochs": 100, "patience": 1.0}
_COLLAPSED: Mapping[str, Any] = {**_BETA, "latent": 8, "lr": 5e-4, "batch": 64, "patience": 10}
_SMOOTH: Mapping[str, Any] = {
    **_BETA,
    "hidden": (128, 64, 32),
    "latent": 8,
    "batch_norm": True,
    "dropout": (0.15, 0.15, 0.1),
    "decoder_dropout": (0.1, 0.15, 0.15),
    "beta": 1.0,
    "beta_schedule": "cosine",
    "hold": 10,
    "anneal": 90,
    "lr": 1e-3,
    "lr_schedule": "cosine",
    "lr_warm_up": 10,
    "clip": 1.0,
    "clip_by": "variable",
    "batch": 32,
    "epochs": 100,
    "patience": 15,
    "watch": "absolute",
}


def _repository(
    generator: str, params: Mapping[str, Any], summary: str, published: Mapping[str, float] | None = None
) -> Preset:
    return Preset(generator, params, summary, _REPOSITORY, published or {})


def _noisy(generator: str, params: Mapping[str, Any], noise: float, unit: str, summary: str) -> Preset:
    return Preset(generator, {**params, "noise": noise, "noise_unit": unit}, summary, BLOG)


PRESETS: Mapping[str, Preset] = {
    "vae-latent2": _repository(
        "vae",
        {**_STANDARD, "latent": 2},
        "64-32, two latents, mean squared error over features against KL summed over latents",
        {"std_ratio": 0.395, "methane_std_ratio": 0.188, "humidity_std_ratio": 0.03},
    ),
    "vae-latent8": _repository(
        "vae",
        {**_STANDARD, "latent": 8},
        "as vae-latent2 with eight latents",
        {"std_ratio": 0.378, "methane_std_ratio": 0.182},
    ),
    "vae-enhanced": _repository(
        "vae",
        {**_KERAS, "hidden": (128, 64, 32), "latent": 8, "lr": 5e-4, "batch": 64, "epochs": 200, "patience": 10},
        "128-64-32, early stopping",
        {"methane_std_ratio": 204 / 1356},
    ),
    "beta-vae-4": _repository(
        "beta-vae",
        {**_COLLAPSED, "hidden": (128, 64, 32), "beta": 4.0},
        "128-64-32, beta 4 throughout",
        {"std_ratio": 0.0155, "kl": 0.0, "epochs": 30, "val_loss": 0.9822},
    ),
    "beta-vae-2": _repository(
        "beta-vae",
        {**_COLLAPSED, "hidden": (256, 128, 64), "loss": "mae", "beta": 2.0},
        "256-128-64, absolute error, beta 2 throughout",
        {"std_ratio": 0.0123, "kl": 0.0, "epochs": 31, "val_loss": 0.8070},
    ),
    "beta-vae-1-deep": _repository(
        "beta-vae",
        {
            **_BETA,
            "hidden": (256, 128, 64),
            "latent": 16,
            "batch_norm": True,
            "dropout": (0.2, 0.2),
            "decoder_dropout": (0.2, 0.2),
            "loss": "mae",
            "beta": 1.0,
            "lr": 1e-3,
            "lr_schedule": "drops",
            "lr_drops": ((50, 0.5), (100, 0.1)),
            "batch": 32,
            "epochs": 300,
            "patience": 15,
        },
        "256-128-64 with batch normalisation and dropout, sixteen latents, absolute error, beta 1 throughout",
        {"std_ratio": 0.0014, "kl": 0.0, "epochs": 43, "best_epoch": 28},
    ),
    "beta-vae-annealed": _repository(
        "beta-vae",
        {
            **_BETA,
            "hidden": (128, 64),
            "latent": 8,
            "batch_norm": True,
            "dropout": (0.1, 0.1),
            "decoder_dropout": (0.1,),
            "loss": "mae",
            "beta": 1.0,
            "anneal": 50,
            "lr": 1e-4,
            "batch": 32,
            "patience": 20,
            "watch": "reconstruction",
        },
        "beta rises over 50 epochs while early stopping watches the reconstruction alone",
        {"std_ratio": 0.5344, "methane_std_ratio": 0.2074, "kl": 0.3220, "epochs": 23},
    ),
    "beta-vae-smooth": _repository(
        "beta-vae",
        {**_SMOOTH, "kl_in_loss": False},
        "half-cosine beta after ten epochs, as published: the KL term is displayed but not in the loss",
        {"std_ratio": 0.2805, "methane_std_ratio": 0.3538, "weighted_kl": 5.34, "reconstruction": 0.0219, "epochs": 26},
    ),
    "beta-vae-smooth-kl": _repository("beta-vae", _SMOOTH, "beta-vae-smooth as described: the KL term is in the loss"),
    "ae-auto": _noisy("ae", _TORCH, 0.5, "latent", "codes of train with noise of half each latent's deviation"),
    "ae-0.1": _noisy("ae", _TORCH, 0.1, "absolute", "codes of train with noise of 0.1"),
    "ae-0.5": _noisy("ae", _TORCH, 0.5, "absolute", "codes of train with noise of 0.5"),
    "ae-1": _noisy("ae", _TORCH, 1.0, "absolute", "codes of train with noise of 1"),
    "vae-posterior": _noisy("vae", _POSTERIOR, 0.1, "absolute", "posterior draws of train with noise of 0.1"),
    "vae-posterior-auto": _noisy(
        "vae", _POSTERIOR, 0.5, "latent", "posterior draws of train with noise of half each latent's deviation"
    ),
    "vae-posterior-0.5": _noisy("vae", _POSTERIOR, 0.5, "absolute", "posterior draws of train with noise of 0.5"),
    "vae-posterior-1": _noisy("vae", _POSTERIOR, 1.0, "absolute", "posterior draws of train with noise of 1"),
}
"""By name; `beta-vae-smooth-kl` follows the source's text, all others follow its code."""
