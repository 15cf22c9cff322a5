"""What the flows share: training a velocity and following it from noise to rows. Light to import."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from bench.seeds import derive

from ..learner import FittedNetworks, Learner, TrainTable
from .hyperparameters import FlowEpoch, FlowOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch
    from numpy.typing import NDArray


@dataclass(kw_only=True, eq=False)
class FlowLearner(FlowOptions, Learner):
    """Trains a flow and samples from it. Its points are the features of rows, unless a subclass encodes them."""

    _chunk: ClassVar = 1024
    """The network's layers for so many rows stay in the processor's cache."""
    _epoch_type: ClassVar = FlowEpoch
    _first: int = field(default=0, init=False, repr=False)
    """The flow's first epoch; earlier epochs trained an encoder."""

    def _train(self, table: TrainTable, seed: int) -> FittedNetworks:
        import torch

        from .training_loop import Velocity, train_flow

        watched = table.watched
        features = torch.tensor(table.scaled, dtype=torch.float32, device=watched.device)
        self._total = self._all_steps()
        networks, points = self._encode(features, watched, derive(seed, "coder"))
        self._first = len(self._epochs)
        rows, others = points[~watched].flatten(0, -2), points[watched].flatten(0, -2)
        velocity = Velocity(rows, self.width, self.blocks).to(watched.device)
        best, kept = train_flow(velocity, rows, others, self, derive(seed, "steps"), self._record)
        return FittedNetworks({"velocity": best, **networks}, table.scaler, table.form, self._first + kept)

    def _record(self, epoch: FlowEpoch, done: int) -> None:
        self._epochs.append(epoch._replace(epoch=len(self._epochs)))
        self._report(self._total - self.steps + done, self._total)

    def _draw(self, fitted: FittedNetworks, n: int, generator: torch.Generator) -> torch.Tensor:
        import torch

        velocity = fitted.networks["velocity"]
        noise = torch.randn(n, len(velocity.bound), generator=generator, device=fitted.device)
        return self._decode(fitted, self._solve(velocity, noise), generator)

    def _solve(self, velocity: Any, noise: torch.Tensor) -> torch.Tensor:  # noqa: ANN401 - a Velocity
        """Follows the velocity from `noise` to rows, both (rows, features)."""
        from .ode_solvers import ADAPTIVE, solve_adaptive, solve_fixed
        from .probability_path import END

        if self.solver in ADAPTIVE:
            return solve_adaptive(velocity, noise, END, self.solver, self.tolerance)
        return solve_fixed(velocity, noise, END, self.solver, self.solver_steps)

    def _untrained(self, features: int, arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
        import torch

        from .training_loop import Velocity

        return {"velocity": Velocity(torch.tensor(arrays["velocity.bound"])[None], self.width, self.blocks)}

    def _pack(self, fitted: FittedNetworks) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        return {"first": self._first}, {}

    def _unpack(self, fitted: FittedNetworks, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        self._first = int(header["first"])

    def _all_steps(self) -> int:
        """Returns the steps of a whole fit."""
        return self.steps

    def _encode(self, features: torch.Tensor, watched: torch.Tensor, seed: int) -> tuple[dict[str, Any], torch.Tensor]:
        """Returns the networks that decode points, by name, and the points of train that the flow learns to draw.

        Points are (rows, features), or (rows, draws, features) if there are several for each row.
        """
        return {}, features

    def _decode(self, fitted: FittedNetworks, points: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Returns the features (rows, features) of points that the flow drew."""
        return points
