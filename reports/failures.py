"""Trials that did not succeed, and values that could not be computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import Block, Section, Table

if TYPE_CHECKING:
    from bench.api import Leaderboard, Run, Trial, TrialResult


_OPTIONAL = frozenset({"latent"})
"""Families that say nothing of most generators, and need no excuse for it."""


def _build(run: Run, leaderboard: Leaderboard) -> list[Block]:
    return [table for table in (_trials(run), _values(run)) if table.rows]


def _trials(run: Run) -> Table:
    """Finished ones that are not ok, then those that are still to run."""
    bad = [(*_where(one), one.status, one.error) for one in run.results if one.status != "ok"]
    missing = [(one.generator, one.dataset, _repeat(one), "not run", "") for one in run.missing_trials]
    return Table(
        header=("Generator", "Data set", "Repeat", "Status", "Reason"),
        rows=(*bad, *missing),
        caption="Trials without a result; each counts as the floor",
        align="llrll",
        names=0,
    )


def _where(result: TrialResult) -> tuple[str, str, str]:
    return result.trial.generator, result.trial.dataset, _repeat(result.trial)


def _repeat(trial: Trial) -> str:
    return str(trial.repeat + 1) + (f", fit {trial.draw + 1}" if trial.draw else "")


def _values(run: Run) -> Table:
    """One row per generator, data set, metric and reason."""
    repeats: dict[tuple[str, str, str, str], list[str]] = {}
    owed = {metric.name for metric in run.metrics if metric.family not in _OPTIONAL}
    for result in (one for one in run.results if one.status == "ok"):
        for key, reason in result.reasons.items():
            if (metric := key.partition("[")[0]) not in owed and "/" not in metric:
                continue
            seen = repeats.setdefault((result.trial.generator, result.trial.dataset, metric, reason), [])
            seen += [] if (repeat := _repeat(result.trial)) in seen else [repeat]
    return Table(
        header=("Generator", "Data set", "Metric", "Repeats", "Reason"),
        rows=tuple((*key[:3], ", ".join(found), key[3]) for key, found in repeats.items()),
        caption="Values that could not be computed; each counts as the floor where it is ranked",
        align="lllll",
        names=0,
    )


SECTION = Section("Failures", 70, _build)
