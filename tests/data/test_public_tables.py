"""Public tables: what is made of files in their layout, and of the files themselves."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from bench.api import BenchError
from bench.data._download import known_sha256
from bench.data._public import PublicTable, joint_sha256
from bench.data.air_quality import TABLE as AIR_QUALITY
from bench.data.seaborn import PENGUINS_TABLE, TAXIS_TABLE
from bench.data.uci import ADULT_TABLE, BEIJING_TABLE, DEFAULT_TABLE, MAGIC_TABLE, SHOPPERS_TABLE
from bench.plugins import entry_points

if TYPE_CHECKING:
    from pathlib import Path

    from bench.api import Dataset

TABLES = os.environ.get("BENCH_DATA_DIR", "")
PUBLIC = {
    table.name: table
    for table in (
        ADULT_TABLE,
        BEIJING_TABLE,
        DEFAULT_TABLE,
        MAGIC_TABLE,
        SHOPPERS_TABLE,
        AIR_QUALITY,
        PENGUINS_TABLE,
        TAXIS_TABLE,
    )
}


def parsed(table: PublicTable, folder: Path, *texts: str) -> Dataset:
    """The data set in files with these texts."""
    paths = [folder / file for file in table.files]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    data: Dataset = table.parse(*paths, sha256="0" * 64)
    return data


def kinds(data: Dataset) -> dict[str, str]:
    return {column.name: column.kind[0] + "?" * column.missing for column in data.schema.columns}


def test_adult(tmp_path: Path) -> None:
    train = (
        "39, State-gov, 77516, Bachelors, 13, Never-married, Adm-clerical, Not-in-family, White, Male, 2174, 0, 40, "
        "United-States, <=50K\n"
        "54, ?, 180211, Some-college, 10, Married-civ-spouse, ?, Husband, White, Male, 0, 0, 60, South, >50K\n\n"
    )
    test = (
        "|1x3 Cross validator\n"
        "25, Private, 226802, 11th, 7, Never-married, Sales, Own-child, Black, Male, 0, 0, 40, ?, <=50K.\n\n"
    )
    data = parsed(ADULT_TABLE, tmp_path, train, test)
    assert data.frame.shape == (3, 15)
    assert data.schema.missing == ("workclass", "occupation", "native_country")
    assert list(data.frame["income"]) == ["<=50K", ">50K", "<=50K"]
    assert data.frame["education"].cat.categories.tolist() == ["Bachelors", "Some-college", "11th"]
    numeric = ("age", "fnlwgt", "education_num", "capital_gain", "capital_loss", "hours_per_week")
    assert data.schema.numeric == numeric
    assert data.schema.task == "binary"


def test_beijing(tmp_path: Path) -> None:
    header = "No,year,month,day,hour,pm2.5,DEWP,TEMP,PRES,cbwd,Iws,Is,Ir\n"
    rows = "1,2010,1,1,0,NA,-21,-11,1021,NW,1.79,0,0\n2,2010,1,1,1,129,-16,-4,1020,SE,1.79,0,0\n"
    data = parsed(BEIJING_TABLE, tmp_path, header + rows)
    codes = {"year": "2010", "month": "1", "day": "1", "hour": "1", "cbwd": "SE"}
    numbers = {"pm2.5": 129.0, "DEWP": -16, "TEMP": -4, "PRES": 1020, "Iws": 1.79, "Is": 0, "Ir": 0}
    assert data.frame.to_dict("records") == [codes | numbers]
    assert data.notes == ("1 of 2 rows had no pm2.5 and were dropped.",)
    assert data.schema.categorical == ("year", "month", "day", "hour", "cbwd")
    assert data.schema.ordered


def test_default(tmp_path: Path) -> None:
    pays = ["pay_0", *(f"pay_{month}" for month in range(2, 7))]
    amounts = [f"{what}_amt{month}" for what in ("bill", "pay") for month in range(1, 7)]
    names = ["limit_bal", "sex", "education", "marriage", "age", *pays, *amounts, "default_payment_next_month"]
    first = [80000, 2, 2, 2, 25, 0, -1, 0, 0, 0, 0, *range(12), 0]
    second = [150000, 1, 2, 1, 27, -2, 2, 0, 0, 0, 0, *range(12), 1]
    data = parsed(DEFAULT_TABLE, tmp_path, *(_written(names, row) for row in (first, second)))
    assert data.frame.shape == (2, 24)
    assert data.schema.categorical == ("sex", "education", "marriage", *pays, "default_payment_next_month")
    assert list(data.frame["pay_0"]) == ["0", "-2"]
    assert data.schema.column("pay_0").levels == ("-2", "0")
    assert data.schema.column("pay_amt6").kind == "numeric"


def test_magic(tmp_path: Path) -> None:
    rows = "28.7967,16.0021,2.6449,0.3918,0.1982,27.7004,22.011,-8.2027,40.092,81.8828,g\n1,1,1,1,1,1,1,1,1,1,h\n"
    data = parsed(MAGIC_TABLE, tmp_path, rows)
    assert data.schema.categorical == ("class",)
    first = [28.7967, 16.0021, 2.6449, 0.3918, 0.1982, 27.7004, 22.011, -8.2027, 40.092, 81.8828, "g"]
    assert data.frame.iloc[0].tolist() == first


def test_shoppers(tmp_path: Path) -> None:
    names = (
        "Administrative,Administrative_Duration,Informational,Informational_Duration,ProductRelated,"
        "ProductRelated_Duration,BounceRates,ExitRates,PageValues,SpecialDay,Month,OperatingSystems,Browser,Region,"
        "TrafficType,VisitorType,Weekend,Revenue\n"
    )
    rows = (
        "0,0,0,0,1,0,0.2,0.2,0,0,June,10,2,1,1,Other,TRUE,FALSE\n0,0,0,0,2,64,0,0.1,0,0,Feb,2,2,1,2,Other,FALSE,TRUE\n"
    )
    data = parsed(SHOPPERS_TABLE, tmp_path, names + rows)
    assert data.schema.numeric == tuple(names.strip().split(",")[:10])
    assert data.schema.column("OperatingSystems").levels == ("2", "10")
    assert data.schema.column("Month").levels[:4] == ("Feb", "Mar", "May", "June")
    assert list(data.frame["Revenue"]) == ["FALSE", "TRUE"]


def test_air_quality(tmp_path: Path) -> None:
    text = (
        "Date;Time;CO(GT);PT08.S1(CO);C6H6(GT)\n"
        "13/03/2004;18:00;2.6;1360;11.9\n"
        "04/04/2005;14:00;-200;1071;9.4\n"
        "04/04/2005;15:00;1;1071;-200\n" + ";;;;\n" + "\n" * 3
    )
    data = parsed(AIR_QUALITY, tmp_path, text)
    assert kinds(data) == {"Date": "d", "Time": "c", "CO(GT)": "n?", "PT08.S1(CO)": "n", "C6H6(GT)": "n"}
    assert list(data.frame["Date"]) == [pd.Timestamp(2004, 3, 13), pd.Timestamp(2005, 4, 4)]
    assert data.notes == ("1 of 3 rows had no C6H6(GT) and were dropped.",)
    assert len(data.schema.column("Time").levels) == 24


def test_penguins(tmp_path: Path) -> None:
    names = "species,island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex\n"
    data = parsed(PENGUINS_TABLE, tmp_path, f"{names}Adelie,Torgersen,39.1,18.7,181,3750,MALE\nGentoo,Biscoe,,,,,\n")
    assert data.schema.missing == (*("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g", "sex"),)
    assert data.frame["species"].tolist() == ["Adelie", "Gentoo"]
    assert data.schema.task == "multiclass"


def test_taxis(tmp_path: Path) -> None:
    names = (
        "pickup,dropoff,passengers,distance,fare,tip,tolls,total,color,payment,pickup_zone,dropoff_zone,"
        "pickup_borough,dropoff_borough\n"
    )
    rows = (
        "2019-03-23 20:21:09,2019-03-23 20:27:24,1,1.6,7.0,2.15,0.0,12.95,yellow,credit card,Lenox Hill West,Yorkville"
        ",Manhattan,Manhattan\n"
        "2019-03-04 16:11:55,2019-03-04 16:19:00,1,0.79,5.0,0.0,0.0,9.3,green,,,,,\n"
    )
    data = parsed(TAXIS_TABLE, tmp_path, names + rows)
    assert data.frame["pickup"].iloc[0] == pd.Timestamp("2019-03-23 20:21:09")
    assert data.schema.missing == ("payment", "pickup_zone", "dropoff_zone", "pickup_borough", "dropoff_borough")
    assert data.frame["passengers"].dtype == np.dtype("int64")


def test_a_level_that_is_not_declared_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="column 'class' has 'x'; expected one of: g, h"):
        parsed(MAGIC_TABLE, tmp_path, "1,1,1,1,1,1,1,1,1,1,x\n")


def test_the_checksum_of_several_files_depends_on_each() -> None:
    assert joint_sha256(["a"]) == "a"
    assert len({joint_sha256(["a", "b"]), joint_sha256(["a", "c"]), joint_sha256(["b", "a"])}) == 3


@pytest.mark.parametrize("name", PUBLIC)
def test_all_are_registered_with_a_known_file_and_a_citation(name: str) -> None:
    table = PUBLIC[name]
    assert entry_points.load("datasets", name).load == table.load
    assert all(re.fullmatch("[0-9a-f]{64}", known_sha256(file)) for file in table.files)
    assert re.search(r"\(\d{4}\).*https://", table.citation)


def test_a_folder_with_the_files_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As its file has another checksum, the folder is what was looked into."""
    monkeypatch.setenv("BENCH_DATA_DIR", str(tmp_path))
    (tmp_path / "penguins.csv").write_text("species\nAdelie\n")
    with pytest.raises(BenchError, match=f"penguins.csv has sha256 .*; expected {known_sha256('penguins.csv')}"):
        entry_points.load("datasets", "penguins").load()


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "levels"),
    [
        ("adult", {"education": 16, "native_country": 41, "occupation": 14, "income": 2}),
        ("beijing", {"year": 5, "month": 12, "day": 31, "hour": 24, "cbwd": 4}),
        ("default", {"pay_0": 11, "pay_6": 10, "education": 7}),
        ("magic", {"class": 2}),
        ("shoppers", {"Month": 10, "TrafficType": 20, "Browser": 13}),
        ("air_quality", {"Time": 24}),
        ("penguins", {"species": 3, "island": 3, "sex": 2}),
        ("taxis", {"pickup_zone": 194, "dropoff_zone": 203}),
    ],
)
def test_the_real_tables(name: str, levels: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_DATA_DIR", TABLES)
    source = entry_points.load("datasets", name)
    data = source.load()
    rows, columns = data.frame.shape
    assert f"; {rows:,} rows" in source.summary
    assert f" {columns} columns" in source.summary
    assert ("gaps" in source.summary) == bool(data.schema.missing)
    assert ("in time" in source.summary) == data.schema.ordered
    for column in data.schema.columns:
        assert set(data.frame[column.name].dropna()) == set(column.levels) or column.kind != "categorical"
    assert {column: len(data.schema.column(column).levels) for column in levels} == levels
    assert data.sha256 == joint_sha256([known_sha256(file) for file in PUBLIC[name].files])


@pytest.mark.real
def test_relations_of_the_real_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_DATA_DIR", TABLES)
    adult, taxis = (entry_points.load("datasets", name).load().frame for name in ("adult", "taxis"))
    assert (adult.groupby("education", observed=True)["education_num"].nunique() == 1).all()
    assert (taxis["dropoff"] >= taxis["pickup"]).all()
    assert (taxis["total"] - taxis["fare"] - taxis["tip"] - taxis["tolls"]).min() > -1e-9


def _written(names: list[str], row: list[int]) -> str:
    return f"{','.join(names)}\n{','.join(map(str, row))}\n"
