"""Writes the card of a synthetic table: how it was made, how good it is, and what it may reveal about real rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api import Block, Dataset, Entry, Facts, Fold, GeneratorInfo, Schema, Stat, Table, Text, Trial
from bench.common.digests import versions
from bench.common.formatting import AT_THE_FLOOR, NONE, heading, is_at_floor, why_implausible
from bench.common.safe_text import one_line
from bench.common.schema_words import is_plain, kinds_in_words, left_out_in_words, target_in_words
from bench.reporting import markdown
from bench.runs import environment
from bench.statistics.leaderboard import rank
from bench.statistics.scores import bound_value
from bench.tables.conform import conform
from bench.tables.row_groups import group_repeated_rows
from bench.workflows.generation.card_verdict import verdict

if TYPE_CHECKING:
    import pandas as pd

    from bench.runs.run_directory import Run
    from bench.workflows.generation.generation_task import GenerationRequest

_NO_GUARANTEE = (
    "The privacy metrics are attacks that were tried, not a guarantee such as differential privacy: even a good score "
    "does not prove that no person can be recognised."
)


@dataclass(frozen=True, slots=True)
class CardFacts:
    """How rows were made.

    Attributes:
        trial: the fit; of a loaded model its id is the checksum of the file.
        data: None if a model was loaded, because its data are unknown then.
        fitted_rows: how many rows the model was fitted on.
    """

    request: GenerationRequest
    trial: Trial
    info: GeneratorInfo
    data: Dataset | None = None
    fitted_rows: int = 0

    @property
    def source(self) -> str:
        """The name of the data set or of the model's file."""
        return self.data.name if self.data else self.request.load.name if self.request.load else ""


def data_card(facts: CardFacts, rows: pd.DataFrame, scored: Run | None) -> str:
    """Returns the card as Markdown; `scored` is a run of this one fit with its scores, None if it was not scored."""
    made = [Text("How the rows were made", level=2), _provenance(facts)]
    blocks = [*_in_short(facts, rows, scored), *_scores(facts, scored), *made]
    generator, source = markdown.escape(facts.trial.generator), markdown.escape(facts.source)
    title = f"{facts.request.rows:,} synthetic rows: {generator} from {source}"
    return f"# {title}\n\n{markdown.render(blocks, {})}\n"


def _provenance(facts: CardFacts) -> Block:
    machine = environment.environment()
    packages = {name: machine.packages[name] for name in ("numpy", "pandas", "torch") if name in machine.packages}
    packages |= versions(facts.info.packages)
    listed = ", ".join(f"{name} {version}" for name, version in packages.items())
    pairs = (
        ("Generator", facts.trial.generator),
        ("Parameters", ", ".join(f"{key}={value}" for key, value in facts.trial.params.items()) or "defaults"),
        *_source(facts),
        ("Condition", facts.request.condition or "none"),
        ("Seed", str(facts.trial.seed)),
        ("Versions", f"bench {machine.bench}, python {machine.python}, {listed}"),
        ("Licence of the generator's code", facts.info.licence),
        ("Command", facts.request.command),
    )
    return Facts(pairs)


def _source(facts: CardFacts) -> list[tuple[str, str]]:
    if facts.data is None:
        return [("Model", f"{facts.source}, sha256 {facts.trial.id}")]
    data = facts.data
    rest = len(data.frame) - facts.fitted_rows
    part = "all" if facts.request.all_rows else f"{facts.fitted_rows:,} of"
    kept = "" if facts.request.all_rows else f"; the other {rest:,} are for scoring"
    return [
        ("Data", f"{data.name}: {data.source}"),
        ("Licence of the data", data.licence),
        ("sha256 of the data", data.sha256),
        ("Fitted on", f"{part} {len(data.frame):,} rows{kept}"),
        ("Form", _form(data)),
        *_kinds(data.schema),
    ]


def _form(data: Dataset) -> str:
    """Returns how the rows may be written otherwise than in the file that was read."""
    dates = ["Dates are written as YYYY-MM-DD, with a time where there is one."] * bool(data.schema.datetime)
    return " ".join([*dates, *map(one_line, data.notes)]) or "as read"


def _kinds(schema: Schema) -> list[tuple[str, str]]:
    """Returns what the columns are, unless all of them are complete numbers."""
    if is_plain(schema):
        return []
    left_out = [("Left out of the rows", left_out_in_words(schema))] if schema.left_out else []
    return [("Columns", kinds_in_words(schema)), ("Target", target_in_words(schema)), *left_out]


def _in_short(facts: CardFacts, rows: pd.DataFrame, scored: Run | None) -> list[Block]:
    """Returns the verdict in plain words, then what to know before the rows are shared."""
    lines: list[str] = []
    if scored and (why := why_implausible(_entry(scored))):
        lines.append(f"The scores below are implausible: {why}.")
    if facts.info.memorises:
        lines.append("This generator returns rows of train, or rows between them, by design.")
    if facts.data is None:
        lines.append("Privacy was not assessed: the rows that the model was fitted on are not at hand.")
    elif identical := count_identical_rows(rows, facts.data):
        are = "is" if identical == 1 else "are"
        lines.append(f"{identical:,} of {len(rows):,} rows {are} the same as a real row, in every column.")
    if not scored and facts.data is not None:
        lines.append("Privacy was not assessed: see below.")
    found = [Text("", items=verdict(scored, _entry(scored)))] if scored else []
    warning = Text("Before these rows are shared:", tone="warning", items=(*lines, _NO_GUARANTEE))
    return [Text("In short", level=2), *(found or [Text(_nothing_measured(facts))]), warning]


def _nothing_measured(facts: CardFacts) -> str:
    why = (
        "The model was fitted on all rows, so none are left to compare with."
        if facts.data
        else "The model was loaded, so the rows that it was fitted on are not at hand."
    )
    return (
        f"Nothing was measured. {why} bench evaluate with --holdout scores rows against real rows that you kept back."
    )


def count_identical_rows(rows: pd.DataFrame, data: Dataset) -> int:
    """Counts the rows that repeat a row of the data, value by value."""
    import pandas as pd

    same_levels = conform(rows, {str(name): dtype for name, dtype in data.frame.dtypes.items()}, "the rows")
    groups = group_repeated_rows(pd.concat([data.frame, same_levels]))
    return int(groups.iloc[len(data.frame) :].isin(groups.iloc[: len(data.frame)]).sum())


def _scores(facts: CardFacts, scored: Run | None) -> list[Block]:
    head = Text("Scores", level=2)
    if scored is None:
        reason = "all rows were fitted on" if facts.data else "the model was loaded, and its split is not known"
        return [head, Text(f"Not assessable: {reason}, so that none are left that it has not seen.")]
    board, entry, split = rank(scored).boards[0], _entry(scored), scored.manifest.splits[0]
    sizes, overall = split.sizes, f"Overall {entry.overall.mean:.3f}." if entry.overall else board.no_overall
    text = (
        f"Of the model that made these rows, against real rows that it has not seen ({split.protocol} split, "
        f"{sizes.holdout:,} holdout and {sizes.test:,} test rows); measured on {sizes.train:,} rows of all "
        f"kinds that it drew besides. This is one fit on one split; bench run shows how scores vary between splits. "
        f"{overall}"
    )
    ordered = sorted(entry.families.items(), key=lambda family: family[0] != "privacy")
    families = tuple((name, _family_score(stat)) for name, stat in ordered)
    metrics = Fold("Every metric: value, score and meaning", (_metrics_table(scored, entry),))
    return [head, Text(text), Table(("Family", "Score, 0 to 1"), families), metrics]


def _family_score(stat: Stat) -> str:
    return AT_THE_FLOOR if is_at_floor(stat) else f"{stat.mean:.3f}"


def _metrics_table(scored: Run, entry: Entry) -> Table:
    references = next(iter(scored.references.values()))
    rows = []
    for metric in sorted(scored.metrics, key=lambda metric: metric.family != "privacy"):
        if metric.ranked and metric.name in entry.metrics:
            score, bound = entry.scores.get(metric.name), bound_value(metric.ceiling, metric.name, references)
            cells = _value(entry, metric.name), NONE if score is None else f"{score.mean:.3f}"
            rows.append((heading(metric), *cells, NONE if bound is None else f"{bound:.4g}", one_line(metric.meaning)))
    header = ("Metric", "Value", "Score", "Real rows", "Meaning")
    caption = "Metrics that the scores are made of; ↑ higher is better, ↓ lower is better, → best at this value"
    return Table(header, tuple(rows), caption, align="lrrrl")


def _entry(scored: Run) -> Entry:
    return next(entry for entry in rank(scored).boards[0].entries if entry.kind == "generator")


def _value(entry: Entry, name: str) -> str:
    stat = entry.metrics.get(name)
    return NONE if stat is None else f"{stat.mean:.4g}"
