"""What a generator's process says of its fit is kept where it has the right form, whatever it says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bench.api import Trial
from bench.execution.fitted_trial import read_fit
from bench.execution.tasks import TaskOutcome
from bench.runs.run_directory import pack_result, unpack_result

TRIAL = Trial("id", "data", "split", 0, "mine", {}, 1)


@pytest.mark.parametrize("stated", [True, "1", None, -1, 10**400, -(10**400), 1e308, float("nan"), [], {}])
def test_odd_numbers_are_left_out(stated: Any) -> None:  # noqa: ANN401
    account = {"seconds": {"fit": stated, "sample": 2}, "memory_bytes": stated, "parameters": stated, "error": ""}
    files = {"synthetic.parquet": b"rows", "fit.json": json.dumps(account).encode()}
    result, kept = read_fit(TRIAL, TaskOutcome("ok", files, ""))
    assert (result.status, result.seconds) == ("ok", {"sample": 2.0})
    assert result.memory_bytes is None
    assert result.parameters is None
    assert set(kept) == {"synthetic.parquet"}
    assert unpack_result(pack_result(result)) == result


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b"[" * 100_000, b'{"error": 7}', b'{"seconds": [], "error": "x\\ny"}']
)
def test_an_account_that_cannot_be_read_is_a_failure(content: bytes) -> None:
    result, kept = read_fit(TRIAL, TaskOutcome("ok", {"synthetic.parquet": b"rows", "fit.json": content}, ""))
    assert result.status == "failed"
    assert result.error
    assert "\n" not in result.error
    assert not kept
