"""What a worker may tell the driver: everything else only makes its task fail, and nothing makes the driver wait."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.execution import worker_messages
from bench.execution.tasks import Progress
from bench.execution.worker_messages import Finished, MessageError, MessageReader, read_files


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    receiver, sender = os.pipe()
    yield receiver, sender
    for end in (receiver, sender):
        try:
            os.close(end)
        except OSError:
            continue


def test_messages_arrive_in_order(pipe: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    reader = MessageReader(pipe[0])
    assert list(reader.read()) == [], "nothing to read yet, and no waiting"
    worker_messages.send_progress(pipe[1], "fit", 1, 2)
    worker_messages.send_files(pipe[1], {"fit.json": b"{}"})
    first, last = reader.read()
    assert first == Progress("fit", 1, 2)
    assert isinstance(last, Finished)
    assert read_files(tmp_path) == {"fit.json": b"{}"}
    os.close(pipe[1])
    with pytest.raises(EOFError):
        next(reader.read())


def test_half_a_message_waits_for_its_end_without_blocking(pipe: tuple[int, int]) -> None:
    reader = MessageReader(pipe[0])
    os.write(pipe[1], b'["fit", 1')
    assert list(reader.read()) == []
    os.write(pipe[1], b", 2]\n")
    assert list(reader.read()) == [Progress("fit", 1, 2)]


@pytest.mark.parametrize(
    "sent",
    [
        b"\x80\x04\x95pickle\n",
        b'{"files": 1}\n',
        b'["fit", 1]\n',
        b'["fit", "1", 2]\n',
        b'["fit", 1, 1000000000000000000000]\n',
        b"[" * 5000 + b"\n",
        b"x" * 60_000,
    ],
)
def test_what_is_no_message_is_refused(pipe: tuple[int, int], sent: bytes) -> None:
    reader = MessageReader(pipe[0])
    os.write(pipe[1], sent)
    with pytest.raises(MessageError, match="a message that"):
        list(reader.read())


def test_a_stage_is_shown_without_control_characters(pipe: tuple[int, int]) -> None:
    reader = MessageReader(pipe[0])
    worker_messages.send_progress(pipe[1], "\x1b[2J" + "x" * 500, 0, 0)
    (progress,) = reader.read()
    assert isinstance(progress, Progress)
    assert progress.stage.startswith("\\x1b[2Jx")
    assert len(progress.stage) < 110


def many(folder: Path) -> None:
    for number in range(20):
        (folder / f"f{chr(97 + number)}.json").touch()


def linked(folder: Path) -> None:
    (folder / "fit.json").symlink_to("/etc/hostname")


def named_pipe(folder: Path) -> None:
    os.mkfifo(folder / "fit.json")


def nested(folder: Path) -> None:
    (folder / "fit.json").mkdir()


def odd_name(folder: Path) -> None:
    (folder / "..fit.json").touch()


@pytest.mark.parametrize("make", [many, linked, named_pipe, nested, odd_name])
def test_what_is_no_plain_file_is_refused(make: object, tmp_path: Path) -> None:
    (tmp_path / worker_messages.OUTPUT).mkdir()
    make(tmp_path / worker_messages.OUTPUT)  # type: ignore[operator]
    with pytest.raises(MessageError):
        read_files(tmp_path)


def test_a_folder_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / worker_messages.OUTPUT).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(MessageError, match="cannot be read"):
        read_files(tmp_path)
