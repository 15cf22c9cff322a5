"""Two tables that the plotting library seaborn uses in its examples: penguins, and taxi trips with dates and zones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._public import PublicTable

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


def _read(path: Path) -> pd.DataFrame:
    """An empty cell is a gap."""
    import pandas as pd

    frame: pd.DataFrame = pd.read_csv(path, keep_default_na=False, na_values=[""])
    return frame


def _read_taxis(path: Path) -> pd.DataFrame:
    import pandas as pd

    frame = _read(path)
    stamps = {name: pd.to_datetime(frame[name], format="%Y-%m-%d %H:%M:%S") for name in ("pickup", "dropoff")}
    return frame.assign(**stamps)


PENGUINS_TABLE = PublicTable(
    name="penguins",
    files=("penguins.csv",),
    read=_read,
    target="species",
    task="multiclass",
    size="344 rows, 7 columns, gaps",
    about="penguins of three species on three islands",
    citation="Horst, Hill, Gorman (2020), palmerpenguins; https://doi.org/10.5281/zenodo.3960218; as in seaborn-data",
    licence="CC0",
    categorical={"species": ("Adelie", "Chinstrap", "Gentoo"), "island": (), "sex": ("MALE", "FEMALE")},
)

TAXIS_TABLE = PublicTable(
    name="taxis",
    files=("taxis.csv",),
    read=_read_taxis,
    target="total",
    task="regression",
    size="6,433 rows, 14 columns, gaps",
    about="taxi trips in New York, March 2019: dates, zones, price and its parts",
    citation="New York City Taxi and Limousine Commission (2019), TLC Trip Record Data; "
    "https://www.nyc.gov/site/tlc/about/tlc-trip-record-data.page; as in seaborn-data",
    licence="NYC open data, without restrictions",
    categorical=dict.fromkeys(
        ("color", "payment", "pickup_zone", "dropoff_zone", "pickup_borough", "dropoff_borough"), ()
    ),
    dates=("pickup", "dropoff"),
)

PENGUINS = PENGUINS_TABLE.source()
TAXIS = TAXIS_TABLE.source()
