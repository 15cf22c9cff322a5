"""What a published study fits: presets and the variants of its experiments; and the stored fits of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.api import BenchError, Preset, PublishedStudy, Variant
from bench.common import suggestions
from bench.common.digests import digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


RATIO = "std_ratio"
"""A measure of the synthetic rows: std(synthetic) / std(real), of the column in brackets or the mean over columns."""

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
"""Measures of the training, from the history and the latents, rather than of the synthetic rows."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """A registered generator with its constructor keywords, and how many rows it samples."""

    generator: str
    params: Mapping[str, Any]
    rows: int

    @property
    def id(self) -> str:
        """A digest: the same for the same configuration, whatever its name."""
        return digest({"generator": self.generator, "params": dict(self.params), "rows": self.rows})


def configuration(
    variant: Variant, study: PublishedStudy, presets: Mapping[str, Preset], rows: Mapping[str, int]
) -> Configuration:
    """Returns the configuration of a variant; `rows` holds the numbers of rows of `train` and of `validation`.

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
    study: PublishedStudy, presets: Mapping[str, Preset], rows: Mapping[str, int], only: Sequence[str] = ()
) -> list[Configuration]:
    """Returns the presets, then the experiments, in the order of the page, each once; or the presets in `only`.

    Raises:
        BenchError: if a name in `only` or in an experiment is no preset.
    """
    variants = [Variant(name) for name in only] or [variant for _, variant in _named_variants(study, presets)]
    unique = {item.id: item for item in (configuration(variant, study, presets, rows) for variant in variants)}
    return list(unique.values())


def planned_fits(
    study: PublishedStudy, presets: Mapping[str, Preset], rows: Mapping[str, int], seeds: int, only: Sequence[str] = ()
) -> list[tuple[Configuration, int]]:
    """Returns configurations with seeds: all first seeds come before any second, so the page is complete early."""
    published = {configuration(Variant(name), study, presets, rows).id for name in presets}
    return [
        (item, seed)
        for seed in range(seeds)
        for item in configurations(study, presets, rows, only)
        if seed < study.experiment_seeds or item.id in published
    ]


def configuration_names(
    study: PublishedStudy, presets: Mapping[str, Preset], rows: Mapping[str, int]
) -> dict[str, str]:
    """Returns names of configurations by id: the preset's name, or the first finding that has the configuration."""
    names: dict[str, str] = {}
    for name, variant in _named_variants(study, presets):
        names.setdefault(configuration(variant, study, presets, rows).id, name)
    return names


def _named_variants(study: PublishedStudy, presets: Mapping[str, Preset]) -> Iterator[tuple[str, Variant]]:
    yield from ((name, Variant(name)) for name in presets)
    for number, finding in enumerate(study.findings, 1):
        yield from ((f"finding {number}: {label}", variant) for label, variant in finding.variants.items())


class StoredFits:
    """The fits in the JSON file beside a page, by variant."""

    def __init__(self, study: PublishedStudy, presets: Mapping[str, Preset], stored: Mapping[str, Any]) -> None:
        self._study, self._presets, self._stored = study, presets, stored

    def successful(self, variant: Variant) -> list[Mapping[str, Any]]:
        """Returns the successful fits of a variant, by seed."""
        return [fit for _, fit in self._fits(variant) if fit["status"] == "ok"]

    def failures(self, variant: Variant) -> list[str]:
        """Returns the errors of the other fits."""
        return [f"seed {seed}: {fit['error']}" for seed, fit in self._fits(variant) if fit["status"] != "ok"]

    def values(self, variant: Variant) -> dict[str, list[float]]:
        """Returns values by measure, one per seed; seeds without a value are left out."""
        fits = self.successful(variant)
        names = dict.fromkeys(name for fit in fits for name in fit["values"])
        return {name: [fit["values"][name] for fit in fits if name in fit["values"]] for name in names}

    def _fits(self, variant: Variant) -> list[tuple[str, Mapping[str, Any]]]:
        fitted = configuration(variant, self._study, self._presets, self._stored["dataset"]["rows"])
        fits = self._stored["fits"].get(fitted.id, {}).get("seeds", {})
        return sorted(fits.items(), key=lambda fit: int(fit[0]))
