"""The metrics of utility on tables whose target has classes."""

from __future__ import annotations

from functools import partial

from bench.api import Metric, MetricSet

from .described_models import DESCRIPTIONS, SCARCE, SCARCE_MODELS
from .regression_metrics import ADDED, NAME, TRTS, TSTR

_metric = partial(Metric, family=NAME, better="higher", needs=("classification",))
_AUC = "mean over classes of the AUC of one class against the rest"


def _tstr(name: str) -> tuple[Metric, ...]:
    model = DESCRIPTIONS[name]
    within: MetricSet = "core" if model.core else "full"
    tested = f"on real test rows, of {model.of_classes} trained on synthetic rows"
    shown = partial(_metric, source=TSTR, within=within)
    return (
        shown(
            name=f"tstr_{name}_auc",
            meaning=f"{_AUC}, {tested}; a class that synthetic rows lack counts as 0.5",
            ranked=True,
            useless=0.5,
        ),
        shown(name=f"tstr_{name}_f1", meaning=f"mean over classes of F1 {tested}"),
        shown(
            name=f"tstr_{name}_log_loss",
            better="lower",
            range=(0.0, float("inf")),
            meaning=f"mean of -log(probability of the row's class) {tested}; probabilities are at least 1e-6",
        ),
        shown(
            name=f"tstr_{name}_brier",
            better="lower",
            meaning=f"half of the mean squared distance of probabilities to the row's class {tested}",
        ),
    )


def _real_and_synthetic(name: str) -> tuple[Metric, ...]:
    words = DESCRIPTIONS[name].of_classes
    both = f"on real test rows, of {words} trained on train and the synthetic rows"
    return (
        _metric(
            name=f"trts_{name}_auc",
            meaning=f"{_AUC}, on synthetic rows, of {words} trained on real rows: also high for copies and for rows "
            "with too little noise",
            source=TRTS,
            within="full",
        ),
        _metric(name=f"aug_{name}_auc", meaning=f"{_AUC}, {both}", source=ADDED, within="full"),
        _metric(
            name=f"aug_{name}_gain_auc",
            range=(-1.0, 1.0),
            meaning=f"aug_{name}_auc minus the AUC without the synthetic rows: above 0 they helped",
            source=ADDED,
            within="full",
        ),
    )


def _scarce(part: str, name: str) -> tuple[Metric, ...]:
    few, words = f"{100 * SCARCE[part]:g} %", DESCRIPTIONS[name].of_classes
    caveat = "the generator was fitted to all of train, as for a released table"
    return (
        _metric(
            name=f"{part}_{name}_auc",
            meaning=f"{_AUC}, on real test rows, of {words} trained on a random {few} of train and the synthetic rows; "
            f"{caveat}",
            source=ADDED,
            within="full",
        ),
        _metric(
            name=f"{part}_{name}_gain_auc",
            range=(-1.0, 1.0),
            meaning=f"{part}_{name}_auc minus the AUC of training on the same {few} alone; {caveat}",
            source=ADDED,
            within="full",
        ),
    )


CLASSIFICATION_METRICS = (
    *(metric for name in DESCRIPTIONS for metric in _tstr(name)),
    *(metric for name in DESCRIPTIONS for metric in _real_and_synthetic(name)),
    *(metric for part in SCARCE for name in SCARCE_MODELS for metric in _scarce(part, name)),
    _metric(
        name="certainty_error",
        better="lower",
        range=(0.0, float("inf")),
        meaning="error of how certain the classes are, as a logarithm: classes that follow too closely from the other "
        "columns, or too loosely",
        source="|log(logarithmic loss of synthetic rows / of holdout rows)|, XGBoost (depth 4), two folds",
        ranked=True,
        floor=0.4,
    ),
)
