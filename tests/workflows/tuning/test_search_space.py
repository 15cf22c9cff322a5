"""Search spaces: what they propose, what is refused, and those that come with the generators."""

from __future__ import annotations

import importlib
import os
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bench.api import BenchError, Preset
from bench.planning import generator_selection
from bench.plugins import Inspector, entry_points, python_files
from bench.workflows.tuning import search_space
from bench.workflows.tuning.search_space import Choices, Range

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[3]


def space(tmp_path: Path, text: str, generator: str = "beta-vae") -> search_space.Space:
    path = tmp_path / "space.toml"
    path.write_text(text)
    return search_space.read_space(generator_selection.find_candidate(generator, Inspector()), path)


def test_a_space_is_ranges_and_choices(tmp_path: Path) -> None:
    found = space(tmp_path, "[beta-vae]\nlatent = {low = 2, high = 6}\nlr = {low = 1e-3, high = 0.1, log = true}\n")
    assert found == {"latent": Range(2, 6), "lr": Range(1e-3, 0.1, log=True)}
    assert space(tmp_path, "[ctgan]\npac = [1, 2]\n", "ctgan") == {"pac": Choices((1, 2))}


def test_what_is_suggested_lies_in_the_space(tmp_path: Path) -> None:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    text = "[ctgan]\ngenerator_dim = [[8, 8], [16]]\nepochs = {low = 5, high = 20, step = 5}\n"
    found = space(tmp_path, text + "generator_lr = {low = 1e-4, high = 1e-2, log = true}\n", "ctgan")
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    drawn = [search_space.suggest(found, study.ask()) for _ in range(40)]
    assert {tuple(one["generator_dim"]) for one in drawn} == {(8, 8), (16,)}
    assert {one["epochs"] for one in drawn} == {5, 10, 15, 20}
    rates = [one["generator_lr"] for one in drawn]
    assert all(1e-4 <= rate <= 1e-2 for rate in rates)
    assert 5e-4 < float(np.median(rates)) < 2e-3, "logarithmic: half lies below the geometric middle"
    assert all(float(f"{rate:.4g}") == rate for rate in rates)


SPACE_ERRORS = [
    ("[beta-vae]\nbetta = [1]\n", "did you mean 'beta'"),
    ("[beta-vae]\nbeta = 3\n", "is 3; expected a list"),
    ("[beta-vae]\nbeta = []\n", "expected a list"),
    ("[beta-vae]\nbeta = {low = 3, high = 1}\n", "from 3 to 1"),
    ("[beta-vae]\nbeta = {low = 0, high = 1, log = true}\n", "log = True"),
    ("[beta-vae]\nlatent = {low = 1, high = 9, step = 0.5}\n", "step 0.5"),
    ("[beta-vae]\nbeta = {low = 0, high = 1, size = 4}\n", "'size'"),
    ("[vae]\nlatent = [1]\n", "no search space for 'beta-vae'"),
    ("[beta-vae\n", "not valid TOML"),
    ("", "no search space for 'beta-vae'"),
    ("beta-vae = 3\n", "is 3; expected the table [beta-vae]"),
    ("[beta-vae]\n", "is {}; expected the table [beta-vae]"),
    ("[beta-vae]\nbeta = {low = 1, high = inf}\n", "from 1 to inf"),
    ("[beta-vae]\nbeta = {low = nan, high = 1.0}\n", "from nan to 1.0"),
    (f"[beta-vae]\nbeta = {{low = 1, high = {10**400}}}\n", "from 1 to 1000"),
    ("[beta-vae]\nbeta = {low = 'a', high = [1]}\n", "from 'a' to [1]"),
    ("[beta-vae]\nbeta = {low = 0.0, high = 1.0, step = nan}\n", "step nan"),
    ("[beta-vae]\nbeta = {low = 0, high = 1e10, step = 1e-20}\n", "step 1e-20"),
    ("[beta-vae]\nbeta = [[1, inf]]\n", "expected finite numbers"),
    ("[beta-vae]\nbeta = [2020-01-01]\n", "expected finite numbers"),
    (f"[beta-vae]\nbeta = [{10**400}]\n", "expected finite numbers"),
]


@pytest.mark.parametrize(("text", "said"), SPACE_ERRORS, ids=[said for _, said in SPACE_ERRORS])
def test_a_space_that_cannot_be_says_why(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=re.escape(said)) as raised:
        space(tmp_path, text)
    assert str(tmp_path / "space.toml") in str(raised.value)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 400 + len(str(tmp_path))


@pytest.mark.parametrize("kind", ["absent", "pipe", "folder"])
def test_a_space_that_is_no_file_is_not_waited_for(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "space.toml"
    if kind == "pipe":
        os.mkfifo(path)
    if kind == "folder":
        path.mkdir()
    candidate = generator_selection.find_candidate("beta-vae", Inspector())
    with pytest.raises(BenchError, match=rf"the search space {path}"):
        search_space.read_space(candidate, path)


def test_what_lies_in_a_space() -> None:
    dimensions: search_space.Space = {"x": Range(0, 2), "k": Choices((1, [2, 3]))}
    assert search_space.contains(dimensions, {"x": 2, "k": [2, 3]})
    for other in ({"x": 1}, {"x": 1, "k": 2}, {"x": 3, "k": 1}, {"x": "1", "k": 1}, {"x": True, "k": 1}):
        assert not search_space.contains(dimensions, other)


def test_every_bundled_space_is_of_a_generator_and_holds_its_parameters() -> None:
    names = tomllib.loads((ROOT / "generators" / search_space.BUNDLED).read_text())
    assert {"ae", "vae", "beta-vae", "flow", "cart", "gaussian-mixture", "ctgan", "tvae"} <= set(names)
    for name in names:
        assert set(search_space.read_space(generator_selection.find_candidate(name, Inspector()))) == set(names[name])


def test_every_value_of_a_bundled_space_builds_its_generator() -> None:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    for name in ("ae", "vae", "beta-vae", "ctgan", "tvae"):
        study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=2))
        found = search_space.read_space(generator_selection.find_candidate(name, Inspector()))
        for _ in range(10):
            entry_points.load_generator(name).cls(**search_space.suggest(found, study.ask()))


def test_the_spaces_of_the_docs_are_spaces(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "tuning.md").read_text()
    blocks = re.findall(r"```toml\n(.*?)```", text, flags=re.DOTALL)
    names = [name for block in blocks for name in tomllib.loads(block)]
    assert names == ["ctgan", "beta-vae"]
    assert blocks[1] == (ROOT / "docs" / "sweep.toml").read_text()
    for block, name in zip(blocks, names, strict=True):
        assert space(tmp_path, block, name)


def test_tuned_presets_build_their_generators() -> None:
    presets: Mapping[str, Preset] = importlib.import_module("bench.generators.presets.tuned").TUNED
    assert set(presets) == {"tvae-tuned", "ctgan-tuned", "flow-tuned"}
    for preset in presets.values():
        stored = tomllib.loads((ROOT / f"docs/results/tuning/{preset.generator}.toml").read_text())
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in preset.params.items()}
        assert stored["set"][preset.generator].items() >= plain.items()
        built = entry_points.load_generator(preset.generator).cls(**preset.params)
        assert {name: getattr(built, name) for name in preset.params} == preset.params


def test_a_plugin_file_has_its_space_beside_it(tmp_path: Path) -> None:
    source = b"class G:\n    def __init__(self, level=1.0): ...\n    def fit(self, t, s, *, seed): ...\n"
    source += b"    def sample(self, n, *, seed): ...\n"
    (plugin,) = python_files.generators_of_file("my_gen.py", source)
    candidate = generator_selection.find_candidate("my-gen", Inspector(), plugin)
    paths = [str(tmp_path / "other.py"), str(tmp_path / "sub" / "my_gen.py")]
    with pytest.raises(BenchError, match=r"no search space for 'my-gen'; give --space FILE with \[my-gen\]"):
        search_space.read_space(candidate, plugins=paths)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "spaces.toml").write_text("[my-gen]\nlevel = {low = 0.5, high = 2.0}\n")
    assert search_space.read_space(candidate, plugins=paths) == {"level": search_space.Range(0.5, 2.0)}
