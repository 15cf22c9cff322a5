import inspect
import shlex
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench.api import BenchError
from bench.commands import cli
from bench.execution import runner
from bench.planning import options
from bench.planning.config import Config
from bench.tables.table_request import TableRequest


def test_the_default_is_quick_on_the_bundled_station() -> None:
    built = options.build({})
    assert built.datasets == (TableRequest("station"),)
    assert built.generators == ("all",)
    assert built.budget.name == "quick"


def test_flags_win_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text('profile = "standard"\nseed = 3\n[set.ae]\nepochs = 5\nlatent = 2\n')
    merged = options.merge(options.read_file(path), {"seed": 9, "profile": None, "set": ["ae.epochs=7"]})
    built = options.build(merged)
    assert (built.profile, built.seed) == ("standard", 9)
    assert built.settings == {"ae": {"epochs": 7, "latent": 2}}


@pytest.mark.parametrize(
    ("text", "value"),
    [("3", 3), ("0.5", 0.5), ("true", True), ("none", None), ("[64, 32]", [64, 32]), ("mae", "mae"), ("a=b", "a=b")],
)
def test_set_reads_values(text: str, value: object) -> None:
    assert options.build({"set": [f"beta-vae.x={text}"]}).settings == {"beta-vae": {"x": value}}


def test_generators_are_split_at_commas_and_repeated_once() -> None:
    assert options.build({"generators": ["ae, vae", "ae"]}).generators == ("ae", "vae")


def test_repeats_and_rows_override_the_profile() -> None:
    budget = options.build({"repeats": 7, "rows": 50}).budget
    assert (budget.repeats, budget.train_rows, budget.metrics) == (7, 50, "core")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"repeats": 0}, "repeats is 0"),
        ({"rows": -3}, "rows is -3"),
        ({"seed": -1}, "seed is -1"),
        ({"repeats": "two"}, "repeats is 'two'"),
        ({"profile": "quik"}, "did you mean 'quick'"),
        ({"split": "block"}, "did you mean 'blocked'"),
        ({"missing": "ignore"}, "missing is 'ignore'"),
        ({"generators": [" , "]}, "no generator is named"),
        ({"set": ["ae.epochs"]}, "expected generator.param=value"),
        ({"set": ["epochs=3"]}, "expected generator.param=value"),
        ({"dataset": ["station", "station"]}, "asked for twice"),
        ({"dataset": [{"name": "a.csv", "traget": "y"}]}, "did you mean 'target'"),
        ({"blocks": {"blocks": 1}}, "expected at least 2"),
        ({"blocks": {"embarg": 1}}, "did you mean 'embargo'"),
        ({"blocks": 3}, "expected a table"),
        ({"target": 3}, "target is 3; expected text"),
        ({"dataset": [{"name": "a.csv", "time": 3}]}, "time is 3; expected text"),
        ({"ordered": "no"}, "ordered is 'no'; expected true or false"),
        ({"external": {"foo": 3}}, "external.foo is 3; expected a folder"),
        ({"external": {"foo": {"folder": "x"}}}, "external.foo is .*; expected a folder"),
        ({"external": {"foo": {"folder": "x", "tables": 3}}}, "external.foo is .*; expected a folder"),
        ({"set": ["ae.latent=2020-01-01"]}, r"ae\.latent is set to 2020-01-01; expected a finite number"),
        ({"set": {"ae": {"lr": float("inf")}}}, r"ae\.lr is set to inf; expected a finite number"),
    ],
)
def test_wrong_values_say_what_was_expected(values: dict[str, object], said: str) -> None:
    with pytest.raises(BenchError, match=said):
        options.build(values)


@pytest.mark.parametrize(
    "values",
    [
        {"workers": 0},
        {"timeout": 0.0},
        {"timeout": -1},
        {"timeout": float("nan")},
        {"memory": "4G"},
        {"memory": float("inf")},
        {"retry": ["x"]},
        {"out": 5},
        {"cache": 5},
        {"cluster": 5},
        {"track": 5},
    ],
    ids=str,
)
def test_wrong_operations_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(BenchError, match=f"^{next(iter(values))} is "):
        options.operation(values)


def test_an_unknown_key_names_its_nearest(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text("repeat = 3\n")
    with pytest.raises(BenchError, match=r"unknown key 'repeat'.*did you mean 'repeats'"):
        options.read_file(path)


def test_an_unreadable_file_is_one_line(tmp_path: Path) -> None:
    broken = tmp_path / "run.toml"
    broken.write_text("repeats = = 3\n")
    with pytest.raises(BenchError, match="not valid TOML"):
        options.read_file(broken)
    with pytest.raises(BenchError, match="cannot read the configuration"):
        options.read_file(tmp_path / "absent.toml")


def test_paths_are_reduced_to_file_names() -> None:
    built = options.build({"dataset": ["/home/someone/data/air.csv"], "target": "y"})
    assert "someone" not in str(built.as_dict())
    assert built.command().startswith("bench run --dataset ./air.csv --target y")


class TestTheCommand:
    @pytest.mark.parametrize(
        "values",
        [
            {"dataset": ["data/air.csv", "station"], "target": "y", "missing": "drop"},
            {"dataset": ["air.csv"], "target": "y", "plugins": ["gens/mine.py"], "holdout_share": 0.3},
            {
                "dataset": [
                    "station",
                    {"name": "air.csv", "target": 'a "b"', "time": "t"},
                    {"name": "é.csv", "target": "z"},
                ]
            },
            {"blocks": {"embargo": 9, "holdout": 0.4}, "set": {"ae": {"a": "3", "b": " x", "c": "none", "d": "x y"}}},
        ],
        ids=str,
    )
    def test_it_asks_for_the_same_with_its_file(
        self, values: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = options.build(values)
        found: list[Config] = []

        def keep(config: Config) -> None:
            found.append(config)
            sys.exit(0)

        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(runner, "load_plan", keep)
        Path("FILE").write_text(asked.file(), encoding="utf-8")
        CliRunner().invoke(cli.app, shlex.split(asked.command())[1:])
        assert found == [asked]

    def test_a_file_is_named_only_where_it_is_needed(self) -> None:
        assert options.build({"dataset": ["a.csv", "b.csv"], "target": "y"}).file() == ""
        assert "--config" not in options.build({"holdout_share": 0.3}).command()
        assert options.build({"blocks": {"embargo": 9}}).file() == "[blocks]\nembargo = 9"


def test_every_key_but_blocks_has_a_flag() -> None:
    names = [name for name in inspect.signature(cli.run).parameters if name not in cli._ELSEWHERE]
    assert sorted(cli._KEY.get(name, name) for name in names) == sorted({*options.KEYS} - {"blocks"})


class TestHoldoutShare:
    def test_the_flag_is_the_holdout_of_blocks_and_counts_over_the_file(self) -> None:
        merged = options.merge({"blocks": {"holdout": 0.4, "blocks": 10}}, {"holdout_share": 0.3})
        built = options.build(merged)
        assert (built.blocks.holdout, built.blocks.blocks) == (0.3, 10)
        assert "--holdout-share 0.3" in built.command()
        assert "--holdout-share" not in options.build({}).command()
        assert options.restore(built.stored()).blocks == built.blocks

    @pytest.mark.parametrize("share", [0, 1, -0.2, 1.5, float("nan"), "half", True])
    def test_a_share_lies_between_0_and_1(self, share: object) -> None:
        with pytest.raises(BenchError, match=r"holdout_share is .*; expected a number between 0 and 1"):
            options.build({"holdout_share": share})

    def test_it_decides_the_rows_and_stands_in_the_manifest(self) -> None:
        asked = {"dataset": "station", "generators": "smote", "repeats": 1}
        (usual,), (more,) = (
            runner.load_plan(options.build({**asked, **given})).splits.values()
            for given in ({}, {"holdout_share": 0.5})
        )
        assert more.options["holdout"] == 0.5
        assert more.sizes["test"] == usual.sizes["test"]
        assert more.sizes["holdout"] / usual.sizes["holdout"] == pytest.approx(2.5, rel=1e-3)
        assert more.id != usual.id

    def test_a_random_split_has_no_such_share(self) -> None:
        with pytest.raises(BenchError, match="--holdout-share is of the blocked protocol"):
            runner.load_plan(options.build({"dataset": "diabetes", "generators": "smote", "holdout_share": 0.3}))


def test_a_cache_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BenchError, match="a file; expected a folder"):
        options.operation({"cache": str(tmp_path / "file")})
