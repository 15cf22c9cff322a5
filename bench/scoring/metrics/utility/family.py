"""Utility: does a model trained on synthetic rows predict the target of real ones?

Train on real, test on real is no metric of its own: it is the value of `real-train` in `tstr_*`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import Arrays, Context, Details, Family, Metric, Score, Split

from .classification_metrics import CLASSIFICATION_METRICS
from .described_models import DESCRIPTIONS
from .regression_metrics import NAME, REGRESSION_METRICS, TSTR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..shared.matrix import Matrix
    from .rows import Rows

_OTHER_TASKS = (
    Metric(
        "tstr_others_r2",
        NAME,
        "higher",
        "R2 on real test rows of XGBoost (100 trees) trained on synthetic rows, with every other column in turn as the "
        "target; mean over columns, where an R2 below 0 counts as 0",
        TSTR,
        range=(-float("inf"), 1.0),
        ranked=True,
        per_column=True,
        within="full",
        needs=("only numeric",),
    ),
    Metric(
        "tstr_others",
        NAME,
        "higher",
        "success of XGBoost (50 rounds) trained on synthetic rows at predicting every other column of real test rows, "
        "by its kind (R2 or AUC): 0 for no model, 1 for one trained on real rows; mean over columns",
        TSTR,
        ranked=True,
        per_column=True,
        within="full",
        needs=("mixed",),
    ),
    Metric(
        "importance_agreement",
        NAME,
        "higher",
        "Spearman correlation of permutation importances on test rows, XGBoost of synthetic rows and of train",
        "permutation importance: Breiman 2001, doi:10.1023/A:1010933404324, by squared error or logarithmic loss",
        range=(-1.0, 1.0),
        within="full",
    ),
    Metric(
        "anomaly_auc",
        NAME,
        "higher",
        "AUC of an isolation forest for plumes in test (above train's 90 % quantile; of classes, the rarest one), "
        "fitted to the features of the other synthetic rows; compare with real-train",
        "isolation forest: Liu, Ting and Zhou 2008, doi:10.1109/ICDM.2008.17",
        within="full",
    ),
)
_METRICS = (*REGRESSION_METRICS, *CLASSIFICATION_METRICS, *_OTHER_TASKS)


def _real_tables(split: Split) -> tuple[Matrix, Matrix, str | None]:
    """Returns train, test, and why models cannot be trained or tested on them; None if they can."""
    from bench.scoring.unusable_cells import unusable

    from ..shared.matrix import matrix

    schema = split.schema
    train, test = matrix(split.train, schema), matrix(split.test, schema)
    if len(schema.names) < 2:
        return train, test, "the target is the only column"
    for part, table in (("train", train), ("test", test)):
        if problem := unusable(table, schema.names, schema.missing):
            return train, test, f"{part}: {problem}"
    return train, test, None


def _prepare(split: Split, seed: int) -> Details:
    from .augmentation import fit_to_real
    from .other_columns import column_values
    from .rows import target_rows

    schema, (train, test, problem) = split.schema, _real_tables(split)
    if problem:
        return {}
    real, check = target_rows(schema, train, schema.target, train, test)
    arrays = fit_to_real(real, check, seed)
    if not schema.is_numeric:
        arrays["other columns"] = column_values(schema, train, train, test, seed)
    return arrays


def _score(context: Context) -> tuple[list[Score], Details]:
    from bench.scoring.unusable_cells import unusable

    from ..shared.matrix import matrix, unscored
    from .other_tasks import rarest_class
    from .rows import target_classes, target_rows
    from .tstr import plume_threshold, train_on_synthetic

    schema, seed, full = context.split.schema, context.seed, context.metric_set != "core"
    synthetic, holdout = (matrix(table, schema) for table in (context.synthetic, context.split.holdout))
    train, test, problem = _real_tables(context.split)
    if problem := unusable(synthetic, schema.names, schema.missing) or problem:
        return unscored(_METRICS, schema.names, problem), {}
    tables = target_rows(schema, train, schema.target, train, synthetic, test, holdout)
    real, rows, check, unseen = tables
    threshold = rarest_class(real.y) if real.classes else plume_threshold(real.y)
    models = [name for name, model in DESCRIPTIONS.items() if full or model.core]
    scores, details, fitted = train_on_synthetic(models, rows, check, threshold, seed)
    scores += _spread_scores(rows, unseen, seed)
    if real.classes:
        details |= target_classes(schema)
    if full:
        full_scores, importances = _full_scores(context, (real, rows, check), threshold, fitted)
        scores += [*full_scores, *_other_columns(context, synthetic, train, test)]
        details |= importances
    return scores, details


def _spread_scores(synthetic: Rows, holdout: Rows, seed: int) -> list[Score]:
    from .certainty import score_certainty
    from .residuals import score_residuals

    return [score_certainty(synthetic, holdout, seed)] if holdout.classes else score_residuals(synthetic, holdout, seed)


def _other_columns(context: Context, synthetic: Matrix, train: Matrix, test: Matrix) -> list[Score]:
    from .other_columns import column_values, other_columns
    from .other_tasks import other_targets

    schema, seed = context.split.schema, context.seed
    if schema.is_numeric:
        return other_targets(synthetic, test, schema.names, schema.position(schema.target), seed)
    values = column_values(schema, synthetic, train, test, seed)
    return other_columns(schema, values, context.artefacts["other columns"])


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
    NAME,
    "Predicting the target of real rows after training on synthetic ones",
    _METRICS,
    _score,
    _prepare,
    prepares_for="full",
    order=30,
)
