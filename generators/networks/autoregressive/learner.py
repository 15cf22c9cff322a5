"""Fits the network to arrays, and draws arrays from it."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch

from bench.seeds import derive, scope

from ...shared.generator_base import torch_device
from ..column_coder import ColumnCoder, RowArrays, learn_coder
from ..model_file import add_prefix, bounded_by, select_prefix
from ..training import watched_rows
from .hyperparameters import AutoregressiveEpoch, AutoregressiveOptions
from .inner_leakage import DRAWN, ClosenessTest, Leakage, member_auc
from .row_model import ModelColumns, ModelRows, RowModel
from .training_loop import TrainingPlan, losses, refit_rows, train_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from ..value_bins import Matrix, Tokens

_CHUNK = 8192
_MOST_COMPARED = 8000
"""Fitted rows, at most, whose likelihood is compared with that of watched rows."""

_DRAWN_PER_WATCHED = 10
_LEAKS_THAT_END = 2
_REFIT_RATE = 0.3
"""Peak learning rate of the refit, as a share of the first one."""


@dataclass(slots=True)
class FittedRows:
    """A fitted model of arrays.

    Attributes:
        model: with the weights that were kept.
        coder: from tokens and scores to numbers and codes.
        removed: variance of noise that sampling takes off.
        kept: the checkpoint whose weights the model has.
        epochs: one for each checkpoint.
    """

    model: RowModel
    coder: ColumnCoder
    removed: float
    kept: int
    epochs: list[AutoregressiveEpoch]

    def sample(self, n: int, *, seed: int) -> tuple[Matrix, Tokens]:
        """Draws `n` rows: numbers (n, numbers) and codes (n, codes)."""
        device = self.model.network.last.weight.device
        generator = torch.Generator(device).manual_seed(seed)
        sizes = [min(_CHUNK, n - start) for start in range(0, n, _CHUNK)]
        parts = [self.model.draw(size, self.removed, generator) for size in sizes]
        tokens, scores = (torch.cat(part).cpu().numpy() for part in zip(*parts, strict=True))
        return self.coder.decode(tokens, scores, derive(seed, "values"))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Returns the model as arrays by name."""
        weights = {name: value.cpu().numpy() for name, value in self.model.state_dict().items()}
        epochs = np.array(self.epochs, dtype=np.float64).reshape(len(self.epochs), -1)
        own = {"removed": np.array(self.removed), "kept": np.array(self.kept), "epochs": epochs}
        return own | add_prefix("weights", weights) | add_prefix("coder", self.coder.to_arrays())

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], options: AutoregressiveOptions) -> Self:
        """Returns the model of `to_arrays`, fitted with `options`."""
        coder = ColumnCoder.from_arrays(select_prefix("coder", arrays))
        with bounded_by(arrays):
            model = _untrained(coder, options, seed=0)
        model.load_state_dict({name: torch.tensor(value) for name, value in select_prefix("weights", arrays).items()})
        epochs = [AutoregressiveEpoch(int(row[0]), int(row[1]), *row[2:].tolist()) for row in arrays["epochs"]]
        return cls(model.eval(), coder, float(arrays["removed"]), int(arrays["kept"]), epochs)


def fit_rows(
    arrays: RowArrays,
    options: AutoregressiveOptions,
    *,
    seed: int,
    ordered: bool = False,
    report: Callable[[int, int], None] = lambda *_: None,
) -> FittedRows:
    """Fits a model to a table of numbers and codes.

    Args:
        arrays: the table.
        options: the hyper-parameters.
        seed: of all that is random.
        ordered: whether rows are in time.
        report: called with steps done and all steps.

    Raises:
        BenchError: if the device is unknown, or training diverges.
    """
    device = torch_device(options.device)
    coder, tokens, scores = learn_coder(arrays, options.heads, derive(seed, "ties"), options.bins)
    watched = watched_rows(
        len(tokens), options._watched_share(len(tokens)), ordered=ordered, seed=derive(seed, "validation")
    )
    rows = ModelRows(torch.tensor(tokens, device=device), torch.tensor(scores, dtype=torch.float32, device=device))
    mask = torch.tensor(watched, device=device)
    fitted = rows.take(~mask)
    training = options._training(len(fitted.tokens), mixtures=bool(coder.scored))
    model = _untrained(coder, options, derive(seed, "weights"), training.dropout)
    model.start(fitted)
    closeness = ClosenessTest(arrays, watched, ordered=ordered, seed=derive(seed, "closeness"))
    compared = np.random.default_rng(derive(seed, "compared")).permutation(len(fitted.tokens))[:_MOST_COMPARED]
    compared_rows = fitted.take(torch.tensor(compared, device=device))
    keeper = _Keeper(options, coder, compared_rows, rows.take(mask), closeness, derive(seed, "drawn"))
    batch = options._batch_for(len(fitted.tokens), mixtures=bool(coder.scored))
    steps = options._steps_for(len(fitted.tokens), training.epochs, batch)
    plan = TrainingPlan(steps, batch, options.lr, options.weight_decay, options.ema, options.noise)
    with scope(derive(seed, "dropout")):
        total = steps + options._refit_steps(steps)
        train_rows(model, fitted, plan, derive(seed, "steps"), keeper.check, lambda done: report(done, total))
        kept = _refit(keeper, rows, plan, options, derive(seed, "refit"))
    report(total, total)
    return FittedRows(kept.eval(), coder, keeper.removed, keeper.kept, keeper.epochs)


def _refit(keeper: _Keeper, rows: ModelRows, plan: TrainingPlan, options: AutoregressiveOptions, seed: int) -> RowModel:
    """Returns the kept model after some steps on all rows, the watched ones included."""
    steps = options._refit_steps(keeper.epochs[keeper.kept].steps)
    if not steps:
        return keeper.best
    plan = plan._replace(steps=steps, lr=_REFIT_RATE * plan.lr)
    return refit_rows(deepcopy(keeper.best).train(), rows, plan, seed)


class _Keeper:
    """Measures each checkpoint, and keeps the one that the options ask for."""

    best: RowModel

    def __init__(
        self,
        options: AutoregressiveOptions,
        coder: ColumnCoder,
        fitted: ModelRows,
        watched: ModelRows,
        closeness: ClosenessTest,
        seed: int,
    ) -> None:
        self._options, self._coder, self._closeness, self._seed = options, coder, closeness, seed
        self._fitted, self._watched = fitted, watched
        self._first: Leakage | None = None
        self._least, self._leaks = inf, 0
        self.removed = options.noise_removed * options.noise**2
        self.kept = 0
        self.epochs: list[AutoregressiveEpoch] = []

    def check(self, model: RowModel, steps: int, loss: float, lr: float) -> bool:
        """Takes note of a checkpoint; returns false if training should end."""
        found, val_loss = self._measure(model)
        number = len(self.epochs)
        self.epochs.append(AutoregressiveEpoch(number, steps, loss, lr, val_loss, found.auc, found.share))
        self._first = self._first or found
        leaks = found.since(self._first).leaks
        self._leaks = self._leaks + 1 if leaks else 0
        wanted = {"last": True, "best": val_loss < self._least, "unleaked": not leaks}[self._options.keep]
        self._least = min(self._least, val_loss)
        if wanted or not number:
            self.best, self.kept = deepcopy(model), number
        return self._options.keep != "unleaked" or self._leaks < _LEAKS_THAT_END

    def _measure(self, model: RowModel) -> tuple[Leakage, float]:
        """Returns what a checkpoint leaks, and its mean loss on the watched rows."""
        fitted, watched = (
            losses(model, rows).cpu().numpy().astype(np.float64) for rows in (self._fitted, self._watched)
        )
        drawn = min(DRAWN, _DRAWN_PER_WATCHED * self._closeness.size)
        sampler = FittedRows(model, self._coder, self.removed, 0, [])
        share = self._closeness.share(*sampler.sample(drawn, seed=self._seed))
        return Leakage(member_auc(fitted, watched), share, self._closeness.size), float(watched.mean())


def _untrained(coder: ColumnCoder, options: AutoregressiveOptions, seed: int, dropout: float = 0.0) -> RowModel:
    """Returns a new model on the options' device."""
    columns = ModelColumns(coder.token_sizes, len(coder.scored), coder.order(options.order), coder.ordered_levels)
    with scope(seed):
        return RowModel(columns, options, dropout).to(torch_device(options.device))
