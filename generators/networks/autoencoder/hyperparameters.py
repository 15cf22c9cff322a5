"""The hyper-parameters that all autoencoders here share. Light to import."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

from ...shared.option_checks import Fraction, NonNegativeFloat, NonNegativeInt, PositiveInt
from ..learner import NetworkOptions
from .training_plan import TrainingPlan


@dataclass(kw_only=True, eq=False)
class AutoencoderOptions(NetworkOptions):
    """Hyper-parameters of every autoencoder here.

    Times (`patience`, `lr_warm_up`) are shares of the budget up to 1, and numbers of epochs above 1.

    Attributes:
        latent: latent variables for tables of numbers; at most as many as features, unless `hidden` is given.
        mixed_latent: the same for tables with categories, dates or gaps.
        bounded: keep synthetic values within train's range and on the grids of its columns.
        epochs: the budget in passes over the rows, in place of `steps`; schedules then change from epoch to epoch
            rather than from step to step. 0: the budget is `steps`.
        keep_last_batch: use the incomplete batch at the end of a pass.
        optimizer: `adamw` with betas (0.9, 0.99), `adam` with (0.9, 0.999), or `keras-adam`, with Keras' epsilon.
        lr_schedule: `cosine` to 0 after a linear warm-up, `constant`, or `drops`.
        lr_warm_up: time of the warm-up.
        lr_drops: for `drops`: (epoch, share of `lr` from then on), ...
        clip: greatest norm of the gradient; 0: no limit.
        clip_by: whether that is the `norm` of all gradients together or of each `variable` (Keras' clipnorm).
        watch: what early stopping compares: `settled`, the median loss at the final beta; `loss`, the mean training
            loss; `reconstruction`, the loss without the KL term; `absolute`, the absolute error per feature plus
            beta x KL.
        patience: time without improvement after which training ends; 1 spends the whole budget.
        validation_rows: which rows to watch: `auto`, whole blocks if rows are in time and random rows otherwise;
            `random`; or the `last`. Sampling never starts from the codes of the `last`.
        hidden: widths of the encoder's layers, mirrored in the decoder: plain ReLU layers. Empty: residual SiLU blocks
            of `width`.
        init: weights of plain layers: `torch`'s, or `glorot` with zero biases, as in Keras.
        batch_norm: normalise batches after each plain layer, with Keras' momentum and epsilon.
        dropout: share dropped after the encoder's first, second, ... plain layer.
        decoder_dropout: the same for the decoder.
        loss: `mse` or `mae`, the error of a decoder without noise; `gaussian`, minus the log likelihood with one
            learned noise scale per feature; `mixture`, that of a mixture over the row (`beta-vae` only).
        reduce_reconstruction: `sum` over features (a likelihood) or their `mean`.
        decoder_noise: add the decoder's noise to samples, or return its mean alone.
        noise: standard deviation of the noise added to each latent if sampling starts from codes of train rows.
        noise_unit: `latent`, in units of that latent's own standard deviation, or `absolute`.
        sampling: where codes come from; each model states its choices. `codes`: of train rows drawn with
            replacement, plus `noise`; `expost`: a density fitted to the codes after training (Ghosh et al. 2020).
        expost_components: full-covariance Gaussians in that density; 10 in the paper.
    """

    latent: PositiveInt = 5
    mixed_latent: PositiveInt = 12
    bounded: bool = True
    epochs: NonNegativeInt = 0
    keep_last_batch: bool = False
    optimizer: Literal["adamw", "adam", "keras-adam"] = "adamw"
    lr_schedule: Literal["cosine", "constant", "drops"] = "cosine"
    lr_warm_up: NonNegativeFloat = 0.05
    lr_drops: tuple[tuple[float, float], ...] = ()
    clip: NonNegativeFloat = 0.0
    clip_by: Literal["norm", "variable"] = "norm"
    watch: Literal["settled", "loss", "reconstruction", "absolute"] = "settled"
    patience: NonNegativeFloat = 0.5
    validation_rows: Literal["auto", "random", "last"] = "auto"
    hidden: tuple[PositiveInt, ...] = ()
    init: Literal["torch", "glorot"] = "torch"
    batch_norm: bool = False
    dropout: tuple[Fraction, ...] = ()
    decoder_dropout: tuple[Fraction, ...] = ()
    loss: Literal["mse", "mae", "gaussian", "mixture"] = "mse"
    reduce_reconstruction: Literal["sum", "mean"] = "sum"
    decoder_noise: bool = True
    noise: NonNegativeFloat = 0.1
    noise_unit: Literal["latent", "absolute"] = "absolute"
    sampling: str = "codes"
    expost_components: PositiveInt = 10

    def _plan(self, *, ordered: bool) -> TrainingPlan:
        """Returns how to train: the hyper-parameters that a plan has too."""
        names = [field.name for field in fields(TrainingPlan) if hasattr(self, field.name)]
        return TrainingPlan(**{name: getattr(self, name) for name in names})
