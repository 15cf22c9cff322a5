"""What a person sees while a run goes."""

from __future__ import annotations

import json
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Literal

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from bench.api import TrialResult
from bench.commands.terminal import boards_table, label, seconds_text
from bench.execution.runner import SECONDS_PER_SCORING
from bench.execution.tasks import Progress as TaskProgress
from bench.runs.run_directory import open_run
from bench.statistics.leaderboard import rank

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from rich.table import Table

    from bench.execution.schedule import Listener, Schedule
    from bench.execution.tasks import Task

Style = Literal["full", "quiet", "json"]

_RANKING_SECONDS = 3.0
_STYLES = {"ok": "green", "skipped": "yellow"}


class Reporter:
    """Follows a run: a live display on a terminal, plain lines elsewhere. Use as a context manager."""

    def __init__(self, console: Console, schedule: Schedule, workers: int) -> None:
        """Args: console; schedule: what is to be done; workers: tasks at once."""
        self._console = console
        self._path = schedule.path
        self._scoring = SECONDS_PER_SCORING[schedule.plan.config.budget.metrics]
        self._left = {task.id: task for task in schedule.tasks}
        self._total = len(self._left)
        self._workers = workers
        self._took: dict[str, list[float]] = {}
        self._ranked_at = float("-inf")
        self._bars: dict[str, TaskID] = {}
        self._board: Table | Text = Text("")
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, TextColumn("{task.fields[note]}"), console=console)
        self._overall = self._progress.add_task("all", total=self._total, note=self._time_left())
        self._live = Live(console=console, get_renderable=self._view, refresh_per_second=4)

    def __enter__(self) -> Reporter:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._board = Text("")
        self._progress.stop()
        self._live.stop()

    def __call__(self, event: str, task: Task, detail: TaskProgress | TrialResult | None) -> None:
        """Receives one event, see `bench.execution.schedule.Listener`."""
        if event == "finished":
            self._finish(task, detail if isinstance(detail, TrialResult) else None)
        elif self._console.is_terminal:
            self._advance(task, detail if isinstance(detail, TaskProgress) else TaskProgress(""))

    def _view(self) -> Group:
        return Group(self._progress, self._board)

    def _advance(self, task: Task, progress: TaskProgress) -> None:
        bar = self._bar(task)
        self._progress.update(bar, completed=progress.done, total=progress.total or None, note=progress.stage)
        self._progress.update(self._overall, note=self._time_left())

    def _bar(self, task: Task) -> TaskID:
        if task.id not in self._bars:
            self._bars[task.id] = self._progress.add_task(label(task.trial), total=None, note="")
        return self._bars[task.id]

    def _finish(self, task: Task, result: TrialResult | None) -> None:
        if task.id in self._bars:
            self._progress.remove_task(self._bars.pop(task.id))
        if result is None:
            return
        self._left.pop(task.id, None)
        self._took.setdefault(task.trial.generator, []).append(sum(_shown(result).values()))
        self._progress.update(self._overall, completed=self._total - len(self._left), note=self._time_left())
        self._console.print(self._line(result, task.kind), highlight=False)
        if self._console.is_terminal and monotonic() - self._ranked_at > _RANKING_SECONDS:
            self._board = boards_table(rank(open_run(self._path)), title="so far")
            self._ranked_at = monotonic()

    def _line(self, result: TrialResult, kind: str) -> Text:
        done = f"{self._total - len(self._left):>{len(str(self._total))}}"
        line = Text(f"[{done}/{self._total}] {label(result.trial)} ")
        line.append("reference" if kind == "reference" else result.status, _STYLES.get(result.status, "red"))
        for stage, seconds in _shown(result).items():
            line.append(f", {stage} {seconds_text(seconds)}")
        return line.append(f": {result.error}") if result.error else line

    def _time_left(self) -> str:
        """By what the same generator took in this run, else by what it says of itself."""
        seconds = sum(map(self._expected, self._left.values())) / self._workers
        return f"about {seconds_text(seconds)} left"

    def _expected(self, task: Task) -> float:
        took = self._took.get(task.trial.generator)
        return sum(took) / len(took) if took else task.trial.expected_seconds + self._scoring


def _shown(result: TrialResult) -> dict[str, float]:
    return {stage: result.seconds[stage] for stage in ("fit", "sample", "score") if stage in result.seconds}


@contextmanager
def follow(style: Style, console: Console, schedule: Schedule, workers: int) -> Iterator[Listener]:
    """Returns a listener for a run's events: a display for people, lines of JSON for programs, or nothing."""
    if style == "full":
        with Reporter(console, schedule, workers) as reporter:
            yield reporter
    else:
        yield _print_json if style == "json" else _ignore


def _ignore(event: str, task: Task, detail: TaskProgress | TrialResult | None) -> None:
    """Prints nothing."""


def _print_json(event: str, task: Task, detail: TaskProgress | TrialResult | None) -> None:
    """Prints one object per line: what happened to which trial, with its progress or result."""
    trial = task.trial
    said: dict[str, object] = {"event": event, "kind": task.kind, "trial": trial.id}
    said |= {"dataset": trial.dataset, "repeat": trial.repeat, "draw": trial.draw, "generator": trial.generator}
    if isinstance(detail, TaskProgress):
        said |= detail._asdict()
    if isinstance(detail, TrialResult):
        said |= {"status": detail.status, "error": detail.error, "seconds": dict(detail.seconds)}
    print(json.dumps(said), flush=True)
