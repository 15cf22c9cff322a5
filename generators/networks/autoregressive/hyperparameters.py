"""The hyper-parameters of the autoregressive network, and the rows of its history. Light to import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple

from ...shared.option_checks import Fraction, NonNegativeFloat, NumberRange, PositiveInt, ShareOrCount

_LEAST_STEPS = 600
_MOST_PER_STEP, _STEPS_PER_PASS = 512, 16
_WATCHED, _WATCHED_SHARE, _MOST_WATCHED = 500, 0.05, 2000


class Training(NamedTuple):
    """How long and how cautiously a model is trained.

    Attributes:
        epochs: passes over the rows.
        dropout: share of hidden units.
    """

    epochs: int
    dropout: float


_OF_LEVELS = Training(20, 0.4)
_ROWS_OF_ALL_DROPPED = 4000

_WITH_MIXTURES = Training(100, 0.0)


class AutoregressiveEpoch(NamedTuple):
    """A row of the history: what a checkpoint is like. All of it is of the averaged weights, but for the first three.

    Attributes:
        steps: done so far.
        train_loss: minus the log likelihood of a row, in nats, mean over the rows seen since the last checkpoint.
        lr: at the last step.
        val_loss: the same of the watched rows.
        member_auc: chance that a fitted row is more likely than a watched one; 0.5: the model knows no row.
        closer_share: share of drawn rows closer to fitted rows than to as many watched ones; 0.5: no memory.
    """

    epoch: int
    steps: int
    train_loss: float
    lr: float
    val_loss: float
    member_auc: float
    closer_share: float


@dataclass(kw_only=True, eq=False)
class AutoregressiveOptions:
    """Hyper-parameters.

    Attributes:
        width: of the hidden layers.
        layers: hidden layers, all but the first residual.
        embedding: numbers that stand for a level, at the network's input.
        order: in which columns are drawn: fewest `levels` first, then columns with mixtures, last column first; as in
            the `table`; or `reversed`.
        heads: how numbers of many values are drawn. `bins`: a bin, then a value within it; `mixture`: from a mixture of
            Gaussians on normal scores; `auto`: `bins` if there are categories, or if in more than a third of the number
            columns one value holds over 5 % of the rows, else `mixture`.
        bins: at most, per column. A number with at most as many values has a level for each.
        components: Gaussians of a mixture.
        noise: standard deviation of the noise added to normal scores in training.
        noise_removed: share of that noise's variance that is taken off in sampling.
        steps: of the optimiser, at most.
        most_epochs: passes over the rows, at most, but 600 steps in any case. None: 20, or 100 with mixtures.
        batch: rows per step. None: 512, but at most a sixteenth of the rows where there are no mixtures. Otherwise few
            rows would be seen hundreds of times in 600 steps, and known by heart at the first checkpoint.
        lr: peak learning rate.
        weight_decay: of the optimiser.
        dropout: share of hidden units that are dropped in training. None: 4,000 / rows, at most 0.4, because few rows
            are soon known by heart; 0 with mixtures, whose noise is enough.
        ema: decay of the moving average of weights; 0: no average.
        keep: which checkpoint: the last that does not leak (`unleaked`), the `best` on the watched rows, or the `last`.
        validation: share of train rows to watch, or their number if it is 1 or more. A share is of 500 rows at most, or
            of 5 % of the rows up to 2,000 if that is more.
        refit: steps on all rows, the watched ones included, that follow the kept checkpoint: as a share of its steps.
            0: none. Their peak learning rate is 0.3 of `lr`.
        device: `cpu` or `cuda`.
    """

    width: PositiveInt = 256
    layers: PositiveInt = 3
    embedding: PositiveInt = 16
    order: Literal["levels", "table", "reversed"] = "levels"
    heads: Literal["auto", "bins", "mixture"] = "auto"
    bins: Annotated[int, NumberRange(2)] = 64
    components: PositiveInt = 16
    noise: NonNegativeFloat = 0.025
    noise_removed: Annotated[float, NumberRange(0, 1)] = 0.7
    steps: PositiveInt = 2000
    most_epochs: PositiveInt | None = None
    batch: PositiveInt | None = None
    lr: NonNegativeFloat = 3e-3
    weight_decay: NonNegativeFloat = 0.2
    dropout: Fraction | None = None
    ema: Fraction = 0.999
    keep: Literal["unleaked", "best", "last"] = "unleaked"
    validation: ShareOrCount = 0.15
    refit: Fraction = 0.3
    device: str = "cpu"

    def _training(self, rows: int, *, mixtures: bool) -> Training:
        """Returns how a model with or without mixtures is fitted to `rows` rows."""
        defaults = _WITH_MIXTURES if mixtures else _OF_LEVELS
        defaults = defaults._replace(dropout=min(defaults.dropout, _ROWS_OF_ALL_DROPPED / rows))
        return Training(
            defaults.epochs if self.most_epochs is None else self.most_epochs,
            defaults.dropout if self.dropout is None else self.dropout,
        )

    def _batch_for(self, rows: int, *, mixtures: bool) -> int:
        """Returns the rows per step of a fit to `rows` rows."""
        if self.batch is not None:
            return self.batch
        return _MOST_PER_STEP if mixtures else min(_MOST_PER_STEP, max(rows // _STEPS_PER_PASS, 1))

    def _steps_for(self, rows: int, epochs: int, batch: int) -> int:
        """Returns the steps of a fit to `rows` rows."""
        return min(self.steps, max(_LEAST_STEPS, epochs * -(-rows // batch)))

    def _watched_share(self, rows: int) -> float:
        """Returns the share of `rows` rows to watch, or their number."""
        if self.validation >= 1:
            return self.validation
        return min(self.validation, max(_WATCHED / rows, _WATCHED_SHARE), _MOST_WATCHED / rows)

    def _refit_steps(self, steps: int) -> int:
        """Returns the steps on all rows that follow `steps` steps."""
        return round(self.refit * steps)
