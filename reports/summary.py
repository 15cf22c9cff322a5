"""Section Summary, the first screen: the best generator, what was compared, and caveats."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict

from bench.api import (
    Block,
    Board,
    Entry,
    EvaluationDescription,
    Facts,
    Figure,
    Leaderboard,
    Panel,
    Run,
    Section,
    Text,
)
from bench.common.formatting import why_no_overall

from ._caveats import caveats
from ._format import advice_on_repeats, count, family_score, interval_series, listing, name, overall_score
from ._lookup import (
    LEAKY,
    blocks_by_board,
    columns,
    generators,
    has_scores,
    implausible,
    leader_pairs,
    references,
    splits,
)
from ._split_words import split_in_words

_MOST = 16
_USUAL_SHARE = 0.2
_LEAST_GAP = 0.001


def _build(run: Run, leaderboard: Leaderboard) -> list[Block]:
    if not leaderboard.boards:
        return [Text(f"Nothing has run yet of {count(len(run.manifest.trials), 'planned trial')}.", tone="lead")]
    return blocks_by_board(leaderboard, lambda board: _board_blocks(run, board))


def _board_blocks(run: Run, board: Board) -> list[Block]:
    items = caveats(run, board)
    warning = [Text("Caveats", tone="warning", items=tuple(items))] if items else []
    decisive = run.manifest.evaluation.decisive if run.manifest.evaluation else ()
    lead = Text(" ".join([*decisive, outcome(board, run.manifest.memorising)]), tone="lead")
    return [lead, Facts(tuple(_facts(run, board))), *_figure(board), *warning]


def outcome(board: Board, memorising: Collection[str] = ()) -> str:
    """Returns a few sentences: the best generator, its lead, and which others cannot be told apart from it.

    Generators that memorise by design are never the best. Those with implausible rows are not compared.
    """
    if board.no_overall:
        return _families_alone(board)
    contenders = board.contenders(memorising)
    if not contenders:
        return _nobody(board)
    best, ranked = contenders[0], list(board.contenders())
    above, below = ranked[: ranked.index(best)], ranked[ranked.index(best) + 1 :]
    if _mean(best) == 0:
        exception = f" but {listing(entry.generator for entry in above)}, deliberately leaky" if above else ""
        return f"No generator{exception} scores above 0: each is at the floor of at least one family."
    if not below:
        scored = f"{name(best.generator)} scores {overall_score(best)}."
        return f"{scored} {_why_not_above(above) or 'There is no other generator to compare it with.'}"
    sentences = [_lead(best, below[0]), _why_not_above(above), _significance(board, best, below)]
    return " ".join(filter(None, sentences))


def _families_alone(board: Board) -> str:
    """Returns why there is no overall score, and the family scores of a single generator."""
    scored = [entry for entry in generators(board) if has_scores(entry)]
    known = f"The scores of {listing(board.families)} are in the table below."
    if len(scored) == 1:
        scores = (f"{family} {family_score(scored[0].families.get(family))}" for family in board.families)
        known = f"{name(scored[0].generator)} scores {listing(scores)}."
    return f"There is no overall score and no rank: {why_no_overall(board)}. {known}"


def _nobody(board: Board) -> str:
    """Returns why no generator can be named as best."""
    succeeded = [entry for entry in generators(board) if entry.succeeded]
    if not succeeded:
        return "Nothing could be ranked: no trial succeeded."
    if all(entry.implausible for entry in succeeded):
        return "Nothing could be ranked: the rows of every generator that succeeded are implausible."
    return f"No generator leads: all that have a rank are deliberately {LEAKY}s."


def _why_not_above(above: Sequence[Entry]) -> str:
    """Returns which rows of the table stand above the best generator, and why they do not lead."""
    if not above:
        return ""
    stand, baselines = ("stands", f"a deliberately {LEAKY}") if len(above) == 1 else ("stand", f"deliberately {LEAKY}s")
    names = listing(entry.generator for entry in above)
    return f"{names} {stand} above it in the table, but cannot lead as {baselines}."


def _lead(best: Entry, second: Entry) -> str:
    gap = _mean(best) - _mean(second)
    # With one digit, as the rounded scores and the rounded difference may disagree in the last one.
    ahead = f"{f'about {gap:.1g}' if gap >= _LEAST_GAP else 'less than 0.001'} ahead of" if gap > 0 else "equal to"
    return (
        f"{name(best.generator)} leads with an overall score of {overall_score(best)}, {ahead} "
        f"{name(second.generator)} ({overall_score(second)})."
    )


def _significance(board: Board, best: Entry, below: Sequence[Entry]) -> str:
    """Returns which generators below the best differ from it, by its comparisons with each of them."""
    if board.repeats < 2:
        return "There is only one repeat, so the noise is unknown and no difference can be called real."
    compared = leader_pairs(board, best.generator)
    # Of merged runs, one may have a single repeat.
    once = {name for pair in compared if pair.difference.n < 2 for name in (pair.first, pair.second)} - {best.generator}
    said = _differences(board, best, [entry for entry in below if entry.generator not in once])
    untested = [entry.generator for entry in below if entry.generator in once]
    shares = "shares" if len(untested) == 1 else "share"
    too_few = f"{listing(untested)} {shares} one repeat with it, from which noise cannot be estimated." * bool(untested)
    return " ".join(filter(None, [said, too_few]))


def _differences(board: Board, best: Entry, below: Sequence[Entry]) -> str:
    """Returns which of the generators below the best, which share enough repeats with it, differ from it."""
    if not below:
        return ""
    compared = leader_pairs(board, best.generator)
    pairs = [{pair.first, pair.second} for pair in compared if pair.differ]
    tied = [entry.generator for entry in below if {best.generator, entry.generator} not in pairs]
    test = f"paired by split over {board.repeats} repeats, 95 % level"
    if not tied and tuple(compared) == board.leader_pairs:
        others = listing(entry.generator for entry in below)
        can = "No other generator can" if len(below) == len(compared) else f"{others} cannot"
        return f"{can} be the best one ({test})."
    if not tied:
        others = "every other generator" if len(below) + 1 == len(board.contenders()) else "every generator below it"
        return f"Its lead over {others} is larger than noise ({test})."
    return f"{listing(tied)} cannot be told apart from it ({test}). {advice_on_repeats(board)}".strip()


def _mean(entry: Entry) -> float:
    return entry.overall.mean if entry.overall else 0.0


def _facts(run: Run, board: Board) -> list[tuple[str, str]]:
    if given := run.manifest.evaluation:
        return _given(run, board, given)
    dataset = run.manifest.dataset(board.dataset)
    order = "rows in time" if dataset.schema.ordered else "rows in no order"
    table = f"{count(dataset.rows, 'row')} of {count(len(columns(run, board)), 'column')}, {order}"
    protocol = f"{board.protocol}, {count(board.repeats, 'repeat')}{_sizes(run, board)}"
    return [
        (
            "Compared",
            f"{count(len(generators(board)), 'generator')} and {count(len(references(board)), 'reference row')}",
        ),
        ("Data", f"{name(board.dataset)}: {table}; the target is {name(dataset.schema.target)}"),
        ("Protocol", f"{protocol}: {split_in_words(run, board)}"),
        ("Profile", _profile(run)),
    ]


def _references(board: Board) -> str:
    entries = references(board)
    return f"the reference rows {listing(entry.generator for entry in entries)}" if entries else "no reference rows"


def _sizes(run: Run, board: Board) -> str:
    sizes: dict[str, int] = next((asdict(split.sizes) for split in splits(run, board)), {})
    parts = [f"{part} {size:,}" for part, size in sizes.items() if size]
    return f" (rows in the first repeat: {', '.join(parts)}{_share(run, board)})" if parts else ""


def _share(run: Run, board: Board) -> str:
    """Returns the share of holdout if it is not the usual one."""
    share = next((split.options.get("holdout") for split in splits(run, board)), None)
    return f"; holdout is {100 * share:g} % of the rows outside test" if share not in (None, _USUAL_SHARE) else ""


def _given(run: Run, board: Board, given: EvaluationDescription) -> list[tuple[str, str]]:
    """Returns the facts for `bench evaluate`: the tables were made elsewhere, and no split was drawn."""
    sizes, schema = splits(run, board)[0].sizes, run.manifest.dataset(board.dataset).schema
    real = f"{name(given.real)} ({count(sizes.train, 'row')})"
    against = (
        f"{real}, the rows that it was reportedly made from, and with a holdout, {name(given.holdout)} "
        f"({count(sizes.holdout, 'row')}), real rows that it was not made from"
        if given.holdout
        else f"{real}, which it may have been made from; without a holdout, privacy and utility are not assessable"
    )
    scores = "core metrics" if run.manifest.profile.metrics == "core" else "all metrics"
    return [
        ("Evaluated", f"{name(given.synthetic)} ({count(given.synthetic_rows, 'row')}), made elsewhere"),
        ("Compared with", f"{against}; also with {_references(board)}"),
        ("Data", f"{count(len(columns(run, board)), 'column')}; the target is {name(schema.target)}"),
        ("Protocol", f"the tables are evaluated as given with {scores}; nothing was fitted, split or repeated"),
    ]


def _profile(run: Run) -> str:
    profile = run.manifest.profile
    rows = profile.train_rows
    limit = f"train is limited to {rows:,} rows" if rows else "all train rows are used"
    brief = "generators train for a short time; use --profile standard for results to publish"
    return f"{profile.name}: {limit}; {brief if profile.name == 'quick' else 'generators train in full'}"


def _figure(board: Board) -> list[Block]:
    scored = [entry for entry in generators(board) if entry.overall and not entry.implausible]
    entries = scored[:_MOST]
    if not entries:
        return []
    best = f"; the best {len(entries)} of {len(scored)}" if len(entries) < len(scored) else ""
    means = [(entry.generator, _mean(entry), entry.interval) for entry in entries]
    series = tuple(
        interval_series(who, mean, *(ends or (mean, mean)), position)
        for position, (who, mean, ends) in enumerate(means)
    )
    labels = tuple(entry.generator for entry in entries)
    limits = (-0.03, 1.03, len(entries) - 0.5, -0.5)
    panel = Panel("interval", x_label="overall score", series=series, labels=labels, limits=limits)
    intervals = "; corrected 95 % intervals" if any(entry.interval for entry in entries) else ""
    alt = "; ".join(f"{name(who)} {mean:.3f}" for who, mean, _ in means)
    left_out = "; without implausible rows" if implausible(board) else ""
    title = f"Overall score: 0 is the floor, 1 is real data{intervals}{best}{left_out}"
    return [Figure(f"overall-{board.dataset}-{board.protocol}", title, f"Overall scores: {alt}", (panel,), columns=1)]


SECTION = Section("Summary", 0, _build, "Result")
