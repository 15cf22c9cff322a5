import json
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import fingerprint


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package whose plugin imports a helper, lazily and relatively, that imports another."""
    folder = tmp_path / "mygen"
    (folder / "models").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "models" / "__init__.py").write_text("")
    (folder / "models" / "gan.py").write_text("import json\n\ndef fit():\n    from ..helper import work\n    work()\n")
    (folder / "helper.py").write_text("from mygen import deeper\nwork = deeper.work\n")
    (folder / "deeper.py").write_text("def work(): ...\n")
    (folder / "unrelated.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    fingerprint.code.cache_clear()
    yield folder
    for name in [name for name in sys.modules if name.split(".")[0] == "mygen"]:
        del sys.modules[name]


def key() -> str:
    fingerprint.code.cache_clear()
    return fingerprint.code("mygen.models.gan")


@pytest.mark.parametrize("name", ["models/gan.py", "helper.py", "deeper.py"])
def test_code_that_a_plugin_imports_changes_its_key(package: Path, name: str) -> None:
    before = key()
    path = package / name
    path.write_text(path.read_text() + "# changed\n")
    assert key() != before


@pytest.mark.parametrize("lazy", ["_net.py", "_net/__init__.py"])
def test_what_only_a_fit_imports_is_not_imported(package: Path, lazy: str) -> None:
    (package / "models" / "gan.py").write_text("def fit():\n    from .._net import Net\n")
    (package / lazy).parent.mkdir(exist_ok=True)
    (package / lazy).write_text("class Net: ...\nraise RuntimeError('the CUDA driver is too old')\n")
    before = key()
    (package / lazy).write_text((package / lazy).read_text() + "# changed\n")
    assert key() != before
    assert "mygen._net" not in sys.modules


def test_other_code_does_not(package: Path) -> None:
    before = key()
    (package / "unrelated.py").write_text("x = 2\n")
    assert key() == before


def test_a_single_file_stands_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lonely_plugin.py").write_text("import json, re\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert set(fingerprint._sources("lonely_plugin")) == {"lonely_plugin"}


def test_our_plugins_count_their_folder_and_not_the_core() -> None:
    names = set(fingerprint._sources("bench.generators.beta_vae"))
    assert "bench.generators.beta_vae" in names
    assert any(name.startswith("bench.generators._") for name in names)
    assert not {name for name in names if name in ("bench.api", "bench.seeds")}


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(st.dictionaries(st.text(), PLAIN, max_size=5), st.randoms())
def test_digests_do_not_depend_on_the_order_of_keys(value: dict[str, object], random: Random) -> None:
    items = list(value.items())
    random.shuffle(items)
    assert fingerprint.digest(dict(items)) == fingerprint.digest(value)


@given(PLAIN, PLAIN)
def test_different_values_have_different_digests(one: object, other: object) -> None:
    assert (fingerprint.digest(one) == fingerprint.digest(other)) == same(one, other)


def same(one: object, other: object) -> bool:
    """Equal as JSON, whatever the order of keys."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def test_versions_leave_out_what_is_absent() -> None:
    assert set(fingerprint.versions(["numpy", "no-such-distribution"])) == {"numpy"}
