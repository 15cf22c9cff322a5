"""What the first screen claims, checked against made-up boards."""

from __future__ import annotations

import importlib
from dataclasses import replace

import pytest

from bench.api import Board, Comparison, Entry, Pair, Stat
from bench.common import formatting

summary = importlib.import_module("bench.reports.summary")


def board(*means: float, repeats: int = 5, differ: str = "") -> Board:
    """Generators g0, g1, ... with these scores; `differ` names those that differ from g0."""
    rows = tuple(
        Entry(
            f"g{at}",
            "generator",
            at + 1,
            Stat(mean, 0.02, repeats),
            {"fidelity": Stat(mean, 0.02, repeats)},
            {},
            {"ok": repeats},
            interval=(mean - 0.1, 1.0),
        )
        for at, mean in enumerate(means)
    )
    pairs = tuple(
        Pair("g0", row.generator, Comparison(0.1, (0.0, 0.2), 0.01, repeats), 0.01 if row.generator in differ else 0.5)
        for row in rows[1:]
    )
    return Board("d", "random", repeats, rows, ("fidelity",), pairs=pairs)


def test_the_lead_is_said_with_its_interval() -> None:
    words = summary.outcome(board(0.80, 0.79))
    assert words.startswith(
        "g0 leads with an overall score of 0.800 [0.700, 1.000], about 0.01 ahead of g1 (0.790 [0.690,"
    )


def test_only_those_that_do_not_differ_are_called_alike() -> None:
    words = summary.outcome(board(0.80, 0.79, 0.50, differ="g2"))
    assert words.endswith("g1 cannot be told apart from it (paired by split over 5 repeats, 95 % level).")


def test_a_lead_over_all_is_called_one() -> None:
    words = summary.outcome(board(0.80, 0.79, 0.50, differ="g1 g2"))
    assert words.endswith("larger than noise (paired by split over 5 repeats, 95 % level).")


def test_few_repeats_ask_for_more_where_something_is_tied() -> None:
    assert "2 repeats leave 1 degree of freedom. " in summary.outcome(board(0.8, 0.7, repeats=2))
    assert "--repeats 5, the default of --profile standard" in summary.outcome(board(0.8, 0.7, repeats=3))
    assert "degree" not in summary.outcome(board(0.8, 0.7, repeats=3, differ="g1"))
    assert summary.outcome(board(0.8, 0.7, repeats=1)).endswith("no difference can be called real.")


def test_equal_scores_are_level() -> None:
    assert "equal to g1" in summary.outcome(board(0.8, 0.8))


def test_what_never_succeeded_is_no_rival() -> None:
    alive = board(0.8, 0.0)
    dead = replace(alive, entries=(alive.entries[0], replace(alive.entries[1], status={"failed": 5})), pairs=())
    assert summary.outcome(dead) == "g0 scores 0.800 [0.700, 1.000]. There is no other generator to compare it with."


def test_a_generator_that_memorises_does_not_lead() -> None:
    words = summary.outcome(board(0.9, 0.8, 0.5, differ="g1 g2"), ["g0"])
    assert words.startswith("g1 leads with an overall score of 0.800 [0.700, 1.000], about 0.3 ahead of g2")
    assert "g0 stands above it in the table, but cannot lead as a deliberately leaky baseline." in words
    assert summary.outcome(board(0.9, 0.8), ["g0", "g1"]).startswith("No generator leads: all that have a rank")
    alone = summary.outcome(board(0.9, 0.8), ["g0"])
    assert alone.startswith("g1 scores 0.800 [0.700, 1.000]. g0 stands above it")


def test_the_best_of_those_that_do_not_memorise_is_compared_by_the_pairs_of_the_board() -> None:
    made = board(0.9, 0.8, 0.5)
    pair = Pair("g1", "g2", Comparison(0.3, (0.2, 0.4), 0.01, 5), 0.01)
    differing = replace(made, pairs=(*made.pairs, pair))
    assert "Its lead over every generator below it is larger than noise" in summary.outcome(differing, ["g0"])
    assert "g2 cannot be told apart from it" in summary.outcome(made, ["g0"])


def test_the_comparisons_of_the_leader_alone_decide_who_may_be_best() -> None:
    made = board(0.8, 0.79, 0.5)
    by_leader = tuple(replace(pair, p=0.01) for pair in made.pairs)
    words = summary.outcome(replace(made, leader_pairs=by_leader))
    assert words.endswith("No other generator can be the best one (paired by split over 5 repeats, 95 % level).")
    some = (by_leader[0], replace(by_leader[1], p=0.4))
    assert "g2 cannot be told apart from it" in summary.outcome(replace(made, leader_pairs=some))


def test_a_board_without_overall_scores_has_no_winner() -> None:
    made = board(0.8, 0.7)
    families = {"fidelity": Stat(0.9, None, 1)}
    entries = [replace(row, overall=None, rank=None, families=families, scores=families) for row in made.entries]
    lacking = replace(made, entries=tuple(entries), no_overall="No overall score: privacy has no metric.")
    start = "There is no overall score and no rank: privacy has no metric. "
    assert summary.outcome(lacking) == f"{start}The scores of fidelity are in the table below."
    single = replace(lacking, entries=lacking.entries[:1])
    assert summary.outcome(single) == f"{start}g0 scores fidelity 0.900."


@pytest.mark.parametrize(
    ("ranks", "rank", "printed"), [((1, 1), 1, "1"), ((1, 3), 2, "1–3"), (None, 4, "4"), (None, None, "—")]
)
def test_a_rank_is_a_range_where_no_more_is_known(
    ranks: tuple[int, int] | None, rank: int | None, printed: str
) -> None:
    assert formatting.ranks(replace(board(0.8).entries[0], ranks=ranks, rank=rank)) == printed
