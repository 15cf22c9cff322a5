"""A simulated air-quality station: nine columns, 14,186 rows in time per season, any number of seasons.

docs/station.md describes the model, its sources, and how similar it is to a real station.
"""

from __future__ import annotations

from bench.api import Dataset, DatasetSource, Schema

SEED = 256
"""The seed of the default season."""


def load(seed: int = SEED, seasons: int = 1) -> Dataset:
    """Simulates `seasons` seasons of 14,186 rows, one after the other.

    Args:
        seed: for the weather, the gas and the sensors; any integer.
        seasons: number of seasons, at least 1. Season k of a seed does not depend on this number.

    Raises:
        BenchError: for fewer than one season.
    """
    from ._frames import fingerprint
    from ._station import simulate

    frame = simulate(seed, seasons)
    return Dataset(
        name="station",
        group="station",
        frame=frame,
        schema=Schema.of_numbers(frame.columns, "Methane (ppb)", ordered=True),
        sha256=fingerprint(frame),
        source=f"simulated (seed {seed}, {seasons} season{'s' if seasons > 1 else ''}); docs/station.md",
        licence=SOURCE.licence,
    )


SOURCE = DatasetSource(
    summary="simulated methane station: weather, plumes, five metal-oxide sensors; 14,186 rows in time, 9 columns",
    licence="MIT",
    load=load,
)
