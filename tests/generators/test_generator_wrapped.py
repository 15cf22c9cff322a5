from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pytest

from bench.api import BenchError, Schema
from bench.generators.wrappers.ctgan_package import one_process, progress
from bench.plugins import entry_points
from bench.plugins.generator_facts import declared_info

NAMES = ["ctgan", "tvae"]


def table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame({"a": rng.normal(size=80).round(1), "b": rng.uniform(size=80).round(2)})


SCHEMA = Schema.of_numbers(("a", "b"), "b")


@pytest.mark.parametrize("name", NAMES)
def test_rounding_and_clipping_can_be_left_to_the_package(name: str) -> None:
    train = table()
    raw = entry_points.load("generators", name)(epochs=3, round=False, clip=False)
    raw.fit(train, SCHEMA, seed=0)
    rows = raw.sample(400, seed=1)
    assert not np.allclose(rows["a"], rows["a"].round(1))
    assert not rows["b"].between(train["b"].min(), train["b"].max()).all()


@pytest.mark.parametrize("name", NAMES)
def test_at_most_max_rows_are_learned_from(name: str) -> None:
    train = table()
    capped = entry_points.load("generators", name)(epochs=1, max_rows=30).fit(train, SCHEMA, seed=3)
    part = train.sample(n=30, random_state=3).sort_index()
    by_hand = entry_points.load("generators", name)(epochs=1).fit(part, SCHEMA, seed=3)
    pd.testing.assert_frame_equal(capped.sample(40, seed=1), by_hand.sample(40, seed=1))
    assert len(train) == 80


@pytest.mark.parametrize("name", NAMES)
def test_the_package_keeps_its_defaults(name: str) -> None:
    import inspect

    import ctgan

    theirs = inspect.signature({"ctgan": ctgan.CTGAN, "tvae": ctgan.TVAE}[name]).parameters
    ours = inspect.signature(entry_points.load("generators", name)).parameters
    shared = set(theirs) & set(ours)
    assert {"epochs", "batch_size", "embedding_dim"} < shared
    assert all(ours[key].default == theirs[key].default for key in shared)


@pytest.mark.parametrize("name", NAMES)
def test_says_that_it_is_not_open_source(name: str) -> None:
    assert declared_info(entry_points.load("generators", name)).licence.startswith("BUSL-1.1")


@pytest.mark.parametrize(("batch_size", "pac"), [(512, 10), (15, 5), (0, 10)])
def test_a_batch_that_pac_does_not_divide_is_refused(batch_size: int, pac: int) -> None:
    generator = entry_points.load("generators", "ctgan")(epochs=1, batch_size=batch_size, pac=pac)
    with pytest.raises(BenchError, match="multiple of pac"):
        generator.fit(table(), SCHEMA, seed=0)


@pytest.mark.parametrize("before", [None, "3"])
def test_the_environment_is_restored(before: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "LOKY_MAX_CPU_COUNT"
    monkeypatch.delenv(name, raising=False)
    if before is not None:
        monkeypatch.setenv(name, before)
    with one_process():
        assert os.environ[name] == before or "1"
    assert os.environ.get(name) == before


def test_the_progress_hook_is_taken_out_again_when_training_fails() -> None:
    import ctgan.synthesizers.tvae as module

    original, calls = module.tqdm, list[int]()

    def train() -> None:
        with progress(module, calls.append):
            for epoch in module.tqdm(range(3), disable=True):
                if epoch == 2:
                    raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        train()
    assert module.tqdm is original
    assert calls == [1, 2]
