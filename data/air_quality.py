"""Hourly air quality in an Italian city: gas analysers and five metal-oxide sensors, with many gaps, in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._public import PublicTable

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


def _read(path: Path) -> pd.DataFrame:
    """Cells are separated by semicolons, -200 is a gap, dates have the day first, and blank rows end the file."""
    import pandas as pd

    frame: pd.DataFrame = pd.read_csv(path, sep=";", skip_blank_lines=True).dropna(how="all")
    numbers = frame.columns[2:]
    frame[numbers] = frame[numbers].mask(frame[numbers] == -200)
    return frame.assign(Date=pd.to_datetime(frame["Date"], format="%d/%m/%Y"))


TABLE = PublicTable(
    name="air_quality",
    files=("AirQualityUCI.csv",),
    read=_read,
    target="C6H6(GT)",
    task="regression",
    size="8,991 rows in time, 15 columns, gaps",
    about="hourly benzene, other gases and five sensors in an Italian city",
    citation="Vito (2008), Air Quality, UCI Machine Learning Repository; https://doi.org/10.24432/C59K5F; "
    "De Vito, Massera, Piga, Martinotto, Di Francia (2008), Sensors and Actuators B 129(2), 750-757",
    licence="CC BY 4.0",
    categorical={"Time": tuple(f"{hour:02}:00" for hour in range(24))},
    dates=("Date",),
    ordered=True,
)

SOURCE = TABLE.source()
