"""A Gaussian mixture with full covariances: EM, choice of the number of components by BIC, sampling."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from bench.seeds import derive

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

GRID = (1, 5, 10, 25, 50, 100, 200, 400)
"""Numbers of components that BIC chooses from."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """A fitted mixture.

    Attributes:
        weights: (components,), sum 1.
        means: (components, features).
        factors: lower Cholesky factors of the covariances, (components, features, features).
    """

    weights: Matrix
    means: Matrix
    factors: Matrix

    def sample(self, n: int, seed: int) -> Matrix:
        """Draws points (n, features), in random order of components."""
        rng = np.random.default_rng(seed)
        chosen = rng.choice(len(self.weights), size=n, p=self.weights)
        points = rng.normal(size=(n, self.means.shape[1]))
        for k, (mean, factor) in enumerate(zip(self.means, self.factors, strict=True)):
            points[chosen == k] = mean + points[chosen == k] @ factor.T
        return points

    @property
    def parameters(self) -> int:
        """The number of free parameters: weights minus one, means, and the lower triangles of the covariances."""
        count, features = (int(size) for size in self.means.shape)
        return count - 1 + count * features + count * features * (features + 1) // 2


class MixtureOptions(NamedTuple):
    """How mixtures are fitted: hyper-parameters of `GaussianMixture`; with `bic`, components are a number in `GRID`."""

    components: int | Literal["bic"]
    rows_per_component: int
    regularisation: float
    iterations: int

    def counts(self, rows: int) -> list[int]:
        """Returns the numbers of components to fit to a table of `rows` rows."""
        most = max(1, rows // self.rows_per_component)
        return [count for count in GRID if count <= most] if self.components == "bic" else [min(self.components, most)]


def fit_mixture(points: Matrix, options: MixtureOptions, seed: int, progress: Callable[[int, int], None]) -> Mixture:
    """Returns the mixture of the given number of components, or the best of the grid by BIC (Schwarz 1978).

    Args:
        points: (rows, features).
        options: how to fit.
        seed: of k-means, from which EM starts.
        progress: called with (mixtures fitted, mixtures to fit).
    """
    counts = options.counts(len(points))
    models = []
    for done, count in enumerate(counts, 1):
        models.append(_expectation_maximisation(points, count, options, derive(seed, count)))
        progress(done, len(counts))
    best = min(models, key=lambda model: float(model.bic(points))) if len(models) > 1 else models[0]
    return Mixture(best.weights_ / best.weights_.sum(), best.means_, np.linalg.cholesky(best.covariances_))


def _expectation_maximisation(points: Matrix, count: int, options: MixtureOptions, seed: int) -> GaussianMixture:
    """Runs EM until the mean log-likelihood of a row gains less than 0.001, or the iterations are spent."""
    model = GaussianMixture(count, reg_covar=options.regularisation, max_iter=options.iterations, random_state=seed)
    with warnings.catch_warnings():
        # A spent budget is no error, and k-means on few distinct rows finds fewer clusters than requested.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(points)
