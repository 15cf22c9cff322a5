"""Generators in files: what they are called, and what becomes of those that cannot run."""

import hashlib
import json
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pandas as pd
import pytest

from bench.api import BenchError, Budget, GeneratorInfo, PluginFile
from bench.execution import describe_run, runner
from bench.planning import generator_selection, plan, read_config
from bench.plugins import Inspector, entry_points, facts_of, python_files
from bench.plugins.generator_facts import contract_problem
from tests.conftest import ZOO, Bench

BODY = """
    def __init__(self, level: float = 1.0) -> None:
        self.level = level
    def fit(self, train, schema, *, seed): self.train = train
    def sample(self, n, *, seed): return self.train.iloc[:n]
"""
SAMPLE = "    def sample(self, n, *, seed): ...\n"
GOOD = f"class Good:\n    'Repeats rows.'\n{BODY}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(folder: Path, name: str, source: str) -> str:
    (folder / name).write_text(source)
    return name


def planned(**values: object) -> plan.Plan:
    return runner.load_plan(read_config.build_config({"dataset": "diabetes", "repeats": 1, **values}))


@pytest.mark.parametrize(
    ("file", "source", "names"),
    [
        ("my_gen.py", GOOD, ["my-gen"]),
        ("MyGen2.py", GOOD, ["my-gen2"]),
        ("two.py", f"class Fast:{BODY}\nclass SlowGAN:{BODY}", ["two-fast", "two-slow-gan"]),
        ("base.py", f"class _Base:{BODY}\nclass Real(_Base): ...", ["base"]),
        ("some.py", f"__all__ = ['B']\nclass A:{BODY}\nclass B(A): ...", ["some"]),
        ("uses.py", f"from bench.api import Generator\n{GOOD}", ["uses"]),
        (
            "typed.py",
            "from __future__ import annotations\nfrom dataclasses import dataclass\nfrom typing import ClassVar\n"
            "@dataclass\nclass G:\n    n: ClassVar[int] = 1\n    level: float = 1.0\n"
            "    def fit(self, train, schema, *, seed): ...\n    def sample(self, n, *, seed): ...\n",
            ["typed"],
        ),
    ],
)
def test_names_come_from_the_file_and_its_classes(folder: Path, file: str, source: str, names: list[str]) -> None:
    found = python_files.find_plugins([written(folder, file, source)])
    assert list(found) == names
    assert [each.problem for each in found.values()] == [""] * len(names)
    assert all(isinstance(each.load(), type) for each in found.values())


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("class G(:", r"bad\.py cannot be imported: SyntaxError"),
        ("import no_such_thing", "ModuleNotFoundError: No module named 'no_such_thing'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise OSError('no /home/somebody/secret/data.csv')", "OSError: no data.csv"),
        ("x = 1", "no class with fit and sample"),
        ("class G:\n    def fit(self, train): ...\n    def sample(self, n, *, seed): ...", r"G\.fit.*cannot be called"),
        ("class G:\n    def fit(self, t, s, *, seed): ...\n    def sample(self): ...", r"G\.sample.*cannot be called"),
        (GOOD.replace(": float = 1.0", ""), "Good needs level to be built; expected a default"),
    ],
)
def test_what_is_wrong_with_a_file_is_one_line(folder: Path, source: str, said: str) -> None:
    (found,) = python_files.find_plugins([written(folder, "bad.py", source)]).values()
    assert found.name == "bad"
    with pytest.raises(BenchError, match=said) as caught:
        found.load()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("paths", "said"),
    [
        (["absent.py"], "cannot read the plugin absent.py: No such file"),
        (["my_gen.txt"], "expected a Python file"),
        (["a/x.py", "b/x.py"], "two plugins are called x.py"),
    ],
)
def test_misuse_is_an_error_of_the_command(folder: Path, paths: list[str], said: str) -> None:
    for each in ("a", "b"):
        (folder / each).mkdir()
        written(folder / each, "x.py", GOOD)
    with pytest.raises(BenchError, match=said):
        python_files.find_plugins(paths)


def test_budgets_that_cannot_be_stored_are_a_problem() -> None:
    class Odd:
        def fit(self, train: object, schema: object, *, seed: int) -> None: ...
        def sample(self, n: int, *, seed: int) -> None: ...

    assert contract_problem(Odd) == ""
    Odd.info = GeneratorInfo(budgets={"quick": Budget({"level": {1}})})  # type: ignore[attr-defined]
    assert "cannot be stored" in contract_problem(Odd)
    assert contract_problem(Odd()) == "got a Odd; expected a class with fit and sample"


class TestPlan:
    def test_all_includes_files_and_names_stand_for_their_classes(self, folder: Path) -> None:
        file = written(folder, "two.py", f"class A:{BODY}\nclass B:{BODY}")
        every = planned(plugins=[file])
        assert list(every.generators) == [*entry_points.names("generators"), "two-a", "two-b"]
        assert list(planned(plugins=[file], generators="two").generators) == ["two-a", "two-b"]
        assert list(planned(plugins=[file], generators="two-b,smote").generators) == ["two-b", "smote"]
        with pytest.raises(BenchError, match=r"did you mean 'two-[ab]'"):
            planned(plugins=[file], generators="two-c")

    def test_broken_ones_are_rows_with_a_reason(self, folder: Path) -> None:
        files = [written(folder, "broken.py", "import nothing_here"), written(folder, "smote.py", GOOD)]
        found = planned(plugins=files, generators="broken-fast,smote,smote.py").generators
        assert list(found) == ["broken", "smote", "smote.py"]
        assert [each.status for each in found.values()] == ["failed", "ok", "failed"]
        assert "nothing_here" in found["broken"].problem
        assert "taken; rename the file" in found["smote.py"].problem
        assert found["smote"].facts == facts_of(entry_points.load("generators", "smote"))

    @pytest.mark.parametrize("file", ["uniform.py", "real_train.py", "time_interpolated.py"])
    def test_no_plugin_is_called_like_a_reference_row(self, folder: Path, file: str) -> None:
        with pytest.raises(BenchError, match=f"{file} makes a generator .* the name of a reference row; choose"):
            planned(plugins=[written(folder, file, GOOD)], generators="smote")

    def test_no_preset_is_called_like_a_reference_row(self, monkeypatch: pytest.MonkeyPatch) -> None:
        of_registry = entry_points.presets()
        monkeypatch.setattr(entry_points, "presets", lambda: {**of_registry, "copy": of_registry["beta-vae-4"]})
        with pytest.raises(BenchError, match="a plugin registers 'copy', which is the name of a reference row"):
            planned(generators="copy")

    def test_the_manifest_names_files_without_folders(self, folder: Path) -> None:
        (folder / "sub").mkdir()
        file = folder / written(folder, "sub/my_gen.py", GOOD)
        said = describe_run.describe_plan(planned(plugins=[str(file)], generators="my-gen,smote"))
        sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
        assert said.generators["my-gen"].plugin == PluginFile("my_gen.py", sha256)
        assert said.generators["smote"].plugin is None
        assert str(folder) not in repr(said)

    def test_another_source_is_another_trial_of_the_same_run(self, folder: Path) -> None:
        asked = {"plugins": [written(folder, "my_gen.py", GOOD)], "generators": "my-gen,smote"}
        before = planned(**asked)
        written(folder, "my_gen.py", GOOD + "CHANGED = True\n")
        after = planned(**asked)
        assert before.hash == after.hash
        (mine, theirs), (changed, same) = before.trials, after.trials
        assert mine.id != changed.id
        assert theirs.id == same.id

    def test_settings_are_checked_against_the_class(self, folder: Path) -> None:
        asked = {"plugins": [written(folder, "my_gen.py", GOOD)], "generators": "my-gen"}
        assert planned(**asked, set=["my-gen.level=3"]).trials[0].params == {"level": 3}
        with pytest.raises(BenchError, match="my-gen has no parameter 'levle'"):
            planned(**asked, set=["my-gen.levle=3"])

    def test_two_packages_with_one_name_are_a_row_too(self, monkeypatch: pytest.MonkeyPatch) -> None:
        point = EntryPoint("smote", "json:JSONDecoder", "bench.generators")
        real = entry_points._points("generators")
        both = {**real, "smote": {**real["smote"], point.value: point}}
        monkeypatch.setattr(entry_points, "_points", lambda kind: both if kind == "generators" else {})
        found = generator_selection.find_candidate("smote", Inspector())
        assert found.status == "failed"
        assert "two plugins register the generator 'smote'" in found.problem
        assert generator_selection.find_candidate("cart", Inspector()).status == "ok"


class TestConfiguration:
    def test_runs_without_plugins_keep_their_hash(self) -> None:
        assert "plugins" not in read_config.build_config({}).as_dict()

    def test_no_folder_of_this_machine_is_kept(self, folder: Path) -> None:
        built = read_config.build_config({"plugins": [str(folder / "my_gen.py"), "gens/other.py"]})
        assert built.as_dict()["plugins"] == ["my_gen.py", "other.py"]
        assert built.stored()["plugins"] == ["my_gen.py", "gens/other.py"]
        assert read_config.restore_config(json.loads(json.dumps(built.stored()))).plugins == (
            "my_gen.py",
            "gens/other.py",
        )
        assert "--plugin my_gen.py --plugin gens/other.py" in built.command()

    def test_a_file_may_name_them(self, folder: Path) -> None:
        written(folder, "run.toml", 'plugins = ["my_gen.py"]\n')
        assert read_config.build_config(read_config.read_config_file(folder / "run.toml")).plugins == ("my_gen.py",)

    def test_settings_of_adapters_hold_dots_and_tables(self) -> None:
        name = "sklearn:sklearn.mixture.GaussianMixture"
        built = read_config.build_config(
            {"set": [f'{name}.options={{n_components=20, tol="x"}}', "beta-vae-0.5.latent=3"]}
        )
        assert built.settings == {name: {"options": {"n_components": 20, "tol": "x"}}, "beta-vae-0.5": {"latent": 3}}

    def test_the_command_says_values_as_set_reads_them(self) -> None:
        import shlex

        given = {"a": {"b": True, "c": [1, "x"], "d": {"e": False, "f": "y"}, "g": "text", "h": 0.5, "i": None}}
        words = shlex.split(read_config.build_config({"set": given}).command())
        sets = [words[at + 1] for at, word in enumerate(words) if word == "--set"]
        assert read_config.build_config({"set": sets}).settings == given


@pytest.mark.slow
def test_a_run_ranks_a_file_and_reports_a_broken_one(tmp_path: Path, table: pd.DataFrame, bench: Bench) -> None:
    table.to_csv(tmp_path / "small.csv", index=False)
    plugin = tmp_path / "elsewhere" / "my_gen.py"
    plugin.parent.mkdir()
    plugin.write_text((ZOO / "noisy.py").read_text())
    (tmp_path / "broken.py").write_text("import nothing_here\n")
    done = bench(
        *("run", "--dataset", "small.csv", "--target", "y", "--repeats", "1", "--rows", "120", "--out", "out"),
        *("--plugin", plugin, "--plugin", "broken.py", "--generators", "my-gen,broken", "--no-figures"),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    manifest = (tmp_path / "out" / "manifest.json").read_text()
    assert str(tmp_path) not in manifest
    results = [json.loads(path.read_text()) for path in (tmp_path / "out" / "trials").glob("*/result.json")]
    assert {each["trial"]["generator"]: each["status"] for each in results} == {"my-gen": "ok", "broken": "failed"}
    report = (tmp_path / "out" / "report.md").read_text()
    assert "broken.py cannot be imported: ModuleNotFoundError" in report


@pytest.mark.slow
def test_code_that_a_run_names_does_not_run_unless_it_is_given(
    tmp_path: Path, table: pd.DataFrame, bench: Bench
) -> None:
    table.to_csv(tmp_path / "small.csv", index=False)
    source = (ZOO / "noisy.py").read_text()
    (tmp_path / "mine.py").write_text(source)
    done = bench(
        *("run", "--dataset", "small.csv", "--target", "y", "--repeats", "1", "--rows", "120", "--out", "out"),
        *("--plugin", "mine.py", "--generators", "mine", "--no-figures"),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    (tmp_path / "mine.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n{source}")
    commands = {
        ("run", "--resume", "out", "--no-figures"): 2,
        ("verify", "out"): 2,
        ("split", "out", "parts"): 0,
        ("score", "out", "--no-figures"): 0,
        ("show", "out"): 0,
        ("report", "out", "--no-figures"): 0,
        ("export", "out", "exported"): 0,
    }
    for command, code in commands.items():
        done = bench(*command, cwd=tmp_path)
        assert done.returncode == code, (command, done.stderr)
        assert done.stderr == ("" if code == 0 else f"bench: {PLUGIN_TO_GIVE}\n")
        assert not (tmp_path / "ran").exists(), command
    (tmp_path / "mine.py").write_text(source)
    for command in (("run", "--resume", "out", "--no-figures"), ("verify", "out", "--trials", "1")):
        done = bench(*command, "--plugin", "mine.py", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    done = bench("run", "--resume", "out", "--plugin", "mine.py", "--plugin", "other.py", cwd=tmp_path)
    assert done.stderr == ("bench: out was made without the plugin other.py; leave out --plugin, or start a new run\n")


PLUGIN_TO_GIVE = (
    "out was made with the plugin mine.py, whose code would run; give the file with --plugin, if you trust it"
)


def test_a_missing_file_stops_the_command(tmp_path: Path, bench: Bench) -> None:
    done = bench("run", "--plugin", "absent.py", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "bench: cannot read the plugin absent.py: No such file or directory; check the path\n"
    assert not list(tmp_path.iterdir())


def test_a_traceback_shows_the_files_lines(folder: Path) -> None:
    source = f"class G:\n    def fit(self, train, schema, *, seed):\n        return 1 / 0\n{SAMPLE}"
    code = (
        "import traceback\nfrom bench.plugins import python_files\n"
        f"cls = python_files.find_plugins([{written(folder, 'g.py', source)!r}])['g'].load()\n"
        "try:\n    cls().fit(None, None, seed=0)\nexcept ZeroDivisionError:\n    traceback.print_exc()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 'File "g.py", line 3, in fit\n    return 1 / 0' in done.stderr
