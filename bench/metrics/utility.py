"""Utility: does a model trained on synthetic rows predict the target of real ones?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import Context, Family, Metric, Score

if TYPE_CHECKING:
    from bench.api import Details

_ME = "utility"
_MODELS = {
    "xgb": "XGBoost (300 trees, depth 6, learning rate 0.1)",
    "linear": "linear regression on standardised columns",
}
_SOURCE = "train on synthetic, test on real: Esteban, Hyland and Raetsch 2017, arXiv:1706.02633"
_UNBOUNDED = float("inf")


def _metrics(model: str, words: str) -> tuple[Metric, ...]:
    errors = {"mae": "mean absolute error", "rmse": "root mean squared error"}
    return (
        Metric(
            name=f"tstr_{model}_r2",
            family=_ME,
            better="higher",
            range=(-_UNBOUNDED, 1.0),
            ranked=True,
            source=_SOURCE,
            meaning=f"R2 on real test rows of {words} trained on synthetic rows",
        ),
        *(
            Metric(
                name=f"tstr_{model}_{short}",
                family=_ME,
                better="lower",
                range=(0.0, _UNBOUNDED),
                source=_SOURCE,
                meaning=f"{long} on real test rows, in the target's unit, of {words}",
            )
            for short, long in errors.items()
        ),
    )


_METRICS = tuple(metric for model, words in _MODELS.items() for metric in _metrics(model, words))


def _score(context: Context) -> tuple[list[Score], Details]:
    from ._table import matrix, unscored, unusable
    from ._utility import evaluate

    schema = context.split.schema
    rows, test = matrix(context.synthetic, schema), matrix(context.split.test, schema)
    problem = unusable(rows, schema.columns)
    if len(schema.columns) < 2:
        problem = "the target is the only column"
    if problem:
        return unscored(_METRICS, schema.columns, problem), {}
    return evaluate(tuple(_MODELS), rows, test, schema.columns.index(schema.target), context.seed)


FAMILY = Family(_ME, "Predicting the target of real rows after training on synthetic ones", _METRICS, _score, order=30)
