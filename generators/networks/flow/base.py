"""What the flows share: fitting, sampling. Light to import."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from bench.seeds import derive, scope

from ..learner import Learner
from .hyperparameters import Options

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd
    import torch

    from bench.api import Schema

    from ...shared.scaling import Scaler
    from ...shared.table_form import Form
    from .training_loop import Epoch, Velocity

_CHUNK = 1024
"""Rows drawn at once: what the network's layers then hold stays in the processor's cache."""


@dataclass(slots=True)
class Fitted:
    """What fitting leaves behind.

    Attributes:
        velocity: the network with the weights that were kept.
        scaler: the way back from features to values.
        form: of the table.
        kept: the epoch whose weights those are.
        coder: what makes features of the flow's points; None if they are features.
    """

    velocity: Velocity
    scaler: Scaler
    form: Form
    kept: int
    coder: Any = None


@dataclass(kw_only=True, eq=False)
class Matching(Learner["Fitted", "Epoch"], Options):
    """The way from a table to a trained flow and back."""

    _first: int = field(default=0, init=False, repr=False)

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> None:
        """Learns from `train`; the scaler too sees nothing else.

        Raises:
            BenchError: if the table cannot be modelled (see `_table.read`), all columns are constant, or training
                diverges.
        """
        import torch

        from ...shared.torch_device import one_thread
        from ..autoencoder.training_loop import held_out
        from .training_loop import Velocity, learn

        _, scaled, scaler, form, device = self._prepare(
            train, schema, self.scaler, whiten=self.whiten, device=self.device, seed=seed
        )
        features = torch.tensor(scaled, dtype=torch.float32, device=device)
        apart = held_out(len(train), self.validation, ordered=schema.ordered, seed=derive(seed, "validation"))
        watched = torch.tensor(apart, device=device)
        self._total = self._steps()
        with one_thread(), scope(derive(seed, "weights")):
            coder, points = self._coder(features, watched, derive(seed, "coder"))
            self._first = len(self._epochs)
            rows, others = points[~watched].flatten(0, -2), points[watched].flatten(0, -2)
            velocity = Velocity(rows, self.width, self.blocks).to(device)
            best, kept = learn(velocity, rows, others, self._course(), derive(seed, "steps"), self._note)
        self._fitted = Fitted(best, scaler, form, self._first + kept, coder)
        self._tell(self._total)

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        """Draws `n` rows in the form of train.

        Raises:
            BenchError: before `fit`.
        """
        import torch

        from ...shared.torch_device import one_thread

        fitted = self._known()
        like = fitted.velocity.get_buffer("bound")
        generator = torch.Generator(like.device).manual_seed(seed)
        drawn = []
        with one_thread(), torch.no_grad():
            for start in range(0, n, _CHUNK):
                shape = min(_CHUNK, n - start), len(like)
                noise = torch.randn(shape, generator=generator, device=like.device)
                drawn.append(self._decode(fitted, self._solve(fitted.velocity, noise), generator))
            points = torch.cat(drawn).cpu().numpy()
        return fitted.form.table(fitted.scaler.inverse(points))

    def save(self, path: Path) -> None:
        """Writes the fitted model to a file of arrays, history included.

        Raises:
            BenchError: before `fit`.
        """
        from . import flow_file

        flow_file.save(path, self, self._known(), self._epochs, self._first)

    @classmethod
    def load(cls, path: Path) -> Self:
        """The model that `save` wrote; it samples the same bytes. Nothing in the file is run.

        Raises:
            BenchError: if the file is not one of this class's.
        """
        from . import flow_file

        return flow_file.load(path, cls)

    def parameter_count(self) -> int:
        """Weights of the fitted networks.

        Raises:
            BenchError: before `fit`.
        """
        fitted = self._known()
        networks = [net for net in (fitted.velocity, fitted.coder) if net is not None]
        return sum(weights.numel() for net in networks for weights in net.parameters())

    def _solve(self, velocity: Velocity, noise: torch.Tensor) -> torch.Tensor:
        """Where the flow takes `noise`, both (rows, features)."""
        from .ode_solvers import ADAPTIVE, adaptive, fixed
        from .probability_path import END

        if self.solver in ADAPTIVE:
            return adaptive(velocity, noise, END, self.solver, self.tolerance)
        return fixed(velocity, noise, END, self.solver, self.solver_steps)

    def _steps(self) -> int:
        """Steps of a whole fit."""
        return self.steps

    @staticmethod
    def _epoch() -> type[Epoch]:
        from .training_loop import Epoch

        return Epoch

    def _note(self, epoch: Epoch, done: int) -> None:
        self._epochs.append(epoch._replace(epoch=len(self._epochs)))
        self._tell(self._total - self.steps + done)

    def _coder(self, features: torch.Tensor, watched: torch.Tensor, seed: int) -> tuple[Any, torch.Tensor]:
        """What `_decode` needs, and what the flow is to draw: here the features themselves.

        Args:
            features: of train, (rows, features).
            watched: (rows,), which are not to be trained on.
            seed: of whatever is drawn.

        Returns:
            The coder, and points (rows, features), or (rows, draws, features) if there are several for each row.
        """
        return None, features

    def _blank_coder(self, features: int, state: Mapping[str, torch.Tensor]) -> Any:  # noqa: ANN401
        """A coder of `features` columns of the shape of `state`, its weights by name, that is to be given them."""
        raise NotImplementedError

    def _decode(self, fitted: Fitted, points: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Points that the flow drew, as features (rows, features)."""
        return points
