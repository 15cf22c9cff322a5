"""What the flows share: training a velocity and following it from noise to rows or codes. Light to import."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from bench.seeds import derive

from ..learner import FittedNetworks, Learner, TrainTable
from .hyperparameters import FlowEpoch, FlowOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    import torch
    from numpy.typing import NDArray

    from ..autoencoder.training_plan import AutoencoderEpoch
    from ..table_points import PointLayout
    from .hyperparameters import CoderPlan


@dataclass(kw_only=True, eq=False)
class FlowLearner(FlowOptions, Learner):
    """Trains a flow and samples from it. It learns the features of rows, or their codes if there is a `_coder_plan`."""

    _chunk: ClassVar = 1024
    """The network's layers for so many rows stay in the processor's cache."""
    _epoch_type: ClassVar = FlowEpoch
    _first: int = field(default=0, init=False, repr=False)
    """The flow's first epoch; earlier epochs trained an encoder."""

    def _train(self, table: TrainTable, seed: int) -> FittedNetworks:
        import torch

        from .training_loop import Velocity, train_flow

        watched = table.watched
        features = torch.tensor(table.points, dtype=torch.float32, device=watched.device)
        plan = self._coder_plan(table.coding.layout)
        self._total = self.steps + (plan.steps if plan else 0)
        networks, points = self._encode(plan, table, features, derive(seed, "coder"))
        self._first = len(self._epochs)
        rows, others = points[~watched].flatten(0, -2), points[watched].flatten(0, -2)
        velocity = Velocity(rows, self.width, self.blocks).to(watched.device)
        best, kept = train_flow(velocity, rows, others, self, derive(seed, "steps"), self._record)
        return FittedNetworks({"velocity": best, **networks}, table.coding, self._first + kept)

    def history(self) -> pd.DataFrame:
        """Returns one row per epoch: of the coder, with losses in nats per row, then of the flow (`flow` true)."""
        frame = super().history()
        return frame.assign(flow=frame["epoch"] >= self._first) if self._first else frame

    def _record(self, epoch: FlowEpoch, done: int) -> None:
        self._epochs.append(epoch._replace(epoch=len(self._epochs)))
        self._report(self._total - self.steps + done, self._total)

    def _draw(self, fitted: FittedNetworks, n: int, generator: torch.Generator) -> torch.Tensor:
        import torch

        velocity = fitted.networks["velocity"]
        noise = torch.randn(n, len(velocity.bound), generator=generator, device=fitted.device)
        points = self._solve(velocity, noise)
        return fitted.networks["coder"].decode(points, generator) if "coder" in fitted.networks else points

    def _solve(self, velocity: Any, noise: torch.Tensor) -> torch.Tensor:  # noqa: ANN401 - a Velocity
        """Follows the velocity from `noise` to rows, both (rows, features)."""
        from .ode_solvers import ADAPTIVE, solve_adaptive, solve_fixed
        from .probability_path import END

        if self.solver in ADAPTIVE:
            return solve_adaptive(velocity, noise, END, self.solver, self.tolerance)
        return solve_fixed(velocity, noise, END, self.solver, self.solver_steps)

    def _untrained(self, layout: PointLayout, arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
        import torch

        from .training_loop import Velocity

        velocity = Velocity(torch.tensor(arrays["velocity.bound"])[None], self.width, self.blocks)
        plan = self._coder_plan(layout)
        if plan is None:
            return {"velocity": velocity}
        from .coder_training import untrained_coder

        return {"velocity": velocity, "coder": untrained_coder(layout, plan, arrays)}

    def _pack(self, fitted: FittedNetworks) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        return {"first": self._first}, {}

    def _unpack(self, fitted: FittedNetworks, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        self._first = int(header["first"])

    def _coder_plan(self, layout: PointLayout) -> CoderPlan | None:
        """Returns how the coder is trained in whose codes the flow learns; None: it learns features."""
        return None

    def _encode(
        self, plan: CoderPlan | None, table: TrainTable, features: torch.Tensor, seed: int
    ) -> tuple[dict[str, Any], torch.Tensor]:
        """Returns the coder, by name, and the points that the flow learns.

        Points are (rows, features), or (rows, draws, points) if the coder draws several for each row.
        """
        if plan is None:
            return {}, features
        from .coder_training import train_coder

        def record(epoch: AutoencoderEpoch, done: int) -> None:
            train_loss = epoch.train_reconstruction + plan.beta * epoch.kl
            val_loss = epoch.val_reconstruction + plan.beta * epoch.val_kl
            self._epochs.append(FlowEpoch(epoch.epoch, train_loss, val_loss, epoch.lr))
            self._report(done, self._total)

        trained = train_coder(features, table.watched, table.coding.layout, plan, seed, record)
        return {"coder": trained.coder}, trained.points
