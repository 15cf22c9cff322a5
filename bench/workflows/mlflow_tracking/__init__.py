"""bench/workflows/mlflow_tracking."""
