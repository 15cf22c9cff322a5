"""What variational autoencoders share: the KL term, and sampling from a prior. Light to import."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from bench.api import BenchError

from ...shared import option_checks
from .base import CHUNK
from .encoder_decoder import Coder

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import torch
    from numpy.typing import NDArray

    from .base import Fitted
    from .models import Prior, Reduction
    from .regimes import Regimes
    from .training_plan import Plan

NAMES = ("baseline", "plume")
_MOST_ROUNDS = 50


@dataclass(kw_only=True, eq=False)
class Variational(Coder):
    """Hyper-parameters of the variational autoencoders here, and how they are built and sampled.

    Attributes:
        beta: weight of the KL term.
        reduce_kl: `sum` over latents (a bound on the likelihood) or their `mean`.
        kl_in_loss: train on the KL term; if not it is only noted in the history.
        sampling: codes from the `prior`; from the `posterior` of train rows drawn with replacement, with `noise`; or
            from a density fitted to such draws once all else is trained (`expost`).
        regimes: quantile of the target above which a row is `plume` rather than `baseline`. Encoder, decoder and prior
            are then told which, and rows of one regime can be asked for. 0: a model of one kind of row. On `station` at
            0.9, 0.90-0.91 of `beta-vae`'s plume rows and 0.99 of its baseline rows came out on their side at once.
    """

    loss: Literal["mse", "mae", "gaussian", "mixture"] = "gaussian"
    beta: float = 1.0
    reduce_kl: Literal["sum", "mean"] = "sum"
    kl_in_loss: bool = True
    sampling: str = "prior"
    regimes: float = 0.0
    _found: Regimes | None = field(default=None, init=False, repr=False)

    _samplings: ClassVar[tuple[str, ...]] = ("prior", "posterior", "expost")

    def __post_init__(self) -> None:
        """See `Neural`."""
        Coder.__post_init__(self)
        option_checks.at_least(self, 0, ("beta",))
        option_checks.choose(self, {"reduce_kl": ("sum", "mean")})
        if not 0 <= self.regimes < 1:
            raise BenchError(f"got regimes {self.regimes}; expected a quantile between 0 and 1, or 0 for none")

    def conditions(self) -> tuple[str, ...]:
        """`baseline` and `plume`, if the model was fitted with `regimes`."""
        return NAMES if self._fitted and self._found else ()

    def sample(self, n: int, *, seed: int, condition: str | None = None) -> pd.DataFrame:
        """Draws `n` rows in the form of train, in train's shares of regimes or of one regime only.

        A drawn row whose target lies on the other side of the threshold is drawn again.

        Raises:
            BenchError: before `fit`; if `condition` is not one of `conditions()`; or if the model does not reach it.
        """
        if condition is None:
            return Coder.sample(self, n, seed=seed)
        fitted = self._known()
        if self._found is None:
            raise BenchError(f"got condition {condition!r}; expected none, as the model was fitted without regimes")
        if condition not in NAMES:
            raise BenchError(f"unknown condition {condition!r}; expected {' or '.join(NAMES)}")
        return self._only(fitted, self._found, n, NAMES.index(condition), seed)

    def _only(self, fitted: Fitted, found: Regimes, n: int, kind: int, seed: int) -> pd.DataFrame:
        """`n` rows of one regime, drawn until there are enough."""
        import pandas as pd
        import torch

        from ...shared.torch_device import one_thread

        kept: list[pd.DataFrame] = []
        generator = torch.Generator(fitted.points.device).manual_seed(seed)
        kinds = torch.eye(len(NAMES), device=fitted.points.device)[kind].expand(min(n, CHUNK), -1)
        for _ in range(_MOST_ROUNDS * (n // CHUNK + 1)):
            with one_thread(), torch.no_grad():
                points = self._draw_of(fitted, kinds, generator).cpu().numpy()
            rows = self._table(fitted, points)
            kept.append(rows[found.of(rows.to_numpy(dtype=float)) == kind])
            if sum(map(len, kept)) >= n:
                return pd.concat(kept, ignore_index=True).iloc[:n]
        raise BenchError(f"{sum(map(len, kept))} of {n} rows asked for came out as {NAMES[kind]}; train for more steps")

    def _points(self, scaled: NDArray[np.float64], values: NDArray[np.float64], target: int) -> NDArray[np.float64]:
        import numpy as np

        from .regimes import find

        self._found = find(values, target, self.regimes) if self.regimes else None
        return np.hstack([scaled, self._found.codes(values)]) if self._found else scaled

    def _by_regime(self, fitted: Fitted) -> list[torch.Tensor]:
        if self._found is None:
            return Coder._by_regime(self, fitted)
        return [column.nonzero().squeeze(1) for column in fitted.points[:, -len(NAMES) :].T]

    def _kinds(self, fitted: Fitted, n: int, generator: torch.Generator) -> torch.Tensor:
        import torch

        if self._found is None:
            return Coder._kinds(self, fitted, n, generator)
        device = fitted.points.device
        plume = torch.rand(n, generator=generator, device=device) < self._found.shares[1]
        return torch.eye(len(NAMES), device=device)[plume.long()]

    def _state(self) -> dict[str, Any]:
        return {"regimes": asdict(self._found) if self._found else None}

    def _restore(self, state: dict[str, Any]) -> None:
        from .regimes import Regimes

        found = state["regimes"]
        self._found = Regimes(found["column"], found["threshold"], tuple(found["shares"])) if found else None

    def _plan(self, *, ordered: bool) -> Plan:
        return replace(Coder._plan(self, ordered=ordered), beta=self.beta, kl_in_loss=self.kl_in_loss)

    def _reduction(self, features: int, latent: int) -> Reduction:
        return Coder._reduction(self, features, latent)._replace(kl=latent if self.reduce_kl == "mean" else 1)

    def _prior(self, latent: int) -> Prior:
        from .models import StandardPrior

        return StandardPrior(latent)

    def _network(self, features: int) -> torch.nn.Module:
        from .models import VariationalAutoencoder

        latent, kinds = self._latents(features), len(NAMES) if self.regimes else 0
        return VariationalAutoencoder(
            self._encoder(features + kinds, latent, 2),
            self._decoder(latent + kinds, features),
            self._prior(latent),
            regimes=kinds,
            reduce=self._reduction(features, latent),
        )

    def _codes(self, fitted: Fitted, kinds: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        if self.sampling != "prior":
            return Coder._codes(self, fitted, kinds, generator)
        codes: torch.Tensor = fitted.model.prior.sample(kinds, generator)
        return codes
