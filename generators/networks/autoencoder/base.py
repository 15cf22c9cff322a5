"""What the project's autoencoders share: hyper-parameters, fitting, sampling. Light to import."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from bench.api import BenchError, Latents
from bench.seeds import derive, scope

from ..learner import Learner
from .hyperparameters import Settings

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import pandas as pd
    import torch
    from numpy.typing import NDArray

    from bench.api import Schema

    from ...shared.scaling import Scaler
    from ...shared.table_form import Form
    from .training_loop import Epoch

CHUNK = 8192
"""Rows drawn at once: a mixture decoder holds components x features numbers for each."""


@dataclass(slots=True)
class Fitted:
    """What fitting leaves behind.

    Attributes:
        model: the network with the weights that were kept.
        points: train rows as the network sees them, (rows, features), and their regimes where there are any.
        scaler: the way back from features to values.
        form: of the table.
        kept: the epoch whose weights the model has.
        extra: arrays that a model keeps besides, by name.
    """

    model: Any
    points: torch.Tensor
    scaler: Scaler
    form: Form
    kept: int = 0
    extra: dict[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(kw_only=True, eq=False)
class Neural(Learner["Fitted", "Epoch"], Settings):
    """The way from a table to a trained network and back; see `Settings` for the hyper-parameters."""

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> None:
        """Learns from `train`; the scaler too sees nothing else.

        Raises:
            BenchError: if the table cannot be modelled (see `_table.read`), all columns are constant, or training
                diverges.
        """
        import torch

        from ...shared.torch_device import one_thread
        from .training_loop import train as learn

        values, scaled, scaler, form, device = self._prepare(
            train, schema, self.scaler, whiten=self.whiten, device=self.device, seed=seed
        )
        seen = self._points(scaled, values, list(train.columns).index(schema.target))
        points = torch.tensor(seen, dtype=torch.float32, device=device)
        watched = torch.tensor(self._held_out(len(train), schema, seed), device=device)
        with one_thread(), scope(derive(seed, "weights")):
            model = self._network(scaled.shape[1]).to(device)
            plan = self._plan(ordered=schema.ordered)
            self._total = plan.on(int((~watched).sum())).steps
            best = learn(model, points[~watched], points[watched], plan, derive(seed, "steps"), self._note)
        points = points[~watched] if self.validation_rows == "last" else points
        fitted = Fitted(best.model, points, scaler, form, best.epoch)
        with one_thread(), torch.no_grad():
            self._finish(fitted, derive(seed, "finish"))
        self._fitted = fitted
        self._tell(self._total)

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        """Draws `n` rows in the form of train.

        Raises:
            BenchError: before `fit`.
        """
        import torch

        from ...shared.torch_device import one_thread

        fitted = self._known()
        generator = torch.Generator(fitted.points.device).manual_seed(seed)
        with one_thread(), torch.no_grad():
            sizes = [min(CHUNK, n - start) for start in range(0, n, CHUNK)]
            points = torch.cat([self._draw(fitted, size, generator) for size in sizes]).cpu().numpy()
        return self._table(fitted, points)

    def save(self, path: Path) -> None:
        """Writes the fitted model to a file of arrays, history included.

        Train rows, scaled, are among them only if the model samples around their codes: such a file is as private as
        the table.

        Raises:
            BenchError: before `fit`.
        """
        from .. import model_file

        model_file.save(path, self, self._known(), self._epochs)

    @classmethod
    def load(cls, path: Path) -> Self:
        """The model that `save` wrote; it samples the same bytes. Nothing in the file is run.

        Raises:
            BenchError: if the file is not one of this class's.
        """
        from .. import model_file

        return model_file.load(path, cls)

    def parameter_count(self) -> int:
        """Weights of the fitted network, encoder included.

        Raises:
            BenchError: before `fit`.
        """
        return sum(weights.numel() for weights in self._known().model.parameters())

    def latents(self, n: int, *, seed: int) -> Latents:
        """Encodes `n` rows of train, drawn without replacement.

        Raises:
            BenchError: before `fit`; if the model comes from a file without train rows.
        """
        import torch

        from ...shared.torch_device import one_thread

        fitted = self._known()
        if not len(fitted.points):
            raise BenchError(f"this {type(self).__name__} was loaded without train rows to encode; fit it again")
        generator = torch.Generator().manual_seed(seed)
        chosen = torch.randperm(len(fitted.points), generator=generator)[:n].to(fitted.points.device)
        with one_thread(), torch.no_grad():
            mean, *others = fitted.model.latents(fitted.points[chosen])
        return Latents(mean.cpu().numpy(), *(None if part is None else part.cpu().numpy() for part in others))

    @staticmethod
    def _epoch() -> type[Epoch]:
        from .training_loop import Epoch

        return Epoch

    def _note(self, epoch: Epoch, done: int) -> None:
        self._epochs.append(epoch)
        self._tell(done)

    def _held_out(self, rows: int, schema: Schema, seed: int) -> NDArray[np.bool_]:
        """Which rows of train are for early stopping."""
        from .training_loop import held_out

        blocks = schema.ordered and self.validation_rows == "auto"
        last = self.validation_rows == "last"
        return held_out(rows, self.validation, ordered=blocks, seed=derive(seed, "validation"), last=last)

    def _table(self, fitted: Fitted, points: NDArray[np.floating]) -> pd.DataFrame:
        """Points (rows, features) in the form of train."""
        values = fitted.scaler.inverse(points)
        return fitted.form.table(values, clip=self.bounded, snap=self.bounded)

    def _points(self, scaled: NDArray[np.float64], values: NDArray[np.float64], target: int) -> NDArray[np.float64]:
        """What the network sees of train rows, (rows, features and more).

        Args:
            scaled: their features, (rows, features).
            values: the rows themselves, (rows, columns).
            target: its column.
        """
        return scaled

    def _network(self, features: int) -> torch.nn.Module:
        """An untrained network; its weights come from torch's global generator, seeded by the caller."""
        raise NotImplementedError

    def _finish(self, fitted: Fitted, seed: int) -> None:
        """Whatever is left to do once the network is trained."""

    def _draw(self, fitted: Fitted, n: int, generator: torch.Generator) -> torch.Tensor:
        """`n` points (n, features): from the model's own distribution, unless it has none."""
        points: torch.Tensor = fitted.model.sample(n, generator)
        return points

    def _recalls(self) -> bool:
        """Whether drawing rows takes rows of train."""
        return True

    def _state(self) -> dict[str, Any]:
        """Plain data that `save` keeps beside hyper-parameters, network and arrays."""
        return {}

    def _restore(self, state: dict[str, Any]) -> None:
        """Takes back what `_state` gave; called before the network is built."""
