"""Generators of a run that differ in nothing but how much noise is added to latents."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ._lookup import generators

if TYPE_CHECKING:
    from bench.api import Board, Run

_LEVEL, _UNIT, _DEVICE = "noise", "noise_unit", "device"
_UNITS = {"absolute": "", "latent": " of a deviation"}


@dataclass(frozen=True, slots=True)
class Sweep:
    """Levels of noise on one model.

    Attributes:
        base: the generator that all of them are presets of.
        levels: generator -> its noise in words, from the least; multiples of each latent's deviation after plain ones.
    """

    base: str
    levels: dict[str, str]


def sweeps(run: Run, board: Board) -> list[Sweep]:
    """Two or more levels of one model, all other parameters alike, by the names of the models."""
    params = {trial.generator: trial.params for trial in reversed(run.manifest.trials)}
    found: dict[tuple[str, str], list[tuple[str, float, str]]] = {}
    for who in sorted(row.generator for row in generators(board)):
        own = params.get(who, {})
        level = own.get(_LEVEL)
        if isinstance(level, int | float):
            base = run.manifest.generator(who).preset_of or who
            rest = {key: value for key, value in own.items() if key not in (_LEVEL, _UNIT, _DEVICE)}
            key = base, json.dumps(rest, sort_keys=True)
            found.setdefault(key, []).append((str(own.get(_UNIT, "")), float(level), who))
    return [
        Sweep(base, {who: f"noise {level:g}{_UNITS.get(unit, '')}" for unit, level, who in sorted(levels)})
        for (base, _), levels in sorted(found.items())
        if len({one[:2] for one in levels}) > 1
    ]
