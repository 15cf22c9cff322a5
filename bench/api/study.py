"""A published study: which models to refit, which values their authors reported, and which experiments to run.

An entry point of `bench.findings` names a `PublishedStudy`; `bench reproduce` runs it and writes its page. (The other
kind of study, a tuning study, is a search for parameters: see `bench tune`.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Values: TypeAlias = Mapping[str, Mapping[str, Sequence[float]]]
"""Label of a variant -> name of a measure -> one value per seed."""

Explanation: TypeAlias = str | Callable[[Mapping[str, Sequence[float]], float], str]
"""A sentence, or a function that makes one from a preset's values by measure and the published value."""

Verdict: TypeAlias = Literal["Shown", "Shown in part", "Not shown"]


@dataclass(frozen=True, slots=True)
class Variant:
    """A preset with some of its parameters changed: `params` are keywords that replace the preset's own."""

    preset: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """A claim about published models, and the experiment that tests it.

    Attributes:
        claim: one sentence.
        variants: the variants to compare, by their label on the page.
        measures: names of `PublishedStudy.measures` that are shown for each variant.
        verdict: (values of every variant) -> whether the claim is confirmed, and a sentence with the reason.
    """

    claim: str
    variants: Mapping[str, Variant]
    measures: tuple[str, ...]
    verdict: Callable[[Values], tuple[Verdict, str]]


@dataclass(frozen=True, slots=True)
class PublishedStudy:
    """Published models and values, and how they are reproduced.

    Attributes:
        dataset: registered name of the data set of the publication.
        presets: registered name of the set of presets.
        measures: name of a measure -> heading, in the order of the page. A name is that of a metric or one that
            reproducing adds: std ratios against all rows, and measures of the history and the latents.
        protocol: (rows held out) -> constructor keywords that give every preset the published protocol, in which `fit`
            gets all rows, the held-out ones last.
        published_as: name of a published value in a preset -> the measure that it is compared with.
        findings: in the order of their numbers.
        meanings: explanations of measures, by name.
        experiment_seeds: largest number of fits of a configuration that only experiments need.
        sampled_as_train: presets that sample as many rows as train has; the others sample as many as validation has.
        explanations: why a published value does not agree with ours, lies outside their standard deviation, or cannot
            be judged; by preset and published name.
        constants: published values that the source prints whatever it measures, by preset and published name: shown,
            but not compared.
        notes: paragraphs printed at the top.
    """

    title: str
    dataset: str
    presets: str
    measures: Mapping[str, str]
    protocol: Callable[[int], Mapping[str, Any]]
    published_as: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    meanings: Mapping[str, str] = field(default_factory=dict)
    experiment_seeds: int = 3
    sampled_as_train: frozenset[str] = frozenset()
    explanations: Mapping[tuple[str, str], Explanation] = field(default_factory=dict)
    constants: frozenset[tuple[str, str]] = frozenset()
    notes: str = ""
