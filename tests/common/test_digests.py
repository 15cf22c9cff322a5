import ast
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.common import digests
from bench.common.normalised_code import meaning


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package whose plugin imports a helper, lazily and relatively, that imports another."""
    folder = tmp_path / "mygen"
    (folder / "models").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "models" / "__init__.py").write_text("")
    (folder / "models" / "gan.py").write_text(
        "import json\nimport abc\n\n\ndef fit():\n"
        "    from ..helper import work\n    from .. import deeper\n    return work(2), deeper\n"
    )
    (folder / "helper.py").write_text(
        "import typing\nfrom mygen import deeper\nif typing.TYPE_CHECKING:\n    import re\nwork = deeper.work\n"
    )
    (folder / "deeper.py").write_text(
        "import math\n\n\ndef work(n=1):\n    return math.sqrt(n * 2)\n\n\ndef other(n): ...\n"
    )
    (folder / "unrelated.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.split(".")[0] == "mygen"]:
        del sys.modules[name]


def key(module: str = "mygen.models.gan") -> str:
    digests.code_digest.cache_clear()
    digests._is_package.cache_clear()
    importlib.invalidate_caches()
    return digests.code_digest(module)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


GAN, HELPER, DEEPER = "models/gan.py", "helper.py", "deeper.py"


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        pytest.param(GAN, "work(2)", "work(3)", id="constant"),
        pytest.param(GAN, "work(2)", "-work(2)", id="operator"),
        pytest.param(GAN, "work(2)", "deeper.other(2)", id="function"),
        pytest.param(HELPER, "deeper.work", "deeper.other", id="helper"),
        pytest.param(DEEPER, "n=1", "n=2", id="default two imports away"),
        pytest.param(DEEPER, "n * 2", "n ** 2", id="operator two imports away"),
        pytest.param(DEEPER, "import math", "import cmath as math", id="library two imports away"),
        pytest.param(DEEPER, "import math", "import math\nmath.tau", id="statement two imports away"),
    ],
)
def test_what_the_code_does_changes_its_key(package: Path, name: str, old: str, new: str) -> None:
    before = key()
    edit(package / name, old, new)
    assert key() != before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        pytest.param(GAN, "import json", "# Why.\n\n\nimport json", id="comment and blank lines"),
        pytest.param(GAN, "import json\nimport abc\n", "import abc\nimport json\n", id="sorted imports"),
        pytest.param(GAN, "    return", '    """Fits."""\n    return', id="docstring"),
        pytest.param(DEEPER, "def work(n=1):", "def work(\n    n=1,\n):\n    'Works.'", id="layout two imports away"),
        pytest.param(HELPER, "if typing.TYPE_CHECKING:", "if typing.TYPE_CHECKING:\n    import os", id="typing"),
    ],
)
def test_how_the_code_is_written_down_does_not(package: Path, name: str, old: str, new: str) -> None:
    before = key()
    edit(package / name, old, new)
    assert key() == before


def test_moving_and_renaming_files_does_not(package: Path) -> None:
    before = key()
    (package / "shared" / "numbers").mkdir(parents=True)
    for folder in (package / "shared", package / "shared" / "numbers"):
        (folder / "__init__.py").write_text("")
    (package / DEEPER).rename(package / "shared" / "numbers" / "powers.py")
    edit(package / HELPER, "from mygen import deeper", "from mygen.shared.numbers import powers")
    edit(package / HELPER, "deeper.work", "powers.work")
    (package / HELPER).rename(package / "shared" / "assistant.py")
    edit(package / GAN, "from ..helper import work", "from ..shared.assistant import work")
    edit(package / GAN, "from .. import deeper", "from ..shared.numbers import powers as deeper")
    (package / GAN).rename(package / "models" / "adversarial.py")
    assert key("mygen.models.adversarial") == before


@pytest.mark.parametrize("lazy", ["_net.py", "_net/__init__.py"])
def test_what_only_a_fit_imports_is_not_imported(package: Path, lazy: str) -> None:
    (package / "models" / "gan.py").write_text("def fit():\n    from .._net import Net\n")
    (package / lazy).parent.mkdir(exist_ok=True)
    (package / lazy).write_text("class Net: ...\nraise RuntimeError('the CUDA driver is too old')\n")
    before = key()
    edit(package / lazy, "too old", "too new")
    assert key() != before
    assert "mygen._net" not in sys.modules


@pytest.mark.parametrize("name", [GAN, HELPER, DEEPER])
@pytest.mark.parametrize("line", ["x = (", "from ..... import x", "x = '\0'"])
def test_source_that_python_refuses_counts_as_its_bytes(package: Path, name: str, line: str) -> None:
    before = key()
    (package / name).write_text(f"{line}\n")
    refused = key()
    (package / name).write_text(f"{line}  # Why.\n")
    assert len({before, refused, key()}) == 3


@pytest.mark.parametrize("guard", ["not TYPE_CHECKING", "flag and typing.TYPE_CHECKING"])
def test_blocks_that_run_count(guard: str) -> None:
    before = digests.source_digest(f"if {guard}:\n    x = 1\n".encode())
    assert digests.source_digest(f"if {guard}:\n    x = 2\n".encode()) != before


def test_empty_strings_that_a_newer_python_adds_to_format_strings_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def parse_as_python_3_12(*args: object) -> ast.AST:
        tree: ast.AST = parse(*args)
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                node.values.append(ast.Constant(""))
        return tree

    parse: Any = ast.parse
    source = b"f'{x:>{width}}', f'', ''\n"
    before = digests.source_digest(source)
    with monkeypatch.context() as patch:
        patch.setattr(ast, "parse", parse_as_python_3_12)
        after = digests.source_digest(source)
    assert after == before


def test_other_code_does_not(package: Path) -> None:
    before = key()
    (package / "unrelated.py").write_text("x = 2\n")
    assert key() == before


def test_a_file_outside_packages_is_what_it_does() -> None:
    before = digests.source_digest(b"x = 1\n")
    assert digests.source_digest(b"# One.\nx = 1\n") == before
    assert digests.source_digest(b"x = 2\n") != before
    assert digests.source_digest(b"x = \n") != digests.source_digest(b"x = (\n")


def helpers(module: str) -> set[str]:
    spec = digests._spec(module)
    assert spec is not None
    assert spec.origin is not None
    root = meaning(Path(spec.origin).read_bytes(), spec.parent or "", lambda name: digests._is_own(name, "bench"))
    return set(digests._helpers(root, module, "bench"))


def test_our_plugins_count_helpers_of_any_folder_and_not_the_contract() -> None:
    reached = helpers("bench.generators.beta_vae")
    assert any(name.startswith("bench.generators.") for name in reached)
    assert {"bench.grid", "bench.seeds"} <= reached
    assert not {name for name in reached if name.startswith("bench.api")}


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(st.dictionaries(st.text(), PLAIN, max_size=5), st.randoms())
def test_digests_do_not_depend_on_the_order_of_keys(value: dict[str, object], random: Random) -> None:
    items = list(value.items())
    random.shuffle(items)
    assert digests.digest(dict(items)) == digests.digest(value)


@given(PLAIN, PLAIN)
def test_different_values_have_different_digests(one: object, other: object) -> None:
    assert (digests.digest(one) == digests.digest(other)) == same(one, other)


def same(one: object, other: object) -> bool:
    """Equal as JSON, whatever the order of keys."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def test_versions_leave_out_what_is_absent() -> None:
    assert set(digests.versions(["numpy", "no-such-distribution"])) == {"numpy"}


def test_scoring_depends_on_modules_that_exist() -> None:
    assert all(digests._spec(module) for module in digests.SCORING_MODULES)
    assert len({digests.code_digest(module) for module in digests.SCORING_MODULES}) == 2
