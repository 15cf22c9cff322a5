"""A pool of a cluster's threads, without a cluster."""

from __future__ import annotations

from typing import Any

import pytest

from bench.api import Trial
from bench.execution import dask_pool
from bench.execution.tasks import Task


class Client:
    """A scheduler whose workers come and go as told."""

    def __init__(self) -> None:
        self.threads = {"a": 2, "b": 2}
        self.status = "running"

    def nthreads(self) -> dict[str, int]:
        return self.threads

    def submit(self, *_: object, **__: object) -> object:
        return object()

    def wait_for_workers(self, *_: object, **__: object) -> None:
        pass

    def run(self, function: Any) -> dict[str, Any]:  # noqa: ANN401
        return {"a": function()}

    def subscribe_topic(self, *_: object) -> None:
        pass


def test_nothing_is_started_while_there_are_fewer_threads_than_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    monkeypatch.setattr(dask_pool, "_connect", lambda _: client)
    pool = dask_pool.ClusterPool("tcp://nowhere")
    for name in "abc":
        pool.start(Task(Trial(name, "", "", 0, "", {}, 0), lambda *_: {}))
    assert pool.idle == 1
    client.threads = {"a": 2}
    assert pool.idle == 0
    client.threads = {}
    assert pool.idle == 0


def test_a_scheduler_that_is_gone_is_told_from_other_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    monkeypatch.setattr(dask_pool, "_connect", lambda _: client)
    pool = dask_pool.ClusterPool("tcp://nowhere")
    monkeypatch.setattr(Client, "nthreads", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        assert pool.idle
    client.status = "connecting"
    with pytest.raises(dask_pool.SchedulerLostError, match="the Dask scheduler at tcp://nowhere no longer answers"):
        assert pool.idle


def test_a_connection_that_breaks_first_is_a_scheduler_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    def reset(_: Client) -> dict[str, int]:
        raise ConnectionResetError(104, "Connection reset by peer")

    monkeypatch.setattr(dask_pool, "_connect", lambda _: Client())
    monkeypatch.setattr(Client, "nthreads", reset)
    with pytest.raises(dask_pool.SchedulerLostError, match="the Dask scheduler at tcp://nowhere no longer answers"):
        assert dask_pool.ClusterPool("tcp://nowhere").idle
