"""What a study has fitted: presets and the variants of its experiments, each configuration once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.api import BenchError, Variant
from bench.common import suggestions
from bench.common.fingerprint import digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bench.api import Preset, Study

RATIO = "std_ratio"
"""Measure of the rows: std(synthetic) / std(real), of a column in brackets or the mean over columns."""

TRAINING = (
    "epochs",
    "best_epoch",
    "beta_last",
    "beta_best",
    "kl_restored",
    "kl_last",
    "weighted_kl_last",
    "val_kl_last",
    "weighted_val_kl_last",
    "reconstruction_last",
    "val_reconstruction_last",
    "val_loss_last",
    "val_loss_best",
)
"""Measures of how a model was trained, by the history and the latents, rather than of its rows."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """A generator with parameters.

    Attributes:
        generator: registered name.
        params: constructor keywords.
        rows: how many it is asked for.
    """

    generator: str
    params: Mapping[str, Any]
    rows: int

    @property
    def id(self) -> str:
        """The same for the same configuration, whatever it is called."""
        return digest({"generator": self.generator, "params": dict(self.params), "rows": self.rows})


def configuration(
    variant: Variant, study: Study, presets: Mapping[str, Preset], rows: Mapping[str, int]
) -> Configuration:
    """What a variant stands for.

    Args:
        variant: of a preset.
        study: says who is asked for as many rows as train has.
        presets: by name.
        rows: of `train` and of `validation`.

    Raises:
        BenchError: if there is no such preset.
    """
    if variant.preset not in presets:
        raise BenchError(f"unknown preset {variant.preset!r}: {suggestions.closest(variant.preset, presets)}")
    preset = presets[variant.preset]
    count = rows["train" if variant.preset in study.sampled_as_train else "validation"]
    protocol = study.protocol(rows["validation"])
    return Configuration(preset.generator, {**preset.params, **protocol, **variant.params}, count)


def configurations(
    study: Study, presets: Mapping[str, Preset], rows: Mapping[str, int], only: Sequence[str] = ()
) -> list[Configuration]:
    """Each once, in the order of the page: the presets, then the experiments; or the presets in `only`.

    Raises:
        BenchError: if a name in `only` or in an experiment is no preset.
    """
    variants = [Variant(name) for name in only] or [variant for _, variant in _all(study, presets)]
    found = [configuration(variant, study, presets, rows) for variant in variants]
    return list({each.id: each for each in found}.values())


def fits(
    study: Study, presets: Mapping[str, Preset], rows: Mapping[str, int], seeds: int, only: Sequence[str] = ()
) -> list[tuple[Configuration, int]]:
    """What is fitted with which seed: all first seeds before any second, so that a page is whole early."""
    published = {configuration(Variant(name), study, presets, rows).id for name in presets}
    return [
        (each, seed)
        for seed in range(seeds)
        for each in configurations(study, presets, rows, only)
        if seed < study.experiment_seeds or each.id in published
    ]


def called(study: Study, presets: Mapping[str, Preset], rows: Mapping[str, int]) -> dict[str, str]:
    """What each configuration is called, by id: its preset's name, or where in the experiments it first is."""
    names: dict[str, str] = {}
    for name, variant in _all(study, presets):
        names.setdefault(configuration(variant, study, presets, rows).id, name)
    return names


def _all(study: Study, presets: Mapping[str, Preset]) -> Iterator[tuple[str, Variant]]:
    yield from ((name, Variant(name)) for name in presets)
    for number, finding in enumerate(study.findings, 1):
        yield from ((f"finding {number}: {label}", variant) for label, variant in finding.variants.items())
