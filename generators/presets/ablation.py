"""Presets that show what each part of the project's own autoencoders contributes: one change at a time.

Every preset is a model at its defaults, except for the change in its name:

- `beta-vae` without one part: the learned prior, the mixture decoder, its noise, annealing, whitening, normal scores,
  averaged weights;
- `beta-vae` with one part replaced: cosine or cyclical annealing, a lower beta, standard or robust scores, posterior or
  ex-post sampling;
- `vae` and `ae` sampled from ex-post densities (Ghosh et al. 2020);
- the blog's noise levels for `ae` and `vae`: `auto` adds half of each latent's own standard deviation to the codes of
  train rows (for `vae`, to draws from their posteriors), the others add 0.1, 0.5 or 1.

The steps from `vae` to `beta-vae` are `vae-budget`, `beta-vae-plain` and `beta-vae-normal-prior`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from bench.api import Preset

from ..beta_vae import BetaVAE

if TYPE_CHECKING:
    from collections.abc import Mapping

_SOURCE = "ablation of the project's own models"


def _variant(generator: str, summary: str, **params: Any) -> Preset:  # noqa: ANN401
    return Preset(generator, params, f"{generator} {summary}", _SOURCE)


def _noisy(generator: str, noise: float, unit: str, start: str = "with", **params: Any) -> Preset:  # noqa: ANN401
    summary = f"{start} noise of {noise:g}" + (" of each latent's deviation" if unit == "latent" else "")
    return _variant(generator, summary, **params, noise=noise, noise_unit=unit)


_beta = partial(_variant, "beta-vae")
_ae = partial(_noisy, "ae")
_vae = partial(_noisy, "vae", start="from posterior draws with", sampling="posterior")

ABLATION: Mapping[str, Preset] = {
    "vae-budget": _variant(
        "vae", "with the steps and the learning rate of beta-vae", steps=BetaVAE.steps, lr=BetaVAE.lr
    ),
    "beta-vae-plain": _beta(
        "with the prior N(0, I) and one learned noise scale per feature: vae-budget, annealed",
        prior_components=1,
        loss="gaussian",
    ),
    "beta-vae-normal-prior": _beta("with the prior N(0, I)", prior_components=1),
    "beta-vae-gaussian-decoder": _beta("with one learned noise scale per feature", loss="gaussian"),
    "beta-vae-no-noise": _beta("sampled without the decoder's noise: its mean alone", decoder_noise=False),
    "beta-vae-no-anneal": _beta("with beta 1 from the first step", anneal=0.0),
    "beta-vae-cosine": _beta("with beta rising as half a cosine", beta_schedule="cosine"),
    "beta-vae-cyclical": _beta(
        "with beta rising four times (Fu et al. 2019)", beta_schedule="cyclical", cycles=4, anneal=0.5
    ),
    "beta-vae-0.5": _beta("with beta up to 0.5", beta=0.5),
    "beta-vae-0.75": _beta("with beta up to 0.75", beta=0.75),
    "beta-vae-standard-scores": _beta("on standard scores", scaler="standard"),
    "beta-vae-robust-scores": _beta("on robust scores", scaler="robust"),
    "beta-vae-no-whitening": _beta("on correlated scores", whiten=False),
    "beta-vae-no-average": _beta("with the weights themselves, not their moving average", ema=0.0),
    "beta-vae-posterior": _beta("from posterior draws of train rows, no noise added", sampling="posterior", noise=0.0),
    "beta-vae-expost": _beta("from a density fitted to posterior draws (Ghosh et al. 2020)", sampling="expost"),
    "vae-expost": _variant("vae", "from a density fitted to posterior draws (Ghosh et al. 2020)", sampling="expost"),
    "ae-expost": _variant("ae", "from a density fitted to its codes (Ghosh et al. 2020)", sampling="expost"),
    "ae-noise-auto": _ae(0.5, "latent"),
    "ae-noise-0.1": _ae(0.1, "absolute"),
    "ae-noise-0.5": _ae(0.5, "absolute"),
    "ae-noise-1": _ae(1.0, "absolute"),
    "vae-noise-auto": _vae(0.5, "latent"),
    "vae-noise-0.1": _vae(0.1, "absolute"),
    "vae-noise-0.5": _vae(0.5, "absolute"),
    "vae-noise-1": _vae(1.0, "absolute"),
}
"""By name."""
