"""What a worker process tells the driver: lines of JSON through a pipe, and files in a folder.

A plugin's code can write to both whatever it likes. So nothing is unpickled, every part is checked for its form and
size, and no read waits for more: what has the wrong form only makes the task fail.
"""

from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from bench.common.safe_text import plain
from bench.execution.tasks import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.execution.tasks import Files

FILE_BYTES = 2 * 2**30
"""No file of a task may grow beyond this: a task that writes without end fails before the disk is full."""

OUTPUT = "output"
"""The folder, in the working directory of a task, with the files that it returns."""

_LINE_BYTES = 4096
_READ_BYTES = 64 * 1024
_FILES = 16
_FILE_NAME = re.compile(r"[a-z][a-z_-]{0,40}(\.[a-z]{1,10})?")
_LARGEST_COUNT = 10**12


class MessageError(Exception):
    """A worker sent what is no message, or returned what is no file. One line."""


class Finished:
    """The message that a task has ended and its files are complete."""


def send_progress(pipe: int, stage: str, done: int, total: int) -> None:
    """Tells how far a task is; `pipe` is a file descriptor."""
    _send(pipe, [str(stage)[:100], int(done), int(total)])


def send_files(pipe: int, files: Files) -> None:
    """Writes the files of a finished task into a folder of the working directory and tells that they are complete."""
    folder = Path(OUTPUT)
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    _send(pipe, [])


def _send(pipe: int, content: list[Any]) -> None:
    # One write of at most PIPE_BUF bytes: lines of several threads do not mix.
    os.write(pipe, json.dumps(content).encode() + b"\n")


@dataclass(slots=True)
class MessageReader:
    """Reads the messages of one worker from a pipe, which must not block."""

    pipe: int
    _unread: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        """Makes reading return at once where there is nothing to read."""
        os.set_blocking(self.pipe, False)

    def read(self) -> Iterator[Progress | Finished]:
        """Yields the messages that have arrived, at most those of one read: a worker that floods it stops no other.

        Raises:
            EOFError: if the worker has closed its end.
            MessageError: if a line is no message.
        """
        try:
            arrived = os.read(self.pipe, _READ_BYTES)
        except BlockingIOError:
            return
        if not arrived:
            raise EOFError
        *lines, self._unread = (self._unread + arrived).split(b"\n")
        for line in lines:
            yield _message(line)
        if len(self._unread) > _LINE_BYTES:
            raise MessageError("the process sent a message that is too long")


def _message(line: bytes) -> Progress | Finished:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        content = None
    match content:
        case []:
            return Finished()
        case [str(stage), int(done), int(total)] if max(abs(done), abs(total)) <= _LARGEST_COUNT:
            return Progress(plain(stage), done, total)
    raise MessageError("the process sent a message that cannot be read")


def read_files(scratch: Path) -> Files:
    """Reads the files that a task left in its output folder.

    Raises:
        MessageError: if there are too many of them, or something else than files of limited size with plain names.
    """
    try:
        folder = os.open(scratch / OUTPUT, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            names = sorted(os.listdir(folder))
            if len(names) > _FILES or not all(map(_FILE_NAME.fullmatch, names)):
                raise MessageError("the process returned files that were not expected")
            return {name: _read_file(name, folder) for name in names}
        finally:
            os.close(folder)
    except OSError as error:
        raise MessageError(f"the files that the process returned cannot be read: {error.strerror}") from error


def _read_file(name: str, folder: int) -> bytes:
    with open_plain_file(name, folder) as stream:
        size = os.fstat(stream.fileno()).st_size
        if size > FILE_BYTES:
            raise MessageError(f"the process returned {name} with {size} bytes; expected at most {FILE_BYTES}")
        return stream.read(size)


def open_plain_file(path: str | Path, folder: int | None = None) -> BinaryIO:
    """Opens a file of a task for reading; `folder` is the file descriptor of its folder.

    Raises:
        MessageError: if it is no regular file. A link could lead anywhere, and opening a named pipe would wait.
    """
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise MessageError(f"the process left {path}, which is no regular file")
    return open(file, "rb")
