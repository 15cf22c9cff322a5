"""The metrics of utility on tables whose target is a number."""

from __future__ import annotations

from bench.api import Metric, MetricSet, Need

from .described_models import DESCRIPTIONS, SCARCE, SCARCE_MODELS

NAME = "utility"
TSTR = "train on synthetic, test on real: Esteban, Hyland and Raetsch 2017, arXiv:1706.02633"
TRTS = "train on real, test on synthetic: Esteban, Hyland and Raetsch 2017, arXiv:1706.02633"
ADDED = "real and synthetic rows together: Ravuri and Vinyals 2019, arXiv:1905.10887 (augmentation score)"
_INFINITY = float("inf")
_NEEDS: tuple[Need, ...] = ("regression",)
_ERRORS = {
    "mae": "mean absolute error, in the target's unit",
    "rmse": "root mean squared error, in the target's unit",
    "mae_baseline": "mean absolute error, in the target's unit, where the target is in train's lower 90 %",
    "mae_plume": "mean absolute error, in the target's unit, where the target is in train's top decile",
}


def _r2(name: str, meaning: str, source: str, within: MetricSet = "full", *, ranked: bool = False) -> Metric:
    return Metric(
        name, NAME, "higher", meaning, source, range=(-_INFINITY, 1.0), ranked=ranked, within=within, needs=_NEEDS
    )


def _gain(name: str, meaning: str) -> Metric:
    return Metric(name, NAME, "higher", meaning, ADDED, range=(-_INFINITY, _INFINITY), within="full", needs=_NEEDS)


def _errors(prefix: str, ending: str, source: str, within: MetricSet = "full") -> tuple[Metric, ...]:
    return tuple(
        Metric(
            f"{prefix}_{short}",
            NAME,
            "lower",
            f"{long}, {ending}",
            source,
            "",
            (0.0, _INFINITY),
            within=within,
            needs=_NEEDS,
        )
        for short, long in _ERRORS.items()
    )


def _tstr(name: str) -> tuple[Metric, ...]:
    model = DESCRIPTIONS[name]
    within: MetricSet = "core" if model.core else "full"
    trained = f"of {model.of_numbers} trained on synthetic rows"
    r2 = _r2(f"tstr_{name}_r2", f"R2 on real test rows {trained}", TSTR, within, ranked=True)
    return r2, *_errors(f"tstr_{name}", f"on real test rows, {trained}", TSTR, within)


def _real_and_synthetic(name: str) -> tuple[Metric, ...]:
    words = DESCRIPTIONS[name].of_numbers
    real, both = f"of {words} trained on real rows", f"of {words} trained on train and the synthetic rows"
    caveat = "also high for copies and for rows with too little noise"
    return (
        _r2(f"trts_{name}_r2", f"R2 on synthetic rows {real}: {caveat}", TRTS),
        *_errors(f"trts_{name}", f"on synthetic rows, {real}", TRTS),
        _r2(f"aug_{name}_r2", f"R2 on real test rows {both}", ADDED),
        *_errors(f"aug_{name}", f"on real test rows, {both}", ADDED),
        _gain(f"aug_{name}_gain", f"aug_{name}_r2 minus the R2 without the synthetic rows: above 0 they helped"),
    )


def _scarce(part: str, name: str) -> tuple[Metric, ...]:
    few, words = f"{100 * SCARCE[part]:g} %", DESCRIPTIONS[name].of_numbers
    caveat = "the generator was fitted to all of train, as for a released table"
    return (
        _r2(
            f"{part}_{name}_r2",
            f"R2 on real test rows of {words} trained on a random {few} of train and the synthetic rows; {caveat}",
            ADDED,
        ),
        _gain(f"{part}_{name}_gain", f"{part}_{name}_r2 minus the R2 of training on the same {few} alone; {caveat}"),
    )


_RESIDUALS = (
    Metric(
        "residual_spread",
        NAME,
        "lower",
        "error of the spread that a model trained on synthetic rows does not explain, as a logarithm: rows without "
        "residuals, or with too large ones",
        "|log(mean |residual| of synthetic rows / of holdout rows)|, XGBoost (100 trees, depth 4), two folds",
        range=(0.0, _INFINITY),
        ranked=True,
        floor=0.4,
        needs=_NEEDS,
    ),
    Metric(
        "interval_error",
        NAME,
        "lower",
        "error of the share of real rows in 90 % prediction intervals that were learned from synthetic rows",
        "quantiles of cross-fitted residuals in fifths of the predictions; mean |share of holdout rows inside - 0.9|",
        ranked=True,
        floor=0.1,
        needs=_NEEDS,
    ),
)
REGRESSION_METRICS = (
    *(metric for name in DESCRIPTIONS for metric in _tstr(name)),
    *(metric for name in DESCRIPTIONS for metric in _real_and_synthetic(name)),
    *(metric for part in SCARCE for name in SCARCE_MODELS for metric in _scarce(part, name)),
    *_RESIDUALS,
)
