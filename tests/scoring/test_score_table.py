from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
import pytest

from bench.api import Context, Family, Metric, Schema, Score, Split, nothing_to_prepare
from bench.common import digests
from bench.plugins import entry_points
from bench.scoring.score_table import Scored, blank_scores, flatten, nest, prepare_all, score_all, shuffle_rows

if TYPE_CHECKING:
    from pathlib import Path

    from bench.api import Details, MetricSet, Preparer, Scorer

FRAME = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
SPLIT = Split(FRAME, FRAME, FRAME, Schema.of_numbers(("a", "b"), "a"), "random", 0)
METRICS = (
    Metric("plain", "toy", "higher", "a toy"),
    Metric("columned", "toy", "higher", "a toy", per_column=True),
    Metric("slow", "toy", "higher", "a toy", within="full"),
)
KEYS = ["plain", "columned", "columned[a]", "columned[b]"]


def family(score: Scorer, prepare: Preparer = nothing_to_prepare, name: str = "toy") -> Family:
    return Family(name, "toy", METRICS, score, prepare)


def run(*families: Family, metric_set: MetricSet = "core") -> Scored:
    return score_all(families, SPLIT, FRAME, prepare_all(families, SPLIT, 0), seed=0, metric_set=metric_set)


def global_state() -> list[int]:
    return list(np.random.get_state(legacy=False)["state"]["key"])


def good(context: Context) -> tuple[list[Score], Details]:
    columned = [Score("columned", 2.0, column) for column in (None, "a", "b")]
    return [Score("plain", 1.0), *columned], {"x/y": np.arange(3)}


def test_values_details_and_seconds_are_kept_by_family() -> None:
    result = run(family(good))
    assert result.metrics == {"plain": 1.0, "columned": 2.0, "columned[a]": 2.0, "columned[b]": 2.0}
    assert result.reasons == {}
    assert result.details["toy/x/y"].tolist() == [0, 1, 2]
    assert result.seconds["toy"] >= 0


def test_the_order_of_rows_says_nothing() -> None:
    """Whoever made the rows can choose neither which of them a scorer looks at, nor by their order what it finds."""
    rows = pd.DataFrame({"a": np.arange(50.0), "b": np.arange(50) % 3})
    shuffled = shuffle_rows(rows, 1)
    assert shuffled["a"].tolist() != rows["a"].tolist()
    assert sorted(shuffled["a"]) == rows["a"].tolist()
    assert shuffle_rows(rows[::-1], 1).equals(shuffled)
    assert not shuffle_rows(rows, 2).equals(shuffled)
    changed = shuffle_rows(rows.assign(b=rows["b"].replace(2, 3)), 1)
    assert changed["a"].tolist() != shuffled["a"].tolist(), "another content, another order"


def test_the_order_of_rows_depends_on_levels_and_dates_as_well() -> None:
    days = pd.date_range("2020-01-01", periods=50)
    rows = pd.DataFrame({"day": days, "level": pd.Categorical(list("ab") * 25)})
    shuffled = shuffle_rows(rows, 1)
    assert shuffled["day"].is_unique
    assert shuffled["day"].tolist() != rows["day"].tolist()
    assert shuffle_rows(rows[::-1], 1).equals(shuffled)
    changed = shuffle_rows(rows.assign(level=rows["level"].to_numpy()[::-1]), 1)
    assert changed["day"].tolist() != shuffled["day"].tolist()


def test_a_family_that_raises_costs_its_own_metrics_only() -> None:
    def bad(context: Context) -> tuple[list[Score], Details]:
        raise ValueError("two\nlines")

    other = Family("other", "toy", (Metric("fine", "other", "lower", "a toy"),), lambda _: ([Score("fine", 3.0)], {}))
    result = run(family(bad), other)
    assert result.metrics == dict.fromkeys(KEYS) | {"fine": 3.0}
    assert result.reasons == dict.fromkeys(KEYS, "the scorer failed: ValueError: two lines")
    assert set(result.seconds) == {"toy", "other"}


def test_what_is_not_returned_has_that_as_its_reason() -> None:
    result = run(family(lambda _: ([Score("plain", 1.0)], {})))
    assert result.metrics == {"plain": 1.0} | dict.fromkeys(KEYS[1:])
    assert set(result.reasons.values()) == {"the scorer returned nothing"}


def test_a_metric_that_the_table_does_not_have_is_no_metric_of_it() -> None:
    dates = Metric("dates", "toy", "higher", "a toy", needs=("datetime",))
    of_both = Family("toy", "toy", (*METRICS, dates), lambda context: ([*good(context)[0], Score("dates", 1.0)], {}))
    result = run(of_both)
    assert list(result.metrics) == KEYS
    assert result.reasons == {}
    assert list(blank_scores(of_both, SPLIT, "core", "why").metrics) == KEYS


def test_what_is_not_declared_is_named_and_left_out() -> None:
    scores = [*good(Context(SPLIT, FRAME, {}, 0))[0], Score("invented", 9.0), Score("plain", 9.0, "a")]
    result = run(family(lambda _: (scores, {})))
    assert list(result.metrics) == KEYS
    assert result.reasons == {
        "toy/invented": "not a declared metric",
        "toy/plain[a]": "not a declared metric",
    }


@pytest.mark.parametrize("value", [float("nan"), float("-inf")])
def test_values_are_finite_or_explained(value: float) -> None:
    result = run(family(lambda _: ([Score("plain", value)], {})))
    assert result.metrics["plain"] is None
    assert result.reasons["plain"] == f"the value is {float(value)}"


def test_numpy_scalars_become_python_floats() -> None:
    result = run(family(lambda _: ([Score("plain", cast("float", np.float32(0.5)))], {})))
    assert type(result.metrics["plain"]) is float


def test_a_blank_without_reason_says_so() -> None:
    assert run(family(lambda _: ([Score("plain", None)], {}))).reasons["plain"] == "no reason given"


def test_objects_are_refused_as_details_because_they_need_pickle() -> None:
    result = run(family(lambda context: (good(context)[0], {"x": np.array([{}, None])})))
    assert "object arrays cannot be stored: x" in result.reasons["plain"]


def test_the_metric_set_decides_what_is_owed() -> None:
    result = run(family(good), metric_set="full")
    assert list(result.metrics) == [*KEYS, "slow"]
    assert result.reasons == {"slow": "the scorer returned nothing"}


def test_a_full_metric_that_comes_for_free_is_left_out_of_core() -> None:
    result = run(family(lambda context: ([*good(context)[0], Score("slow", 1.0)], {})))
    assert list(result.metrics) == KEYS
    assert result.reasons == {}


def test_a_failed_preparation_is_the_reason_even_after_being_stored(tmp_path: Path) -> None:
    def prepare(split: Split, seed: int) -> Details:
        raise ZeroDivisionError("no rows")

    families = [family(good, prepare)]
    arrays: dict[str, Any] = flatten(prepare_all(families, SPLIT, 0))
    np.savez(tmp_path / "a.npz", **arrays)
    with np.load(tmp_path / "a.npz", allow_pickle=False) as stored:
        artefacts = nest(dict(stored))
    result = score_all(families, SPLIT, FRAME, artefacts, seed=0)
    assert set(result.metrics.values()) == {None}
    assert result.reasons["plain"] == "preparing failed: ZeroDivisionError: no rows"


def test_the_scorer_sees_what_was_prepared_and_a_seed_of_its_own() -> None:
    seen: list[Context] = []

    def look(context: Context) -> tuple[list[Score], Details]:
        seen.append(context)
        return good(context)

    run(family(look, lambda split, seed: {"x": np.array([7])}), family(look, name="twin"))
    assert seen[0].artefacts["x"].tolist() == [7]
    assert seen[0].seed != seen[1].seed


def test_a_scorer_that_changes_its_rows_or_seeds_globally_harms_nobody() -> None:
    def rude(context: Context) -> tuple[list[Score], Details]:
        context.synthetic["a"] = 0.0
        np.random.seed(1)
        return good(context)

    before = global_state()
    run(family(rude))
    assert FRAME["a"].tolist() == [1.0, 2.0]
    assert global_state() == before


def test_blank_gives_one_reason_to_everything_owed() -> None:
    result = blank_scores(family(good), SPLIT, "core", "why not")
    assert result.metrics == dict.fromkeys(KEYS)
    assert result.reasons == dict.fromkeys(KEYS, "why not")


def test_flatten_and_nest_are_inverse() -> None:
    nested = {"one": {"a/b": np.array([1]), "c": np.array([2])}, "two": {"a": np.array([3])}}
    assert nest(flatten(nested)) == nested


def test_the_scoring_digest_covers_modules_that_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that was moved must not drop out of the digest silently."""
    modules: list[str] = []

    def record(module: str) -> str:
        modules.append(module)
        return ""

    monkeypatch.setattr(digests, "code_digest", record)
    digests.scoring_digest(entry_points.families(), "core")
    assert {"bench.scoring.score_table", "bench.scoring.reference_rows"} < set(modules)
    assert all(find_spec(module) for module in modules)
