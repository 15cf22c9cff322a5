"""Everything that belongs to a split in one call, as the schedule computes it piece by piece."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.scoring.reference_rows import reference_names_of, score_reference
from bench.scoring.score_table import Scored, prepare_all

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.api import Arrays, Family, MetricSet, Split


@dataclass(frozen=True, slots=True)
class References:
    """Computed once per split.

    Attributes:
        artefacts: arrays by family, for `score_all`.
        rows: what scoring each reference gave, by its name.
    """

    artefacts: Mapping[str, Arrays]
    rows: Mapping[str, Scored]


def references(split: Split, seed: int, families: Sequence[Family], metric_set: MetricSet) -> References:
    """Artefacts and reference rows of a split; `seed` is the one that trials of the split are scored with."""
    artefacts = prepare_all(families, split, seed)
    names = reference_names_of(split.schema, split.protocol)
    rows = {name: score_reference(name, split, seed, families, artefacts, metric_set) for name in names}
    return References(artefacts, rows)
