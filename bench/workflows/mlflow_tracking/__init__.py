"""Logs a stored run to MLflow (`--track mlflow`); no number of the run depends on it.

- `log_run`: keeps a run of MLflow for the benchmark, and a nested one for each trial, equal to what is stored.
- `run_as_plain_data`: the names, values, parameters and tags that are logged.
"""
