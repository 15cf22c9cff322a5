"""A part for each generator: what it is, what it scored and why, and what its rows look like."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bench.api import Block, Facts, Fold, Table
from bench.common.formatting import ranks

from . import _confidence_text, _generator_figures, _weakest_metric
from ._format import NONE, count, digits_of, heading, line, name, number, score, stat
from ._lookup import FOIL, anchors, by_board, generators, memorises, shown
from ._value_tables import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.api import Board, Entry, Run, Stat

_NOTE = (
    "One part for each, from best to worst. The eight best are drawn, and any named with --pages: the first repeat "
    "that succeeded, real rows in grey. Training curves are in every format, all other figures of these parts in "
    "report.html alone."
)
_COSTS = {
    "fit_cpu_seconds": "processor seconds to fit",
    "fit_seconds": "seconds to fit",
    "sample_seconds": "to sample",
    "parameters": "parameters",
}


def _board(run: Run, board: Board) -> list[Block]:
    drawn = {one.name: one for one in shown(run, board, run.shown_in_full)}
    places, source, planned = anchors(run, board), Source(run, board), run.manifest.trials
    params = {trial.generator: trial.params for trial in reversed(planned)}
    folds: list[Block] = []
    for row in generators(board):
        who = row.generator
        facts = Facts(tuple(pair for pair in _facts(run, board, source, row, params.get(who, {})) if pair[1]))
        figures = _generator_figures.figures(run, board, drawn[who]) if who in drawn else ()
        folds.append(Fold(_title(run, row), (facts, *_metrics(board, source, row), *figures), places[who], who))
    return folds


def _title(run: Run, row: Entry) -> str:
    if row.succeeded:
        said = f"rank {ranks(row)}, overall {_confidence_text.overall(row)}"
    else:
        said = ", ".join(f"{many} {status}" for status, many in row.status.items()) or "not run"
    return f"{name(row.generator)}: {said}{f' ({FOIL})' if memorises(run, row.generator) else ''}"


def _facts(run: Run, board: Board, source: Source, row: Entry, params: Mapping[str, Any]) -> list[tuple[str, str]]:
    card = run.manifest.generator(row.generator)
    known = ((metric, row.metrics.get(metric.name)) for metric in run.metrics if metric.name in _COSTS)
    cost = [f"{_cost(found, digits_of(metric))} {_COSTS[metric.name]}" for metric, found in known if found]
    return [
        ("What it is", line(card.summary)),
        ("Foil", "returns rows of train, or rows between them, by design" * memorises(run, row.generator)),
        ("Licence", line(card.licence)),
        ("Paper", line(card.paper)),
        ("Parameters set", ", ".join(f"{key}={json.dumps(params[key])}" for key in sorted(params)) or "none"),
        ("Packages", ", ".join(f"{package} {version}" for package, version in card.packages.items())),
        (
            "Scores",
            "; ".join(f"{family} {score(row.families[family])}" for family in _weakest_metric.families(board, row)),
        ),
        ("Held back by", _weakest(board, source, row)),
        ("Cost", "; ".join(cost)),
        ("Trials", ", ".join(f"{many} {status}" for status, many in row.status.items())),
        ("First error", line(row.reason)),
    ]


def _cost(found: Stat, digits: int) -> str:
    """With its spread where there is any: repeats have the same number of parameters."""
    return stat(found if found.spread else replace(found, spread=None), digits)


def _weakest(board: Board, source: Source, row: Entry) -> str:
    if not (row.succeeded and row.scores and _weakest_metric.families(board, row)):
        return ""
    cause = _weakest_metric.weakest(source, row)
    found = row.metrics.get(cause.metric.name)
    value = number(found.mean if found else None, digits_of(cause.metric))
    column = f", most in {cause.column}" if cause.column else ""
    return f"{cause.family}, and in it {cause.metric.name}: {value}{column}"


def _metrics(board: Board, source: Source, row: Entry) -> list[Table]:
    """The metrics that made its score, from the lowest; none of a row that never succeeded."""
    made = [
        metric
        for family in _weakest_metric.families(board, row)
        for metric in _weakest_metric.entering(source, row, family)
    ]
    if not (made and row.succeeded):
        return []
    made.sort(key=lambda metric: row.scores[metric.name].mean)
    table = Table(
        header=("Metric", "Family", "Value", "Floor", "Ceiling", "Score"),
        rows=tuple(
            (
                heading(metric),
                metric.family,
                stat(row.metrics.get(metric.name), digits_of(metric)),
                *(
                    number(bound, digits_of(metric)) if bound is not None else NONE
                    for bound in _weakest_metric.bounds(board, metric)
                ),
                score(row.scores[metric.name]),
            )
            for metric in made
        ),
        caption=f"What made its score: {count(len(made), 'metric')}, the lowest first",
        align="llrrrr",
        bars={(at, 5): row.scores[metric.name].mean for at, metric in enumerate(made)},
    )
    return [table]


SECTION = by_board("Generators", 60, _board, _NOTE)
