"""How an encoder uses its latents: KL from the prior, active units, correlations between latents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..shared.numerics import finite_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.api import Details, Latents

    Array = NDArray[np.float64]

ACTIVE = 0.01
"""Smallest variance of an active unit's mean, in units of its scale (Burda et al. 2016, for N(0, 1) priors)."""

COLLAPSED = 0.01
"""Nats below which a latent holds no information about its row."""

_REPORTED_POINTS, _REPORTED_LATENTS = 500, 64


def latents_problem(latents: Latents) -> str | None:
    """Returns why latents cannot be evaluated; None if they can."""
    arrays = (latents.means, latents.variances, latents.prior_mean, latents.prior_variance)
    shape = np.shape(latents.means)
    if len(shape) != 2 or shape[0] < 2 or shape[1] < 1:
        return f"the encoder gave means of shape {shape}; expected at least 2 rows of at least 1 latent"
    shapes = (shape, shape, shape[1:], shape[1:])
    if any(array is not None and np.shape(array) != size for array, size in zip(arrays, shapes, strict=True)):
        return f"the encoder gave variances or a prior that do not fit means of shape {shape}"
    if any(array is not None and not np.all(np.isfinite(array)) for array in arrays):
        return "the encoder gave non-finite latents"
    variances = (latents.variances, latents.prior_variance)
    if any(array is not None and np.any(np.asarray(array) <= 0) for array in variances):
        return "the encoder gave variances that are not positive"
    return None


def kl_by_dimension(means: Array, variances: Array, prior_mean: Array, prior_variance: Array) -> Array:
    """Returns the mean over rows of KL(N(m, v) || N(prior)), by latent: (latents,), nats, at least 0.

    Kingma and Welling 2014, appendix B, for any diagonal Gaussian prior. Means and variances are (rows, latents), those
    of the prior (latents,); variances are positive.

    >>> unit = np.ones(1)
    >>> kl_by_dimension(np.array([[0.0], [2.0]]), np.ones((2, 1)), 0 * unit, unit)  # mean of 0 and 2**2 / 2
    array([1.])
    >>> kl_by_dimension(np.zeros((1, 1)), np.full((1, 1), 4.0), 0 * unit, 4 * unit)
    array([0.])
    """
    ratio = variances / prior_variance
    distance = np.square(means - prior_mean) / prior_variance
    nats = 0.5 * (distance + ratio - 1 - np.log(ratio))
    return np.asarray(np.maximum(nats.mean(axis=0), 0.0))


def activity(means: Array, prior_variance: Array | None = None) -> Array:
    """Returns Var_x(E[z|x]) of each latent in units of its scale, (latents,).

    The scale is the prior's variance, so that latents with a narrow prior can be active. Without a prior, the scale
    of every latent is the mean variance over latents.

    >>> activity(np.array([[1.0, 0.0], [-1.0, 0.0]]), np.array([4.0, 1.0]))
    array([0.25, 0.  ])
    >>> activity(np.array([[1.0, 0.0], [-1.0, 0.0]]))
    array([2., 0.])
    """
    spread = means.var(axis=0)
    scale = np.full_like(spread, spread.mean()) if prior_variance is None else prior_variance
    return np.asarray(np.divide(spread, scale, out=np.zeros_like(spread), where=scale > 0))


def correlation(means: Array, active: NDArray[np.bool_]) -> Array:
    """Returns Pearson correlations of the active latents' means: (latents, latents), NaN where one is not active.

    >>> means = np.array([[0.0, 1.0, 5.0], [1.0, -1.0, 5.0], [2.0, -3.0, 5.0]])
    >>> correlation(means, np.array([True, True, False])).round(6)
    array([[ 1., -1., nan],
           [-1.,  1., nan],
           [nan, nan, nan]])
    """
    correlations = np.full((means.shape[1], means.shape[1]), np.nan)
    indices = np.flatnonzero(active)
    centred = means[:, indices] - means[:, indices].mean(axis=0)
    unit = centred / np.sqrt(np.square(centred).sum(axis=0))
    correlations[np.ix_(indices, indices)] = np.clip(unit.T @ unit, -1.0, 1.0)
    return correlations


def mean_off_diagonal(matrix: Array) -> float:
    """Returns the mean absolute value over pairs of different latents without NaN; NaN if there are none.

    >>> mean_off_diagonal(np.array([[1.0, -0.5], [-0.5, 1.0]]))
    0.5
    """
    return finite_mean(np.abs(matrix[np.triu_indices(len(matrix), 1)]))


def principal_components(means: Array, count: int = _REPORTED_POINTS) -> Array:
    """Returns the first `count` rows on the two principal axes of all rows, (rows, 2); zeros if there is one latent.

    The sign of each axis makes its largest loading positive.

    >>> principal_components(np.array([[0.0], [2.0]]))
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
    """Returns values by metric name (NaN if undefined, absent if there is no posterior), and arrays for reports.

    The arrays are `kl`, `std`, `active`, `correlation` (of at most 64 latents) and `points`. `latents_problem` must be
    None for `latents`.
    """
    means = np.asarray(latents.means, dtype=np.float64)
    scale = None if latents.prior_variance is None else np.asarray(latents.prior_variance, dtype=np.float64)
    active = activity(means, scale) > ACTIVE
    correlations = correlation(means, active)
    values = {
        "active_units": float(active.sum()),
        "active_share": float(active.mean()),
        "latent_correlation": mean_off_diagonal(correlations),
    }
    details: Details = {
        "std": means.std(axis=0).astype(np.float32),
        "active": active,
        "correlation": correlations[:_REPORTED_LATENTS, :_REPORTED_LATENTS].astype(np.float32),
        "points": principal_components(means).astype(np.float32),
    }
    if latents.variances is not None and latents.prior_mean is not None and scale is not None:
        posterior = np.asarray(latents.variances, dtype=np.float64)
        nats = kl_by_dimension(means, posterior, np.asarray(latents.prior_mean, dtype=np.float64), scale)
        values |= {"latent_kl": float(nats.sum()), "collapsed": float((nats < COLLAPSED).mean())}
        details["kl"] = nats.astype(np.float32)
    return values, details
