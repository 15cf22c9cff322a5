"""Five mixed tables of the UCI Machine Learning Repository on which the literature compares generators.

Which columns are codes is what the authors of TabSyn say (github.com/amazon-science/tabsyn, data/Info), so that results
can be compared with published ones. No rule on the values gives the same answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._public import PublicTable

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

_UCI = "UCI Machine Learning Repository"
_LICENCE = "CC BY 4.0"
_ADULT = [
    *("age", "workclass", "fnlwgt", "education", "education_num", "marital_status", "occupation"),
    *("relationship", "race", "sex", "capital_gain", "capital_loss", "hours_per_week", "native_country", "income"),
]
_MAGIC = ["fLength", "fWidth", "fSize", "fConc", "fConc1", "fAsym", "fM3Long", "fM3Trans", "fAlpha", "fDist", "class"]
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "June", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _csv(path: Path, **options: Any) -> pd.DataFrame:  # noqa: ANN401
    """Reads a CSV in which no word means a gap unless `na_values` says so."""
    import pandas as pd

    frame: pd.DataFrame = pd.read_csv(path, keep_default_na=False, **options)
    return frame


def _read_adult(train: Path, test: Path) -> pd.DataFrame:
    """Both parts; the test part begins with a comment, and its labels end in a full stop."""
    import pandas as pd

    options = {"names": _ADULT, "skipinitialspace": True, "na_values": ["?"]}
    frame = pd.concat([_csv(train, **options), _csv(test, skiprows=1, **options)], ignore_index=True)
    return frame.assign(income=frame["income"].str.removesuffix("."))


def _read_beijing(path: Path) -> pd.DataFrame:
    return _csv(path, na_values={"pm2.5": ["NA"]}).drop(columns="No")


def _read_default(train: Path, test: Path) -> pd.DataFrame:
    import pandas as pd

    return pd.concat([_csv(train), _csv(test)], ignore_index=True)


def _read_magic(path: Path) -> pd.DataFrame:
    return _csv(path, names=_MAGIC)


def _read_shoppers(path: Path) -> pd.DataFrame:
    return _csv(path, dtype={"Weekend": str, "Revenue": str})


ADULT_TABLE = PublicTable(
    name="adult",
    files=("adult.data", "adult.test"),
    read=_read_adult,
    target="income",
    task="binary",
    size="48,842 rows, 15 columns, gaps",
    about="US census of 1994: who earns over 50,000 dollars",
    citation=f"Becker, Kohavi (1996), Adult, {_UCI}; https://doi.org/10.24432/C5XW20",
    licence=_LICENCE,
    categorical={
        "workclass": (),
        "education": (),
        "marital_status": (),
        "occupation": (),
        "relationship": (),
        "race": (),
        "sex": (),
        "native_country": (),
        "income": ("<=50K", ">50K"),
    },
)
"""The first 32,561 rows are UCI's train part."""

BEIJING_TABLE = PublicTable(
    name="beijing",
    files=("beijing-pm25.csv",),
    read=_read_beijing,
    target="pm2.5",
    task="regression",
    size="41,757 rows in time, 12 columns",
    about="hourly fine dust (PM2.5) and weather in Beijing, 2010 to 2014",
    citation=f"Chen (2015), Beijing PM2.5, {_UCI}; https://doi.org/10.24432/C5JS49",
    licence=_LICENCE,
    categorical={"year": (), "month": (), "day": (), "hour": (), "cbwd": ("NE", "NW", "SE", "cv")},
    ordered=True,
)
"""The literature splits it at random, in spite of time: `--split random`."""

DEFAULT_TABLE = PublicTable(
    name="default",
    files=("default-train.csv", "default-test.csv"),
    read=_read_default,
    target="default_payment_next_month",
    task="binary",
    size="30,000 rows, 24 columns",
    about="credit card clients in Taiwan, 2005: who defaults",
    citation=f"Yeh (2009), Default of Credit Card Clients, {_UCI}; https://doi.org/10.24432/C55S3H",
    licence=_LICENCE,
    categorical={
        **dict.fromkeys(("sex", "education", "marriage"), ()),
        **dict.fromkeys(("pay_0", "pay_2", "pay_3", "pay_4", "pay_5", "pay_6"), ()),
        "default_payment_next_month": ("0", "1"),
    },
)

MAGIC_TABLE = PublicTable(
    name="magic",
    files=("magic04.data",),
    read=_read_magic,
    target="class",
    task="binary",
    size="19,020 rows, 11 columns",
    about="air showers in a gamma telescope: gamma ray (g) or hadron (h)",
    citation=f"Bock (2004), MAGIC Gamma Telescope, {_UCI}; https://doi.org/10.24432/C52C8B",
    licence=_LICENCE,
    categorical={"class": ("g", "h")},
)

SHOPPERS_TABLE = PublicTable(
    name="shoppers",
    files=("online_shoppers_intention.csv",),
    read=_read_shoppers,
    target="Revenue",
    task="binary",
    size="12,330 rows, 18 columns",
    about="visits of an online shop: which end with an order",
    citation=f"Sakar, Kastro (2018), Online Shoppers Purchasing Intention, {_UCI}; https://doi.org/10.24432/C5F88Q",
    licence=_LICENCE,
    categorical={
        "Month": tuple(month for month in _MONTHS if month not in ("Jan", "Apr")),
        **dict.fromkeys(("OperatingSystems", "Browser", "Region", "TrafficType", "VisitorType"), ()),
        **dict.fromkeys(("Weekend", "Revenue"), ("FALSE", "TRUE")),
    },
)
"""No visit is of January or April."""

ADULT = ADULT_TABLE.source()
BEIJING = BEIJING_TABLE.source()
DEFAULT = DEFAULT_TABLE.source()
MAGIC = MAGIC_TABLE.source()
SHOPPERS = SHOPPERS_TABLE.source()
