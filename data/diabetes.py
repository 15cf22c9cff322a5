"""Progression of diabetes in 442 patients, bundled with scikit-learn: a small table whose rows are not in time."""

from __future__ import annotations

from bench.api import Dataset, DatasetSource, Schema


def load() -> Dataset:
    """Returns 442 rows x 11 columns in units of measurement; the target is the progression after one year."""
    from sklearn.datasets import load_diabetes

    from ._frames import fingerprint

    frame = load_diabetes(as_frame=True, scaled=False).frame.astype("float64")
    return Dataset(
        name="diabetes",
        group="diabetes",
        frame=frame,
        schema=Schema.of_numbers(frame.columns, "target"),
        sha256=fingerprint(frame),
        source="Efron, Hastie, Johnstone, Tibshirani (2004), Least Angle Regression, Annals of Statistics 32(2), "
        "407-499; https://www4.stat.ncsu.edu/~boos/var.select/diabetes.html; as bundled with scikit-learn",
        licence=SOURCE.licence,
    )


SOURCE = DatasetSource(
    summary="442 patients, 10 measurements, progression of diabetes after a year; rows not in time",
    licence="bundled with scikit-learn (BSD-3-Clause)",
    load=load,
)
