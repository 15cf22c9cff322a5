"""Train on synthetic, test on real, for a numeric target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ._table import score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.api import Details, Score

    from ._table import Matrix

_DRAWN = 500


def evaluate(models: Sequence[str], rows: Matrix, test: Matrix, target: int, seed: int) -> tuple[list[Score], Details]:
    """Scores of every model, and for drawing: `actual` and `predicted/<model>` of at most 500 test rows."""
    features = np.delete(np.arange(rows.shape[1]), target)
    chosen = np.sort(np.random.default_rng(seed).permutation(len(test))[:_DRAWN])
    actual = test[:, target]
    details: Details = {"actual": actual[chosen].astype(np.float32)}
    scores: list[Score] = []
    for name in models:
        model = regressor(name, seed).fit(rows[:, features], rows[:, target])
        predicted = np.asarray(model.predict(test[:, features]), dtype=np.float64)
        scores += errors(f"tstr_{name}", actual, predicted)
        details[f"predicted/{name}"] = predicted[chosen].astype(np.float32)
    return scores, details


def regressor(name: str, seed: int) -> Any:  # noqa: ANN401 - scikit-learn and XGBoost are not typed
    """An unfitted model; one thread, as the number of threads changes the numbers."""
    if name == "xgb":
        from xgboost import XGBRegressor

        return XGBRegressor(
            n_estimators=300, max_depth=6, learning_rate=0.1, n_jobs=1, random_state=seed % 2**31, verbosity=0
        )
    from sklearn.linear_model import LinearRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LinearRegression())


def errors(prefix: str, actual: Matrix, predicted: Matrix) -> list[Score]:
    """R2, mean absolute and root mean squared error; R2 is undefined for a constant `actual`."""
    undefined = "" if np.ptp(actual) else "the target is constant in test"
    residual = actual - predicted
    spread = float(((actual - actual.mean()) ** 2).sum())
    r2 = 1 - float((residual**2).sum()) / spread if not undefined else np.nan
    return [
        score(f"{prefix}_r2", r2, undefined=undefined),
        score(f"{prefix}_mae", float(np.abs(residual).mean())),
        score(f"{prefix}_rmse", float(np.sqrt((residual**2).mean()))),
    ]
