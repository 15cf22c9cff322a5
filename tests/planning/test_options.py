import inspect
import shlex
import sys
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import typer
from typer.main import get_command
from typer.testing import CliRunner

import bench
from bench.api import BenchError, RequestedTable
from bench.commands import cli
from bench.commands.option_flags import option_flags
from bench.execution import runner
from bench.planning import read_config
from bench.planning.config import PROFILES, Config, Operation
from bench.planning.option_types import Option, options_of
from bench.planning.options import OPTIONS, EvaluateOptions, RunOptions
from bench.tables.splits import BLOCKS
from bench.tables.table_request import TableRequest


def test_the_default_is_quick_on_the_bundled_station() -> None:
    built = read_config.build_config({})
    assert built.datasets == (TableRequest("station"),)
    assert built.generators == ("all",)
    assert built.budget.name == "quick"


def test_flags_win_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text('profile = "standard"\nseed = 3\n[set.ae]\nepochs = 5\nlatent = 2\n')
    merged = read_config.merge_options(
        read_config.read_config_file(path), {"seed": 9, "profile": None, "set": ["ae.epochs=7"]}
    )
    built = read_config.build_config(merged)
    assert (built.profile, built.seed) == ("standard", 9)
    assert built.settings == {"ae": {"epochs": 7, "latent": 2}}


@pytest.mark.parametrize(
    ("text", "value"),
    [("3", 3), ("0.5", 0.5), ("true", True), ("none", None), ("[64, 32]", [64, 32]), ("mae", "mae"), ("a=b", "a=b")],
)
def test_set_reads_values(text: str, value: object) -> None:
    assert read_config.build_config({"set": [f"beta-vae.x={text}"]}).settings == {"beta-vae": {"x": value}}


def test_generators_are_split_at_commas_and_repeated_once() -> None:
    assert read_config.build_config({"generators": ["ae, vae", "ae"]}).generators == ("ae", "vae")


def test_repeats_and_rows_override_the_profile() -> None:
    budget = read_config.build_config({"repeats": 7, "rows": 50}).budget
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
        read_config.build_config(values)


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
        read_config.build_operation(values)


def test_an_unknown_key_names_its_nearest(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text("repeat = 3\n")
    with pytest.raises(BenchError, match=r"unknown option 'repeat'.*did you mean 'repeats'"):
        read_config.read_config_file(path)


def test_an_unreadable_file_is_one_line(tmp_path: Path) -> None:
    broken = tmp_path / "run.toml"
    broken.write_text("repeats = = 3\n")
    with pytest.raises(BenchError, match="not valid TOML"):
        read_config.read_config_file(broken)
    with pytest.raises(BenchError, match="cannot read the configuration"):
        read_config.read_config_file(tmp_path / "absent.toml")


def test_paths_are_reduced_to_file_names() -> None:
    built = read_config.build_config({"dataset": ["/home/someone/data/air.csv"], "target": "y"})
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
        config = read_config.build_config(values)
        loaded: list[Config] = []

        def keep(config: Config) -> None:
            loaded.append(config)
            sys.exit(0)

        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(runner, "load_plan", keep)
        Path("FILE").write_text(config.file(), encoding="utf-8")
        CliRunner().invoke(cli.app, shlex.split(config.command())[1:])
        assert loaded == [config]

    def test_a_file_is_named_only_where_it_is_needed(self) -> None:
        assert read_config.build_config({"dataset": ["a.csv", "b.csv"], "target": "y"}).file() == ""
        assert "--config" not in read_config.build_config({"holdout_share": 0.3}).command()
        assert read_config.build_config({"blocks": {"embargo": 9}}).file() == "[blocks]\nembargo = 9"


class TestTheTable:
    """One entry is all that flags, keys of the file, keywords and completion need."""

    def test_flags_keys_and_keywords_are_the_entries(self, tmp_path: Path) -> None:
        flags = {parameter.name for parameter in _flags("run").values()}
        own = {"config", "resume", "figures", "quiet", "json", "dry_run", "help"}
        assert flags - own == set(OPTIONS) - {"blocks"}
        (tmp_path / "run.toml").write_text("\n".join(f"{name} = 1" for name in OPTIONS))
        assert set(read_config.read_config_file(tmp_path / "run.toml")) == set(OPTIONS)
        keywords = set(inspect.signature(bench.run).parameters) - {"figures"}
        assert keywords == set(OPTIONS)
        assert all(f"{name}: {option.text}" in (bench.run.__doc__ or "") for name, option in _run_options().items())

    def test_every_option_is_a_field_or_part_of_one(self) -> None:
        stated = {item.name for cls in (Config, Operation) for item in fields(cls)} - {"refit", "rescore"}
        parts = {
            "datasets": {"dataset", *(item.name for item in fields(TableRequest))} - {"name"},
            "settings": {"set"},
        }
        expected = {name for item in stated for name in parts.get(item, {item})} | {"holdout_share"}
        assert set(OPTIONS) == expected

    def test_the_options_of_evaluate_are_those_of_a_run(self) -> None:
        shared = options_of(EvaluateOptions)
        assert shared == {name: OPTIONS[name] for name in shared}
        assert set(shared) <= set(inspect.signature(bench.evaluate).parameters)

    def test_a_new_entry_is_a_flag_a_keyword_and_a_checked_value(self) -> None:
        class MoreOptions(RunOptions, total=False):
            colour: Annotated[Literal["red", "blue"], Option("Of the report.", default="red")]

        colour = options_of(MoreOptions)["colour"]
        given: list[object] = []

        @option_flags(options=[colour])
        def paint(**options: object) -> None:
            given.append(options)

        app = typer.Typer(rich_markup_mode=None)
        app.command()(paint)
        assert CliRunner().invoke(app, ["--colour", "blue"]).exit_code == 0
        assert CliRunner().invoke(app, []).exit_code == 0
        assert given == [{"colour": "blue"}, {}]
        assert "Of the report. [red]" in CliRunner().invoke(app, ["--help"]).output
        assert colour.words("blue") == ["--colour", "blue"]
        with pytest.raises(BenchError, match="colour is 'bleu'; did you mean 'blue'"):
            colour.checked("bleu")

    def test_shown_defaults_are_the_defaults(self) -> None:
        by_name = {**asdict(Config()), "holdout_share": BLOCKS.holdout, "missing": TableRequest("").missing}
        for name in ("seed", "profile", "device", "seeds_per_split", "holdout_share", "missing"):
            assert OPTIONS[name].default == str(by_name[name])
        assert OPTIONS["generators"].default == ",".join(Config().generators)
        assert OPTIONS["dataset"].default == Config().datasets[0].name
        assert OPTIONS["profile"].choices == tuple(PROFILES)

    @pytest.mark.parametrize(
        ("name", "typed", "expected"),
        [
            ("split", "b", ["blocked"]),
            ("profile", "", ["quick", "standard", "ci", "audit"]),
            ("missing", "d", ["drop"]),
            ("retry", "t", ["timeout"]),
            ("track", "", ["mlflow"]),
            ("device", "cu", ["cuda"]),
            ("generators", "al", ["all"]),
            ("generators", "beta", ["beta-vae"]),
            ("dataset", "stat", ["station"]),
        ],
    )
    def test_the_shell_completes_values(self, name: str, typed: str, expected: list[str]) -> None:
        flag = next(parameter for parameter in _flags("run").values() if parameter.name == name)
        context = typer.Context(get_command(cli.app))
        assert [item.value for item in flag.shell_complete(context, typed)] == expected


def _flags(command: str) -> dict[str, Any]:
    """The parameters of a command by their first flag."""
    group: Any = get_command(cli.app)
    return {parameter.opts[0]: parameter for parameter in group.commands[command].params}


def _run_options() -> dict[str, Option]:
    return options_of(RunOptions)


class TestHoldoutShare:
    def test_the_flag_is_the_holdout_of_blocks_and_counts_over_the_file(self) -> None:
        merged = read_config.merge_options({"blocks": {"holdout": 0.4, "blocks": 10}}, {"holdout_share": 0.3})
        built = read_config.build_config(merged)
        assert (built.blocks.holdout, built.blocks.blocks) == (0.3, 10)
        assert "--holdout-share 0.3" in built.command()
        assert "--holdout-share" not in read_config.build_config({}).command()
        assert read_config.restore_config(built.stored()).blocks == built.blocks

    @pytest.mark.parametrize("share", [0, 1, -0.2, 1.5, float("nan"), "half", True])
    def test_a_share_lies_between_0_and_1(self, share: object) -> None:
        with pytest.raises(BenchError, match=r"holdout_share is .*; expected a number between 0 and 1"):
            read_config.build_config({"holdout_share": share})

    def test_it_decides_the_rows_and_stands_in_the_manifest(self) -> None:
        asked = {"dataset": "station", "generators": "smote", "repeats": 1}
        (usual,), (more,) = (
            runner.load_plan(read_config.build_config({**asked, **given})).splits.values()
            for given in ({}, {"holdout_share": 0.5})
        )
        assert more.options["holdout"] == 0.5
        assert more.sizes["test"] == usual.sizes["test"]
        assert more.sizes["holdout"] / usual.sizes["holdout"] == pytest.approx(2.5, rel=1e-3)
        assert more.id != usual.id

    def test_a_random_split_has_no_such_share(self) -> None:
        with pytest.raises(BenchError, match="--holdout-share is of the blocked protocol"):
            runner.load_plan(
                read_config.build_config({"dataset": "diabetes", "generators": "smote", "holdout_share": 0.3})
            )


class TestRowGroups:
    def test_runs_without_these_options_are_stored_as_before_they_existed(self) -> None:
        (stored,) = read_config.build_config({"dataset": "my.csv", "target": "y"}).as_dict()["datasets"]
        assert stored == {"name": "my.csv", "target": "y", "ordered": False, "time": None, "missing": "keep"}

    @pytest.mark.parametrize(
        ("option", "words"),
        [
            ({"group": "who"}, "--group who"),
            ({"distinct": True}, "--distinct"),
            ({"column": ("hour=categorical", "b=numeric")}, "--column hour=categorical --column b=numeric"),
            ({"missing_code": ("-200", "?")}, "--missing-code -200 --missing-code '?'"),
            ({"leave_out": ("my name",)}, "--leave-out 'my name'"),
            ({"task": "binary"}, "--task binary"),
            ({"missing": "drop"}, "--missing drop"),
        ],
    )
    def test_they_are_stored_restored_and_printed(self, option: dict[str, Any], words: str) -> None:
        usual, built = (
            read_config.build_config({"dataset": "my.csv", "target": "y", **given}) for given in ({}, option)
        )
        assert built.as_dict() != usual.as_dict()
        assert option.items() <= built.as_dict()["datasets"][0].items()
        assert words in built.command()
        described = asdict(RequestedTable(**built.stored()["datasets"][0]))
        stored = {**built.stored(), "datasets": [described]}
        assert read_config.restore_config(stored) == replace(built, **_profile_values(built))

    def test_kinds_of_columns_may_be_a_table(self) -> None:
        built = read_config.build_config({"dataset": "my.csv", "column": {"hour": "categorical"}})
        assert built.datasets[0].column == ("hour=categorical",)

    def test_a_table_of_a_file_may_have_its_own(self) -> None:
        built = read_config.build_config({"dataset": ["station", {"name": "my.csv", "target": "y", "group": "who"}]})
        assert [data.group for data in built.datasets] == [None, "who"]
        assert 'group = "who"' in built.file()

    def test_they_change_the_split(self) -> None:
        plans = [
            runner.load_plan(read_config.build_config({"dataset": "diabetes", "generators": "smote", **given}))
            for given in ({}, {"distinct": True})
        ]
        assert not plans[0].splits.keys() & plans[1].splits.keys()
        assert plans[0].hash != plans[1].hash


def _profile_values(config: Config) -> dict[str, Any]:
    return {"repeats": config.budget.repeats, "rows": config.budget.train_rows}


def test_a_cache_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BenchError, match="expected a folder or the name of a new one, not a file"):
        read_config.build_operation({"cache": str(tmp_path / "file")})


@pytest.mark.parametrize("value", [[], ["random", "blocked"], {}])
def test_an_option_of_one_choice_takes_no_list(value: object) -> None:
    with pytest.raises(BenchError, match="split is"):
        read_config.build_config({"split": value})


@pytest.mark.parametrize("name", ["timeout", "memory"])
def test_a_number_that_is_no_float_is_refused(name: str) -> None:
    with pytest.raises(BenchError, match="expected a finite number above 0"):
        read_config.build_operation({name: 10**400})


def test_a_cache_whose_name_is_too_long_is_refused() -> None:
    with pytest.raises(BenchError, match=r"expected a folder, and a path that the system can use .File name too long"):
        read_config.build_operation({"cache": "a" * 5000})
