"""The page of a published study, from stored values alone: published values, our values, and the findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.api import Block, Facts, Finding, Fold, Preset, PublishedStudy, Table, Text, Variant
from bench.reporting import markdown
from bench.workflows.reproduction.comparison_table import comparison, comparison_rules, measure_heading, short
from bench.workflows.reproduction.configurations import TRAINING, StoredFits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


SCHEMA = 1
"""Version of the JSON file."""
MARKER = "<!-- written by `bench reproduce`; a change made here is lost -->"


def page(study: PublishedStudy, presets: Mapping[str, Preset], stored: Mapping[str, Any]) -> str:
    """Returns the whole page of the content of a JSON file; the same values give the same bytes."""
    fits = StoredFits(study, presets, stored)
    blocks: list[Block] = [
        *_introduction(study, stored),
        Text("Published and reproduced", level=3),
        *comparison(study, presets, fits),
        Text("Everything measured", level=3),
        *_overview(study, presets, fits),
        Text("What a careful reader finds", level=3),
    ]
    for number, finding in enumerate(study.findings, 1):
        blocks += _finding(number, finding, study, fits)
    body = markdown.render(blocks, {}).replace("\n### ", "\n## ").replace("\n#### ", "\n### ")
    return f"# {markdown.escape(study.title)}\n\n{MARKER}\n\n{body}\n"


def _introduction(study: PublishedStudy, stored: Mapping[str, Any]) -> Iterator[Block]:
    data = stored["dataset"]
    rows = data["rows"]
    yield Text(
        f"All {rows['all']:,} rows of {data['name']} ({data['source']}) are shuffled as scikit-learn's "
        "train_test_split(test_size=0.2, random_state=42) does; every model is given all of them in that order: "
        f"{rows['train']:,} to train on, and the last {rows['validation']:,} to watch. That is how the models were "
        "published, leaks included: scalers see every row, and what stops training is also what is reported. bench run "
        "trains the same presets without these leaks."
    )
    yield from comparison_rules()
    if study.notes:
        yield Text(study.notes)
    yield Text("bench reproduce", tone="code")


def _overview(study: PublishedStudy, presets: Mapping[str, Preset], fits: StoredFits) -> Iterator[Block]:
    row_measures = [name for name in study.measures if name not in TRAINING]
    yield _measured("The rows", row_measures, study, presets, fits)
    training_measures = [name for name in study.measures if name in TRAINING]
    yield _measured("The training", training_measures, study, presets, fits)
    meanings = tuple((study.measures.get(name, name), meaning) for name, meaning in study.meanings.items())
    yield Fold("What the columns mean", (Facts(meanings),))
    rows = tuple((name, preset.generator, preset.summary, preset.source) for name, preset in presets.items())
    yield Fold("What the presets are", (Table(("preset", "generator", "what", "source"), rows, align="llll"),))
    if failures := [f"{name}, {failure}" for name in presets for failure in fits.failures(Variant(name))]:
        yield Text("Fits that failed:", items=tuple(failures))


def _measured(
    caption: str, measures: Sequence[str], study: PublishedStudy, presets: Mapping[str, Preset], fits: StoredFits
) -> Table:
    """Returns a table with a row for each preset."""
    rows = []
    for name in presets:
        values, successful = fits.values(Variant(name)), fits.successful(Variant(name))
        rows.append((name, str(len(successful)), *(short(values.get(measure)) for measure in measures)))
    return Table(("preset", "seeds", *(study.measures[name] for name in measures)), tuple(rows), caption)


def _finding(number: int, finding: Finding, study: PublishedStudy, fits: StoredFits) -> Iterator[Block]:
    yield Text(f"{number}. {finding.claim}", level=4)
    measured = {label: fits.values(variant) for label, variant in finding.variants.items()}
    rows = tuple(
        (label, str(len(fits.successful(variant))), *(short(measured[label].get(name)) for name in finding.measures))
        for label, variant in finding.variants.items()
    )
    yield Table(("", "seeds", *(measure_heading(study, measure) for measure in finding.measures)), rows)
    if missing := [label for label, values in measured.items() if not set(finding.measures) & set(values)]:
        yield Text(f"Not fitted yet, so without a verdict: {', '.join(missing)}.")
        return
    verdict, sentence = finding.verdict(measured)
    yield Text(f"{verdict}: {sentence}", tone="warning" if verdict == "Not shown" else "note")
