"""Detection: can a classifier tell synthetic rows from held-out real ones?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import Context, Family, Metric, Score, Target

if TYPE_CHECKING:
    from bench.api import Details

_ME = "detection"
_METRICS = (
    Metric(
        name="c2st_auc",
        family=_ME,
        better=Target(0.5, "above"),
        ranked=True,
        source="classifier two-sample test: Lopez-Paz and Oquab 2017, arXiv:1610.06545; XGBoost, 5 folds",
        meaning="AUC of telling holdout from synthetic rows: 0.5 cannot be told apart, 1 always",
    ),
)


def _score(context: Context) -> tuple[list[Score], Details]:
    import numpy as np

    from ._detection import two_sample
    from ._table import matrix, score, unscored, unusable

    schema = context.split.schema
    rows, holdout = matrix(context.synthetic, schema), matrix(context.split.holdout, schema)
    if problem := unusable(rows, schema.columns):
        return unscored(_METRICS, schema.columns, problem), {}
    auc, importance = two_sample(holdout, rows, context.seed)
    details: Details = {}
    if importance is not None:
        details = {"importance": importance, "columns": np.array(schema.columns, dtype=np.str_)}
    return [score("c2st_auc", auc, undefined="fewer than 10 rows of either kind")], details


FAMILY = Family(_ME, "Telling synthetic rows from held-out real ones", _METRICS, _score, order=20)
