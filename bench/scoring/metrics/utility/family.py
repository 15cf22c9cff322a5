"""Utility: does a model trained on synthetic rows predict the target of real ones?

Train on real, test on real is no metric of its own: it is the value of `real-train` in `tstr_*`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import Arrays, Context, Details, Family, Metric, MetricSet, Score, Split

from .regressors import MODELS, SCARCE, SCARCE_MODELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..shared.matrix import Matrix
    from .tstr import Rows

_NAME = "utility"
_TSTR = "train on synthetic, test on real: Esteban, Hyland and Raetsch 2017, arXiv:1706.02633"
_TRTS = "train on real, test on synthetic: Esteban, Hyland and Raetsch 2017, arXiv:1706.02633"
_ADDED = "real and synthetic rows together: Ravuri and Vinyals 2019, arXiv:1905.10887 (augmentation score)"
_INFINITY = float("inf")
_ERRORS = {
    "mae": "mean absolute error, in the target's unit",
    "rmse": "root mean squared error, in the target's unit",
    "mae_baseline": "mean absolute error, in the target's unit, where the target is in train's lower 90 %",
    "mae_plume": "mean absolute error, in the target's unit, where the target is in train's top decile",
}


def _r2(name: str, meaning: str, source: str, within: MetricSet = "full", *, ranked: bool = False) -> Metric:
    return Metric(name, _NAME, "higher", meaning, source, range=(-_INFINITY, 1.0), ranked=ranked, within=within)


def _gain(name: str, meaning: str) -> Metric:
    return Metric(name, _NAME, "higher", meaning, _ADDED, range=(-_INFINITY, _INFINITY), within="full")


def _errors(prefix: str, ending: str, source: str, within: MetricSet = "full") -> tuple[Metric, ...]:
    return tuple(
        Metric(f"{prefix}_{short}", _NAME, "lower", f"{long}, {ending}", source, "", (0.0, _INFINITY), within=within)
        for short, long in _ERRORS.items()
    )


def _tstr(name: str) -> tuple[Metric, ...]:
    model = MODELS[name]
    within: MetricSet = "core" if model.core else "full"
    trained = f"of {model.words} trained on synthetic rows"
    r2 = _r2(f"tstr_{name}_r2", f"R2 on real test rows {trained}", _TSTR, within, ranked=True)
    return r2, *_errors(f"tstr_{name}", f"on real test rows, {trained}", _TSTR, within)


def _real_and_synthetic(name: str) -> tuple[Metric, ...]:
    words = MODELS[name].words
    real, both = f"of {words} trained on real rows", f"of {words} trained on train and the synthetic rows"
    caveat = "also high for copies and for rows with too little noise"
    return (
        _r2(f"trts_{name}_r2", f"R2 on synthetic rows {real}: {caveat}", _TRTS),
        *_errors(f"trts_{name}", f"on synthetic rows, {real}", _TRTS),
        _r2(f"aug_{name}_r2", f"R2 on real test rows {both}", _ADDED),
        *_errors(f"aug_{name}", f"on real test rows, {both}", _ADDED),
        _gain(f"aug_{name}_gain", f"aug_{name}_r2 minus the R2 without the synthetic rows: above 0 they helped"),
    )


def _scarce(part: str, name: str) -> tuple[Metric, ...]:
    few, words = f"{100 * SCARCE[part]:g} %", MODELS[name].words
    caveat = "the generator was fitted to all of train, as for a released table"
    return (
        _r2(
            f"{part}_{name}_r2",
            f"R2 on real test rows of {words} trained on a random {few} of train and the synthetic rows; {caveat}",
            _ADDED,
        ),
        _gain(f"{part}_{name}_gain", f"{part}_{name}_r2 minus the R2 of training on the same {few} alone; {caveat}"),
    )


_RESIDUALS = (
    Metric(
        "residual_spread",
        _NAME,
        "lower",
        "error of the spread that a model trained on synthetic rows does not explain, as a logarithm: rows without "
        "residuals, or with too large ones",
        "|log(mean |residual| of synthetic rows / of holdout rows)|, XGBoost (100 trees, depth 4), two folds",
        range=(0.0, _INFINITY),
        ranked=True,
        floor=0.4,
    ),
    Metric(
        "interval_error",
        _NAME,
        "lower",
        "error of the share of real rows in 90 % prediction intervals that were learned from synthetic rows",
        "quantiles of cross-fitted residuals in fifths of the predictions; mean |share of holdout rows inside - 0.9|",
        ranked=True,
        floor=0.1,
    ),
)
_OTHER_TASKS = (
    Metric(
        "tstr_others_r2",
        _NAME,
        "higher",
        "R2 on real test rows of XGBoost (100 trees) trained on synthetic rows, with every other column in turn as the "
        "target; mean over columns, where an R2 below 0 counts as 0",
        _TSTR,
        range=(-_INFINITY, 1.0),
        ranked=True,
        per_column=True,
        within="full",
    ),
    Metric(
        "importance_agreement",
        _NAME,
        "higher",
        "Spearman correlation of permutation importances on test rows, XGBoost of synthetic rows and of train",
        "permutation importance: Breiman 2001, doi:10.1023/A:1010933404324, by squared error",
        range=(-1.0, 1.0),
        within="full",
    ),
    Metric(
        "anomaly_auc",
        _NAME,
        "higher",
        "AUC of an isolation forest for plumes in test (above train's 90 % quantile), fitted to the features of the "
        "synthetic rows below; compare with real-train",
        "isolation forest: Liu, Ting and Zhou 2008, doi:10.1109/ICDM.2008.17",
        within="full",
    ),
)
_METRICS = (
    *(metric for name in MODELS for metric in _tstr(name)),
    *(metric for name in MODELS for metric in _real_and_synthetic(name)),
    *(metric for part in SCARCE for name in SCARCE_MODELS for metric in _scarce(part, name)),
    *_RESIDUALS,
    *_OTHER_TASKS,
)


def _real_tables(split: Split) -> tuple[Matrix, Matrix, str | None]:
    """Returns train, test, and why models cannot be trained or tested on them; None if they can."""
    from ..shared.matrix import matrix, unusable

    columns = split.schema.names
    train, test = matrix(split.train, split.schema), matrix(split.test, split.schema)
    if len(columns) < 2:
        return train, test, "the target is the only column"
    for part, table in (("train", train), ("test", test)):
        if problem := unusable(table, columns):
            return train, test, f"{part}: {problem}"
    return train, test, None


def _prepare(split: Split, seed: int) -> Details:
    from .augmentation import fit_to_real
    from .tstr import Rows

    train, test, problem = _real_tables(split)
    target = split.schema.names.index(split.schema.target)
    return {} if problem else fit_to_real(Rows.of(train, target), Rows.of(test, target), seed)


def _score(context: Context) -> tuple[list[Score], Details]:
    from ..shared.matrix import matrix, unscored, unusable
    from .other_tasks import other_targets
    from .residuals import score_residuals
    from .tstr import Rows, plume_threshold, train_on_synthetic

    schema, seed, full = context.split.schema, context.seed, context.metric_set != "core"
    columns, target = schema.names, schema.names.index(schema.target)
    synthetic = matrix(context.synthetic, schema)
    train, test, problem = _real_tables(context.split)
    holdout = matrix(context.split.holdout, schema)
    if problem := unusable(synthetic, columns) or problem:
        return unscored(_METRICS, columns, problem), {}
    real, rows, check = (Rows.of(table, target) for table in (train, synthetic, test))
    threshold = plume_threshold(real.y)
    models = [name for name, model in MODELS.items() if full or model.core]
    scores, details, fitted = train_on_synthetic(models, rows, check, threshold, seed)
    scores += score_residuals(rows, Rows.of(holdout, target), seed)
    if full:
        full_scores, importances = _full_scores(context, (real, rows, check), threshold, fitted)
        scores += [*full_scores, *other_targets(synthetic, test, columns, target, seed)]
        details |= importances
    return scores, details


def _full_scores(
    context: Context, tables: tuple[Rows, Rows, Rows], threshold: float, fitted: Mapping[str, Arrays]
) -> tuple[list[Score], Details]:
    """Returns the scores that only the full set has, without other targets; and importances for reports.

    `tables` are train, synthetic and test; `fitted` are models of the synthetic rows.
    """
    from .augmentation import augmented_scarce, augmented_train
    from .other_tasks import IMPORTANCE_MODEL, anomaly_auc, importance_agreement, permutation_importance
    from .tstr import score_on_synthetic

    real, seed, (_, synthetic, test) = context.artefacts, context.seed, tables
    importance = permutation_importance(IMPORTANCE_MODEL, fitted[IMPORTANCE_MODEL], test, seed)
    scores = [
        *score_on_synthetic(real, synthetic, threshold),
        *augmented_train(real, *tables, threshold, seed),
        *augmented_scarce(real, *tables, seed),
        importance_agreement(real["importance"], importance),
        anomaly_auc(synthetic, test, threshold, seed),
    ]
    return scores, {"importance/real": real["importance"], "importance/synthetic": importance}


FAMILY = Family(
    _NAME,
    "Predicting the target of real rows after training on synthetic ones",
    _METRICS,
    _score,
    _prepare,
    prepares_for="full",
    order=30,
)
