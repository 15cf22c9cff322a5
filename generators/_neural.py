"""What the project's own models share: hyper-parameters, fitting, progress, history. Light to import."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from bench.api import BenchError, Latents
from bench.seeds import derive, scope

if TYPE_CHECKING:
    import pandas as pd
    import torch

    from bench.api import ProgressCallback, Schema

    from ._scale import Scaler
    from ._table import Form
    from ._train import Epoch, Plan

_CHUNK = 8192
"""Rows drawn at once: a mixture decoder holds components x features numbers for each."""


@dataclass(slots=True)
class Fitted:
    """What fitting leaves behind.

    Attributes:
        model: the network with its best weights.
        points: train rows as the network sees them, (rows, features).
    """

    model: Any
    points: torch.Tensor
    scaler: Scaler
    form: Form


@dataclass(kw_only=True, eq=False)
class Neural:
    """Hyper-parameters of every network here, and the way from a table to a trained network and back.

    Attributes:
        latent: latent variables; never more than features.
        width: of the hidden layers.
        blocks: residual blocks in the encoder and in the decoder.
        scaler: `normal` scores (quantiles) or `standard` scores.
        whiten: decorrelate the scores.
        steps: of the optimiser; the budget.
        batch: rows per step.
        lr: peak learning rate.
        weight_decay: of AdamW.
        ema: decay of the moving average of weights.
        patience: share of the budget without improvement after which training ends; 1 spends all of it. Either way
            the best weights are kept.
        validation: share of train's rows watched for that: whole blocks where rows are in time.
        device: `cpu` or `cuda`.
    """

    latent: int = 5
    width: int = 128
    blocks: int = 2
    scaler: Literal["normal", "standard"] = "normal"
    whiten: bool = True
    steps: int = 2000
    batch: int = 256
    lr: float = 5e-3
    weight_decay: float = 0.0
    ema: float = 0.999
    patience: float = 0.5
    validation: float = 0.1
    device: str = "cpu"
    _callback: ProgressCallback | None = field(default=None, init=False, repr=False)
    _epochs: list[Epoch] = field(default_factory=list, init=False, repr=False)
    _fitted: Fitted | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        """Refuses values that no table could be fitted with.

        Raises:
            BenchError: naming the option, its value and its range.
        """
        for name in ("latent", "width", "steps", "batch"):
            if getattr(self, name) < 1:
                raise BenchError(f"got {name} {getattr(self, name)}; expected at least 1")
        if not 0 < self.validation < 1:
            raise BenchError(f"got validation {self.validation}; expected a share between 0 and 1")
        if self.scaler not in ("normal", "standard"):
            raise BenchError(f"unknown scaler {self.scaler!r}; expected normal or standard")

    def on_progress(self, callback: ProgressCallback) -> None:
        """Asks for (steps done, steps) during the next fit."""
        self._callback = callback

    def history(self) -> pd.DataFrame:
        """One row per epoch: see `_train.Epoch`."""
        import pandas as pd

        from ._train import Epoch

        return pd.DataFrame(self._epochs, columns=list(Epoch._fields))

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> None:
        """Learns from `train`; the scaler too sees nothing else.

        Raises:
            BenchError: if the table cannot be modelled (see `_table.read`), all columns are constant, or training
                diverges.
        """
        import torch

        from ._device import find, one_thread
        from ._scale import scale
        from ._table import read
        from ._train import held_out
        from ._train import train as fit

        device = find(self.device)
        values, form = read(train, schema)
        scaled, scaler = scale(values, self.scaler, whiten=self.whiten, seed=derive(seed, "ties"))
        if scaled.shape[1] == 0:
            raise BenchError("every column of train is constant; expected at least one that varies")
        points = torch.tensor(scaled, dtype=torch.float32, device=device)
        watched = torch.tensor(
            held_out(len(train), self.validation, ordered=schema.ordered, seed=derive(seed, "validation")),
            device=device,
        )
        self._epochs, self._fitted = [], None
        with one_thread(), scope(derive(seed, "weights")):
            model = self._network(points.shape[1]).to(device)
            plan = self._plan(ordered=schema.ordered)
            best = fit(model, points[~watched], points[watched], plan, derive(seed, "steps"), self._note)
        self._fitted = Fitted(best, points, scaler, form)
        self._tell(self.steps)

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        """Draws `n` rows in the form of train.

        Raises:
            BenchError: before `fit`.
        """
        import torch

        from ._device import one_thread

        fitted = self._known()
        generator = torch.Generator(fitted.points.device).manual_seed(seed)
        with one_thread(), torch.no_grad():
            sizes = [min(_CHUNK, n - start) for start in range(0, n, _CHUNK)]
            points = torch.cat([self._draw(fitted, size, generator) for size in sizes]).cpu().numpy()
        return fitted.form.table(fitted.scaler.inverse(points))

    def parameter_count(self) -> int:
        """Weights of the fitted network, encoder included.

        Raises:
            BenchError: before `fit`.
        """
        return sum(weights.numel() for weights in self._known().model.parameters())

    def latents(self, n: int, *, seed: int) -> Latents:
        """Encodes `n` rows of train, drawn without replacement.

        Raises:
            BenchError: before `fit`.
        """
        import torch

        from ._device import one_thread

        fitted = self._known()
        generator = torch.Generator().manual_seed(seed)
        chosen = torch.randperm(len(fitted.points), generator=generator)[:n].to(fitted.points.device)
        with one_thread(), torch.no_grad():
            mean, *others = fitted.model.latents(fitted.points[chosen])
        return Latents(mean.cpu().numpy(), *(None if part is None else part.cpu().numpy() for part in others))

    def _known(self) -> Fitted:
        if self._fitted is None:
            raise BenchError(f"{type(self).__name__} was asked for rows before it was fitted; call fit first")
        return self._fitted

    def _note(self, epoch: Epoch, done: int) -> None:
        self._epochs.append(epoch)
        self._tell(done)

    def _tell(self, done: int) -> None:
        if self._callback is not None:
            self._callback(done, self.steps)

    def _plan(self, *, ordered: bool) -> Plan:
        """How to train: these hyper-parameters, and those of a model that has more."""
        from ._train import Plan

        return Plan(self.steps, self.batch, self.lr, self.weight_decay, self.ema, patience=self.patience)

    def _network(self, features: int) -> torch.nn.Module:
        """An untrained network; its weights come from torch's global generator, seeded by the caller."""
        raise NotImplementedError

    def _draw(self, fitted: Fitted, n: int, generator: torch.Generator) -> torch.Tensor:
        """`n` points (n, features): from the model's own distribution, unless it has none."""
        points: torch.Tensor = fitted.model.sample(n, generator)
        return points
