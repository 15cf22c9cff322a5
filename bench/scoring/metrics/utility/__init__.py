"""Utility: does a model trained on synthetic rows predict the target of real ones?

- `family`: declares the metrics and scores them.
- `tstr`: train on synthetic, test on real (TSTR), and the reverse (TRTS).
- `residuals`: the spread of residuals, and prediction intervals.
- `augmentation`: training on real and synthetic rows together.
- `other_tasks`: other columns as targets, importances of columns, anomaly detection.
- `regressors`: XGBoost, linear regression, random forest, neural network.
"""
