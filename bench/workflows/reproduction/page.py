"""The page of a study, from stored values alone: what was published, what came out, and what each experiment shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.api import Facts, Fold, Table, Text, Variant
from bench.reporting import markdown
from bench.workflows.reproduction.comparison_table import comparison, heading, rule
from bench.workflows.reproduction.configurations import TRAINING
from bench.workflows.reproduction.format_spread import short
from bench.workflows.reproduction.stored_fits import Stored

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bench.api import Block, Finding, Preset, Study

SCHEMA = 1
"""Version of the JSON file."""

MARKER = "<!-- written by `bench reproduce`; a change made here is lost -->"


def page(study: Study, presets: Mapping[str, Preset], stored: Mapping[str, Any]) -> str:
    """The whole page; the same values give the same bytes.

    Args:
        study: what was asked.
        presets: by name.
        stored: the content of the JSON file.
    """
    found = Stored(study, presets, stored)
    blocks: list[Block] = [
        *_introduction(study, stored),
        Text("Published and reproduced", level=3),
        *comparison(study, presets, found),
        Text("Everything measured", level=3),
        *_overview(study, presets, found),
        Text("What a careful reader finds", level=3),
        *(
            block
            for number, finding in enumerate(study.findings, 1)
            for block in _finding(number, finding, study, found)
        ),
    ]
    body = markdown.render(blocks, {}).replace("\n### ", "\n## ").replace("\n#### ", "\n### ")
    return f"# {markdown.escape(study.title)}\n\n{MARKER}\n\n{body}\n"


def _introduction(study: Study, stored: Mapping[str, Any]) -> Iterator[Block]:
    data = stored["dataset"]
    rows = data["rows"]
    yield Text(
        f"All {rows['all']:,} rows of {data['name']} ({data['source']}) are shuffled as scikit-learn's "
        "train_test_split(test_size=0.2, random_state=42) does; every model is given all of them in that order: "
        f"{rows['train']:,} to train on, and the last {rows['validation']:,} to watch. That is how the models were "
        "published, leaks included: scalers see every row, and what stops training is also what is reported. bench run "
        "trains the same presets without these leaks."
    )
    yield from rule()
    if study.notes:
        yield Text(study.notes)
    yield Text("bench reproduce", tone="code")


def _overview(study: Study, presets: Mapping[str, Preset], found: Stored) -> Iterator[Block]:
    of_rows = [name for name in study.measures if name not in TRAINING]
    yield Table(*_measured("The rows", of_rows, study, presets, found))
    of_training = [name for name in study.measures if name in TRAINING]
    yield Table(*_measured("The training", of_training, study, presets, found))
    meanings = tuple((study.measures.get(name, name), meaning) for name, meaning in study.meanings.items())
    yield Fold("What the columns mean", (Facts(meanings),))
    what = tuple((name, preset.generator, preset.summary, preset.source) for name, preset in presets.items())
    yield Fold("What the presets are", (Table(("preset", "generator", "what", "source"), what, align="llll"),))
    failures = [f"{name}, {failure}" for name in presets for failure in found.failures(Variant(name))]
    if failures:
        yield Text("Fits that failed:", items=tuple(failures))


def _measured(
    caption: str, measures: Sequence[str], study: Study, presets: Mapping[str, Preset], found: Stored
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], str]:
    """Header, a row for each preset, and the caption."""
    rows = []
    for name in presets:
        values, seeds = found.values(Variant(name)), found.seeds(Variant(name))
        rows.append((name, str(len(seeds)), *(short(values.get(measure)) for measure in measures)))
    return ("preset", "seeds", *(study.measures[name] for name in measures)), tuple(rows), caption


def _finding(number_: int, finding: Finding, study: Study, found: Stored) -> Iterator[Block]:
    yield Text(f"{number_}. {finding.claim}", level=4)
    measured = {label: found.values(variant) for label, variant in finding.variants.items()}
    rows = tuple(
        (label, str(len(found.seeds(variant))), *(short(measured[label].get(name)) for name in finding.measures))
        for label, variant in finding.variants.items()
    )
    yield Table(("", "seeds", *(heading(study, measure) for measure in finding.measures)), rows)
    lacking = [label for label, values in measured.items() if not set(finding.measures) & set(values)]
    if lacking:
        yield Text(f"Not fitted yet, so without a verdict: {', '.join(lacking)}.")
        return
    verdict, sentence = finding.verdict(measured)
    yield Text(f"{verdict}: {sentence}", tone="warning" if verdict == "Not shown" else "note")
