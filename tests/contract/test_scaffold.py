"""What `bench new` writes passes as written; so do the examples of docs/plugins.md."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.api import BenchError
from bench.contract import examine, scaffold
from tests.conftest import Bench

KINDS: tuple[scaffold.Kind, ...] = ("generator", "dataset", "metric", "section")
DOCS = Path(__file__).parents[2] / "docs" / "plugins.md"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every scaffold and every example, in one folder."""
    folder = tmp_path_factory.mktemp("scaffolds")
    for kind in KINDS:
        scaffold.write(kind, f"my-{kind}", folder)
    for name, source in re.findall(r"<!-- file: (\S+) -->\n```python\n(.*?)```", DOCS.read_text(), re.DOTALL):
        (folder / name).write_text(source)
    return folder


def test_their_own_tests_pass(written: Path) -> None:
    assert {path.name for path in written.glob("test_*.py")} >= {"test_kernel_density.py", "test_my_section.py"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(written), "--rootdir", str(written)]
    done = subprocess.run(command, cwd=written, capture_output=True, text=True, timeout=250, check=False)
    assert done.returncode == 0, done.stdout
    assert re.search(r"\n\d\d passed", done.stdout)


@pytest.mark.parametrize("file", ["my_generator.py", "my_dataset.py", "my_metric.py", "kernel_density.py"])
def test_they_keep_the_contract(written: Path, file: str) -> None:
    (subject,) = examine.subjects(str(written / file))
    assert examine.report(subject) == 0


def test_the_example_is_short(written: Path) -> None:
    code = [line for line in (written / "kernel_density.py").read_text().splitlines() if line.strip()]
    assert len(code) <= 33


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
        scaffold.write("generator", "my-gen", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["test_my_gen.py"]
    assert mine.read_text() == "mine"
    scaffold.write("generator", "my-gen", tmp_path, force=True)
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
def test_names_that_cannot_be_used(tmp_path: Path, kind: scaffold.Kind, name: str, said: str) -> None:
    with pytest.raises(BenchError, match=said):
        scaffold.write(kind, name, tmp_path)
    assert not list(tmp_path.iterdir())
