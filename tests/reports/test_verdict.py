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
            {},
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
    assert words.startswith("g0 leads with an overall score of 0.800 [0.700, 1.000], 0.010 ahead of g1 (0.790 [0.690,")


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


@pytest.mark.parametrize(
    ("ranks", "rank", "printed"), [((1, 1), 1, "1"), ((1, 3), 2, "1–3"), (None, 4, "4"), (None, None, "—")]
)
def test_a_rank_is_a_range_where_no_more_is_known(
    ranks: tuple[int, int] | None, rank: int | None, printed: str
) -> None:
    assert formatting.ranks(replace(board(0.8).entries[0], ranks=ranks, rank=rank)) == printed
