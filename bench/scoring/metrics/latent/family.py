"""Latent diagnostics: how much an encoder keeps of a row, and which latents are unused. Shown, never ranked."""

from __future__ import annotations

from functools import partial

from bench.api import Context, Details, Family, Metric, Score

_NAME = "latent"
_NOT_NEGATIVE = (0.0, float("inf"))
_metric = partial(Metric, family=_NAME)
_BURDA = "Burda, Grosse and Salakhutdinov 2016, arXiv:1509.00519, section 4"
_METRICS = (
    _metric(
        "latent_kl",
        better="lower",
        range=_NOT_NEGATIVE,
        unit="nats",
        source="Kingma and Welling 2014, arXiv:1312.6114, appendix B; a mixture prior counts as its mean and variance",
        meaning="information of the latents about a row: KL of posterior from prior, summed over latents; 0 is none",
    ),
    _metric(
        "active_units",
        better="higher",
        range=_NOT_NEGATIVE,
        source=f"{_BURDA}; variance in units of the prior's, without a prior of the mean over latents",
        meaning="latents whose mean depends on the row: variance over rows above 0.01 of their scale",
    ),
    _metric("active_share", better="higher", source=_BURDA, meaning="active units as a share of all latents"),
    _metric(
        "collapsed",
        better="lower",
        source="posterior collapse: Bowman et al. 2016, arXiv:1511.06349; threshold 0.01 nats",
        meaning="share of latents without information: KL below 0.01 nats; 1 is a model that ignores its encoder",
    ),
    _metric(
        "latent_correlation",
        better="lower",
        source="Pearson, mean of |r| over all pairs of active units' means",
        meaning="how much latents repeat each other; 0 under a prior with independent latents",
    ),
)
_UNDEFINED = {"latent_correlation": "fewer than two active units"}


def _score(context: Context) -> tuple[list[Score], Details]:
    from ..shared.matrix import score, unscored
    from .kl_and_active_units import diagnose, latents_problem

    if context.latents is None:
        return unscored(_METRICS, (), "the model has no encoder"), {}
    if problem := latents_problem(context.latents):
        return unscored(_METRICS, (), problem), {}
    values, details = diagnose(context.latents)
    return [
        score(metric.name, values[metric.name], undefined=_UNDEFINED.get(metric.name, ""))
        if metric.name in values
        else Score(metric.name, None, reason="its codes are points: the model has no posterior or no prior")
        for metric in _METRICS
    ], details


FAMILY = Family(_NAME, "What an encoder keeps of a row, and which latents are unused", _METRICS, _score, order=55)
