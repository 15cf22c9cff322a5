"""Says what a long command is doing: lines in a pipe; on a terminal the step under way has its time and time left."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column
from rich.text import Text

from bench.commands.terminal import seconds_text, terminal

if TYPE_CHECKING:
    from bench.commands.terminal import Screen


class Steps:
    """Call it with what comes next. Use as a context manager."""

    def __init__(self, screen: Screen | None = None) -> None:
        self._screen = screen or terminal()
        rest_of_line = Column(no_wrap=True, overflow="ellipsis", ratio=1)
        text = TextColumn("{task.description}", markup=False, table_column=rest_of_line)
        columns = (SpinnerColumn(), text, TimeElapsedColumn())
        self._progress = Progress(*columns, console=self._screen, transient=True, expand=True)
        self._task: TaskID | None = None
        self._text, self._begun, self._is_line = "", 0.0, False
        self._first: tuple[int, float] | None = None

    def __enter__(self) -> Steps:
        if self._screen.is_terminal:
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._screen.is_terminal:
            self._end()
            self._progress.stop()

    def __call__(self, text: str) -> None:
        """Says what is done from now on."""
        if not self._screen.is_terminal:
            self._screen.print(Text(text))
            return
        self._end()
        self._text, self._begun, self._is_line, self._first = text, time.monotonic(), False, None
        self._task = self._progress.add_task(text)

    def progress(self, done: int, total: int) -> None:
        """Says on a terminal how much of the step is done, and how long the rest takes if it goes on as so far."""
        if self._task is None or total <= 0:
            return
        now = time.monotonic()
        # What was done before the first call may be of an earlier command.
        first, since = self._first = self._first or (done, now)
        left = (total - done) * (now - since) / (done - first) if done > first else 0.0
        rest = f", about {seconds_text(left)} left" if left else ""
        self._progress.update(self._task, description=f"{done} of {total}{rest}: {self._text}", refresh=True)

    def result(self, text: str) -> None:
        """Prints a line that the step under way found."""
        self.keep()
        self._screen.print(Text(text))

    def keep(self) -> None:
        """Leaves the line of the step under way now, because lines of results follow."""
        if self._task is not None and not self._is_line:
            self._screen.print(Text(self._text))
            self._is_line = True

    def _end(self) -> None:
        """Leaves the step as a line, with the time that it took if that was long."""
        if self._task is None:
            return
        seconds = time.monotonic() - self._begun
        if not self._is_line:
            self._screen.print(Text(self._text + (f" ({seconds_text(seconds)})" if seconds >= 1 else "")))
        self._progress.remove_task(self._task)
        self._task = None
