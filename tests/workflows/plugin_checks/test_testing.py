"""The public contract suite: what keeps the contract passes, and each planted fault is found by its own rule."""

import itertools
import random
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest

from bench import testing
from bench.api import (
    COLUMN_KINDS,
    BenchError,
    Dataset,
    DatasetSource,
    Family,
    GeneratorInfo,
    Latents,
    Metric,
    Schema,
    Score,
    Section,
    Text,
)
from bench.plugins import entry_points
from bench.workflows.plugin_checks import check_plugin
from tests.conftest import Bench

RULES = {check.name: check for check in testing.generator_checks()}


class Good:
    """Train's rows, drawn again; keeps every rule."""

    def __init__(self, level: float = 0.0) -> None:
        self.level = level
        self._train: pd.DataFrame | None = None

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> None:
        self._train = train.copy()

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        if self._train is None:
            raise BenchError("call fit first")
        rng = np.random.default_rng(seed)
        return self._train.iloc[rng.integers(len(self._train), size=n)].reset_index(drop=True)


class GoodMixed(Good):
    """Keeps every rule on tables of every kind."""

    info: ClassVar = GeneratorInfo(kinds=frozenset(COLUMN_KINDS))


class OneShort(Good):
    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        return super().sample(n, seed=seed).iloc[:100]


class Turned(Good):
    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        return super().sample(n, seed=seed).iloc[:, ::-1]


class Floats(Good):
    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        return super().sample(n, seed=seed).astype(float)


class Holes(Good):
    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        found = super().sample(n, seed=seed)
        found.iloc[0, 0] = np.inf
        return found


class Meddles(Good):
    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> None:
        super().fit(train, schema, seed=seed)
        train.iloc[0, 0] = 0.0


class Unseeded(Good):
    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> None:
        super().fit(train.sample(frac=1, random_state=np.random.default_rng()), schema, seed=seed)


class Fixed(Good):
    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        return super().sample(n, seed=0)


class Counts(Good):
    calls = 0

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        self.calls += 1
        return super().sample(n, seed=seed + self.calls)


class Careless(Good):
    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        if self._train is None:
            raise AttributeError("no _train")
        return super().sample(n, seed=seed)


class Large(Good):
    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> None:
        if len(train) < 100:
            raise ValueError("too few")
        super().fit(train, schema, seed=seed)


class Drifts(Good):
    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        found = super().sample(n, seed=seed)
        return found.assign(x0=found["x0"] + np.arange(n)) if "x0" in found else found


class Narrow(Good):
    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> None:
        np.int32(seed)
        super().fit(train, schema, seed=seed)


class Ambient(Good):
    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> None:
        random.seed(seed)
        super().fit(train, schema, seed=seed)


class Needs(Good):
    def __init__(self, level: float) -> None:
        super().__init__(level)


class Tells(Good):
    def parameter_count(self) -> int:
        return 0

    def history(self) -> pd.DataFrame:
        return pd.DataFrame({"loss": [1.0], "epoch": [0]})

    def on_progress(self, callback: object) -> None: ...

    def latents(self, n: int, *, seed: int) -> Latents:
        return Latents(np.zeros(n))

    def conditions(self) -> tuple[str, ...]:
        return ("any",)

    def sample(self, n: int, *, seed: int, condition: str | None = None) -> pd.DataFrame:
        return super().sample(n, seed=seed)

    def save(self, path: Path) -> None:
        path.write_bytes(b"")

    @classmethod
    def load(cls, path: Path) -> "Tells":
        return cls()


class Foresees(Tells):
    def conditions_of(self, train: pd.DataFrame, schema: Schema) -> tuple[str, ...]:
        return ()


class Misspelt(Good):
    info: ClassVar = GeneratorInfo(kinds=frozenset({"numbers"}))


class MixedOneShort(GoodMixed):
    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        return super().sample(n, seed=seed).iloc[:100]


class Resorted(GoodMixed):
    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        found = super().sample(n, seed=seed)
        return found.assign(city=found["city"].cat.reorder_categories(["Bern", "Oslo", "Riga", "Rome", "Ulm"]))


class Unsorted(GoodMixed):
    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        found = super().sample(n, seed=seed)
        return found.assign(grade=found["grade"].cat.as_unordered())


class Texts(GoodMixed):
    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        return super().sample(n, seed=seed).astype({"when": str})


class Perforated(GoodMixed):
    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        found = super().sample(n, seed=seed)
        return found.assign(grade=found["grade"].mask(found["city"].isna()))


class Filled(GoodMixed):
    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> None:
        super().fit(train.dropna(), schema, seed=seed)


class NoDates(GoodMixed):
    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        found = super().sample(n, seed=seed)
        return found.assign(when=found["when"].mask(found["when"].notna()))


class NeedsNumbers(GoodMixed):
    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> None:
        train[list(schema.numeric)].to_numpy(float).max()
        super().fit(train, schema, seed=seed)


class Trimmed(GoodMixed):
    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        found = super().sample(n, seed=seed)
        return found.assign(city=found["city"].cat.remove_categories(["Riga"]))


class FillsIn(GoodMixed):
    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> None:
        super().fit(train, schema, seed=seed)
        train["amount"] = train["amount"].fillna(0.0)


class UnseededMixed(Unseeded, GoodMixed):
    pass


class Forgets(GoodMixed):
    def save(self, path: Path) -> None:
        path.write_bytes(b"")

    @classmethod
    def load(cls, path: Path) -> "Forgets":
        train = testing.mixed_table()
        model = cls()
        model.fit(train.iloc[::-1], testing.mixed_schema(train), seed=0)
        return model


FAULTS: list[tuple[str, type, str]] = [
    ("signature", Needs, "needs level to be built"),
    ("rows", OneShort, r"sample\(131\) returned 100 rows; expected 131"),
    ("columns", Turned, "expected those of train, in order"),
    ("dtypes", Floats, "'x1' as float64; expected int64"),
    ("finite", Holes, r"infinite values in y \(ppb\)"),
    ("input-unchanged", Meddles, "fit changed the table"),
    ("same-seeds", Unseeded, "gave different rows"),
    ("sampling-seed", Fixed, "another seed gave the same rows"),
    ("sampling-seed", Counts, "gave other rows than the first time"),
    ("unfitted", Careless, "raised AttributeError: no _train; expected a BenchError"),
    ("small-tables", Large, "ValueError: too few"),
    ("constant-column", Drifts, "always 3.5 in train came back between 3.5 and 42.5"),
    ("any-seed", Narrow, "OverflowError"),
    ("global-state", Ambient, "global random generators"),
    ("parameter-count", Tells, "returned 0"),
    ("history", Tells, "first column `epoch`"),
    ("progress", Tells, "never called the callback"),
    ("latents", Tells, r"shape \(50,\); expected \(50, latents\)"),
    ("conditions", Tells, "took the condition"),
    ("conditions", Foresees, "conditions_of.* lacks 'any'"),
    ("saves", Tells, "save before fit did not say so"),
    ("kinds", Misspelt, "expected a frozenset of numeric, categorical, datetime, missing"),
    ("mixed-rows", MixedOneShort, r"sample\(600\) returned 100 rows"),
    ("mixed-dtypes", Resorted, r"'city' with the levels .*; expected \['Rome'"),
    ("mixed-dtypes", Unsorted, "'grade' with other `ordered`"),
    ("mixed-dtypes", Texts, "'when' as object; expected datetime64"),
    ("mixed-values", Perforated, "gaps in grade; expected them only where"),
    ("gaps-come-back", Filled, "0% of 'amount' are gaps"),
    ("gaps-come-back", NoDates, "100% of 'when' are gaps"),
    ("categories-alone", NeedsNumbers, "ValueError: zero-size array"),
    ("unseen-level", Trimmed, "levels of 'city' lack 'Riga'"),
    ("mixed-input-unchanged", FillsIn, "fit changed the table"),
    ("mixed-same-seeds", UnseededMixed, "gave different rows"),
    ("mixed-saves", Forgets, "samples other rows than the saved one"),
]


@pytest.mark.parametrize("check", testing.generator_checks(), ids=str)
def test_a_good_generator_keeps_every_rule(check: testing.Check) -> None:
    check(Good)
    check(partial(Good, level=1.0))
    check(GoodMixed)


@pytest.mark.parametrize(("rule", "plugin", "said"), FAULTS, ids=[f"{rule}-{of.__name__}" for rule, of, _ in FAULTS])
def test_each_fault_is_found_by_its_rule(rule: str, plugin: type, said: str) -> None:
    with pytest.raises(testing.ContractError, match=said) as caught:
        RULES[rule](plugin)
    assert "expected" in str(caught.value)


def test_every_rule_can_fail() -> None:
    assert {rule for rule, _, _ in FAULTS} == set(RULES)


def test_generators_of_numbers_are_not_tried_on_other_columns() -> None:
    assert not RULES["mixed-rows"].applies(Good)
    assert RULES["mixed-rows"].applies(partial(GoodMixed, level=1.0))


def test_a_generator_is_tried_on_the_kinds_that_it_declares() -> None:
    class Gappy(Good):
        info: ClassVar = GeneratorInfo(kinds=frozenset({"numeric", "missing"}))

        def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> None:
            assert schema.categorical + schema.datetime == ()
            assert set(train.columns[train.isna().any()]) <= {"amount"}
            super().fit(train, schema, seed=seed)

    for check in testing.generator_checks():
        check(Gappy)


def test_a_parameter_named_like_a_member_is_none() -> None:
    class Named(Good):
        latents = 8

    assert not RULES["latents"].applies(Named)
    assert RULES["latents"].applies(Tells)


@pytest.mark.parametrize("name", ["failures", "cost"])
def test_registered_sections_keep_their_contract(name: str) -> None:
    for check in testing.section_checks():
        check(entry_points.load("sections", name))


def broken(checks: list[testing.Check], plugin: object) -> dict[str, str]:
    found: dict[str, str] = {}
    for check in checks:
        try:
            check(plugin)
        except testing.ContractError as error:
            found[check.name] = str(error)
    return found


def test_faults_of_data_sets_are_found() -> None:
    def load() -> Dataset:
        frame = testing.table(120)
        schema = testing.schema(frame)
        return Dataset("x", "x", frame, schema, f"{random.random()}", "/home/x.csv", "MIT")

    found = broken(testing.dataset_checks(), DatasetSource("x", "MIT", load))
    assert set(found) == {"loads", "same-table", "no-paths"}
    assert "reset_index" in found["loads"]
    assert set(broken(testing.dataset_checks(), entry_points.load("datasets", "diabetes"))) == set()


def test_faults_of_metrics_are_found() -> None:
    calls = itertools.count()

    def score(context: Any) -> tuple[list[Score], dict[str, Any]]:  # noqa: ANN401
        return [Score("wide", 2.0), Score("Odd Name", next(calls) / 100)], {}

    metrics = (
        Metric("wide", "mine", "lower", ""),
        Metric("Odd Name", "mine", "lower", ""),
        Metric("c2st_auc", "mine", "lower", ""),
    )
    found = broken(testing.metric_checks(), Family("mine", "", metrics, score))
    assert set(found) == {"metric-names", "metric-values", "same-values"}
    assert "c2st_auc: the scorer returned nothing" in found["metric-values"]
    just = Family("mine", "", metrics[:1], lambda _: ([Score("wide", 2.0)], {}))
    assert "expected a value in its range, 0 to 1" in broken(testing.metric_checks(), just)["metric-values"]


def test_faults_of_sections_are_found() -> None:
    found = broken(testing.section_checks(), Section("Mine", 5, lambda run, board: [Text(f"{random.random()}")]))
    assert set(found) == {"same-blocks"}
    found = broken(testing.section_checks(), Section("Mine", 5, lambda run, board: [run.results[0].trial.id]))  # type: ignore[list-item]
    assert "IndexError" in found["builds"] or "list of blocks" in found["builds"]


class TestCommand:
    def test_it_explains_and_exits_with_1(self, tmp_path: Path, bench: Bench) -> None:
        (tmp_path / "mine.py").write_text("class Mine:\n    def fit(self, train, schema, *, seed): 1 / 0\n"
                                          "    def sample(self, n, *, seed): 1 / 0\n")  # fmt: skip
        done = bench("test-plugin", "mine.py", "--traceback", cwd=tmp_path)
        assert done.returncode == 1
        assert "BROKEN  rows: it raised ZeroDivisionError: division by zero; expected no error." in done.stdout
        assert "BROKEN  columns: as rows\n" in done.stdout
        assert 'File "mine.py", line 2, in fit' in done.stderr
        assert done.stdout.endswith("2 of 14 rules kept; 15 are about what it does not have\n")

    @pytest.mark.parametrize(
        ("sample", "said"),
        [
            ("import os; os._exit(0)", "  BROKEN  the process exited with code 0 before the next result"),
            (
                "import os; os.kill(os.getpid(), 9)",
                "  BROKEN  the process was killed by SIGKILL before the next result",
            ),
        ],
    )
    def test_a_plugin_that_ends_its_process_is_broken(
        self, tmp_path: Path, bench: Bench, sample: str, said: str
    ) -> None:
        (tmp_path / "mine.py").write_text("class Mine:\n    def fit(self, train, schema, *, seed): ...\n"
                                          f"    def sample(self, n, *, seed):\n        {sample}\n")  # fmt: skip
        done = bench("test-plugin", "mine.py", cwd=tmp_path)
        assert done.returncode == 1
        assert done.stdout.splitlines()[1:2] == ["  ok      signature"]
        assert done.stdout.splitlines()[-1].startswith(said)

    def test_a_plugin_that_cannot_be_found_is_said_once(self, tmp_path: Path, bench: Bench) -> None:
        done = bench("test-plugin", "mine.py", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == "bench: cannot read the plugin mine.py: No such file or directory; check the path\n"

    def test_names_and_files_that_are_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(BenchError, match="unknown plugin 'smoet': did you mean 'smote'"):
            check_plugin.find_plugins("smoet")
        with pytest.raises(BenchError, match="cannot read the plugin"):
            check_plugin.find_plugins(str(tmp_path / "absent.py"))

    def test_a_name_may_stand_for_several(self) -> None:
        assert [each.kind for each in check_plugin.find_plugins("cost")] == ["metrics", "sections"]
        assert [each.name for each in check_plugin.find_plugins("tuned")] == list(entry_points.load("presets", "tuned"))

    def test_a_file_that_cannot_be_imported_breaks_the_contract(self, tmp_path: Path, capsys: object) -> None:
        (tmp_path / "bad.py").write_text("import nothing_here")
        (subject,) = check_plugin.find_plugins(str(tmp_path / "bad.py"))
        assert check_plugin.print_results(subject) == 1
