import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

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


def test_digests_do_not_depend_on_the_order_of_keys() -> None:
    assert fingerprint.digest({"a": 1, "b": 2}) == fingerprint.digest({"b": 2, "a": 1})
    assert fingerprint.digest({"a": 1}) != fingerprint.digest({"a": 2})


def test_versions_leave_out_what_is_absent() -> None:
    assert set(fingerprint.versions(["numpy", "no-such-distribution"])) == {"numpy"}
