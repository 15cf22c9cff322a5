"""A mixture whose components are products: of a Gaussian for each number and a distribution over each code's values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bench.seeds import derive

from ..shared.mixed_form import one_hot

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from .em_mixture import MixtureOptions

    Matrix = NDArray[np.float64]
    Single = NDArray[np.float32]
    Codes = NDArray[np.int64]

_SMOOTHING = 0.5
"""How many rows of the marginal distribution are added to each component, so that none rests on a row or two."""
_TOLERANCE = 1e-3
"""EM ends when the mean log-likelihood of a row gains less than this, as that of scikit-learn's mixtures does."""


class MixtureRows(NamedTuple):
    """Rows as EM needs them, in single precision, which halves its time.

    Attributes:
        scores: (rows, numbers), 0 where the number is a gap.
        known: (rows, numbers), 1 where it is none, else 0.
        hot: the codes, one-hot, (rows, sum of sizes).
        sizes: how many values each code has.
    """

    scores: Single
    known: Single
    hot: Single
    sizes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ProductMixture:
    """A fitted mixture; within a component all columns are independent.

    Attributes:
        weights: (components,), sum 1.
        means: (components, numbers).
        variances: (components, numbers).
        shares: of the codes' values, (components, sum of sizes); sum 1 for each code.
        sizes: how many values each code has.
    """

    weights: Matrix
    means: Matrix
    variances: Matrix
    shares: Matrix
    sizes: tuple[int, ...]

    def sample(self, n: int, seed: int) -> tuple[Matrix, Codes]:
        """Draws scores (n, numbers) and codes (n, codes), in random order of components."""
        rng = np.random.default_rng(seed)
        chosen = rng.choice(len(self.weights), size=n, p=self.weights)
        noise = rng.normal(size=(n, self.means.shape[1]))
        scores = self.means[chosen] + noise * np.sqrt(self.variances[chosen])
        codes = np.empty((n, len(self.sizes)), dtype=np.int64)
        for i, shares in enumerate(np.split(self.shares, np.cumsum(self.sizes)[:-1], axis=1) if self.sizes else ()):
            ladder = np.cumsum(shares, axis=1)[chosen]
            codes[:, i] = (rng.random((n, 1)) * ladder[:, -1:] >= ladder[:, :-1]).sum(axis=1)
        return scores, codes

    @property
    def parameters(self) -> int:
        """The number of free parameters: weights and shares but one each, means and variances."""
        free_shares = sum(self.sizes) - len(self.sizes)
        count, numbers = (int(size) for size in self.means.shape)
        return count * (1 + 2 * numbers + free_shares) - 1

    def log_densities(self, rows: MixtureRows) -> Single:
        """Returns the joint log-density of each row and component, (rows, components); gaps of numbers do not count."""
        precision = 1 / self.variances
        constant = np.log(2 * np.pi * self.variances) + self.means**2 * precision
        parts = (-precision / 2, self.means * precision, -constant / 2, np.log(self.shares))
        factors = np.concatenate(parts, axis=1).T.astype(np.float32)
        inputs = np.concatenate([rows.scores**2, rows.scores, rows.known, rows.hot], axis=1)
        density: Single = inputs @ factors + np.log(self.weights).astype(np.float32)
        return density


def mixture_rows(scores: Matrix, codes: Codes, sizes: tuple[int, ...], flags: Sequence[int]) -> MixtureRows:
    """Returns rows for EM.

    Args:
        scores: (rows, numbers).
        codes: (rows, codes).
        sizes: how many values each code has.
        flags: of each number, the position of the code that is 1 where it is a gap; -1 without gaps.
    """
    known = np.ones_like(scores)
    for i, flag in enumerate(flags):
        if flag >= 0:
            known[:, i] = codes[:, flag] == 0
    arrays = (scores * known, known, one_hot(codes, sizes))
    masked, present, hot = (array.astype(np.float32) for array in arrays)
    return MixtureRows(masked, present, hot, sizes)


def fit_product_mixture(
    rows: MixtureRows, options: MixtureOptions, seed: int, progress: Callable[[int, int], None]
) -> ProductMixture:
    """Returns the mixture of the given number of components, or the best of the grid by BIC (Schwarz 1978).

    Args:
        rows: of train.
        options: how to fit; `regularisation` is added to the variances.
        seed: of the rows from which EM starts.
        progress: called with (mixtures fitted, mixtures to fit).
    """
    counts, fits = options.counts(len(rows.hot)), []
    for done, count in enumerate(counts, 1):
        mixture, likelihood = _expectation_maximisation(rows, count, options, derive(seed, count))
        fits.append((mixture.parameters * np.log(len(rows.hot)) - 2 * len(rows.hot) * likelihood, done, mixture))
        progress(done, len(counts))
    return min(fits)[-1]


def _expectation_maximisation(
    rows: MixtureRows, count: int, options: MixtureOptions, seed: int
) -> tuple[ProductMixture, float]:
    """Runs EM until the likelihood gains little or the iterations are spent; returns the mean log-likelihood too."""
    marginal = _maximise(
        rows, np.ones((len(rows.hot), 1), np.float32), options.regularisation, np.zeros(rows.hot.shape[1])
    )
    if count == 1:
        return marginal, float(marginal.log_densities(rows).mean(dtype=np.float64))
    mixture = _start(rows, marginal, count, seed)
    before = -np.inf
    for _ in range(options.iterations):
        densities = mixture.log_densities(rows)
        largest = densities.max(axis=1, keepdims=True)
        responsibilities = np.exp(densities - largest)
        total = responsibilities.sum(axis=1, keepdims=True)
        likelihood = float((largest + np.log(total)).mean(dtype=np.float64))
        if likelihood - before < _TOLERANCE:
            break
        before = likelihood
        mixture = _maximise(rows, responsibilities / total, options.regularisation, _SMOOTHING * marginal.shares[0])
    return mixture, likelihood


def _start(rows: MixtureRows, marginal: ProductMixture, count: int, seed: int) -> ProductMixture:
    """Returns components around random rows of train, as wide as the marginal."""
    chosen = np.random.default_rng(seed).choice(len(rows.hot), size=count, replace=False)
    return ProductMixture(
        weights=np.full(count, 1 / count),
        means=np.where(rows.known[chosen] > 0, rows.scores[chosen], marginal.means),
        variances=np.tile(marginal.variances, (count, 1)),
        shares=(rows.hot[chosen] + marginal.shares) / 2,
        sizes=rows.sizes,
    )


def _maximise(
    rows: MixtureRows, responsibilities: Single, regularisation: float, prior: NDArray[np.float64]
) -> ProductMixture:
    """Returns the most likely components for responsibilities (rows, components).

    `prior`, (sum of sizes,), is added to the counts of the codes' values, so that none is impossible anywhere.
    """
    weights = responsibilities.sum(axis=0, dtype=np.float64) + 1e-9
    inputs = np.concatenate([rows.known, rows.scores, rows.scores**2, rows.hot], axis=1)
    sums = (responsibilities.T @ inputs).astype(np.float64)
    numbers = rows.scores.shape[1]
    known, firsts, seconds, counts = np.split(sums, [numbers, 2 * numbers, 3 * numbers], axis=1)
    means = firsts / np.maximum(known, 1e-9)
    squares = np.maximum(seconds - known * means**2, 0)
    # Scores have a variance of 1.
    variances = (squares + _SMOOTHING) / (known + _SMOOTHING) + regularisation
    shares = counts + prior
    for block in np.split(shares, np.cumsum(rows.sizes)[:-1], axis=1) if rows.sizes else ():
        block /= block.sum(axis=1, keepdims=True)
    return ProductMixture(weights / weights.sum(), means, variances, shares, rows.sizes)
