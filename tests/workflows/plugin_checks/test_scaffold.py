"""What `bench new` writes; that it passes as written is tested where CONTRIBUTING.md is followed."""

import re
from pathlib import Path

import pytest

from bench.api import BenchError
from bench.workflows.plugin_checks import scaffold
from tests.conftest import Bench

KINDS: tuple[scaffold.ScaffoldKind, ...] = ("generator", "dataset", "metric", "section")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every scaffold, in one folder."""
    folder = tmp_path_factory.mktemp("scaffolds")
    for kind in KINDS:
        scaffold.write_scaffold(kind, f"my-{kind}", folder)
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_they_are_formatted_and_say_their_name(written: Path, kind: str) -> None:
    for path in (written / f"my_{kind}.py", written / f"test_my_{kind}.py"):
        text = path.read_text()
        assert "@" not in re.sub(r"@pytest\.mark", "", text)
        assert max(map(len, text.splitlines())) <= 120
    assert f"my-{kind}" in text or "MyGenerator" in text


def test_the_command_says_how_to_go_on(tmp_path: Path, bench: Bench) -> None:
    done = bench("new", "generator", "storm_gen", "--out", "gens", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "gens").iterdir()} == {"storm_gen.py", "test_storm_gen.py"}
    assert "bench run --plugin gens/storm_gen.py --generators storm-gen" in done.stdout
    assert '[project.entry-points."bench.generators"]\n  storm-gen = "storm_gen:StormGen"' in done.stdout


def test_nothing_is_overwritten_without_force(tmp_path: Path) -> None:
    mine = tmp_path / "test_my_gen.py"
    mine.write_text("mine")
    with pytest.raises(BenchError, match=r"test_my_gen\.py already.*--force"):
        scaffold.write_scaffold("generator", "my-gen", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["test_my_gen.py"]
    assert mine.read_text() == "mine"
    scaffold.write_scaffold("generator", "my-gen", tmp_path, force=True)
    assert "generator_checks" in mine.read_text()


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("generator", "My Gen", "expected lower case letters"),
        ("generator", "../x", "expected lower case letters"),
        ("generator", "copy", "Python module"),
        ("metric", "class", "Python module or word"),
        ("generator", "smote", "a generator called 'smote' already"),
        ("dataset", "station", "a dataset called 'station' already"),
    ],
)
def test_names_that_cannot_be_used(tmp_path: Path, kind: scaffold.ScaffoldKind, name: str, said: str) -> None:
    with pytest.raises(BenchError, match=said):
        scaffold.write_scaffold(kind, name, tmp_path)
    assert not list(tmp_path.iterdir())
