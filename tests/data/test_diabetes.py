from __future__ import annotations

from bench.tables.datasets import resolve
from bench.tables.table_request import TableRequest


def test_diabetes_is_in_its_own_units() -> None:
    data = resolve(TableRequest("diabetes"))
    assert data.frame.shape == (442, 11)
    assert data.schema.target == "target"
    assert not data.schema.ordered
    assert data.notes == ()
    assert data.frame["age"].between(19, 79).all()  # years, not standard deviations
    assert resolve(TableRequest("diabetes")).sha256 == data.sha256
