"""What is registered, and what a data set holds, as plain rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import BenchError, Conditions, Saves, Target
from bench.plugins import entry_points

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.api import Dataset, Metric
    from bench.planning.plan import Plan
    from bench.plugins.entry_points import Kind

Rows = tuple[tuple[str, ...], list[tuple[str, ...]]]


def table(kind: Kind) -> Rows:
    """Header and rows of `bench list KIND`; a plugin that cannot be imported is a row that says so."""
    if kind == "metrics":
        header = ("metric", "family", "better", "ranked", "meaning")
        return header, [_metric_row(metric) for family in entry_points.families() for metric in family.metrics]
    if kind == "presets":
        return ("set", "name", "generator", "what"), [
            row for name in entry_points.names(kind) for row in _presets(name)
        ]
    if kind == "adapters":
        return ("name", "what"), [(f"{name}:...", _attempt(kind, name)[0]) for name in entry_points.names(kind)]
    if kind in ("sections", "findings"):
        return ("name", "title"), [(name, _attempt(kind, name)[0]) for name in entry_points.names(kind)]
    return ("name", "what", "licence"), [(name, *_attempt(kind, name)) for name in entry_points.names(kind)]


def _attempt(kind: Kind, name: str) -> tuple[str, str]:
    try:
        found = entry_points.load(kind, name)
    except BenchError as error:
        return str(error), ""
    if kind in ("sections", "findings"):
        return found.title, ""
    if kind == "adapters":
        return entry_points.summary(found), ""
    if kind == "datasets":
        return found.summary, found.licence
    said = entry_points.info(found)
    foil = " Memorises: a foil, not a candidate." if said.memorises else ""
    lacking = entry_points.lacking(found)
    return entry_points.summary(found) + foil + (f" ({lacking})" if lacking else ""), said.licence


def generators() -> Rows:
    """Header and rows of `bench list generators --long`: what each can do and what it costs; `-` for what it cannot."""
    header = ("name", "licence", "saves", "rows of a kind", "seconds", "paper")
    return header, [(name, *_abilities(name)) for name in entry_points.names("generators")]


def _abilities(name: str) -> tuple[str, ...]:
    try:
        cls = entry_points.load("generators", name)
    except BenchError as error:
        return "", "-", "-", "-", str(error)
    said = entry_points.info(cls)
    can = ["yes" if isinstance(cls, type) and issubclass(cls, what) else "-" for what in (Saves, Conditions)]
    budget = said.budgets.get("standard")
    return said.licence, *can, f"{budget.seconds:g}" if budget else "-", said.paper or "-"


def _presets(name: str) -> list[tuple[str, ...]]:
    try:
        presets = entry_points.load("presets", name)
    except BenchError as error:
        return [(name, "", "", str(error))]
    return [(name, each, preset.generator, preset.summary) for each, preset in presets.items()]


def _metric_row(metric: Metric) -> tuple[str, ...]:
    unit = f" [{metric.unit}]" if metric.unit else ""
    ranked = "yes" if metric.ranked else "shown"
    return metric.name, metric.family, better_text(metric), ranked, metric.meaning + unit


def trials(plan: Plan) -> Rows:
    """Header and rows of `--dry-run`."""
    header = ("trial", "data set", "repeat", "draw", "split", "generator", "seconds", "parameters")
    return header, [
        (
            each.id,
            each.dataset,
            str(each.repeat),
            str(each.draw),
            plan.splits[each.split].protocol,
            each.generator,
            f"{each.expected_seconds:.0f}",
            " ".join(f"{name}={value}" for name, value in each.params.items()) or "defaults",
        )
        for each in plan.trials
    ]


def better_text(metric: Metric) -> str:
    """The direction of a metric: higher, lower, or the value to reach."""
    return f"{metric.better.value:g}" if isinstance(metric.better, Target) else metric.better


def facts(data: Dataset) -> Iterable[str]:
    """One line per thing to know of a data set, the leakage audit included."""
    from bench.tables import splits
    from bench.tables.leakage_audit import audit

    protocol = splits.default_protocol(data.schema)
    found = audit(data, splits.split(data, protocol, 0))
    yield f"{data.name}: {len(data.frame)} rows, {len(data.schema.columns)} columns"
    yield f"target: {data.schema.target}"
    yield f"rows in time: {'yes' if data.schema.ordered else 'no'}; default split: {protocol}"
    yield f"source: {data.source}"
    yield f"licence: {data.licence}"
    yield f"sha256: {data.sha256}"
    for note in (*data.notes, *found.warnings):
        yield f"note: {note}"


def columns(data: Dataset) -> Rows:
    """Header and rows that describe each column."""
    header = ("column", "type", "min", "median", "max", "std", "distinct", "lag-1 autocorrelation")
    return header, [_column_row(data, name) for name in data.schema.columns]


def _column_row(data: Dataset, name: str) -> tuple[str, ...]:
    column = data.frame[name]
    numbers = (column.min(), column.median(), column.max(), column.std())
    lag = "-" if column.nunique() == 1 else f"{column.autocorr(1):.3f}"
    return (name, str(column.dtype), *(f"{number:.6g}" for number in numbers), str(column.nunique()), lag)
