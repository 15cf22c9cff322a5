"""Utility: does a model trained on synthetic rows predict the target of real ones?

- `family`: scores the metrics that `regression_metrics` and `classification_metrics` declare, and declares the others.
- `rows`: rows with a target of any kind, and models that are fitted to them.
- `features`: columns of any kind as models take them.
- `tstr`: train on synthetic, test on real (TSTR), and the reverse (TRTS).
- `class_scores`: AUC, F1, logarithmic loss and Brier score of predicted classes.
- `residuals`, `certainty`: the spread of residuals, and prediction intervals; the same for classes.
- `augmentation`: training on real and synthetic rows together.
- `other_tasks`, `other_columns`: other columns as targets, importances of columns, anomaly detection.
- `regressors`, `classifiers`: XGBoost, linear models, random forest, neural network.
- `stored_models`, `described_models`: what both share: models as arrays; models in words.
"""
