"""What the JSON file beside a page holds of a preset or of a variant of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.workflows.reproduction.configurations import configuration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.api import Preset, Study, Variant


class Stored:
    """The fits of a study."""

    def __init__(self, study: Study, presets: Mapping[str, Preset], stored: Mapping[str, Any]) -> None:
        self._study, self._presets, self._stored = study, presets, stored

    def seeds(self, variant: Variant) -> list[Mapping[str, Any]]:
        """A variant's fits that ended well, by seed."""
        return [fit for _, fit in self._fits(variant) if fit["status"] == "ok"]

    def failures(self, variant: Variant) -> list[str]:
        """Why its other fits did not."""
        return [f"seed {seed}: {fit['error']}" for seed, fit in self._fits(variant) if fit["status"] != "ok"]

    def values(self, variant: Variant) -> dict[str, list[float]]:
        """By measure, one per seed; seeds without a value are left out."""
        fits = self.seeds(variant)
        names = dict.fromkeys(name for fit in fits for name in fit["values"])
        return {name: [fit["values"][name] for fit in fits if name in fit["values"]] for name in names}

    def _fits(self, variant: Variant) -> list[tuple[str, Mapping[str, Any]]]:
        what = configuration(variant, self._study, self._presets, self._stored["dataset"]["rows"])
        fits = self._stored["fits"].get(what.id, {}).get("seeds", {})
        return sorted(fits.items(), key=lambda fit: int(fit[0]))
