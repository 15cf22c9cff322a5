"""Latent diagnostics: what an encoder keeps of a row, and how much of its room lies idle. Shown, never ranked."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bench.api import Context, Family, Metric, Score

if TYPE_CHECKING:
    from bench.api import Details

_ME = "latent"
_OPEN = (0.0, float("inf"))
_metric = partial(Metric, family=_ME)
_BURDA = "Burda, Grosse and Salakhutdinov 2016, arXiv:1509.00519, section 4"
_METRICS = (
    _metric(
        "latent_kl",
        better="lower",
        range=_OPEN,
        unit="nats",
        source="Kingma and Welling 2014, arXiv:1312.6114, appendix B; a mixture prior counts as its mean and variance",
        meaning="what the codes say of a row: KL of posterior from prior, summed over latents; 0 says nothing",
    ),
    _metric(
        "active_units",
        better="higher",
        range=_OPEN,
        source=f"{_BURDA}; variance in units of the prior's, without a prior of the mean over latents",
        meaning="latents whose mean moves with the row: variance over rows above 0.01 of their scale",
    ),
    _metric(
        "active_share",
        better="higher",
        source=_BURDA,
        meaning="active units as a share of all latents",
    ),
    _metric(
        "collapsed",
        better="lower",
        source="posterior collapse: Bowman et al. 2016, arXiv:1511.06349; threshold 0.01 nats",
        meaning="share of latents that say nothing: KL below 0.01 nats; 1 is a model that ignores its encoder",
    ),
    _metric(
        "latent_correlation",
        better="lower",
        source="Pearson, mean of |r| over all pairs of active units' means",
        meaning="how much latents repeat each other; a prior with independent latents wants 0",
    ),
)
_UNDEFINED = {"latent_correlation": "fewer than two active units"}


def _score(context: Context) -> tuple[list[Score], Details]:
    if context.latents is None:
        return _blank("the model has no encoder"), {}
    from ..shared.matrix import score
    from .diagnostics import diagnose, problem

    if wrong := problem(context.latents):
        return _blank(wrong), {}
    values, details = diagnose(context.latents)
    return [
        score(metric.name, values[metric.name], undefined=_UNDEFINED.get(metric.name, ""))
        if metric.name in values
        else Score(metric.name, None, reason="its codes are points: the model has no posterior or no prior")
        for metric in _METRICS
    ], details


def _blank(reason: str) -> list[Score]:
    return [Score(metric.name, None, reason=reason) for metric in _METRICS]


FAMILY = Family(_ME, "What an encoder keeps, and which latents lie idle", _METRICS, _score, order=55)
