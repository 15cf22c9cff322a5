"""Section Failures: trials that did not succeed, and values that could not be computed."""

from __future__ import annotations

from bench.api import Block, Leaderboard, Run, Section, Table, Trial

_OPTIONAL = frozenset({"latent"})
"""Families that do not apply to most generators, so that a missing value is no failure."""


def _build(run: Run, leaderboard: Leaderboard) -> list[Block]:
    return [table for table in (_failed_trials(run), _missing_values(run)) if table.rows]


def _failed_trials(run: Run) -> Table:
    """Returns finished trials that are not ok, then those that have not run yet."""
    failed = [(result.trial, result.status, result.error) for result in run.results if result.status != "ok"]
    trials = (*failed, *((trial, "not run", "") for trial in run.missing_trials))
    header = ("Generator", "Data set", "Repeat", "Status", "Reason")
    rows = tuple((trial.generator, trial.dataset, _repeat(trial), *outcome) for trial, *outcome in trials)
    return Table(header, rows, "Trials without a result; each counts as the floor", align="llrll", names=0)


def _repeat(trial: Trial) -> str:
    return str(trial.repeat + 1) + (f", fit {trial.draw + 1}" if trial.draw else "")


def _missing_values(run: Run) -> Table:
    """Returns one row per data set, metric, reason and set of repeats, with all generators that share them."""
    repeats: dict[tuple[str, str, str, str], dict[str, None]] = {}
    required = {metric.name for metric in run.metrics if metric.family not in _OPTIONAL}
    for result in (result for result in run.results if result.status == "ok"):
        for key, reason in result.reasons.items():
            metric = key.partition("[")[0]
            if metric in required or "/" in metric:
                row = (result.trial.generator, result.trial.dataset, metric, reason)
                repeats.setdefault(row, {})[_repeat(result.trial)] = None
    shared: dict[tuple[str, str, str, str], list[str]] = {}
    for (generator, dataset, metric, reason), numbers in repeats.items():
        shared.setdefault((dataset, metric, ", ".join(numbers), reason), []).append(generator)
    every = {result.trial.generator for result in run.results if result.status == "ok"}
    header = ("Generators", "Data set", "Metric", "Repeats", "Reason")
    rows = tuple((_whose(generators, every), *cause) for cause, generators in shared.items())
    caption = "Values that could not be computed; each counts as the floor if its metric is ranked"
    return Table(header, rows, caption, align="lllll")


def _whose(generators: list[str], every: set[str]) -> str:
    """Returns the generators of one cause."""
    return f"all {len(every)}" if len(generators) == len(every) > 1 else ", ".join(generators)


SECTION = Section("Failures", 70, _build)
