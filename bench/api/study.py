"""A study of published models: what to refit, what its authors reported, and which experiments show what.

An entry point of `bench.findings` names a `Study`; `bench reproduce` runs it and writes its page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Values: TypeAlias = Mapping[str, Mapping[str, Sequence[float]]]
"""What was measured: by a variant's label and a measure's name, one value per seed."""

Explanation: TypeAlias = str | Callable[[Mapping[str, Sequence[float]], float], str]
"""A sentence, or what makes one of (a preset's values by measure, the published value)."""

Verdict: TypeAlias = Literal["Shown", "Shown in part", "Not shown"]


@dataclass(frozen=True, slots=True)
class Variant:
    """A preset, with some of its parameters changed.

    Attributes:
        preset: its name.
        params: constructor keywords over the preset's own.
    """

    preset: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """A claim about published models, and the experiment that shows it or does not.

    Attributes:
        claim: what is claimed, one sentence.
        variants: what is compared, by the label under which the page shows it.
        measures: what is shown of each, names of `Study.measures`.
        verdict: (values of every variant) -> whether the claim is borne out, and a sentence that says by what.
    """

    claim: str
    variants: Mapping[str, Variant]
    measures: tuple[str, ...]
    verdict: Callable[[Values], tuple[Verdict, str]]


@dataclass(frozen=True, slots=True)
class Study:
    """What an entry point of `bench.findings` names.

    Attributes:
        title: of the page.
        dataset: registered name of the table that the models were published on.
        presets: registered name of the set of presets.
        measures: what is measured, in the order of the page: its heading by its name (a metric's, or one of those
            that reproducing adds: std ratios against all rows, and what the history and the latents tell).
        meanings: explanations of measures, by name.
        protocol: (rows held out) -> constructor keywords over every preset's, by which the published protocol is had:
            `fit` gets all rows, those held out last.
        published_as: by the name under which a preset says what was published, the measure that it is compared with.
        findings: in the order in which they are numbered.
        experiment_seeds: at most so many fits of what only experiments ask for.
        sampled_as_train: presets that are asked for as many rows as train has, rather than as validation has.
        explanations: why a published value does not agree with ours, cannot be told to or lies outside their
            deviation, by preset and published name.
        constants: published values that the source's code prints whatever it measures, by preset and published name:
            shown, but not compared.
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
