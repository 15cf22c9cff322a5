"""What an encoder does with its latents: which of them say anything, and whether they repeat each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.api import Details, Latents

    Array = NDArray[np.float64]

ACTIVE = 0.01
"""Least variance of an active unit's mean, in units of its scale (Burda et al. 2016 use it on N(0, 1) priors)."""

SILENT = 0.01
"""Nats below which a latent tells nothing of its row."""

_DRAWN_POINTS, _DRAWN_LATENTS = 500, 64


def problem(latents: Latents) -> str | None:
    """Why latents can't be judged; None if they can."""
    known = (latents.means, latents.variances, latents.prior_mean, latents.prior_variance)
    shape = np.shape(latents.means)
    if len(shape) != 2 or shape[0] < 2 or shape[1] < 1:
        return f"the encoder gave means of shape {shape}; expected at least 2 rows of at least 1 latent"
    wanted = (shape, shape, shape[1:], shape[1:])
    if any(part is not None and np.shape(part) != size for part, size in zip(known, wanted, strict=True)):
        return f"the encoder gave variances or a prior that do not fit means of shape {shape}"
    if any(part is not None and not np.all(np.isfinite(part)) for part in known):
        return "the encoder gave non-finite latents"
    if any(part is not None and np.any(np.asarray(part) <= 0) for part in (latents.variances, latents.prior_variance)):
        return "the encoder gave variances that are not positive"
    return None


def kl_by_dimension(means: Array, variances: Array, prior_mean: Array, prior_variance: Array) -> Array:
    """Mean over rows of KL(N(m, v) || N(prior)), by latent: (latents,), nats, at least 0.

    Kingma and Welling 2014, appendix B, for any diagonal Gaussian prior.

    Args:
        means: (rows, latents).
        variances: (rows, latents), positive.
        prior_mean: (latents,).
        prior_variance: (latents,), positive.

    >>> one = np.ones(1)
    >>> kl_by_dimension(np.array([[0.0], [2.0]]), np.ones((2, 1)), 0 * one, one)  # mean of 0 and 2**2 / 2
    array([1.])
    >>> kl_by_dimension(np.zeros((1, 1)), np.full((1, 1), 4.0), 0 * one, 4 * one)
    array([0.])
    """
    ratio = variances / prior_variance
    distance = np.square(means - prior_mean) / prior_variance
    nats = 0.5 * (distance + ratio - 1 - np.log(ratio))
    return np.asarray(np.maximum(nats.mean(axis=0), 0.0))


def activity(means: Array, prior_variance: Array | None = None) -> Array:
    """Var_x(E[z|x]) of each latent in units of its scale: (latents,).

    The scale is the prior's variance, so that a model with a narrow prior isn't thought silent. Codes without a prior
    have no scale of their own: theirs is the mean variance over latents.

    >>> activity(np.array([[1.0, 0.0], [-1.0, 0.0]]), np.array([4.0, 1.0]))
    array([0.25, 0.  ])
    >>> activity(np.array([[1.0, 0.0], [-1.0, 0.0]]))
    array([2., 0.])
    """
    spread = means.var(axis=0)
    scale = np.full_like(spread, spread.mean()) if prior_variance is None else prior_variance
    return np.asarray(np.divide(spread, scale, out=np.zeros_like(spread), where=scale > 0))


def correlation(means: Array, active: NDArray[np.bool_]) -> Array:
    """Pearson correlations of the active latents' means: (latents, latents), NaN where a latent is not active.

    >>> means = np.array([[0.0, 1.0, 5.0], [1.0, -1.0, 5.0], [2.0, -3.0, 5.0]])
    >>> correlation(means, np.array([True, True, False])).round(6)
    array([[ 1., -1., nan],
           [-1.,  1., nan],
           [nan, nan, nan]])
    """
    found = np.full((means.shape[1], means.shape[1]), np.nan)
    kept = np.flatnonzero(active)
    centred = means[:, kept] - means[:, kept].mean(axis=0)
    unit = centred / np.sqrt(np.square(centred).sum(axis=0))
    found[np.ix_(kept, kept)] = np.clip(unit.T @ unit, -1.0, 1.0)
    return found


def mean_off_diagonal(matrix: Array) -> float:
    """Mean absolute value over pairs of different latents, NaN pairs left out; NaN if none is left.

    >>> mean_off_diagonal(np.array([[1.0, -0.5], [-0.5, 1.0]]))
    0.5
    """
    pairs = np.abs(matrix[np.triu_indices(len(matrix), 1)])
    known = pairs[~np.isnan(pairs)]
    return float(known.mean()) if known.size else float("nan")


def principal(means: Array, count: int = _DRAWN_POINTS) -> Array:
    """The first `count` rows on the two principal axes of all rows: (rows, 2); zeros for an axis there is none of.

    Signs are set so that each axis' largest loading is positive.

    >>> principal(np.array([[0.0], [2.0]]))
    array([[-1.,  0.],
           [ 1.,  0.]])
    """
    centred = means - means.mean(axis=0)
    axes = np.linalg.svd(np.cov(centred, rowvar=False).reshape(means.shape[1], -1))[2][:2]
    largest = axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)]
    points = np.zeros((min(count, len(means)), 2))
    points[:, : len(axes)] = centred[:count] @ (axes * np.sign(largest)[:, None]).T
    return points


def diagnose(latents: Latents) -> tuple[dict[str, float], Details]:
    """Values by metric name (NaN where undefined, absent where there is no posterior), and what reports draw.

    Args:
        latents: without a `problem`.

    Returns:
        The values, and the arrays `kl`, `std`, `active`, `correlation` (of at most 64 latents), `points`.
    """
    means = np.asarray(latents.means, dtype=np.float64)
    scale = None if latents.prior_variance is None else np.asarray(latents.prior_variance, dtype=np.float64)
    active = activity(means, scale) > ACTIVE
    related = correlation(means, active)
    values = {
        "active_units": float(active.sum()),
        "active_share": float(active.mean()),
        "latent_correlation": mean_off_diagonal(related),
    }
    details: Details = {
        "std": means.std(axis=0).astype(np.float32),
        "active": active,
        "correlation": related[:_DRAWN_LATENTS, :_DRAWN_LATENTS].astype(np.float32),
        "points": principal(means).astype(np.float32),
    }
    if latents.variances is not None and latents.prior_mean is not None and scale is not None:
        posterior = np.asarray(latents.variances, dtype=np.float64)
        nats = kl_by_dimension(means, posterior, np.asarray(latents.prior_mean, dtype=np.float64), scale)
        values |= {"latent_kl": float(nats.sum()), "collapsed": float((nats < SILENT).mean())}
        details["kl"] = nats.astype(np.float32)
    return values, details
