"""The hyper-parameters that all networks here share. Light to import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bench.api import BenchError

from ...shared import option_checks

if TYPE_CHECKING:
    from .training_plan import Plan


@dataclass(kw_only=True, eq=False)
class Settings:
    """Hyper-parameters of every network here.

    Times (`patience`, `lr_warm_up`) are shares of the budget up to 1, and numbers of epochs above that.

    Attributes:
        latent: latent variables; never more than features, unless layers are given one by one.
        width: of the hidden layers.
        blocks: residual blocks in the encoder and in the decoder.
        scaler: `normal` scores (quantiles), `standard` scores or `robust` scores (median, quartiles).
        whiten: decorrelate the scores.
        bounded: keep synthetic values within train's range and on its columns' grids.
        steps: of the optimiser; the budget.
        epochs: the budget as passes over the rows, in place of `steps`, and schedules change from epoch to epoch
            rather than from step to step; 0: `steps` counts.
        batch: rows per step.
        keep_last_batch: use the incomplete batch at the end of a pass.
        optimizer: `adamw` (0.9, 0.99), `adam` (0.9, 0.999), or that with Keras' epsilon, `keras-adam`.
        lr: peak learning rate.
        lr_schedule: `cosine` to 0 after a linear warm-up, `constant`, or `drops`.
        lr_warm_up: time of the warm-up.
        lr_drops: of `drops`: (epoch, share of `lr` from then on), ...
        weight_decay: of the optimiser.
        clip: longest gradient; 0: any.
        clip_by: whether that is the `norm` of all gradients or of each `variable`'s (Keras' clipnorm).
        ema: decay of the moving average of weights; 0: the weights themselves.
        watch: what early stopping compares: `settled`, the median loss at the final beta; `loss`, the mean loss as
            trained on; `reconstruction`, without the KL; `absolute`, the absolute error per feature and beta x KL.
        patience: time without improvement after which training ends; 1 spends the whole budget.
        keep: the `best` weights by what is watched, or the `last`.
        validation: share of train's rows watched for that, or from 1 on their number.
        validation_rows: which: `auto`, whole blocks where rows are in time and random rows else; `random`; or the
            `last`, to whose codes no sampling then returns.
        device: `cpu` or `cuda`.
    """

    latent: int = 5
    width: int = 128
    blocks: int = 2
    scaler: Literal["normal", "standard", "robust"] = "normal"
    whiten: bool = True
    bounded: bool = True
    steps: int = 2000
    epochs: int = 0
    batch: int = 256
    keep_last_batch: bool = False
    optimizer: Literal["adamw", "adam", "keras-adam"] = "adamw"
    lr: float = 5e-3
    lr_schedule: Literal["cosine", "constant", "drops"] = "cosine"
    lr_warm_up: float = 0.05
    lr_drops: tuple[tuple[float, float], ...] = ()
    weight_decay: float = 0.0
    clip: float = 0.0
    clip_by: Literal["norm", "variable"] = "norm"
    ema: float = 0.999
    watch: Literal["settled", "loss", "reconstruction", "absolute"] = "settled"
    patience: float = 0.5
    keep: Literal["best", "last"] = "best"
    validation: float = 0.1
    validation_rows: Literal["auto", "random", "last"] = "auto"
    device: str = "cpu"

    def __post_init__(self) -> None:
        """Refuses values that no table could be fitted with.

        Raises:
            BenchError: naming the option, its value and its range.
        """
        option_checks.sequence(self, ("lr_drops",))
        option_checks.at_least(self, 1, ("latent", "width", "steps", "batch"))
        option_checks.at_least(self, 0, ("blocks", "epochs", "clip", "patience", "lr_warm_up", "lr"))
        if not self.validation > 0:
            raise BenchError(f"got validation {self.validation}; expected a share between 0 and 1, or a count of rows")
        if not 0 <= self.ema < 1:
            raise BenchError(f"got ema {self.ema}; expected a decay from 0 to below 1")
        option_checks.choose(
            self,
            {
                "scaler": ("normal", "standard", "robust"),
                "optimizer": ("adamw", "adam", "keras-adam"),
                "lr_schedule": ("cosine", "constant", "drops"),
                "clip_by": ("norm", "variable"),
                "watch": ("settled", "loss", "reconstruction", "absolute"),
                "keep": ("best", "last"),
                "validation_rows": ("auto", "random", "last"),
            },
        )

    def _plan(self, *, ordered: bool) -> Plan:
        """How to train: these hyper-parameters, and those of a model that has more."""
        from .training_plan import Plan

        return Plan(
            self.steps,
            self.batch,
            self.lr,
            self.weight_decay,
            self.ema,
            patience=self.patience,
            epochs=self.epochs,
            optimizer=self.optimizer,
            clip=self.clip,
            clip_each=self.clip_by == "variable",
            keep_last_batch=self.keep_last_batch,
            decay=self.lr_schedule,
            warm_up=self.lr_warm_up,
            drops=self.lr_drops,
            watch=self.watch,
            best=self.keep == "best",
        )
