"""Caveats of the first screen: what limits how far the results can be trusted, most serious first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from bench.api import Board, Metric, Run
from bench.common.formatting import why_implausible
from bench.common.safe_text import one_line

from ._constant_columns import nearly_constant_columns
from ._format import ENOUGH_REPEATS, count, listing, name, statuses
from ._lookup import LEAKY, REAL, generators, implausible, memorises, results, splits
from ._merged_texts import merged, pattern
from ._shadow_attack import beyond_the_ranked_attacks

_USELESS = {"_r2": (0.0, "worse than the mean", "R2"), "_auc": (0.5, "worse than chance", "AUC")}
"""End of a metric's name -> its value for a model that knows nothing, what is below that, and what the metric is."""

_BETWEEN = (
    "Held-out rows lie between train rows in time, so rows interpolated between neighbours in time, and blurred a "
    "little, pass as private."
)


def caveats(run: Run, board: Board) -> list[str]:
    """Returns the caveats of a board, one text each, most serious first."""
    parts = (
        _implausible_rows(board),
        filter(None, [run.manifest.earlier_protocol]),
        _unsuccessful_trials(run, board),
        nearly_constant_columns(run, board),
        _leaks(run, board),
        _leaky_baselines(run, board),
        _missing_families(run, board),
        beyond_the_ranked_attacks(run, board),
        _few_repeats(run, board),
        _fewer_repeats(run, board),
        _fewer_rows(run, board),
        _undecided(run, board),
        _unranked_metrics(run, board),
        _low_ceilings(run, board),
        _uncommitted_code(run),
    )
    return [caveat for part in parts for caveat in part]


def _implausible_rows(board: Board) -> Iterator[str]:
    for entry in implausible(board):
        yield f"{name(entry.generator)} is implausible and has no rank: {why_implausible(entry)}."


def _unsuccessful_trials(run: Run, board: Board) -> Iterator[str]:
    for entry in generators(board):
        if unsuccessful := statuses(entry, leave_out="ok"):
            trials = count(sum(entry.status.values()), "trial")
            yield f"{name(entry.generator)}: {listing(unsuccessful)} of {trials} ({name(entry.reason, 160)})."
    ids = {split.id for split in splits(run, board)}
    if missing := [trial for trial in run.missing_trials if trial.split in ids]:
        yield f"{count(len(missing), 'planned trial')} not run yet: some of the means below are over fewer repeats."


def _leaks(run: Run, board: Board) -> Iterator[str]:
    """Yields the warnings of the leakage audit, broken splits first, and what a random split of rows in time hides."""
    warnings = merged([one_line(warning) for split in splits(run, board) for warning in split.audit.warnings])
    warnings.sort(key=lambda warning: "broken split" not in warning)
    shuffled = board.protocol == "random" and run.manifest.dataset(board.dataset).schema.ordered
    if shuffled and run.manifest.evaluation is None:
        about = [warning for warning in warnings if "split is random" in warning]
        yield " ".join([*about, _BETWEEN, *([] if about else ["Use --split blocked."])])
        warnings = [warning for warning in warnings if warning not in about]
    yield from warnings


def _leaky_baselines(run: Run, board: Board) -> Iterator[str]:
    leaky = [entry.generator for entry in generators(board) if memorises(run, entry.generator)]
    if leaky:
        baselines = f"is a deliberately {LEAKY}" if len(leaky) == 1 else f"are deliberately {LEAKY}s"
        returns, its = ("It returns", "its") if len(leaky) == 1 else ("They return", "their")
        yield (
            f"{listing(leaky)} {baselines}. {returns} rows of train, or rows between them, by design, so {its} "
            "fidelity, detection and utility scores tell nothing."
        )


def _missing_families(run: Run, board: Board) -> Iterator[str]:
    """Yields which families have no score; families without one for the same reason are one line."""
    reasons = _reasons(run, board)
    families: dict[str, list[str]] = {}
    for family in dict.fromkeys(metric.family for metric in reasons if metric.family not in board.families):
        of_family = {metric.name: reason for metric, reason in reasons.items() if metric.family == family}
        kinds = merged(list(of_family.values()))
        families.setdefault(kinds[0] if len(kinds) == 1 else "; ".join(_by_kind(of_family)), []).append(family)
    for why, names in families.items():
        yield f"{listing(names).capitalize()} {'is' if len(names) == 1 else 'are'} not assessed: {why}."


def _few_repeats(run: Run, board: Board) -> Iterator[str]:
    if run.manifest.evaluation:
        return  # the facts above say that nothing was repeated
    if board.repeats == 1:
        yield "There is only one repeat: the spread is unknown, and ranks may change with another seed."
    elif board.repeats < ENOUGH_REPEATS:
        yield (
            f"There are only {board.repeats} repeats: each ± is a rough estimate, and only large differences stand out "
            "from noise. Use --repeats to run more."
        )


def _fewer_repeats(run: Run, board: Board) -> Iterator[str]:
    """Yields which generators of merged runs have fewer repeats than the board."""
    planned: dict[str, set[str]] = {}
    ids = {split.id for split in splits(run, board)}
    for trial in (trial for trial in run.manifest.trials if trial.split in ids):
        planned.setdefault(trial.generator, set()).add(trial.split)
    by_repeats: dict[int, list[str]] = {}
    for generator, of_generator in sorted(planned.items()):
        by_repeats.setdefault(len(of_generator), []).append(generator)
    for repeats, names in sorted(by_repeats.items()):
        if repeats < len(ids):
            they, them = ("is", "it") if len(names) == 1 else ("are", "them")
            yield (
                f"{listing(names)} ran on {repeats} of {count(len(ids), 'repeat')}, and {they} compared with other "
                f"generators on no more than that. Trust the rank range of {them}, not the rank."
            )


def _fewer_rows(run: Run, board: Board) -> Iterator[str]:
    """Yields which generators learned from a part of train, because their parameter `max_rows` says so."""
    sizes = {split.id: split.sizes.train for split in splits(run, board)}
    by_rows: dict[tuple[int, int], dict[str, None]] = {}
    for trial in (trial for trial in run.manifest.trials if trial.split in sizes):
        rows = trial.params.get("max_rows")
        if isinstance(rows, int) and rows < sizes[trial.split]:
            by_rows.setdefault((rows, sizes[trial.split]), {})[trial.generator] = None
    for (rows, train), names in by_rows.items():
        yield f"{listing(sorted(names))} learned from {rows:,} of {train:,} train rows (max_rows)."


def _undecided(run: Run, board: Board) -> Iterator[str]:
    """Yields that the run's own splits decided which metrics enter, because the drawn ones are not done."""
    for drawn in run.drawn:
        if (drawn.dataset, drawn.protocol) == (board.dataset, board.protocol) and not drawn.complete:
            yield (
                f"Which metrics enter was decided on {count(board.repeats, 'split')} of this run, because the "
                f"reference rows on {drawn.wanted - len(drawn.values)} of {drawn.wanted} drawn splits were not scored: "
                "run the same command again."
            )


def _unranked_metrics(run: Run, board: Board) -> Iterator[str]:
    """Yields one line per kind of reason; metrics of a missing family have a line of their own."""
    reasons = _reasons(run, board)
    ranking = {metric.name: reason for metric, reason in reasons.items() if metric.family in board.families}
    for text in _by_kind(ranking):
        yield f"Not ranked: {text}."


def _reasons(run: Run, board: Board) -> dict[Metric, str]:
    """Returns why metrics are kept out, of those that the run's metric set has."""
    kept_out = [metric for metric in run.metrics if metric.name in board.kept_out]
    return {metric: _reason(run, board, metric) for metric in kept_out if metric.is_in(run.manifest.profile.metrics)}


def _by_kind(reasons: Mapping[str, str]) -> Iterator[str]:
    """Yields names of metrics with their reason; reasons that differ only in numbers are one."""
    kinds: dict[str, list[str]] = {}
    for metric, reason in reasons.items():
        kinds.setdefault(pattern(reason), []).append(metric)
    for names in kinds.values():
        (reason,) = merged([reasons[metric] for metric in names])
        yield f"{listing(names)} ({reason})"


def _reason(run: Run, board: Board, metric: Metric) -> str:
    """Returns why a metric is kept out; of one without any value, why its values are missing."""
    if any(metric.name in entry.metrics for entry in board.entries):
        return one_line(board.kept_out[metric.name]).removesuffix(".")
    references = (result for split in splits(run, board) for result in run.references.get(split.id, {}).values())
    given = Counter(result.reasons.get(metric.name, "") for result in (*results(run, board), *references))
    known = [reason for reason, _ in given.most_common() if reason]
    return one_line(known[0] if known else board.kept_out[metric.name]).removesuffix(".")


def _low_ceilings(run: Run, board: Board) -> Iterator[str]:
    """Yields where even models trained on real rows predict test rows worse than their mean, or than chance."""
    board_splits = splits(run, board)
    ceilings = {split.repeat + 1: run.references.get(split.id, {}).get(REAL) for split in board_splits}
    ranked = [metric.name for metric in run.metrics if metric.ranked and metric.family == "utility"]
    for ending, (least, worse, what) in _USELESS.items():
        texts = []
        for metric in (metric for metric in ranked if metric.endswith(ending)):
            values = {repeat: result.metrics.get(metric) for repeat, result in ceilings.items() if result}
            if below := [repeat for repeat, value in values.items() if value is not None and value < least]:
                repeats = "repeat" if len(below) == 1 else "repeats"
                texts.append(f"{metric} in {len(below)} of {len(board_splits)} ({repeats} {listing(below)})")
        if texts:
            yield (
                f"Even models trained on real rows predict {worse} ({what} of {REAL} below {least:g}): "
                f"{'; '.join(texts)}. There the metric cannot tell generators apart, and it does not count."
            )


def _uncommitted_code(run: Run) -> Iterator[str]:
    if run.manifest.environment.dirty:
        yield "The code had uncommitted changes when it produced these numbers."
