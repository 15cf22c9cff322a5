"""What can be done with the benchmark besides a run, each in a package or file of its own.

generation       synthetic rows for use, with a card that says how good and how private they are
evaluation       scores a synthetic table that was made anywhere
tuning           searches the hyper-parameters of a generator on the train part of a split
reproduction     fits published models again and compares with the published values
regression_gate  compares a run with stored values and reports losses beyond noise, for CI
plugin_checks    checks generators, metrics, sections and data sets that others wrote
mlflow_tracking  logs a run to MLflow
verify           fits stored trials again and compares their rows
"""
