"""The card of a synthetic table: how it was made, what it is worth, and what it may give away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api import Facts as Pairs
from bench.api import Table, Text
from bench.common.fingerprint import versions
from bench.common.formatting import NONE, heading
from bench.reporting import markdown
from bench.runs import environment
from bench.statistics.leaderboard import rank

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Block, Dataset, Entry, GeneratorInfo, Metric, Trial
    from bench.runs.run_directory import Run

_LOW = 0.5
"""A privacy score below this is halfway to copying train, by the worst attack."""
_NO_PROMISE = (
    "The privacy metrics are attacks that were tried, not a guarantee such as differential privacy: a low risk here is "
    "no proof that nobody can be found."
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a card says of how rows were made.

    Attributes:
        trial: the fit.
        info: what the generator says of itself.
        data: None where a model was loaded, and nobody knows.
        fitted: rows that the model was fitted on.
        rows: that were drawn.
        whole: whether all rows of the data were fitted on.
        model: the file of a loaded model, or empty.
    """

    trial: Trial
    info: GeneratorInfo
    data: Dataset | None
    fitted: int
    rows: int
    condition: str | None
    command: str
    whole: bool = False
    model: str = ""


def card(facts: Facts, rows: pd.DataFrame, judged: Run | None) -> str:
    """The card as Markdown.

    Args:
        facts: how the rows were made.
        rows: the rows.
        judged: a run of the one fit, scored; None if there was nothing to score with.
    """
    blocks = [_made(facts), *_warnings(facts, rows, judged), *_scores(facts, judged)]
    source = facts.data.name if facts.data else facts.model.partition(",")[0]
    title = f"# {facts.rows:,} synthetic rows: {markdown.escape(facts.trial.generator)} from {markdown.escape(source)}"
    return f"{title}\n\n{markdown.render(blocks, {})}\n"


def _made(facts: Facts) -> Block:
    said, found = facts.info, environment.environment()
    packages = {name: found.packages[name] for name in ("numpy", "pandas", "torch") if name in found.packages}
    packages |= versions(said.packages)
    listed = ", ".join(f"{name} {version}" for name, version in packages.items())
    pairs = [
        ("Generator", facts.trial.generator),
        ("Parameters", ", ".join(f"{key}={value}" for key, value in facts.trial.params.items()) or "defaults"),
        *_source(facts),
        ("Kind of rows", facts.condition or "all"),
        ("Seed", str(facts.trial.seed)),
        ("Versions", f"bench {found.bench}, python {found.python}, {listed}"),
        ("Licence of the generator's code", said.licence),
        ("Command", facts.command),
    ]
    return Pairs(tuple(pairs))


def _source(facts: Facts) -> list[tuple[str, str]]:
    if facts.data is None:
        return [("Model", facts.model)]
    data = facts.data
    part = "all of them" if facts.whole else f"{facts.fitted:,} of them, the train part of a split"
    return [
        ("Data", f"{data.name}: {data.source}"),
        ("Licence of the data", data.licence),
        ("sha256 of the data", data.sha256),
        ("Fitted on", f"{len(data.frame):,} rows are known; {part}"),
    ]


def _warnings(facts: Facts, rows: pd.DataFrame, judged: Run | None) -> list[Block]:
    lines: list[str] = []
    if facts.info.memorises:
        lines.append("This generator returns rows of train, or rows between them, by design.")
    if facts.data is None:
        lines.append("Privacy was not assessed: the rows that the model was fitted on are not at hand.")
    elif same := identical(rows, facts.data):
        lines.append(f"{same:,} of {len(rows):,} rows are the same as a real row, in every column.")
    lines += [_risk(judged)] if judged else [] if facts.data is None else ["Privacy was not assessed: see below."]
    return [
        Text("Privacy", level=3),
        Text("Before these rows are shared:", tone="warning", items=(*lines, _NO_PROMISE)),
    ]


def identical(rows: pd.DataFrame, data: Dataset) -> int:
    """How many rows repeat a row of the data, value by value."""
    known = set(data.frame.itertuples(index=False, name=None))
    return sum(row in known for row in rows.loc[:, list(data.frame.columns)].itertuples(index=False, name=None))


def _risk(judged: Run) -> str:
    """What the attack that works best finds."""
    row, metrics = _row(judged), {metric.name: metric for metric in judged.metrics}
    found = {name: stat.mean for name, stat in row.scores.items() if metrics[name].family == "privacy"}
    if not found:
        return "No privacy metric could tell copies from unseen rows on this table."
    worst = min(found, key=lambda name: found[name])
    value = _value(judged, row, worst)
    high = "The risk is high" if found[worst] < _LOW else "The largest risk found"
    return (
        f"{high}: {worst} is {value}, a score of {found[worst]:.2f} between rows that give train away (0) and real "
        "rows that the model has not seen (1)."
    )


def _scores(facts: Facts, judged: Run | None) -> list[Block]:
    head = Text("Scores", level=3)
    if judged is None:
        why = "all rows were fitted on" if facts.data else "the model was loaded, and its split is not known"
        return [head, Text(f"Not assessable: {why}, so that none are left that it has not seen.")]
    row = _row(judged)
    split = judged.manifest.splits[0]
    sizes, overall = split.sizes, row.overall.mean if row.overall else 0.0
    words = (
        f"Of the model that made these rows, against real rows that it has not seen ({split.protocol} split, "
        f"{sizes.holdout:,} holdout and {sizes.test:,} test rows); measured on {sizes.train:,} rows of all "
        f"kinds that it drew. One fit on one split: how much luck is in it, `bench run` says. Overall {overall:.3f}."
    )
    return [head, Text(words), _families(row), _metrics(judged, row)]


def _families(row: Entry) -> Block:
    cells = tuple((name, f"{stat.mean:.3f}") for name, stat in row.families.items())
    return Table(("Family", "Score, 0 to 1"), cells)


def _metrics(judged: Run, row: Entry) -> Block:
    rows = tuple(
        (heading(metric), _value(judged, row, metric.name), _score(row, metric), _bound(judged, metric.ceiling, metric))
        for metric in judged.metrics
        if metric.ranked and metric.name in row.metrics
    )
    return Table(("Metric", "Value", "Score", "Real rows"), rows, caption="Metrics that the scores are made of")


def _row(judged: Run) -> Entry:
    return next(row for row in rank(judged).boards[0].entries if row.kind == "generator")


def _value(judged: Run, row: Entry, name: str) -> str:
    found = row.metrics.get(name)
    return NONE if found is None else f"{found.mean:.4g}"


def _score(row: Entry, metric: Metric) -> str:
    found = row.scores.get(metric.name)
    return NONE if found is None else f"{found.mean:.3f}"


def _bound(judged: Run, name: str, metric: Metric) -> str:
    of_split = next(iter(judged.references.values()))
    value = of_split[name].metrics.get(metric.name) if name in of_split else None
    return NONE if value is None else f"{value:.4g}"
