"""What is registered and what a plan holds: as headers and rows of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import COLUMN_KINDS, BenchError, Metric, Target, Trial
from bench.execution.inspect_plugins import IsolatedInspector
from bench.plugins import entry_points
from bench.plugins.entry_points import Kind
from bench.plugins.generator_facts import summary

if TYPE_CHECKING:
    from bench.planning.plan import Plan
    from bench.plugins.inspection import Inspector

Rows = tuple[tuple[str, ...], list[tuple[str, ...]]]


def plugin_rows(kind: Kind) -> Rows:
    """Returns header and rows of `bench list KIND`; a plugin that cannot be imported is a row with the reason."""
    names = entry_points.names(kind)
    if kind == "metrics":
        header = ("metric", "family", "better", "ranked", "meaning")
        return header, [_metric_row(metric) for family in entry_points.families() for metric in family.metrics]
    if kind == "presets":
        return ("set", "name", "generator", "what"), [row for name in names for row in _preset_rows(name)]
    if kind == "adapters":
        return ("name", "what"), [(f"{name}:...", _summary_and_licence(kind, name)[0]) for name in names]
    if kind == "generators":
        with IsolatedInspector() as inspector:
            return ("name", "what", "licence"), [_generator_row(name, inspector) for name in names]
    if kind in ("sections", "findings"):
        return ("name", "title"), [(name, _summary_and_licence(kind, name)[0]) for name in names]
    return ("name", "what", "licence"), [(name, *_summary_and_licence(kind, name)) for name in names]


def _summary_and_licence(kind: Kind, name: str) -> tuple[str, str]:
    try:
        plugin = entry_points.load(kind, name)
    except BenchError as error:
        return str(error), ""
    if kind in ("sections", "findings"):
        return plugin.title, ""
    if kind == "adapters":
        return summary(plugin), ""
    return plugin.summary, plugin.licence


def _generator_row(name: str, inspector: Inspector) -> tuple[str, str, str]:
    try:
        facts = inspector.facts(name)
    except BenchError as error:
        return name, str(error), ""
    memorises = " Memorises: a deliberately leaky baseline." if facts.info.memorises else ""
    hint = f" ({facts.installation_hint})" if facts.installation_hint else ""
    return name, facts.summary + memorises + hint, facts.info.licence


def ability_rows() -> Rows:
    """Returns header and rows of `bench list generators --long`: abilities and costs; `-` stands for no."""
    header = ("name", "licence", "columns", "saves", "by condition", "seconds", "paper")
    with IsolatedInspector() as inspector:
        return header, [(name, *_abilities(name, inspector)) for name in entry_points.names("generators")]


def _abilities(name: str, inspector: Inspector) -> tuple[str, ...]:
    try:
        facts = inspector.facts(name)
    except BenchError as error:
        return "", "-", "-", "-", "-", str(error)
    info = facts.info
    abilities = ["yes" if methods.issubset(facts.methods) else "-" for methods in ({"save", "load"}, {"conditions"})]
    budget = info.budgets.get("standard")
    kinds = ", ".join(kind for kind in COLUMN_KINDS if kind in info.kinds)
    columns = "all" if info.kinds.issuperset(COLUMN_KINDS) else kinds or "-"
    return info.licence, columns, *abilities, f"{budget.seconds:g}" if budget else "-", info.paper or "-"


def _preset_rows(preset_set: str) -> list[tuple[str, ...]]:
    try:
        presets = entry_points.load("presets", preset_set)
    except BenchError as error:
        return [(preset_set, "", "", str(error))]
    return [(preset_set, name, preset.generator, preset.summary) for name, preset in presets.items()]


def _metric_row(metric: Metric) -> tuple[str, ...]:
    better = f"{metric.better.value:g}" if isinstance(metric.better, Target) else metric.better
    unit = f" [{metric.unit}]" if metric.unit else ""
    return metric.name, metric.family, better, "yes" if metric.ranked else "shown", metric.meaning + unit


def trial_rows(plan: Plan) -> Rows:
    """Returns header and rows of `bench run --dry-run`."""
    header = ("trial", "data set", "repeat", "draw", "split", "generator", "seconds", "parameters")
    return header, [_trial_row(plan, trial) for trial in plan.trials]


def _trial_row(plan: Plan, trial: Trial) -> tuple[str, ...]:
    """A trial that cannot start has no seconds, and the reason instead of parameters."""
    status, reason = plan.refusal(trial)
    params = " ".join(f"{name}={value}" for name, value in trial.params.items()) or "defaults"
    protocol = plan.splits[trial.split].protocol
    place = (trial.id, trial.dataset, str(trial.repeat), str(trial.draw), protocol, trial.generator)
    if status != "ok":
        return (*place, "-", reason)
    return (*place, f"{trial.expected_seconds:.0f}", params)
