"""The first lines of a card: what was found, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import Entry, Metric
from bench.scoring.points import most_rows

if TYPE_CHECKING:
    from bench.runs.run_directory import Run

_Bands = tuple[tuple[float, str], ...]
"""Least family score -> what it means, the best first."""

_PRIVACY: _Bands = (
    (0.9, "Privacy is almost that of unseen real rows"),
    (0.7, "Privacy is somewhat weaker than that of unseen real rows"),
    (0.4, "Privacy is clearly weaker than that of unseen real rows"),
    (0.0, "Do not share these rows: they reveal rows that the model was fitted on"),
)
_UTILITY: _Bands = (
    (0.9, "almost as well as"),
    (0.7, "a little worse than"),
    (0.4, "clearly worse than"),
    (0.0, "far worse than"),
)
_FIDELITY: _Bands = (
    (0.9, "almost as in"),
    (0.7, "close to those of"),
    (0.4, "clearly different from those of"),
    (0.0, "far from those of"),
)
_STANDARD_ERRORS = 2.0
"""An attack that is right more often than guessing by more than so many standard errors finds members."""


def verdict(scored: Run, entry: Entry) -> tuple[str, ...]:
    """Returns what the scores of the rows mean, privacy first; `entry` is the generator's."""
    lines = (
        _privacy(scored, entry),
        _attacks(scored, entry),
        _near_copies(scored, entry),
        _utility(scored, entry),
        _fidelity(entry),
        _told_apart(entry),
    )
    return tuple(line for line in lines if line)


def _privacy(scored: Run, entry: Entry) -> str:
    """Returns the meaning of the privacy score, and which measure decides it: the score is that of the worst."""
    if "privacy" not in entry.families:
        return "Privacy was not assessed: no attack could tell copies from unseen rows on this table."
    score = entry.families["privacy"].mean
    words = f"{_band(_PRIVACY, score)} (privacy: {score:.2f}; 1 is as unseen real rows, 0 is as copies)."
    worst = min(_ranked(scored, entry, "privacy"), key=lambda metric: entry.scores[metric.name].mean, default=None)
    if worst is None or score >= _PRIVACY[0][0]:
        return words
    value = f"{entry.metrics[worst.name].mean:.3g}{_interval(entry, worst.name)}"
    return f"{words} What decides is {worst.name}, {value}: {worst.meaning}."


def _interval(entry: Entry, name: str) -> str:
    """Returns the interval of a metric that comes with one; a short table may have too few rows to tell anything."""
    ends = [entry.metrics.get(f"{name}_{end}") for end in ("low", "high")]
    low, high = (None if end is None else end.mean for end in ends)
    return "" if low is None or high is None else f" (95 % interval {low:.2g} to {high:.2g})"


def _attacks(scored: Run, entry: Entry) -> str:
    """Returns whether the attacks that say which of two rows was fitted on do better than guessing."""
    rates = [
        entry.metrics[metric.name].mean
        for metric in _ranked(scored, entry, "privacy")
        if metric.name.endswith("_auc") and not metric.name.startswith("shadow")
    ]
    if not rates:
        return ""
    sizes = scored.manifest.splits[0].sizes
    count = min(sizes.train, sizes.holdout, most_rows(scored.manifest.datasets[0].schema))
    chance = 0.5 + _STANDARD_ERRORS * auc_standard_error(count)
    found = "members could be told from non-members" if max(rates) > chance else "we could not tell them apart"
    return (
        f"In attacks on {count:,} rows that the model was fitted on (members) and {count:,} that it has not seen "
        f"(non-members), {found}: the best attack is right in {_percent(max(rates))} of pairs "
        f"(guessing: 50 %; by chance up to {_percent(chance)})."
    )


def auc_standard_error(count: int) -> float:
    """Returns the standard error of an AUC of 0.5 from `count` rows of either kind (Hanley and McNeil 1982).

    >>> round(auc_standard_error(2000), 4)
    0.0091
    """
    return float(((2 * count + 1) / (12 * count**2)) ** 0.5)


def _ranked(scored: Run, entry: Entry, family: str) -> list[Metric]:
    """Returns the metrics of a family that have a score."""
    return [metric for metric in scored.metrics if metric.family == family and metric.name in entry.scores]


def _near_copies(scored: Run, entry: Entry) -> str:
    value = entry.metrics.get("near_copies")
    if value is None:
        return ""
    rows = min(scored.manifest.splits[0].sizes.train, most_rows(scored.manifest.datasets[0].schema))
    count = round(value.mean * rows)
    if not count:
        return f"Of {rows:,} rows, no more are near-copies of rows that the model was fitted on than chance explains."
    verb = "row is a near-copy" if count == 1 else "rows are near-copies"
    return f"Of {rows:,} rows, {count:,} more {verb} of rows that the model was fitted on than chance explains."


def _utility(scored: Run, entry: Entry) -> str:
    score = entry.families.get("utility")
    if score is None:
        return ""
    target = scored.manifest.datasets[0].schema.target
    return (
        f"Models that are trained on these rows predict {target} {_band(_UTILITY, score.mean)} models that are trained "
        f"on real rows (utility: {score.mean:.2f}; 1 is as real rows, 0 is useless)."
    )


def _fidelity(entry: Entry) -> str:
    score = entry.families.get("fidelity")
    if score is None:
        return ""
    return (
        f"The distributions of columns, and how columns depend on each other, are {_band(_FIDELITY, score.mean)} real "
        f"rows (fidelity: {score.mean:.2f}; 1 is as real rows, 0 is as rows without any such dependence)."
    )


def _told_apart(entry: Entry) -> str:
    value = entry.metrics.get("c2st_auc")
    if value is None:
        return ""
    return (
        "A classifier that is trained to tell these rows from real ones is right in "
        f"{_percent(value.mean)} of pairs (guessing: 50 %)."
    )


def _band(bands: _Bands, score: float) -> str:
    return next((words for least, words in bands if score >= least), bands[-1][1])


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
