import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.api import BenchError
from bench.common import atomic_files

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(VALUES)
def test_json_is_canonical(value: object) -> None:
    import json

    text = atomic_files.to_json(value)
    assert atomic_files.to_json(json.loads(text)) == text


def test_json_refuses_nan() -> None:
    with pytest.raises(ValueError):
        atomic_files.to_json({"x": float("nan")})


def test_arrays_survive_and_pack_to_the_same_bytes(tmp_path: Path) -> None:
    arrays = {"b/x y": np.arange(3.0), "a": np.array(["<b>", "é"])}
    packed = atomic_files.pack_arrays(arrays)
    assert packed == atomic_files.pack_arrays(dict(reversed(arrays.items())))
    (tmp_path / "a.npz").write_bytes(packed)
    found = atomic_files.read_arrays(tmp_path / "a.npz")
    assert set(found) == set(arrays)
    assert all((found[name] == arrays[name]).all() for name in arrays)


def test_objects_are_never_pickled(tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        atomic_files.pack_arrays({"x": np.array([object()])})
    np.savez(tmp_path / "evil.npz", x=np.array([object()]), allow_pickle=True)
    with pytest.raises(ValueError, match="pickle"):
        atomic_files.read_arrays(tmp_path / "evil.npz")


def test_a_directory_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "trials" / "one"
    with pytest.raises(TypeError):
        atomic_files.write_directory(target, {"a": b"1", "b": None})  # type: ignore[dict-item]
    assert list((tmp_path / "trials").iterdir()) == []
    atomic_files.write_directory(target, {"a": b"1"})
    atomic_files.write_directory(target, {"b": b"2"})
    assert {path.name: path.read_bytes() for path in target.iterdir()} == {"a": b"1", "b": b"2"}
    assert [path.name for path in target.parent.iterdir()] == ["one"]


RACE = """
import sys, time
from pathlib import Path
from bench.common.atomic_files import write_directory

mine, other, root = *sys.argv[1:3], Path(sys.argv[3])
for at in range(60):
    (root / f"{mine}-{at}").touch()
    for _ in range(200):
        if (root / f"{other}-{at}").exists():
            break
        time.sleep(0.001)
    write_directory(root / "shared" / str(at), {"a": b"1", "result.json": b"2"})
"""


def test_processes_may_make_the_same_directories(tmp_path: Path) -> None:
    names = (("one", "two"), ("two", "one"))
    commands = [[sys.executable, "-c", RACE, *pair, str(tmp_path)] for pair in names]
    racers = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for command in commands]
    said = [racer.communicate()[1] for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0], said
    made = sorted((tmp_path / "shared").iterdir())
    assert len(made) == 60
    assert all(
        {path.name: path.read_bytes() for path in each.iterdir()} == {"a": b"1", "result.json": b"2"} for each in made
    )


def test_a_directory_that_cannot_appear_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(OSError, match="taken"):
        atomic_files.write_directory(tmp_path / "taken", {"a": b"1"})
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_directories_have_the_usual_permissions(tmp_path: Path) -> None:
    (tmp_path / "usual").mkdir()
    atomic_files.write_directory(tmp_path / "made", {"a": b"1"})
    assert (tmp_path / "made").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_what_a_killed_process_left_is_swept_away(tmp_path: Path) -> None:
    (tmp_path / ".one.123").mkdir()
    (tmp_path / ".one.123" / ".log.txt.123").write_text("half")
    (tmp_path / ".manifest.json.99").write_text("half")
    (tmp_path / "manifest.json").write_text("whole")
    with atomic_files.new_directory(tmp_path / "two") as staging:
        staging.mkdir()
        assert staging.parent.parent == tmp_path
    shutil.copytree(tmp_path / "two", staging)
    atomic_files.remove_leftovers(tmp_path)
    (tmp_path / "two").rmdir()
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


def test_files_of_others_are_no_leftovers(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "mine").write_text("x")
    (tmp_path / "run" / ".my.conf").write_text("x")
    (tmp_path / "run" / ".config.d").mkdir()
    (tmp_path / "run" / ".link.123").symlink_to(tmp_path / "elsewhere")
    atomic_files.remove_leftovers(tmp_path / "run")
    assert len(list((tmp_path / "run").iterdir())) == 3
    assert (tmp_path / "elsewhere" / "mine").read_text() == "x"


def test_what_is_in_the_way_of_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError, match=r"a folder is where the file would go; .*folder"):
        atomic_files.write_file(tmp_path / "folder", b"x")
    with pytest.raises(NotADirectoryError, match="file is a file, so nothing can be in it"):
        atomic_files.write_file(tmp_path / "file" / "x.json", b"x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_a_lock_that_is_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / atomic_files.LOCK).mkdir()
    with (
        pytest.raises(BenchError, match=r"cannot lock .*\.lock: .*; remove it"),
        atomic_files.lock_folder(tmp_path, "x"),
    ):
        pass
