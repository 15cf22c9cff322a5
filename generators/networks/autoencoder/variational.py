"""What variational autoencoders share: the KL term, regimes, and sampling from a prior. Light to import."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal

from bench.api import BenchError

from ...shared.generator_base import one_torch_thread
from ...shared.option_checks import NonNegativeFloat, NumberRange
from .learner import AutoencoderLearner

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import pandas as pd
    import torch
    from numpy.typing import NDArray

    from bench.api import Schema

    from ..learner import FittedNetworks, TrainTable
    from ..table_points import PointLayout
    from .models import Reduction
    from .priors import Prior

_MOST_ROUNDS = 50
REGIMES = ("baseline", "plume")
"""The usual values of the target and its rare high ones, which a model sees as a one-hot code."""


@dataclass(frozen=True, slots=True)
class TargetRegimes:
    """Where baseline ends and plume begins.

    Attributes:
        column: position of the target.
        threshold: rows above it are plume, others baseline.
        shares: of baseline and plume among train rows.
    """

    column: int
    threshold: float
    shares: tuple[float, float]

    def classify(self, values: NDArray[np.float64]) -> NDArray[np.int_]:
        """Returns 0 (baseline) or 1 (plume) for each row: (rows, columns) -> (rows,)."""
        return (values[:, self.column] > self.threshold).astype(int)

    def one_hot(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Returns the regime of each row, one-hot: (rows, columns) -> (rows, 2)."""
        import numpy as np

        return np.eye(len(REGIMES))[self.classify(values)]


def find_regimes(values: NDArray[np.float64], column: int, quantile: float) -> TargetRegimes:
    """Returns the regimes of train rows, (rows, columns): those above a quantile of the target `column` are plume.

    Raises:
        BenchError: if no row is above it.
    """
    import numpy as np

    threshold = float(np.quantile(values[:, column], quantile))
    share = float((values[:, column] > threshold).mean())
    if share == 0:
        raise BenchError(f"no train row's target is above its {quantile:g} quantile; lower regimes, or give 0")
    return TargetRegimes(column, threshold, (1 - share, share))


@dataclass(kw_only=True, eq=False)
class VariationalLearner(AutoencoderLearner):
    """Trains a variational autoencoder and samples from it.

    Attributes:
        beta: weight of the KL term.
        reduce_kl: `sum` over latents (a bound on the likelihood) or their `mean`.
        kl_in_loss: train on the KL term; otherwise it is only recorded in the history.
        sampling: where codes come from: the `prior`; the `posterior` of train rows drawn with replacement, plus
            `noise`; or `expost`, a density fitted to posterior draws after training.
        regimes: quantile of the target above which a row is `plume` rather than `baseline`. Encoder, decoder and prior
            then see the regime, and rows of one regime can be sampled. 0: no regimes.
    """

    loss: Literal["mse", "mae", "gaussian", "mixture"] = "gaussian"
    beta: NonNegativeFloat = 1.0
    reduce_kl: Literal["sum", "mean"] = "sum"
    kl_in_loss: bool = True
    sampling: Literal["prior", "posterior", "expost"] = "prior"
    regimes: Annotated[float, NumberRange(0, below=1, text="a quantile between 0 and 1, or 0 for none")] = 0.0
    _target_regimes: TargetRegimes | None = field(default=None, init=False, repr=False)

    def conditions(self) -> tuple[str, ...]:
        """Returns `baseline` and `plume` if the model was fitted with `regimes`, otherwise nothing."""
        return REGIMES if self._state and self._target_regimes else ()

    def conditions_of(self, train: pd.DataFrame, schema: Schema) -> tuple[str, ...]:
        """Returns `baseline` and `plume` if the model has `regimes`, otherwise nothing."""
        return REGIMES if self.regimes else ()

    def sample(self, n: int, *, seed: int, condition: str | None = None) -> pd.DataFrame:
        """Draws `n` rows in the form of train, of one regime or in train's shares of regimes.

        Rows drawn for one regime whose target lies on the other side of the threshold are drawn again.

        Raises:
            BenchError: before `fit`; if `condition` is not one of `conditions()`; or if the model does not reach it.
        """
        if condition is None:
            return super().sample(n, seed=seed)
        fitted = self._fitted()
        if self._target_regimes is None:
            raise BenchError(f"got condition {condition!r}; expected none, as the model was fitted without regimes")
        if condition not in REGIMES:
            raise BenchError(f"unknown condition {condition!r}; expected {' or '.join(REGIMES)}")
        return self._sample_regime(fitted, self._target_regimes, n, REGIMES.index(condition), seed)

    def _sample_regime(
        self, fitted: FittedNetworks, target: TargetRegimes, n: int, regime: int, seed: int
    ) -> pd.DataFrame:
        """Draws rows until `n` of them are of the regime."""
        import pandas as pd
        import torch

        kept: list[pd.DataFrame] = []
        generator = torch.Generator(fitted.device).manual_seed(seed)
        regimes = torch.eye(len(REGIMES), device=fitted.device)[regime].expand(min(n, self._chunk), -1)
        for _ in range(_MOST_ROUNDS * (n // self._chunk + 1)):
            with one_torch_thread(), torch.no_grad():
                points = self._draw_regimes(fitted, regimes, generator).cpu().numpy()
            rows = self._table(fitted, points, seed)
            kept.append(rows[target.classify(rows.to_numpy(dtype=float)) == regime])
            if sum(map(len, kept)) >= n:
                return pd.concat(kept, ignore_index=True).iloc[:n]
        drawn = sum(map(len, kept))
        raise BenchError(f"{drawn} of {n} rows asked for came out as {REGIMES[regime]}; train for more steps")

    def _inputs(self, table: TrainTable) -> NDArray[np.float64]:
        import numpy as np

        self._target_regimes = None
        if not self.regimes:
            return table.points
        if table.values is None:
            raise BenchError(
                f"got regimes={self.regimes:g} for a table with categories, dates or gaps; give 0, as only tables of "
                "numbers have regimes"
            )
        target = find_regimes(table.values, table.target, self.regimes)
        self._target_regimes = target
        return np.hstack([table.points, target.one_hot(table.values)])

    def _rows_by_regime(self, fitted: FittedNetworks) -> list[torch.Tensor]:
        if self._target_regimes is None:
            return super()._rows_by_regime(fitted)
        return [column.nonzero().squeeze(1) for column in fitted.points[:, -len(REGIMES) :].T]

    def _regimes(self, fitted: FittedNetworks, n: int, generator: torch.Generator) -> torch.Tensor:
        import torch

        if self._target_regimes is None:
            return super()._regimes(fitted, n, generator)
        plume = torch.rand(n, generator=generator, device=fitted.device) < self._target_regimes.shares[1]
        return torch.eye(len(REGIMES), device=fitted.device)[plume.long()]

    def _reduction(self, features: int, latent: int) -> Reduction:
        return super()._reduction(features, latent)._replace(kl=latent if self.reduce_kl == "mean" else 1)

    def _prior(self, latent: int) -> Prior:
        from .priors import StandardPrior

        return StandardPrior(latent)

    def _network(self, layout: PointLayout) -> torch.nn.Module:
        from .models import VariationalAutoencoder

        latent, regimes = self._latents(layout), len(REGIMES) if self.regimes else 0
        return VariationalAutoencoder(
            self._encoder(layout.features + regimes, latent, 2),
            self._decoder(latent + regimes, layout),
            self._prior(latent),
            regimes=regimes,
            reduce=self._reduction(layout.features, latent),
        )

    def _codes(self, fitted: FittedNetworks, regimes: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        if self.sampling != "prior":
            return super()._codes(fitted, regimes, generator)
        codes: torch.Tensor = fitted.networks["model"].prior.sample(regimes, generator)
        return codes

    def _pack(self, fitted: FittedNetworks) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        _, arrays = super()._pack(fitted)
        return {"state": {"regimes": asdict(self._target_regimes) if self._target_regimes else None}}, arrays

    def _unpack(self, fitted: FittedNetworks, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        super()._unpack(fitted, header, arrays)
        if regimes := header["state"]["regimes"]:
            shares = tuple(regimes["shares"])
            self._target_regimes = TargetRegimes(regimes["column"], regimes["threshold"], shares)
