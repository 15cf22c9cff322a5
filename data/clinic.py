"""Simulated visits of a hospital: a mixed table with dates, codes, gaps and three classes.

`_clinic.py` states the equations. What a generator can get wrong: `bmi` follows from weight and height, `pack_years`
is missing exactly where `smoker` is no, `discharge` is never before `visit`, no visit is at night, gaps of `crp` depend
on ward and age, one ward has less than 1 % of the rows, and codes of districts begin with a zero.
"""

from __future__ import annotations

from bench.api import Dataset, DatasetSource, Schema

SEED = 1


def load(seed: int = SEED) -> Dataset:
    """Simulates 3,000 rows x 14 columns.

    Args:
        seed: any integer of at least 0.
    """
    from ._clinic import CLASSES, DISTRICTS, INSURANCES, WARDS, simulate
    from ._frames import fingerprint, typed

    levels = {
        "sex": ("female", "male"),
        "ward": WARDS,
        "insurance": INSURANCES,
        "district": DISTRICTS,
        "smoker": ("no", "yes"),
        "readmitted": CLASSES,
    }
    frame, columns = typed(simulate(seed), categorical=levels, dates=("visit", "discharge"))
    return Dataset(
        name="clinic",
        group="clinic",
        frame=frame,
        schema=Schema(columns, "readmitted", task="multiclass"),
        sha256=fingerprint(frame),
        source=f"simulated (seed {seed}); data/_clinic.py states the equations",
        licence=SOURCE.licence,
    )


SOURCE = DatasetSource(
    summary="simulated visits of a hospital: categories, dates, gaps, three classes; 3,000 rows, 14 columns",
    licence="CC0",
    load=load,
)
