"""Utility: does a model trained on synthetic rows predict the target of real ones?

Train on real, test on real is not a metric: it is what `real-train` gets for `tstr_*`, by the same code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import Context, Family, Metric, Score

from .regressors import MODELS, SCARCE, SCARCE_MODELS

if TYPE_CHECKING:
    from bench.api import Details, MetricSet, Split

    from ..shared.matrix import Matrix

_ME = "utility"
_TSTR = "train on synthetic, test on real: Esteban, Hyland and Raetsch 2017, arXiv:1706.02633"
_TRTS = "train on real, test on synthetic: Esteban, Hyland and Raetsch 2017, arXiv:1706.02633"
_ADDED = "real and synthetic rows together: Ravuri and Vinyals 2019, arXiv:1905.10887 (augmentation score)"
_UNBOUNDED = float("inf")
_ERRORS = {
    "mae": "mean absolute error, in the target's unit",
    "rmse": "root mean squared error, in the target's unit",
    "mae_baseline": "mean absolute error, in the target's unit, where the target is in train's lower 90 %",
    "mae_plume": "mean absolute error, in the target's unit, where the target is in train's top decile",
}


def _r2(name: str, meaning: str, source: str, within: MetricSet = "full", *, ranked: bool = False) -> Metric:
    return Metric(name, _ME, "higher", meaning, source, range=(-_UNBOUNDED, 1.0), ranked=ranked, within=within)


def _gain(name: str, meaning: str) -> Metric:
    return Metric(name, _ME, "higher", meaning, _ADDED, range=(-_UNBOUNDED, _UNBOUNDED), within="full")


def _errors(prefix: str, of: str, source: str, within: MetricSet = "full") -> tuple[Metric, ...]:
    return tuple(
        Metric(f"{prefix}_{short}", _ME, "lower", f"{long}, {of}", source, "", (0.0, _UNBOUNDED), within=within)
        for short, long in _ERRORS.items()
    )


def _tstr(name: str) -> tuple[Metric, ...]:
    model = MODELS[name]
    within: MetricSet = "core" if model.core else "full"
    of = f"of {model.words} trained on synthetic rows"
    first = _r2(f"tstr_{name}_r2", f"R2 on real test rows {of}", _TSTR, within, ranked=True)
    return first, *_errors(f"tstr_{name}", f"on real test rows, {of}", _TSTR, within)


def _beside(name: str) -> tuple[Metric, ...]:
    words = MODELS[name].words
    real, both = f"of {words} trained on real rows", f"of {words} trained on train and the synthetic rows"
    tidy = "high also where rows are copies or too tidy"
    return (
        _r2(f"trts_{name}_r2", f"R2 on synthetic rows {real}: {tidy}", _TRTS),
        *_errors(f"trts_{name}", f"on synthetic rows, {real}", _TRTS),
        _r2(f"aug_{name}_r2", f"R2 on real test rows {both}", _ADDED),
        *_errors(f"aug_{name}", f"on real test rows, {both}", _ADDED),
        _gain(f"aug_{name}_gain", f"aug_{name}_r2 less the R2 without the synthetic rows: above 0 they helped"),
    )


def _scarce(part: str, name: str) -> tuple[Metric, ...]:
    few, words = f"{100 * SCARCE[part]:g} %", MODELS[name].words
    saw = "the generator saw all of train, as one whose table was released"
    return (
        _r2(
            f"{part}_{name}_r2",
            f"R2 on real test rows of {words} trained on a random {few} of train and the synthetic rows; {saw}",
            _ADDED,
        ),
        _gain(f"{part}_{name}_gain", f"{part}_{name}_r2 less the R2 of training on the same {few} alone; {saw}"),
    )


_WIDER = (
    Metric(
        "tstr_others_r2",
        _ME,
        "higher",
        "R2 on real test rows of XGBoost (100 trees) trained on synthetic rows, with every other column in turn as the "
        "target; mean over columns, less than 0 counting as 0",
        _TSTR,
        range=(-_UNBOUNDED, 1.0),
        ranked=True,
        per_column=True,
        within="full",
    ),
    Metric(
        "importance_agreement",
        _ME,
        "higher",
        "Spearman correlation of permutation importances on test rows, XGBoost of synthetic rows against that of train",
        "permutation importance: Breiman 2001, doi:10.1023/A:1010933404324, by squared error",
        range=(-1.0, 1.0),
        within="full",
    ),
    Metric(
        "anomaly_auc",
        _ME,
        "higher",
        "AUC for plumes (train's top decile) in test of an isolation forest trained on the synthetic rows below, by "
        "features without the target; compare with real-train",
        "isolation forest: Liu, Ting and Zhou 2008, doi:10.1109/ICDM.2008.17",
        within="full",
    ),
)
_METRICS = (
    *(metric for name in MODELS for metric in _tstr(name)),
    *(metric for name in MODELS for metric in _beside(name)),
    *(metric for part in SCARCE for name in SCARCE_MODELS for metric in _scarce(part, name)),
    *_WIDER,
)


def _tables(split: Split) -> tuple[Matrix, Matrix, str | None]:
    """Train, test, and why nothing can be learned from or tested on them."""
    from ..shared.matrix import matrix, unusable

    columns = split.schema.columns
    train, test = matrix(split.train, split.schema), matrix(split.test, split.schema)
    if len(columns) < 2:
        return train, test, "the target is the only column"
    for part, table in (("train", train), ("test", test)):
        if problem := unusable(table, columns):
            return train, test, f"{part}: {problem}"
    return train, test, None


def _prepare(split: Split, seed: int) -> Details:
    from .further_tasks import prepare
    from .tstr import Rows

    train, test, problem = _tables(split)
    target = split.schema.columns.index(split.schema.target)
    return {} if problem else prepare(Rows.of(train, target), Rows.of(test, target), seed)


def _score(context: Context) -> tuple[list[Score], Details]:
    from ..shared.matrix import matrix, unscored, unusable
    from .further_tasks import extended, others
    from .tstr import Rows, evaluate, plume_threshold

    schema, seed, full = context.split.schema, context.seed, context.metric_set == "full"
    columns, target = schema.columns, schema.columns.index(schema.target)
    synthetic = matrix(context.synthetic, schema)
    train, test, problem = _tables(context.split)
    if problem := unusable(synthetic, columns) or problem:
        return unscored(_METRICS, columns, problem), {}
    known, rows, check = (Rows.of(table, target) for table in (train, synthetic, test))
    threshold = plume_threshold(known.y)
    models = [name for name, model in MODELS.items() if full or model.core]
    scores, details, fitted = evaluate(models, rows, check, threshold, seed)
    if full:
        more, drawn = extended(context.artefacts, known, rows, check, threshold, fitted, seed)
        scores += [*more, *others(synthetic, test, columns, target, seed)]
        details |= drawn
    return scores, details


FAMILY = Family(
    _ME, "Predicting the target of real rows after training on synthetic ones", _METRICS, _score, _prepare, order=30
)
