import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.api import Board, Entry, EvaluationDescription, Metric, Target
from bench.runs.run_directory import FRAME_COLUMNS
from bench.statistics.leaderboard import holdout_rows, rank_frame
from bench.statistics.leaderboard import rank as rank_run
from bench.statistics.scores import loss, normalise
from tests.reports.make_run import Spec, make_run

R2 = Metric("r2", "utility", "higher", "", ranked=True)
AUC = Metric("auc", "detection", Target(0.5, "above"), "", ranked=True)
RATIO = Metric("ratio", "fidelity", Target(1.0, "log"), "", ranked=True, floor="uniform")
SHARE = Metric("share", "privacy", Target(0.5, "above"), "", ranked=True, floor="copy", ceiling="holdout-half")
COPIES = Metric("copies", "privacy", "lower", "", ranked=True, floor="copy", ceiling="holdout-half")
METRICS = (R2, AUC, RATIO, SHARE, COPIES)
COMBINE = {"detection": "mean", "fidelity": "mean", "privacy": "worst", "utility": "mean"}

REFERENCES = {
    "real-train": {"r2": 0.9, "auc": 0.5, "ratio": 1.0},
    "independent": {"r2": -0.1, "auc": 1.0, "ratio": 1.0},
    "uniform": {"r2": -0.2, "auc": 1.0, "ratio": 2.0},
    "copy": {"r2": 0.9, "auc": 0.5, "ratio": 1.0, "share": 0.7, "copies": 1.0},
    "holdout-half": {"share": 0.5, "copies": 0.0},
}
GOOD = {"r2": 0.8, "auc": 0.6, "ratio": 0.95, "share": 0.5, "copies": 0.0}


Values = Mapping[str, float | None]
"""A trial's metrics; of a failed one, empty."""
Several = tuple[Values, ...]
"""One per seed within a split."""


def frame(generators: Mapping[str, Sequence[Values | Several]]) -> pd.DataFrame:
    """A tidy frame; a generator's item per repeat."""
    rows: list[dict[str, object]] = []
    repeats = max(map(len, generators.values()))
    for repeat in range(repeats):
        tables: dict[str, tuple[str, Values | Several]]
        tables = {name: ("reference", of) for name, of in REFERENCES.items()}
        tables |= {name: ("generator", of[repeat]) for name, of in generators.items() if repeat < len(of)}
        for name, (kind, item) in tables.items():
            for draw, values in enumerate(item if isinstance(item, tuple) else (item,)):
                head = {"split": f"s{repeat}", "repeat": repeat, "draw": draw, "generator": name, "kind": kind}
                head |= {"status": "ok" if values else "failed"}
                rows += [{**head, "metric": metric, "value": value} for metric, value in (values or {"": None}).items()]
    whole = pd.DataFrame(rows).assign(dataset="d", protocol="random", column="", reason="why")
    return whole[list(FRAME_COLUMNS)].astype({"value": float})


def test_each_board_has_the_metrics_of_its_data_set() -> None:
    first = frame({"g": [GOOD]})
    second = first[first["metric"] != "ratio"].assign(dataset="e")
    metrics = {"d": METRICS, "e": tuple(metric for metric in METRICS if metric is not RATIO)}
    boards = {board.dataset: board for board in rank_frame(pd.concat([first, second]), metrics, COMBINE).boards}
    assert boards["d"] == board_of({"g": [GOOD]})
    assert "ratio" not in boards["e"].kept_out
    assert boards["e"].families == ("detection", "privacy", "utility")
    assert not boards["e"].no_overall


def board_of(generators: Mapping[str, Sequence[Values | Several]]) -> Board:
    return rank_frame(frame(generators), METRICS, COMBINE).boards[0]


def row_of(board: Board, name: str) -> Entry:
    return next(row for row in board.entries if row.generator == name)


def about(quality: float, *noise: float) -> list[Values]:
    """One trial per repeat, all of whose families score about `quality`."""
    return [_all_at(quality + 0.01 * more) for more in noise]


def _all_at(score: float) -> Values:
    return {
        "r2": -0.1 + score,
        "auc": 1 - 0.5 * score,
        "ratio": 2.0 ** (1 - score),
        "share": 0.7 - 0.2 * score,
        "copies": 1 - score,
    }


def rank(generators: Mapping[str, Sequence[Values | Several]]) -> dict[str, tuple[int | None, float | None]]:
    board = rank_frame(frame(generators), METRICS, COMBINE).boards[0]
    return {row.generator: (row.rank, row.overall.mean if row.overall else None) for row in board.entries}


def test_scores_lie_between_floor_and_ceiling() -> None:
    board = rank_frame(frame({"g": [GOOD]}), METRICS, COMBINE).boards[0]
    families = {name: stat.mean for name, stat in board.entries[0].families.items()}
    assert families == pytest.approx(
        {"detection": 0.8, "fidelity": 1 + math.log(0.95) / math.log(2), "privacy": 1.0, "utility": 0.9}
    )
    assert board.entries[0].overall is not None
    assert board.entries[0].overall.mean == pytest.approx(math.prod(families.values()) ** 0.25)


def test_failing_one_family_cannot_be_bought_back() -> None:
    memoriser = {"r2": 0.9, "auc": 0.5, "ratio": 1.0, "share": 0.7, "copies": 1.0}
    ranks = rank({"memoriser": [memoriser], "modest": [{**GOOD, "r2": 0.2, "auc": 0.95}]})
    assert ranks["modest"][0] == 1
    assert ranks["memoriser"] == (2, 0.0)


def test_the_worst_attack_is_the_privacy_score() -> None:
    board = rank_frame(frame({"g": [{**GOOD, "copies": 0.75}]}), METRICS, COMBINE).boards[0]
    assert board.entries[0].families["privacy"].mean == pytest.approx(0.25)


def test_a_missing_value_counts_as_the_floor() -> None:
    assert rank({"g": [{**GOOD, "r2": None}]})["g"] == (1, 0.0)


def test_failures_rank_last_and_are_not_averaged_away() -> None:
    ranks = rank({"dead": [{}, {}], "half": [GOOD, {}], "poor": [{**GOOD, "auc": 0.99}] * 2})
    assert [name for name in ranks if ranks[name][0]] == ["half", "poor", "dead"]
    full = rank({"g": [GOOD, GOOD]})["g"][1]
    assert full is not None
    assert ranks["half"][1] == pytest.approx(full / 2)


def test_references_are_shown_but_not_ranked() -> None:
    board = rank_frame(frame({"g": [GOOD]}), METRICS, COMBINE).boards[0]
    references = [row for row in board.entries if row.kind == "reference"]
    assert {row.generator for row in references} == set(REFERENCES)
    assert all(row.rank is None and row.overall is None for row in references)
    real = next(row for row in references if row.generator == "real-train")
    assert "privacy" not in real.families
    assert real.families["utility"].mean == 1.0


def test_equal_scores_share_a_rank() -> None:
    ranks = rank({"a": [GOOD], "b": [GOOD], "c": [{**GOOD, "r2": 0.1}]})
    assert [ranks[name][0] for name in "abc"] == [1, 1, 3]


def test_a_metric_whose_ceiling_is_noise_is_kept_out() -> None:
    noisy = frame({"g": [GOOD, GOOD]})
    ceiling = (noisy["generator"] == "real-train") & (noisy["metric"] == "r2")
    noisy.loc[ceiling, "value"] = [0.0, 0.8]
    board = rank_frame(noisy, METRICS, COMBINE).boards[0]
    assert set(board.kept_out) == {"r2"}
    assert "utility" not in board.families
    assert board.no_overall.startswith("No overall score: ")
    assert "utility could not be measured here (r2: floor and ceiling are " in board.no_overall


def test_a_split_that_is_hard_for_every_real_row_is_not_noise() -> None:
    hard = frame({"g": [GOOD, GOOD]})
    real = hard["generator"].isin(["real-train", "copy"]) & (hard["metric"] == "r2")
    hard.loc[real & (hard["repeat"] == 0), "value"] = 0.1
    board = rank_frame(hard, METRICS, COMBINE).boards[0]
    assert board.kept_out == {}


def test_a_metric_that_cannot_tell_floor_from_ceiling_is_kept_out() -> None:
    flat = Metric("ratio", "fidelity", Target(1.0, "log"), "", ranked=True, floor="independent")
    board = rank_frame(frame({"g": [GOOD]}), (R2, flat), COMBINE).boards[0]
    assert set(board.kept_out) == {"ratio"}


def test_repeats_are_mean_and_spread() -> None:
    board = rank_frame(frame({"g": [GOOD, {**GOOD, "r2": 0.6}]}), METRICS, COMBINE).boards[0]
    result = board.entries[0].metrics["r2"]
    assert result.mean == pytest.approx(0.7)
    assert result.n == 2
    assert result.spread == pytest.approx(math.sqrt(0.02))


@given(st.floats(-10, 10), st.floats(-10, 10), st.floats(-10, 10), st.sampled_from([R2, AUC, COPIES]))
def test_normalised_scores_are_shares_and_monotonic(value: float, floor: float, ceiling: float, metric: Metric) -> None:
    if abs(loss(floor, metric) - loss(ceiling, metric)) < 1e-6 or loss(floor, metric) < loss(ceiling, metric):
        floor, ceiling = (-5.0, 5.0) if metric is R2 else (5.0, 0.0)
    worst, best = loss(floor, metric), loss(ceiling, metric)
    score = normalise(value, worst, best, metric)
    assert 0 <= score <= 1
    better = value + 1 if metric is R2 else value - 1
    assert normalise(better, worst, best, metric) >= score
    assert normalise(floor, worst, best, metric) == 0
    assert normalise(ceiling, worst, best, metric) == 1


STEADY = (0, 1, -1, 2, -2)


def test_a_row_says_how_sure_its_score_is() -> None:
    board = board_of({"g": about(0.5, *STEADY), "h": about(0.8, *STEADY)})
    row = row_of(board, "g")
    assert row.by_split == pytest.approx({f"s{at}": 0.5 + 0.01 * more for at, more in enumerate(STEADY)})
    reach = 2.776445 * math.sqrt((1 / 5 + 0.25) * 0.00025)
    assert row.interval == pytest.approx((0.5 - reach, 0.5 + reach), abs=1e-6)
    assert len(row.family_intervals) == 4
    assert row.family_intervals == {name: pytest.approx(row.interval, abs=1e-6) for name in row.families}
    assert row.noise is None
    assert row.scores["copies"].mean == pytest.approx(0.5)
    assert set(row.scores) == {"r2", "auc", "ratio", "share", "copies"}
    assert board.ratio == 0.25


def test_intervals_stay_within_the_scale() -> None:
    row = row_of(board_of({"g": about(0.99, 0, -90)}), "g")
    assert row.interval is not None
    assert row.interval == (0.0, 1.0)
    assert all(0 <= low <= high <= 1 for low, high in row.family_intervals.values())


def test_what_differs_has_its_rank_and_what_does_not_is_tied() -> None:
    board = board_of(
        {
            "a": about(0.8, *STEADY),
            "b": about(0.5, 0, 2, -2, 1, -1),
            "c": about(0.501, *STEADY),
            "dead": [{}] * 5,
        }
    )
    assert {row.generator: row.ranks for row in board.entries if row.kind == "generator"} == {
        "a": (1, 1),
        "c": (2, 3),
        "b": (2, 3),
        "dead": (4, 4),
    }
    assert board.tied == (("c", "b"),)
    assert row_of(board, "a").rank_probabilities == pytest.approx((1, 0, 0, 0), abs=0.01)
    assert row_of(board, "dead").rank_probabilities == (0, 0, 0, 1)
    chances = row_of(board, "b").rank_probabilities
    assert sum(chances) == pytest.approx(1)
    assert chances[0] == pytest.approx(0, abs=0.01)
    assert chances[3] == 0
    assert [(pair.first, pair.second, pair.differ) for pair in board.pairs] == [
        ("a", "c", True),
        ("a", "b", True),
        ("c", "b", False),
    ]


def test_one_repeat_ties_all_that_ran() -> None:
    board = board_of({"a": about(0.8, 0), "b": about(0.2, 0), "dead": [{}]})
    assert board.tied == (("a", "b"),)
    assert {row.generator: row.ranks for row in board.entries if row.kind == "generator"} == {
        "a": (1, 2),
        "b": (1, 2),
        "dead": (3, 3),
    }
    row = row_of(board, "a")
    assert (row.interval, row.family_intervals, row.rank_probabilities) == (None, {}, ())


def test_two_repeats_tell_close_ones_not_apart() -> None:
    board = board_of({"a": about(0.8, 0, 1), "b": about(0.75, 1, 0)})
    assert board.tied == (("a", "b"),)


def test_failures_only_rank_behind_scores_of_zero() -> None:
    board = board_of({"dead": [{}] * 3, "floor": about(0.0, 0, 0, 0)})
    assert [(row.generator, row.rank, row.ranks) for row in board.entries[:2]] == [
        ("floor", 1, (1, 1)),
        ("dead", 2, (2, 2)),
    ]


def test_seeds_within_a_split_are_averaged_and_splits_are_the_units() -> None:
    low, high = _all_at(0.4), _all_at(0.6)
    row = row_of(board_of({"g": [(low, high), (low, low), (high, high)]}), "g")
    assert row.by_split == pytest.approx({"s0": 0.5, "s1": 0.4, "s2": 0.6})
    assert row.overall is not None
    assert (row.overall.n, row.metrics["r2"].n, row.families["utility"].n) == (3, 3, 3)
    assert row.metrics["r2"].mean == pytest.approx(0.4)
    assert row.status == {"ok": 6}
    assert row.noise is not None
    assert row.noise.training == pytest.approx(math.sqrt(0.02 / 3))
    assert row.noise.draws == 2


def test_a_failed_seed_counts_as_the_floor() -> None:
    row = row_of(board_of({"g": [(_all_at(0.4), {})]}), "g")
    assert row.by_split == pytest.approx({"s0": 0.2})
    assert row.status == {"failed": 1, "ok": 1}


def test_a_frame_without_seeds_within_splits_has_one() -> None:
    whole = frame({"g": about(0.5, *STEADY)})
    old = rank_frame(whole.drop(columns="draw"), METRICS, COMBINE)
    assert old == rank_frame(whole, METRICS, COMBINE)


def test_values_of_no_declared_metric_are_left_out() -> None:
    board = rank_frame(frame({"g": about(0.5, *STEADY)}), [R2, AUC], COMBINE).boards[0]
    row = row_of(board, "g")
    assert set(row.metrics) == set(row.scores) == {"r2", "auc"}


def test_the_share_of_family_weights_won() -> None:
    board = board_of({"safe": [{**GOOD, "r2": 0.1}], "useful": [{**GOOD, "auc": 0.9}], "dead": [{}]})
    assert sum(board.wins.values()) == pytest.approx(1)
    assert 0 < board.wins["safe"] < 1
    assert board.wins["dead"] == 0


def test_the_ratio_is_that_of_the_largest_part_to_all_other_rows(tmp_path: Path) -> None:
    board = rank_run(make_run(tmp_path / "run")).boards[0]
    assert board.ratio == pytest.approx(2837 / (14186 - 2837))


def test_data_sets_of_one_group_are_not_several(tmp_path: Path) -> None:
    result = rank_run(make_run(tmp_path / "run", Spec(second="methane-2"))).across
    assert list(result) == ["blocked"]
    assert str(result["blocked"]).startswith("2 data sets in 1 independent group: ")


def test_without_a_family_there_are_its_reason_and_no_overall_score() -> None:
    whole = frame({"g": about(0.8, *STEADY), "h": about(0.5, *STEADY), "gone": [{}] * 5})
    privacy = whole["metric"].isin(["share", "copies"])
    whole.loc[privacy, "value"], whole.loc[privacy, "reason"] = math.nan, "no rows were held out"
    board = rank_frame(whole, METRICS, COMBINE).boards[0]
    assert board.no_overall == (
        "No overall score: it needs all of detection, fidelity, privacy, utility; "
        "privacy could not be measured here (no rows were held out)."
    )
    assert board.families == ("detection", "fidelity", "utility")
    entries = [entry for entry in board.entries if entry.kind == "generator"]
    assert [entry.generator for entry in entries] == ["g", "h", "gone"]
    for entry in entries:
        assert (entry.overall, entry.rank, entry.ranks, entry.interval) == (None, None, None, None)
        assert set(entry.families) == set(board.families)
    assert [entry.succeeded for entry in entries] == [True, True, False]
    assert (board.pairs, board.leader_pairs, board.tied, board.wins, board.moderation) == ((), (), (), {}, None)


def test_families_that_lack_the_same_are_named_together() -> None:
    whole = frame({"g": about(0.8, *STEADY), "h": about(0.5, *STEADY)})
    absent = whole["metric"].isin([metric.name for metric in METRICS if metric.family in ("fidelity", "privacy")])
    whole.loc[absent, "value"], whole.loc[absent, "reason"] = math.nan, "no rows were held out"
    said = rank_frame(whole, METRICS, COMBINE).boards[0].no_overall
    assert said.endswith("; fidelity and privacy could not be measured here (no rows were held out).")


def test_families_without_ranked_metrics_are_not_needed() -> None:
    cost = Metric("seconds", "cost", "lower", "")
    board = rank_frame(frame({"g": [GOOD]}), (*METRICS, cost), {**COMBINE, "cost": "mean"}).boards[0]
    assert board.no_overall == ""
    assert row_of(board, "g").rank == 1


CHANCE = replace(AUC, better=Target(0.5, "absolute"), chance=0.5)
HOLDOUT = {("d", "random"): 500}


def board_with_chance(generators: Mapping[str, Sequence[Values | Several]]) -> Board:
    metrics = [CHANCE if metric is AUC else metric for metric in METRICS]
    return rank_frame(frame(generators), metrics, COMBINE, holdout=HOLDOUT).boards[0]


def knowing(quality: float) -> list[Values]:
    return [{**values, "auc": 0.2} for values in about(quality, *STEADY)]


def test_implausible_rows_keep_their_scores_and_have_no_rank() -> None:
    honest: dict[str, Sequence[Values]] = {"a": about(0.8, *STEADY), "b": about(0.5, 0, 2, -2, 1, -1), "dead": [{}] * 5}
    without, board = board_with_chance(honest), board_with_chance({**honest, "knows": knowing(0.9)})
    entry = row_of(board, "knows")
    assert entry.implausible.startswith("implausible: it knows rows that it was not given (auc is 0.200, ")
    assert entry.families["detection"].mean == pytest.approx(0.4)
    assert entry.overall is not None
    assert (entry.rank, entry.ranks, entry.rank_probabilities) == (None, None, ())
    assert [row.generator for row in board.entries if row.kind == "generator"] == ["a", "b", "dead", "knows"]
    for name in honest:
        assert row_of(board, name) == row_of(without, name)
    assert (board.pairs, board.tied, board.wins) == (without.pairs, without.tied, without.wins)
    assert [pair.second for pair in board.leader_pairs] == ["b"]


def test_without_the_size_of_holdout_nothing_is_implausible() -> None:
    metrics = [CHANCE if metric is AUC else metric for metric in METRICS]
    board = rank_frame(frame({"knows": knowing(0.9)}), metrics, COMBINE).boards[0]
    assert row_of(board, "knows").implausible == ""
    assert row_of(board, "knows").rank == 1


def test_the_size_of_holdout_is_that_of_the_smallest(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    assert holdout_rows(run) == {("methane-1", "blocked"): 2056}
    evaluation = EvaluationDescription("real", "made.csv", 100)
    assert holdout_rows(replace(run, manifest=replace(run.manifest, evaluation=evaluation))) == {}


def test_six_generators_are_compared_with_moderated_variances() -> None:
    many = {f"g{at}": about(0.3 + 0.1 * at, *((at * shift) % 5 for shift in (1, 2))) for at in range(6)}
    board = board_of(many)
    assert board.moderation is not None
    assert (board.moderation.freedom, board.moderation.generators) == (2.0, 6)
    assert all(pair.moderated for pair in board.pairs)
    assert row_of(board, "g5").ranks == (1, 1)
    assert row_of(board, "g5").interval == row_of(board_of({"g5": many["g5"]}), "g5").interval
    fewer = board_of({name: many[name] for name in list(many)[1:]})
    assert fewer.moderation is None
    assert row_of(fewer, "g5").ranks == (1, 5)


def test_generators_at_the_same_floor_are_not_ordered() -> None:
    low = [{**values, "auc": 0.9999} for values in about(0.8, *STEADY)]
    lower = [{**values, "auc": 0.99999} for values in about(0.8, *STEADY)]
    board = board_of({"low": low, "lower": lower, "fine": about(0.8, *STEADY)})
    assert [row_of(board, name).at_floor for name in ("fine", "low", "lower")] == [(), ("detection",), ("detection",)]
    assert [row_of(board, name).ranks for name in ("fine", "low", "lower")] == [(1, 1), (2, 3), (2, 3)]
    assert board.tied == (("low", "lower"),)


def drawn(values: Mapping[tuple[str, str], Sequence[float]], dataset: str = "d") -> pd.DataFrame:
    """Values of reference rows on other splits: (row, metric) -> a value per split."""
    lines = [
        {"split": f"drawn{at}", "generator": name, "metric": metric, "value": value}
        for (name, metric), of in values.items()
        for at, value in enumerate(of)
    ]
    return pd.DataFrame(lines).assign(dataset=dataset, protocol="random", column="", kind="reference", draw=0)


def test_drawn_splits_decide_which_metrics_rank() -> None:
    others = {
        (name, metric): [value] * 10
        for name, of in REFERENCES.items()
        for metric, value in of.items()
        if metric != "r2"
    }
    steady = {("real-train", "r2"): [0.9, 0.91] * 5, ("independent", "r2"): [-0.1] * 10}
    noisy = {("real-train", "r2"): [0.0, 0.9] * 5, ("independent", "r2"): [-0.1] * 10}
    for values, kept_out in ((steady, set()), (noisy, {"r2"})):
        whole = frame({"g": [GOOD, GOOD]})
        board = rank_frame(whole, METRICS, COMBINE, drawn=drawn({**others, **values})).boards[0]
        assert set(board.kept_out) == kept_out
        elsewhere = rank_frame(whole, METRICS, COMBINE, drawn=drawn({**others, **values}, "another")).boards[0]
        assert elsewhere == rank_frame(whole, METRICS, COMBINE).boards[0]


def test_a_metric_without_a_scale_on_the_runs_own_splits_cannot_rank() -> None:
    whole = frame({"g": [GOOD]})
    whole = whole[~((whole["generator"] == "independent") & (whole["metric"] == "r2"))]
    values = {(name, metric): [value] * 10 for name, of in REFERENCES.items() for metric, value in of.items()}
    board = rank_frame(whole, METRICS, COMBINE, drawn=drawn(values)).boards[0]
    assert board.kept_out == {"r2": "its floor or ceiling could not be computed"}
