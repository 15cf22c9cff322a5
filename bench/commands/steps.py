"""Says what a long command is doing: lines in a pipe; on a terminal the last line also has the time that it takes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from bench.commands.terminal import seconds_text, terminal

if TYPE_CHECKING:
    from bench.commands.terminal import Screen


class Steps:
    """Call it with what comes next. Use as a context manager."""

    def __init__(self, screen: Screen | None = None) -> None:
        self._screen = screen or terminal()
        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
        self._progress = Progress(*columns, console=self._screen, transient=True)
        self._text, self._begun = "", 0.0

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
        self._text, self._begun = text, time.monotonic()
        self._progress.add_task(text)

    def _end(self) -> None:
        """Leaves the last step as a line, with the time that it took if that was long."""
        if self._text:
            seconds = time.monotonic() - self._begun
            self._screen.print(Text(self._text + (f" ({seconds_text(seconds)})" if seconds >= 1 else "")))
        self._text = ""
        for task in self._progress.task_ids:
            self._progress.remove_task(task)
