"""Section Generators: a part per generator with its description, scores, weakest metric, and figures of its rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bench.api import Block, Board, Entry, Facts, Fold, Metric, Run, Stat, Table
from bench.common.formatting import IMPLAUSIBLE, heading, ranks, why_implausible
from bench.common.safe_text import one_line

from ._format import count, digits_of, family_score, name, number, overall_score, score, stat, statuses
from ._generator_figures import figures
from ._lookup import LEAKY, anchors, best_drawings, board_section, generators, has_scores, memorises, tag
from ._value_tables import BoardValues
from ._weakest_metric import weakest

_NOTE = (
    "One part per generator, from best to worst. The eight best generators and those named with --pages have figures: "
    "they show the first successful repeat, with real rows in grey. Training curves are in every format, all other "
    "figures of these parts only in report.html."
)
_COSTS = {
    "fit_cpu_seconds": "CPU seconds to fit",
    "fit_seconds": "seconds to fit",
    "sample_seconds": "seconds to sample",
    "parameters": "parameters",
}


def _board_blocks(run: Run, board: Board) -> list[Block]:
    drawings = {drawing.name: drawing for drawing in best_drawings(run, board, run.shown_in_full)}
    part_anchors, values = anchors(run, board), BoardValues(run, board)
    params = {trial.generator: trial.params for trial in reversed(run.manifest.trials)}
    folds: list[Block] = []
    for entry in generators(board):
        generator = entry.generator
        facts = [*_description(run, generator, params.get(generator, {})), *_results(run, values, entry)]
        drawn = figures(run, board, drawings[generator]) if generator in drawings else ()
        blocks = (Facts(tuple(fact for fact in facts if fact[1])), *_metric_table(values, entry), *drawn)
        folds.append(Fold(_title(run, entry), blocks, part_anchors[generator], generator))
    return folds


def _title(run: Run, entry: Entry) -> str:
    rank = "no rank" if entry.implausible else f"rank {ranks(entry)}"
    scored = f"{rank}, overall {overall_score(entry)}" if entry.overall else "no overall score" * has_scores(entry)
    outcome = ("ok" in entry.status and scored) or ", ".join(statuses(entry)) or "not run"
    remark = tag(run, entry)
    return f"{name(entry.generator)}: {outcome}{f' ({remark})' if remark else ''}"


def _description(run: Run, generator: str, params: Mapping[str, Any]) -> list[tuple[str, str]]:
    card = run.manifest.generator(generator)
    return [
        ("Description", one_line(card.summary)),
        (LEAKY.capitalize(), "returns rows of train, or rows between them, by design" * memorises(run, generator)),
        ("Licence", one_line(card.licence)),
        ("Paper", one_line(card.paper)),
        ("Parameters set", ", ".join(f"{key}={json.dumps(params[key])}" for key in sorted(params)) or "none"),
        ("Packages", ", ".join(f"{package} {version}" for package, version in card.packages.items())),
    ]


def _results(run: Run, values: BoardValues, entry: Entry) -> list[tuple[str, str]]:
    families = values.scored_families(entry)
    costs = ((metric, entry.metrics.get(metric.name)) for metric in run.metrics if metric.name in _COSTS)
    return [
        (IMPLAUSIBLE.capitalize(), why_implausible(entry)),
        ("Scores", "; ".join(f"{family} {family_score(entry.families[family])}" for family in families)),
        ("Weakest metric", _weakest(values, entry)),
        ("Cost", "; ".join(_cost(metric, value) for metric, value in costs if value)),
        ("Trials", ", ".join(statuses(entry))),
        ("First error", one_line(entry.reason)),
    ]


def _cost(metric: Metric, value: Stat) -> str:
    """Returns a cost; without the spread if it is 0, because all repeats have the same number of parameters."""
    text = stat(value if value.spread else replace(value, spread=None), digits_of(metric))
    return f"{text} {_COSTS[metric.name]}"


def _weakest(values: BoardValues, entry: Entry) -> str:
    if not (has_scores(entry) and values.scored_families(entry)):
        return ""
    cause = weakest(values, entry)
    column = f", mainly because of {cause.column}" if cause.column else ""
    return f"{cause.metric.name} ({cause.family}): {cause.value(entry)}{column}"


def _metric_table(values: BoardValues, entry: Entry) -> list[Table]:
    """Returns the metrics behind the score, lowest first; no table if no trial succeeded."""
    families = values.scored_families(entry)
    metrics = [metric for family in families for metric in values.scored_metrics(entry, family)]
    metrics.sort(key=lambda metric: entry.scores[metric.name].mean)
    if not metrics or not has_scores(entry):
        return []
    rows = []
    for metric in metrics:
        value = stat(entry.metrics.get(metric.name), digits_of(metric))
        bounds = (number(bound, digits_of(metric)) for bound in values.reference_values(metric))
        scored = entry.scores[metric.name]
        fewer = f" ({scored.n} of {values.board.repeats} repeats)" if scored.n < values.board.repeats else ""
        rows.append((heading(metric), metric.family, value, *bounds, score(scored) + fewer))
    header = ("Metric", "Family", "Value", "Floor", "Ceiling", "Score")
    caption = (
        f"Metrics behind the score: {count(len(metrics), 'metric')}, lowest score first; a metric counts on the "
        "repeats where its floor and ceiling are apart"
    )
    bars = {(row, 5): entry.scores[metric.name].mean for row, metric in enumerate(metrics)}
    hints = {heading(metric): values.hint(metric) for metric in metrics}
    return [Table(header, tuple(rows), caption, align="llrrrr", cell_hints=hints, bars=bars)]


SECTION = board_section("Generators", 60, _board_blocks, _NOTE, page="Compare")
