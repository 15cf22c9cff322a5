"""Shows the progress of a run: a live display, plain lines, or JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Literal

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from bench.api import TrialResult
from bench.commands.terminal import boards_table, seconds_text, trial_label
from bench.execution.schedule import Listener, Schedule
from bench.execution.tasks import Progress as TaskProgress
from bench.execution.tasks import Task
from bench.execution.time_estimates import drawn_split_seconds, scoring_seconds
from bench.runs.run_directory import open_run
from bench.statistics.leaderboard import rank

Style = Literal["full", "quiet", "json"]

_RANKING_SECONDS = 3.0
_STYLES = {"ok": "green", "skipped": "yellow"}


class ProgressDisplay:
    """Shows a run: live on a terminal, as plain lines elsewhere. Use as a context manager."""

    def __init__(self, console: Console, schedule: Schedule, workers: int) -> None:
        self._console = console
        self._path = schedule.path
        plan = schedule.plan
        self._scoring = {split.id: scoring_seconds(plan, split) for split in plan.splits.values()}
        self._drawn_seconds = drawn_split_seconds(plan)
        self._drawn = Counter(task.trial.split for task in schedule.drawn_tasks)
        self._left = {task.id: task for task in schedule.tasks}
        self._splits, self._preparing = schedule.unprepared_splits, 0
        self._drawing: set[str] = set()
        self._total = len(self._left)
        self._workers = workers
        self._seconds: dict[str, list[float]] = {}
        self._ranked_at = float("-inf")
        self._bars: dict[str, TaskID] = {}
        self._board: RenderableType = Text("")
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, TextColumn("{task.fields[note]}"), console=console)
        self._overall = self._progress.add_task("all", total=self._total, note=self._time_left())
        self._live = Live(
            console=console, get_renderable=lambda: Group(self._progress, self._board), refresh_per_second=4
        )

    def __enter__(self) -> ProgressDisplay:
        if self._left:
            workers = f"{self._workers} worker{'s' * (self._workers != 1)}"
            self._say(f"{self._to_come()}; {self._time_left()} with {workers}")
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._board = Text("")
        self._progress.stop()
        self._live.stop()

    def __call__(self, event: str, task: Task, detail: TaskProgress | TrialResult | None) -> None:
        """Receives one event; see `bench.execution.schedule.Listener`."""
        if task.kind == "drawn":
            self._show_drawn(event, task, detail)
        elif task.kind == "prepare" and event == "started":
            self._preparing += 1
            self._say(f"preparing split {self._preparing} of {self._splits}: {task.trial.dataset} #{task.trial.repeat}")
        elif event == "finished":
            self._finish(task, detail if isinstance(detail, TrialResult) else None)
        elif self._console.is_terminal:
            self._advance(task, detail if isinstance(detail, TaskProgress) else TaskProgress(""))

    def _say(self, line: str) -> None:
        self._console.print(line, highlight=False, markup=False)

    def _to_come(self) -> str:
        """What the run still has to do."""
        references = sum(task.kind == "reference" for task in self._left.values())
        trials = len(self._left) - references
        parts = [f"{trials} trial{'s' * (trials != 1)}"] if trials else []
        parts += [f"{references} reference rows"] if references else []
        return " and ".join(parts)

    def _show_drawn(self, event: str, task: Task, detail: TaskProgress | TrialResult | None) -> None:
        """Prints one line for all drawn splits of a data set when they are done, and one for each that failed."""
        trial = task.trial
        if event == "started" and trial.split not in self._drawing:
            self._drawing.add(trial.split)
            self._say(f"{trial.dataset}: scoring reference rows on {self._drawn[trial.split]} drawn splits")
        if event != "finished" or not isinstance(detail, TrialResult):
            return
        self._drawn[trial.split] -= 1
        self._seconds.setdefault(trial.split, []).append(detail.seconds.get("score", 0.0))
        if detail.status != "ok":
            line = f"{trial.dataset}: reference rows on drawn split {trial.repeat + 1} failed: {detail.error}"
            self._say(line)
        if not self._drawn[trial.split]:
            times = self._seconds[trial.split]
            line = f"{trial.dataset}: reference rows on {len(times)} drawn splits, score {seconds_text(sum(times))}"
            self._say(line)
        self._progress.update(self._overall, note=self._time_left())

    def _advance(self, task: Task, progress: TaskProgress) -> None:
        if task.id not in self._bars:
            self._bars[task.id] = self._progress.add_task(trial_label(task.trial), total=None, note="")
        bar, total = self._bars[task.id], progress.total or None
        self._progress.update(bar, completed=progress.done, total=total, note=progress.stage)
        self._progress.update(self._overall, note=self._time_left())

    def _finish(self, task: Task, result: TrialResult | None) -> None:
        if task.id in self._bars:
            self._progress.remove_task(self._bars.pop(task.id))
        if result is None:
            return
        self._left.pop(task.id, None)
        self._seconds.setdefault(task.trial.generator, []).append(sum(_stage_seconds(result).values()))
        self._progress.update(self._overall, completed=self._total - len(self._left), note=self._time_left())
        self._console.print(self._line(result, task.kind), highlight=False)
        if self._console.is_terminal and monotonic() - self._ranked_at > _RANKING_SECONDS:
            self._board = boards_table(
                rank(open_run(self._path, damaged=[])), title="so far; * not tested yet", notes=False
            )
            self._ranked_at = monotonic()

    def _line(self, result: TrialResult, kind: str) -> Text:
        done = f"{self._total - len(self._left):>{len(str(self._total))}}"
        line = Text(f"[{done}/{self._total}] {trial_label(result.trial)} ")
        line.append("reference" if kind == "reference" else result.status, _STYLES.get(result.status, "red"))
        for stage, seconds in _stage_seconds(result).items():
            line.append(f", {stage} {seconds_text(seconds)}")
        return line.append(f": {result.error}") if result.error else line

    def _time_left(self) -> str:
        """Estimates from the times of the same generator in this run, else from its declared budget."""
        drawn = self._drawn.total() * self._drawn_seconds
        seconds = (sum(map(self._expected, self._left.values())) + drawn) / self._workers
        return f"about {seconds_text(seconds)} left"

    def _expected(self, task: Task) -> float:
        times = self._seconds.get(task.trial.generator)
        return sum(times) / len(times) if times else task.trial.expected_seconds + self._scoring[task.trial.split]


def _stage_seconds(result: TrialResult) -> dict[str, float]:
    return {stage: result.seconds[stage] for stage in ("fit", "sample", "shadows", "score") if stage in result.seconds}


@contextmanager
def show_progress(style: Style, console: Console, schedule: Schedule, workers: int) -> Iterator[Listener]:
    """Gives a listener for a run's events: it updates a display, prints lines of JSON, or does nothing."""
    if style == "full":
        with ProgressDisplay(console, schedule, workers) as display:
            yield display
    else:
        yield _print_json if style == "json" else lambda *_: None


def _print_json(event: str, task: Task, detail: TaskProgress | TrialResult | None) -> None:
    """Prints one object per line: the event, its trial, and the result if there is one."""
    trial = task.trial
    record: dict[str, object] = {"event": event, "kind": task.kind, "trial": trial.id}
    record |= {"dataset": trial.dataset, "repeat": trial.repeat, "draw": trial.draw, "generator": trial.generator}
    if isinstance(detail, TaskProgress):
        record |= detail._asdict()
    if isinstance(detail, TrialResult):
        record |= {"status": detail.status, "error": detail.error, "seconds": dict(detail.seconds)}
    print(json.dumps(record), flush=True)
