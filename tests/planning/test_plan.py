from dataclasses import replace
from pathlib import Path

import pytest

from bench.api import COLUMN_KINDS, BenchError, Family, GeneratorInfo, Metric, Schema
from bench.commands.list_plugins import trial_rows
from bench.common.atomic_files import to_json
from bench.execution import describe_run, runner
from bench.execution.time_estimates import estimate_seconds, scoring_seconds
from bench.planning import plan, read_config
from bench.plugins import entry_points, facts_of
from bench.runs.manifest import pack_manifest


def planned(**values: object) -> plan.Plan:
    return runner.load_plan(read_config.build_config({"dataset": "diabetes", "generators": "ae,vae", **values}))


def test_every_repeat_has_every_generator_on_one_split() -> None:
    made = planned(repeats=3)
    assert len(made.trials) == 6
    by_split = {split: [each.generator for each in made.trials if each.split == split] for split in made.splits}
    assert all(names == ["ae", "vae"] for names in by_split.values())
    assert len(by_split) == 3


def test_ids_do_not_depend_on_what_else_is_planned() -> None:
    few, many = planned(repeats=1), planned(repeats=4, generators="vae,ctgan,ae")
    assert {each.id for each in few.trials} <= {each.id for each in many.trials}


def test_more_fits_per_split_keep_the_first() -> None:
    one, three = planned(), planned(seeds_per_split=3)
    assert {each.id for each in one.trials} == {each.id for each in three.trials if each.draw == 0}
    assert len({each.id for each in three.trials}) == len({each.seed for each in three.trials}) == 3 * len(one.trials)


def test_snapping_scores_again_but_fits_nothing_new() -> None:
    raw, snapped = planned(), planned(snap=True)
    assert {each.id for each in raw.trials} == {each.id for each in snapped.trials}
    assert raw.scoring != snapped.scoring
    assert raw.hash != snapped.hash


@pytest.mark.parametrize(
    "change",
    [{"seed": 1}, {"rows": 100}, {"profile": "standard"}, {"set": ["ae.latent=3"]}, {"split": "blocked"}],
    ids=str,
)
def test_what_changes_numbers_changes_ids(change: dict[str, object]) -> None:
    before, after = (next(t for t in planned(**of).trials if t.generator == "ae") for of in ({}, change))
    assert before.id != after.id


@pytest.mark.parametrize(("protocol", "changes"), [("blocked", True), ("random", False)])
def test_another_version_of_the_blocked_protocol_means_other_splits(
    protocol: str, changes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = planned(split=protocol)
    monkeypatch.setattr(plan, "PROTOCOL_VERSION", 99)
    assert (set(planned(split=protocol).splits) != set(before.splits)) == changes


def test_one_generators_setting_leaves_the_others_alone() -> None:
    before, after = planned(), planned(set=["ae.latent=3"])
    assert {t.id for t in before.trials if t.generator == "vae"} == {t.id for t in after.trials if t.generator == "vae"}


def test_other_data_means_another_run_and_other_trials() -> None:
    asked = read_config.build_config({"dataset": "diabetes", "generators": "ae"})
    data = runner.load_plan(asked).datasets["diabetes"]
    changed = replace(data, sha256="0" * 64)
    one, other = plan.make_plan(asked, {"diabetes": data}), plan.make_plan(asked, {"diabetes": changed})
    assert one.hash != other.hash
    assert {t.id for t in one.trials}.isdisjoint(t.id for t in other.trials)


def test_the_planned_split_is_drawn_again() -> None:
    made = planned(rows=120)
    for split in made.splits.values():
        drawn = made.draw(split)
        assert {part: len(getattr(drawn, part)) for part in split.sizes} == dict(split.sizes)
        assert split.sizes["train"] == 120


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"generators": "aee"}, "unknown generator 'aee'"),
        ({"set": ["vea.latent=3"]}, "did you mean 'vae'"),
        ({"set": ["vae.latnet=3"]}, "vae has no parameter 'latnet'"),
        ({"dataset": "diabtes"}, "did you mean 'diabetes'"),
    ],
)
def test_unknown_names_are_refused(values: dict[str, object], said: str) -> None:
    with pytest.raises(BenchError, match=said):
        planned(**values)


@pytest.mark.parametrize(
    ("generators", "given", "said"),
    [
        ("smote", "smote.neighbours=0", "smote cannot be built with what --set gives it: got neighbours 0"),
        ("smote", "smote.neighbours=abc", "smote cannot be built with what --set gives it: got neighbours 'abc'"),
        ("smote,sklearn:os.system", None, "sklearn:os.system: os.system is no class with fit and sample"),
        ("sdv:Nope", None, "sdv:Nope: SDV has no single-table synthesizer 'Nope'"),
    ],
)
def test_what_cannot_be_built_is_refused_before_anything_is_fitted(
    generators: str, given: str | None, said: str
) -> None:
    with pytest.raises(BenchError) as refused:
        planned(generators=generators, **({"set": [given]} if given else {}))
    assert str(refused.value).startswith(said)


def test_the_manifest_has_the_metrics_that_exist_on_a_data_set(monkeypatch: pytest.MonkeyPatch) -> None:
    made = planned()
    dates = Metric("dates", "toy", "higher", "a toy", needs=("datetime",))
    numbers = Metric("numbers", "toy", "higher", "a toy", needs=("numeric", "regression"))
    toy = Family("toy", "a toy", (dates, numbers), lambda _: ([], {}))
    monkeypatch.setattr(entry_points, "families", lambda: [toy])
    assert describe_run.describe_plan(made).metrics == (numbers,)


def test_a_stored_run_is_restored_whatever_its_generators_take_by_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = planned(set=["smote.neighbours=3"], generators="smote")
    (tmp_path / "manifest.json").write_text(to_json(pack_manifest(describe_run.describe_plan(made))))
    monkeypatch.setattr(entry_points.load("generators", "smote"), "__post_init__", None, raising=False)
    with pytest.raises(BenchError, match="smote cannot be built"):
        planned(set=["smote.neighbours=3"], generators="smote")
    assert {trial.params["neighbours"] for trial in runner.restore_plan(tmp_path).trials} == {3}


def _with_gaps(made: plan.Plan) -> plan.Plan:
    """The plan for a table of the same rows that is said to have gaps in its first column."""
    (name, data), *_ = made.datasets.items()
    first, *others = data.schema.columns
    schema = replace(data.schema, columns=(replace(first, missing=True), *others))
    return replace(made, datasets={name: replace(data, schema=schema)})


def _plan_of(cls: type) -> plan.Plan:
    """A plan of one trial of a class."""
    made = planned(generators="ae", repeats=1)
    return replace(made, generators={"ae": replace(made.generators["ae"], facts=facts_of(cls))})


class NumbersOnly:
    """A generator that says nothing of kinds."""

    def fit(self, train: object, schema: object, *, seed: int) -> None: ...
    def sample(self, n: int, *, seed: int) -> None: ...


class AllKinds(NumbersOnly):
    """A generator of every kind of column."""

    info = GeneratorInfo(kinds=frozenset(COLUMN_KINDS))


def test_a_generator_that_cannot_model_the_columns_is_skipped_with_the_reason() -> None:
    for cls, refusal in ((NumbersOnly, ("skipped", "unsupported: missing")), (AllKinds, ("ok", ""))):
        numeric = _plan_of(cls)
        (trial,) = numeric.trials
        assert numeric.refusal(trial) == ("ok", "")
        assert _with_gaps(numeric).refusal(trial) == refusal


def test_a_dry_run_prints_the_reason_and_counts_no_time_for_it() -> None:
    gaps = _with_gaps(_plan_of(NumbersOnly))
    (row,) = trial_rows(gaps)[1]
    assert row[-2:] == ("-", "unsupported: missing")
    assert estimate_seconds(gaps, 1) < estimate_seconds(_with_gaps(_plan_of(AllKinds)), 1)


def test_scoring_many_columns_or_rows_is_expected_to_take_longer() -> None:
    small = planned(generators="ae", repeats=1)
    (name, data), *_ = small.datasets.items()
    wide = Schema.of_numbers([f"c{i}" for i in range(300)], "c0")
    many_columns = replace(small, datasets={name: replace(data, schema=wide)})
    (split,) = small.splits.values()
    many_rows = replace(split, sizes={**split.sizes, "train": 1_000_000})
    assert scoring_seconds(many_columns, split) > 50 * scoring_seconds(small, split)
    assert scoring_seconds(small, many_rows) > 50 * scoring_seconds(small, split)
    assert estimate_seconds(many_columns, 2) > 20 * estimate_seconds(small, 2)


@pytest.mark.parametrize("many", [{"repeats": 10**9}, {"seeds_per_split": 10**12}, {"repeats": 10**18}])
def test_more_trials_than_can_be_listed_are_refused(many: dict[str, int]) -> None:
    with pytest.raises(BenchError, match="expected at most 100,000; lower --repeats or --seeds-per-split"):
        planned(**many)
