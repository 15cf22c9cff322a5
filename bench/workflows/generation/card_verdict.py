"""The first lines of a card: what was found, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import Entry, Metric, SplitDescription

if TYPE_CHECKING:
    from bench.runs.run_directory import Run

_BANDS = ((0.9, "almost as good as"), (0.7, "close to"), (0.4, "clearly worse than"), (0.0, "far from"))
"""Least family score -> how the rows compare with real ones."""

_RISKS = (
    (0.9, "No attack that was tried told them apart much better than by guessing"),
    (0.7, "The best attack that was tried did a little better than guessing"),
    (0.5, "The best attack that was tried did clearly better than guessing"),
    (0.0, "These rows give the rows that the model learnt from away: do not share them"),
)
"""Least score of privacy -> what the attacks found."""


def verdict(scored: Run, entry: Entry) -> tuple[str, ...]:
    """Returns what the scores of the rows mean, the most serious first; `entry` is the generator's."""
    split = scored.manifest.splits[0]
    target = scored.manifest.datasets[0].schema.target
    lines = (
        _attacks(scored, entry, split),
        _near_copies(entry),
        _compared(entry, "utility", f"to train a model that predicts {target}"),
        _compared(entry, "fidelity", "in its columns, and in how they depend on one another"),
        _told_apart(entry),
    )
    return tuple(line for line in lines if line)


def _attacks(scored: Run, entry: Entry, split: SplitDescription) -> str:
    """Returns whether attacks tell the rows that the model learnt from."""
    if "privacy" not in entry.families:
        return "Privacy was not assessed: no attack could tell copies from unseen rows on this table."
    found = next(words for least, words in _RISKS if entry.families["privacy"].mean >= least)
    best = max((entry.metrics[metric.name].mean for metric in _attack_rates(scored, entry)), default=None)
    how = f": of a learnt and an unseen row, it picks the learnt one in {100 * best:.0f} % of pairs" if best else ""
    unseen = f"{split.sizes.holdout:,} real rows that it has not seen"
    return f"{found}{how} (guessing: 50 %; tried with rows that the model learnt from, and {unseen})."


def _attack_rates(scored: Run, entry: Entry) -> list[Metric]:
    """Returns the attacks whose value is the share of pairs in which they are right."""
    attacks = (metric for metric in scored.metrics if metric.family == "privacy" and metric.name.endswith("_auc"))
    return [metric for metric in attacks if metric.name in entry.metrics and metric.ranked]


def _near_copies(entry: Entry) -> str:
    value = entry.metrics.get("near_copies")
    if value is None:
        return ""
    share = f"{100 * value.mean:.1f} %" if value.mean else "None"
    return f"{share} of the rows are nearly the same as a row that the model learnt from."


def _compared(entry: Entry, family: str, purpose: str) -> str:
    score = entry.families.get(family)
    if score is None:
        return ""
    words = next(words for least, words in _BANDS if score.mean >= least)
    return f"The rows are {words} real ones {purpose} ({family}: {score.mean:.2f}; 1 is as real rows, 0 is useless)."


def _told_apart(entry: Entry) -> str:
    value = entry.metrics.get("c2st_auc")
    if value is None:
        return ""
    return (
        f"A classifier that is trained to tell the rows from real ones is right in {100 * value.mean:.0f} % of pairs "
        "(guessing: 50 %)."
    )
