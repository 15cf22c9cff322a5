"""The first lines of a card: what was found, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import Entry, Metric
from bench.scoring.points import most_rows
from bench.statistics.leaderboard import rank

if TYPE_CHECKING:
    from bench.runs.run_directory import Run

_Bands = tuple[tuple[float, str], ...]
"""Least family score -> what it means, the best first."""

_OF_PAIRS = frozenset({"pair_trends", "spearman", "mutual_information", "trivariate"})
"""Metrics of fidelity that see how columns depend on each other."""

_UTILITY: _Bands = (
    (0.9, "almost as well as"),
    (0.7, "a little worse than"),
    (0.4, "clearly worse than"),
    (0.0, "far worse than"),
)
_FIDELITY: _Bands = (
    (0.9, "almost as good as"),
    (0.7, "close to"),
    (0.4, "clearly worse than"),
    (0.0, "far from"),
)
_SAFE, _LEAKY = 0.7, 0.4
"""Privacy scores: from the first on, there is no sign of a leak; below the second, rows should not be shared."""

_STANDARD_ERRORS = 2.0
"""What an attack finds beyond chance by more than so many standard errors is a sign of a leak."""

_ENOUGH = 500
"""With fewer unseen rows, attacks could not find a leak of one row in a hundred, and scores of rates are chance."""

_RATE = 0.01
"""The rate of near-copies and false alarms that chance explains."""


def verdict(scored: Run, entry: Entry) -> tuple[str, ...]:
    """Returns what the scores of the rows mean, privacy first; `entry` is the generator's."""
    lines = (
        _privacy(scored, entry),
        _attacks(scored, entry),
        _near_copies(scored, entry),
        _utility(scored, entry),
        _fidelity(scored, entry),
        _told_apart(entry),
    )
    return tuple(line for line in lines if line)


def _privacy(scored: Run, entry: Entry) -> str:
    """Returns whether there is a sign of a leak, how sure that is, and which measure decides."""
    if "privacy" not in entry.families:
        return "Privacy was not assessed: no attack could tell copies from unseen rows on this table."
    score, count = entry.families["privacy"].mean, _attacked(scored)
    scale = f"privacy: {score:.2f}; 1 is as unseen real rows, 0 is as copies"
    signs = [metric for metric in _ranked(scored, entry, "privacy") if _is_beyond_chance(entry, metric, count)]
    if count < _ENOUGH and not signs:
        return (
            f"Privacy: no sign of a leak, but with only {count:,} unseen rows to compare with, the attacks could "
            f"hardly have found one ({scale}; mostly chance with so few rows)."
        )
    if score >= _SAFE and not signs:
        return f"Privacy: no sign of a leak ({scale})."
    doubt = "a weak sign of a leak" if score >= _SAFE else "doubtful"
    words = "do not share these rows" if score < _LEAKY and signs else doubt
    worst = min(signs or _ranked(scored, entry, "privacy"), key=lambda metric: entry.scores[metric.name].mean)
    value = f"{entry.metrics[worst.name].mean:.3g}{_interval(entry, worst.name)}"
    return f"Privacy: {words} ({scale}). What decides is {worst.name}, {value}: {worst.meaning}."


def _attacked(scored: Run) -> int:
    """Returns how many rows of either kind were attacked."""
    sizes = scored.manifest.splits[0].sizes
    return min(sizes.train, sizes.holdout, most_rows(scored.manifest.datasets[0].schema))


def _is_beyond_chance(entry: Entry, metric: Metric, count: int) -> bool:
    """Returns whether a measure of privacy shows more than the noise of `count` rows of either kind explains."""
    value = entry.metrics[metric.name].mean
    if metric.name.endswith("_auc"):
        return bool(value > _chance(count))
    low = entry.metrics.get(f"{metric.name}_low")
    if low is not None:
        return bool(low.mean > _RATE)
    if metric.better != "lower" or metric.ceiling != 0.0:
        return entry.scores[metric.name].mean < _LEAKY  # a measure of another package, of which no noise is known
    # Shares beyond chance; of the most isolated tenth of rows, there are fewer.
    rows = max(count // 10, 1) if "isolated" in metric.name else count
    return bool(value > _RATE + _STANDARD_ERRORS * (max(value, _RATE) / rows) ** 0.5)


def _chance(count: int) -> float:
    """Returns the AUC that attacks on `count` rows of either kind may reach by chance."""
    return 0.5 + _STANDARD_ERRORS * auc_standard_error(count)


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
    count = _attacked(scored)
    chance = _chance(count)
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
    number = f"{count:,}" if count else "None"
    verb = "is a near-copy" if count < 2 else "are near-copies"
    return f"{number} of {rows:,} rows {verb} of a row that the model was fitted on, beyond what chance explains."


def _utility(scored: Run, entry: Entry) -> str:
    score = entry.families.get("utility")
    if score is None:
        return ""
    target = scored.manifest.datasets[0].schema.target
    return (
        f"Models that are trained on these rows predict {target} {_band(_UTILITY, score.mean)} models that are trained "
        f"on real rows (utility: {score.mean:.2f}; 1 is as real rows, 0 is useless)."
    )


def _fidelity(scored: Run, entry: Entry) -> str:
    score = entry.families.get("fidelity")
    if score is None:
        return ""
    return (
        f"In {_what_fidelity_measures(scored, entry)}, these rows are {_band(_FIDELITY, score.mean)} real rows "
        f"(fidelity: {score.mean:.2f}; real rows have 1{_shuffled(scored)})."
    )


def _what_fidelity_measures(scored: Run, entry: Entry) -> str:
    """Returns what the metrics are about that could be scored; on a small table, none may be about pairs of columns."""
    names = {metric.name for metric in _ranked(scored, entry, "fidelity")}
    pairs = "how columns depend on each other"
    return f"distributions, variety and {pairs}" if names & _OF_PAIRS else f"distributions and variety (not in {pairs})"


def _shuffled(scored: Run) -> str:
    """Returns the score of shuffled columns, which keep distributions and lose all dependence."""
    rows = {entry.generator: entry for entry in rank(scored).boards[0].entries if entry.kind == "reference"}
    shuffled = rows["independent"].families.get("fidelity") if "independent" in rows else None
    return f", shuffled columns {shuffled.mean:.2f}" if shuffled else ""


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
