from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import files

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(VALUES)
def test_json_is_canonical(value: object) -> None:
    import json

    text = files.to_json(value)
    assert files.to_json(json.loads(text)) == text


def test_json_refuses_nan() -> None:
    with pytest.raises(ValueError):
        files.to_json({"x": float("nan")})


def test_arrays_survive_and_pack_to_the_same_bytes(tmp_path: Path) -> None:
    arrays = {"b/x y": np.arange(3.0), "a": np.array(["<b>", "é"])}
    packed = files.pack_arrays(arrays)
    assert packed == files.pack_arrays(dict(reversed(arrays.items())))
    (tmp_path / "a.npz").write_bytes(packed)
    found = files.read_arrays(tmp_path / "a.npz")
    assert set(found) == set(arrays)
    assert all((found[name] == arrays[name]).all() for name in arrays)


def test_objects_are_never_pickled(tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        files.pack_arrays({"x": np.array([object()])})
    np.savez(tmp_path / "evil.npz", x=np.array([object()]), allow_pickle=True)
    with pytest.raises(ValueError, match="pickle"):
        files.read_arrays(tmp_path / "evil.npz")


def test_a_directory_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "trials" / "one"
    with pytest.raises(TypeError):
        files.write_directory(target, {"a": b"1", "b": None})  # type: ignore[dict-item]
    assert list((tmp_path / "trials").iterdir()) == []
    files.write_directory(target, {"a": b"1"})
    files.write_directory(target, {"b": b"2"})
    assert {path.name: path.read_bytes() for path in target.iterdir()} == {"a": b"1", "b": b"2"}
    assert [path.name for path in target.parent.iterdir()] == ["one"]


def test_what_a_killed_process_left_is_swept_away(tmp_path: Path) -> None:
    (tmp_path / ".one.123").mkdir()
    (tmp_path / ".one.123" / ".log.txt.123").write_text("half")
    (tmp_path / ".manifest.json.99").write_text("half")
    (tmp_path / "manifest.json").write_text("whole")
    files.sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]
