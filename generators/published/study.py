"""What a careful reader finds in the published configurations, each with the experiment that shows it or does not.

The sources are named in `published`. Every number that a verdict speaks of is of our own refits.
"""

from __future__ import annotations

from bench.api import PublishedStudy

from ..presets.published import BLOG, PRESETS
from .explanations import CONSTANTS, EXPLANATIONS
from .reporting_experiments import REPORTED
from .seed_statistics import HUMIDITY, METHANE
from .training_experiments import TRAINING

STUDY = PublishedStudy(
    title="The published models, reproduced",
    dataset="methane-1",
    presets="published",
    measures={
        "std_ratio": "std ratio",
        METHANE: "methane std ratio",
        HUMIDITY: "humidity std ratio",
        "kl_restored": "KL, kept weights",
        "kl_last": "KL, last epoch",
        "weighted_kl_last": "beta x KL, last epoch",
        "epochs": "epochs",
        "best_epoch": "kept epoch",
        "beta_best": "beta at kept epoch",
        "weighted_val_kl_last": "beta x validation KL, last epoch",
        "reconstruction_last": "reconstruction, last epoch",
        "val_reconstruction_last": "validation reconstruction, last epoch",
        "val_loss_last": "validation loss, last epoch",
        "val_loss_best": "validation loss, kept epoch",
        "tstr_xgb_r2": "TSTR XGBoost R2",
        "tstr_linear_r2": "TSTR linear R2",
        "c2st_auc": "C2ST AUC",
    },
    protocol=lambda held_out: {"validation_rows": "last", "validation": held_out},
    published_as={
        "methane_std_ratio": METHANE,
        "humidity_std_ratio": HUMIDITY,
        "kl": "kl_last",
        "weighted_kl": "weighted_kl_last",
        "reconstruction": "reconstruction_last",
        "val_loss": "val_loss_last",
    },
    findings=TRAINING + REPORTED,
    meanings={
        "std_ratio": "mean over columns of std(synthetic) / std(all rows); the sources call it variance preservation",
        "kl_restored": "of the weights that early stopping keeps, else the last: in nats, summed over latents, from "
        "N(0, I); mean over train rows",
        "kl_last": "mean over the last epoch's batches, as the loss has it: in the blog's models a mean over latents",
        "best_epoch": "whose weights early stopping keeps, else the last; counted from 1",
        "val_loss_last": "reconstruction + beta x KL on the validation rows, whether or not the KL is trained on",
        "tstr_xgb_r2": "R2 on the validation rows of XGBoost trained on synthetic rows",
        "tstr_linear_r2": "the same for a linear regression",
        "c2st_auc": "AUC of telling synthetic from validation rows: 0.5 is perfect",
    },
    sampled_as_train=frozenset(name for name, preset in PRESETS.items() if preset.source == BLOG),
    explanations=EXPLANATIONS,
    constants=CONSTANTS,
    notes="The repository's models are asked for 2,838 rows, as published, the blog's for as many as they were trained "
    "on. The blog published figures only, so nothing of it can be compared.",
)
