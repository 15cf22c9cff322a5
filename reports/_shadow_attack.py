"""What the shadow attack of `--profile audit` finds beyond the ranked attacks."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api import Board, Entry, Run

from ._format import listing, name
from ._lookup import generators

_SHADOW = "shadow_auc"


def beyond_the_ranked_attacks(run: Run, board: Board) -> Iterator[str]:
    """Yields one sentence on the generators of which the shadow attack reveals more than any ranked attack does.

    That is so where the lower end of its AUC is above the AUC of each ranked attack, all as means over splits.
    """
    attacks = [metric.name for metric in run.metrics if metric.family == "privacy" and metric.chance is not None]
    found = [text for entry in generators(board) if (text := _finding(entry, attacks))]
    if found:
        yield (
            "The audit's shadow attack, which knows the generator, finds more train rows than the ranked attacks: "
            f"{listing(found)}. Privacy scores do not count this."
        )


def _finding(entry: Entry, attacks: list[str]) -> str:
    ranked = max((entry.metrics[attack].mean for attack in attacks if attack in entry.metrics), default=None)
    low, mean = (entry.metrics.get(key) for key in (f"{_SHADOW}_low", _SHADOW))
    if ranked is None or low is None or mean is None or low.mean <= ranked:
        return ""
    return f"{name(entry.generator)} (AUC {mean.mean:.2f}, ranked attacks at most {ranked:.2f})"
