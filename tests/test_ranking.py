import math
from collections.abc import Mapping, Sequence

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.api import Metric, Target
from bench.ranking import leaderboard, loss, normalise
from bench.store import FRAME_COLUMNS

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


def frame(generators: Mapping[str, Sequence[Values]]) -> pd.DataFrame:
    """A tidy frame; a generator's item per repeat, an empty one for a failed trial."""
    rows: list[tuple[object, ...]] = []
    repeats = max(map(len, generators.values()))
    for repeat in range(repeats):
        tables: dict[str, tuple[str, Sequence[Values]]]
        tables = {name: ("reference", [of] * repeats) for name, of in REFERENCES.items()}
        tables |= {name: ("generator", of) for name, of in generators.items()}
        for name, (kind, values) in tables.items():
            status = "ok" if values[repeat] else "failed"
            found: Values = values[repeat] or {"": None}
            for metric, value in found.items():
                rows.append(("d", "random", f"s{repeat}", repeat, name, kind, status, metric, "", value, "why"))
    return pd.DataFrame(rows, columns=list(FRAME_COLUMNS)).astype({"value": float})


def rank(generators: Mapping[str, Sequence[Values]]) -> dict[str, tuple[int | None, float | None]]:
    board = leaderboard(frame(generators), METRICS, COMBINE).boards[0]
    return {row.generator: (row.rank, row.overall.mean if row.overall else None) for row in board.rows}


def test_scores_lie_between_floor_and_ceiling() -> None:
    board = leaderboard(frame({"g": [GOOD]}), METRICS, COMBINE).boards[0]
    families = {name: stat.mean for name, stat in board.rows[0].families.items()}
    assert families == pytest.approx(
        {"detection": 0.8, "fidelity": 1 + math.log(0.95) / math.log(2), "privacy": 1.0, "utility": 0.9}
    )
    assert board.rows[0].overall is not None
    assert board.rows[0].overall.mean == pytest.approx(math.prod(families.values()) ** 0.25)


def test_failing_one_family_cannot_be_bought_back() -> None:
    memoriser = {"r2": 0.9, "auc": 0.5, "ratio": 1.0, "share": 0.7, "copies": 1.0}
    ranks = rank({"memoriser": [memoriser], "modest": [{**GOOD, "r2": 0.2, "auc": 0.95}]})
    assert ranks["modest"][0] == 1
    assert ranks["memoriser"] == (2, 0.0)


def test_the_worst_attack_is_the_privacy_score() -> None:
    board = leaderboard(frame({"g": [{**GOOD, "copies": 0.75}]}), METRICS, COMBINE).boards[0]
    assert board.rows[0].families["privacy"].mean == pytest.approx(0.25)


def test_a_missing_value_counts_as_the_floor() -> None:
    assert rank({"g": [{**GOOD, "r2": None}]})["g"] == (1, 0.0)


def test_failures_rank_last_and_are_not_averaged_away() -> None:
    ranks = rank({"dead": [{}, {}], "half": [GOOD, {}], "poor": [{**GOOD, "auc": 0.99}] * 2})
    assert [name for name in ranks if ranks[name][0]] == ["half", "poor", "dead"]
    full = rank({"g": [GOOD, GOOD]})["g"][1]
    assert full is not None
    assert ranks["half"][1] == pytest.approx(full / 2)


def test_references_are_shown_but_not_ranked() -> None:
    board = leaderboard(frame({"g": [GOOD]}), METRICS, COMBINE).boards[0]
    references = [row for row in board.rows if row.kind == "reference"]
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
    board = leaderboard(noisy, METRICS, COMBINE).boards[0]
    assert set(board.kept_out) == {"r2"}
    assert "utility" not in board.families


def test_a_split_that_is_hard_for_every_real_row_is_not_noise() -> None:
    hard = frame({"g": [GOOD, GOOD]})
    real = hard["generator"].isin(["real-train", "copy"]) & (hard["metric"] == "r2")
    hard.loc[real & (hard["repeat"] == 0), "value"] = 0.1
    board = leaderboard(hard, METRICS, COMBINE).boards[0]
    assert board.kept_out == {}


def test_a_metric_that_cannot_tell_floor_from_ceiling_is_kept_out() -> None:
    flat = Metric("ratio", "fidelity", Target(1.0, "log"), "", ranked=True, floor="independent")
    board = leaderboard(frame({"g": [GOOD]}), (R2, flat), COMBINE).boards[0]
    assert set(board.kept_out) == {"ratio"}


def test_repeats_are_mean_and_spread() -> None:
    board = leaderboard(frame({"g": [GOOD, {**GOOD, "r2": 0.6}]}), METRICS, COMBINE).boards[0]
    found = board.rows[0].metrics["r2"]
    assert found.mean == pytest.approx(0.7)
    assert found.n == 2
    assert found.spread == pytest.approx(math.sqrt(0.02))


@given(st.floats(-10, 10), st.floats(-10, 10), st.floats(-10, 10), st.sampled_from([R2, AUC, COPIES]))
def test_normalised_scores_are_shares_and_monotonic(value: float, floor: float, ceiling: float, metric: Metric) -> None:
    if abs(loss(floor, metric) - loss(ceiling, metric)) < 1e-6 or loss(floor, metric) < loss(ceiling, metric):
        floor, ceiling = (-5.0, 5.0) if metric is R2 else (5.0, 0.0)
    score = normalise(value, floor, ceiling, metric)
    assert 0 <= score <= 1
    better = value + 1 if metric is R2 else value - 1
    assert normalise(better, floor, ceiling, metric) >= score
    assert normalise(floor, floor, ceiling, metric) == 0
    assert normalise(ceiling, floor, ceiling, metric) == 1
