"""What the first screen claims, checked against numbers worked out by hand."""

from __future__ import annotations

import importlib
import math

import pytest

from bench.ranking import Board, Row, Stat

verdict = importlib.import_module("bench.reports._verdict")


def board(*scores: Stat) -> Board:
    rows = tuple(Row(f"g{at}", "generator", at + 1, one, {}, {}, {"ok": one.n}) for at, one in enumerate(scores))
    return Board("d", "random", scores[0].n, rows, ("fidelity",))


def test_the_least_gap_is_that_of_a_pooled_t_interval() -> None:
    scores = [Stat(0.8, 0.03, 3), Stat(0.5, 0.04, 3)]
    pooled = math.sqrt((0.03**2 + 0.04**2) / 2)
    assert verdict.least_gap(scores) == pytest.approx(2.78 * pooled * math.sqrt(2 / 3))


def test_generators_stuck_at_zero_do_not_make_the_others_look_steady() -> None:
    moving = [Stat(0.8, 0.03, 2), Stat(0.5, 0.04, 2)]
    assert verdict.least_gap([*moving, Stat(0.0, 0.0, 2)]) == verdict.least_gap(moving)


def test_no_noise_at_all_lets_any_gap_count() -> None:
    assert verdict.least_gap([Stat(0.8, 0.0, 2), Stat(0.5, 0.0, 2)]) == 0.0


def test_only_those_within_the_gap_are_called_alike() -> None:
    words = verdict.words(board(Stat(0.80, 0.02, 5), Stat(0.79, 0.02, 5), Stat(0.50, 0.02, 5)))
    assert words.startswith("g0 leads with an overall score of 0.800 ± 0.020, 0.010 ahead of g1 (0.790 ± 0.020).")
    assert words.endswith("may be noise between repeats (95 %), so g1 cannot be told apart from it.")


def test_equal_scores_are_level() -> None:
    assert "level with g1" in verdict.words(board(Stat(0.8, 0.1, 2), Stat(0.8, 0.1, 2)))
