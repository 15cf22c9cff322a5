from __future__ import annotations

import hashlib
import logging
import os
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pooch
import pytest

from bench.api import BenchError
from bench.data import _download
from bench.data._download import known_sha256, obtain
from bench.plugins import entry_points as names
from bench.tables.datasets import resolve
from bench.tables.table_request import TableRequest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TABLES = os.environ.get("BENCH_DATA_DIR", "")
BODY = b"x,y\n1,2\n"
RIGHT, WRONG = hashlib.sha256(BODY).hexdigest(), "0" * 64


class Handler(BaseHTTPRequestHandler):
    """Serves `BODY` as any file; `truncated.csv` announces more than it sends, `gone.csv` is not there."""

    def do_GET(self) -> None:
        if self.path.endswith("gone.csv"):
            self.send_error(404)
            return
        promised = len(BODY) * 2 if self.path.endswith("truncated.csv") else len(BODY)
        self.send_response(200)
        self.send_header("Content-Length", str(promised))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, format: str, *args: object) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]


class Server(ThreadingHTTPServer):
    asked: list[str]


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as running:
        running.asked = []
        thread = Thread(target=running.serve_forever, args=[0.01])
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _no_local_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BENCH_DATA_DIR", raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    path = tmp_path / "registry.txt"
    sums = {"right.csv": RIGHT, "wrong.csv": WRONG, "truncated.csv": RIGHT, "gone.csv": RIGHT}
    path.write_text("".join(f"{file} sha256:{checksum}\n" for file, checksum in sums.items()))
    return path


def url(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_port}/"


def failed(file: str, registry: Path, address: str, cache: Path) -> str:
    """The one line that a failed download gives; nothing may be left of it."""
    with pytest.raises(BenchError) as error:
        obtain(file, registry=registry, base_url=address, cache=cache)
    assert list(cache.iterdir()) == []
    assert "\n" not in str(error.value)
    return str(error.value)


def test_the_right_file_is_downloaded_once(server: Server, registry: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    for _ in range(2):
        path = obtain("right.csv", registry=registry, base_url=url(server), cache=cache)
        assert path == cache / "right.csv"
        assert path.read_bytes() == BODY
    assert server.asked == ["/right.csv"]
    assert [file.name for file in cache.iterdir()] == ["right.csv"]


def test_downloading_is_quiet(
    server: Server, registry: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pooch.get_logger().setLevel(logging.INFO)
    obtain("right.csv", registry=registry, base_url=url(server), cache=tmp_path / "cache")
    assert capfd.readouterr() == ("", "")
    assert pooch.get_logger().level == logging.INFO


def test_a_spoilt_file_in_the_cache_is_downloaded_again(server: Server, registry: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "right.csv").write_bytes(b"spoilt")
    path = obtain("right.csv", registry=registry, base_url=url(server), cache=tmp_path / "cache")
    assert path.read_bytes() == BODY


def test_wrong_hash(server: Server, registry: Path, tmp_path: Path) -> None:
    message = failed("wrong.csv", registry, url(server), tmp_path / "cache")
    assert f"wrong sha256, so it was deleted; expected {WRONG}" in message


def test_truncated(server: Server, registry: Path, tmp_path: Path) -> None:
    message = failed("truncated.csv", registry, url(server), tmp_path / "cache")
    assert "8 bytes read, 8 more expected" in message


def test_not_found(server: Server, registry: Path, tmp_path: Path) -> None:
    assert "HTTP 404 Not Found" in failed("gone.csv", registry, url(server), tmp_path / "cache")


def test_no_network(registry: Path, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/"
        message = failed("right.csv", registry, address, tmp_path / "cache")
    assert "ConnectionRefusedError" in message
    assert "BENCH_DATA_DIR" in message


def test_too_large(server: Server, registry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_download, "LARGEST", 4)
    assert "it is larger than" in failed("right.csv", registry, url(server), tmp_path / "cache")


def test_a_cache_that_cannot_be_made(server: Server, registry: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BenchError, match="could not be downloaded"):
        obtain("right.csv", registry=registry, base_url=url(server), cache=tmp_path / "file" / "cache")


def test_the_folder_comes_first(registry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_DATA_DIR", str(tmp_path))
    (tmp_path / "right.csv").write_bytes(BODY)
    assert obtain("right.csv", registry=registry, base_url="http://127.0.0.1:9/") == tmp_path / "right.csv"


def test_a_wrong_file_in_the_folder_is_refused_and_kept(
    registry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_DATA_DIR", str(tmp_path))
    (tmp_path / "wrong.csv").write_bytes(BODY)
    with pytest.raises(BenchError, match=f"has sha256 {RIGHT}; expected {WRONG}"):
        obtain("wrong.csv", registry=registry)
    assert (tmp_path / "wrong.csv").exists()


def test_a_folder_without_the_file_falls_back_to_downloading(
    server: Server, registry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_DATA_DIR", str(tmp_path))
    path = obtain("right.csv", registry=registry, base_url=url(server), cache=tmp_path / "cache")
    assert path == tmp_path / "cache" / "right.csv"


@pytest.mark.parametrize("name", ["nowhere", "registry.txt"])
def test_a_folder_that_does_not_exist(
    name: str, registry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_DATA_DIR", str(tmp_path / name))
    with pytest.raises(BenchError, match=r"BENCH_DATA_DIR is .*, which is no folder"):
        obtain("right.csv", registry=registry)


def test_the_methane_tables_are_checked_against_their_own_sums(server: Server, tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=rf"methane-1.csv .* wrong sha256.*{known_sha256('methane-1.csv')}"):
        names.load("datasets", "methane-1").load(base_url=url(server), cache=tmp_path)


@pytest.mark.real
@pytest.mark.parametrize("number", [1, 2])
def test_the_methane_tables(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_DATA_DIR", TABLES)
    data = resolve(TableRequest(f"methane-{number}"))
    assert data.frame.shape == (14_186, 9)
    assert (data.group, data.schema.target, data.schema.ordered) == ("methane", "Methane (ppb)", True)
