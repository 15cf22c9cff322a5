"""The contract, over everything registered in `bench.generators`."""

from __future__ import annotations

import inspect
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from bench import testing
from bench.api import BenchError, KeepsHistory, ReportsProgress, Saves
from bench.plugins import entry_points
from bench.plugins.generator_facts import declared_info, facts_of
from bench.testing import schema, table

if TYPE_CHECKING:
    from pathlib import Path

REGISTERED = entry_points.names("generators")
EXTRAS = ("vine-copula", "arf", "forest-flow")
"""Generators over packages that only an extra installs."""
NAMES = [pytest.param(name, marks=pytest.mark.extra) if name in EXTRAS else name for name in REGISTERED]
PARAMETERS = {name: inspect.signature(entry_points.load("generators", name)).parameters for name in REGISTERED}
OURS = [name for name in REGISTERED if "steps" in PARAMETERS[name]]
TINY = {"steps": 60, "epochs": 2, "times": 3, "copies": 2, "trees": 10, "bags": 10, "coder_steps": 20}


def having(protocol: type) -> list[Any]:
    """The generators that have the optional members of a protocol."""
    return [
        each
        for each, name in zip(NAMES, REGISTERED, strict=True)
        if issubclass(entry_points.load("generators", name), protocol)
    ]


def build(name: str, **extra: object) -> Any:  # noqa: ANN401
    """The generator at its quick budget, cut down to a few steps."""
    cls = entry_points.load("generators", name)
    known = inspect.signature(cls).parameters
    tiny = {key: value for key, value in TINY.items() if key in known and known[key].default}
    return cls(**{**declared_info(cls).budgets["quick"].params, **tiny, **extra})


def drawn(
    name: str, frame: pd.DataFrame, *, fit: int = 1, sample: int = 2, n: int = 40, **extra: object
) -> pd.DataFrame:
    generator = build(name, **extra)
    generator.fit(frame, schema(frame, ordered=True), seed=fit)
    rows = generator.sample(n, seed=sample)
    assert isinstance(rows, pd.DataFrame)
    return rows


def check(synthetic: pd.DataFrame, real: pd.DataFrame, n: int) -> None:
    assert len(synthetic) == n
    assert list(synthetic.columns) == list(real.columns)
    assert list(synthetic.dtypes) == list(real.dtypes)
    assert np.isfinite(synthetic.to_numpy(float)).all()
    assert (synthetic.min() >= real.min()).all()
    assert (synthetic.max() <= real.max()).all()


BUILT = {name: partial(build, name) for name in REGISTERED}
"""One object per generator, so that rules which look at the same rows share a fit."""


@pytest.mark.parametrize("rule", testing.generator_checks(), ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_public_contract(name: str, rule: testing.Check) -> None:
    rule(BUILT[name])


@pytest.mark.parametrize("name", NAMES)
class TestEveryGenerator:
    def test_threads_stay_as_they_were(self, name: str) -> None:
        import torch

        before = torch.get_num_threads()
        torch.set_num_threads(3)  # a number that no generator would set by itself
        try:
            drawn(name, table())
            assert torch.get_num_threads() == 3
        finally:
            torch.set_num_threads(before)

    def test_returns_rows_in_the_form_of_train(self, name: str) -> None:
        frame = table()
        check(drawn(name, frame, n=131), frame, 131)

    def test_keeps_each_columns_grid(self, name: str) -> None:
        frame = table()
        values = drawn(name, frame, n=131)["x0"]
        assert np.allclose(values, np.round(values / 0.05) * 0.05, atol=1e-9)
        assert values.round(2).equals(values)

    @pytest.mark.parametrize(("rows", "features"), [(50, 3), (60, 1)])
    def test_small_tables(self, name: str, rows: int, features: int) -> None:
        frame = table(rows, features)
        check(drawn(name, frame), frame, 40)

    def test_constant_column_stays_constant(self, name: str) -> None:
        frame = table().assign(x0=3.5)
        synthetic = drawn(name, frame)
        check(synthetic, frame, 40)
        assert (synthetic["x0"] == 3.5).all()

    def test_missing_values_are_refused(self, name: str) -> None:
        frame = table()
        frame.iloc[3, 1] = np.nan
        with pytest.raises(BenchError, match="missing"):
            drawn(name, frame)

    def test_says_what_it_is(self, name: str) -> None:
        cls = entry_points.load("generators", name)
        info = declared_info(cls)
        assert info.licence != "unknown"
        assert info.paper
        assert set(info.budgets) == {"quick", "standard"}
        assert not facts_of(cls).missing_packages
        for budget in info.budgets.values():
            cls(**budget.params)


@pytest.mark.parametrize("name", [name for name in REGISTERED if "device" in PARAMETERS[name]])
def test_unknown_device_is_refused(name: str) -> None:
    with pytest.raises(BenchError, match="abacus"):
        drawn(name, table(), device="abacus")


@pytest.mark.parametrize("name", having(ReportsProgress))
def test_progress_ends_at_its_total(name: str) -> None:
    calls: list[tuple[int, int]] = []
    generator, frame = build(name), table()
    generator.on_progress(lambda done, total: calls.append((done, total)))
    generator.fit(frame, schema(frame), seed=0)
    assert calls == sorted(calls)
    assert calls[-1][0] == calls[-1][1]
    assert len({total for _, total in calls}) == 1


@pytest.mark.parametrize("name", having(KeepsHistory))
def test_history_has_a_row_per_epoch(name: str) -> None:
    generator, frame = build(name), table()
    assert generator.history().empty
    generator.fit(frame, schema(frame), seed=0)
    history = generator.history()
    assert history.columns[0] == "epoch"
    assert history["epoch"].tolist() == list(range(len(history)))
    assert len(history) > 1
    assert np.isfinite(history.to_numpy(float)).all()


@pytest.mark.parametrize("name", having(Saves))
class TestSaving:
    def test_loaded_models_sample_the_same_bytes_and_unpickle_nothing(
        self, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        generator, frame = build(name), table()
        generator.fit(frame, schema(frame), seed=1)
        generator.save(tmp_path / "model")

        def refuse(*_: object, **__: object) -> None:
            raise AssertionError("unpickled")

        monkeypatch.setattr("pickle.Unpickler", refuse)
        monkeypatch.setattr("pickle.loads", refuse)
        monkeypatch.setattr("pickle.load", refuse)
        loaded = type(generator).load(tmp_path / "model")
        pd.testing.assert_frame_equal(loaded.sample(30, seed=3), generator.sample(30, seed=3))

    def test_saving_before_fit_says_so(self, name: str, tmp_path: Path) -> None:
        with pytest.raises(BenchError, match="fit"):
            build(name).save(tmp_path / "model")
        assert not list(tmp_path.iterdir())

    def test_other_files_are_refused(self, name: str, tmp_path: Path) -> None:
        (tmp_path / "model").write_bytes(b"PK\x03\x04 or not")
        with pytest.raises(BenchError, match="model"):
            entry_points.load("generators", name).load(tmp_path / "model")


@pytest.mark.parametrize("name", [name for name in REGISTERED if "regimes" in PARAMETERS[name]])
def test_rows_of_a_kind_can_be_asked_for(name: str) -> None:
    frame = table(400)
    generator = build(name, regimes=0.8)
    generator.fit(frame, schema(frame), seed=1)
    threshold = frame.iloc[:, 0].quantile(0.8)
    assert (generator.sample(60, seed=1, condition="plume").iloc[:, 0] >= threshold).all()
    assert (generator.sample(60, seed=1, condition="baseline").iloc[:, 0] <= threshold).all()
    with pytest.raises(BenchError, match="plume"):
        generator.sample(3, seed=1, condition="storm")
    assert build(name).conditions() == ()


@pytest.mark.parametrize("name", OURS)
class TestOwnModels:
    def test_another_fit_seed_differs(self, name: str) -> None:
        frame = table()
        assert not drawn(name, frame).equals(drawn(name, frame, fit=5))

    def test_wide_table(self, name: str) -> None:
        frame = table(80, 200)
        check(drawn(name, frame), frame, 40)

    def test_hostile_columns(self, name: str) -> None:
        rng = np.random.default_rng(0)
        frame = table().assign(
            nearly_constant=np.r_[np.zeros(119), 1e9],
            copy=lambda f: f["x2"],
            cauchy=rng.standard_cauchy(120) * 1e6,
            flag=rng.integers(0, 2, 120).astype("int8"),
            tiny=rng.normal(size=120).astype("float32") * np.float32(1e-12),
        )
        check(drawn(name, frame), frame, 40)

    def test_every_column_constant_is_refused(self, name: str) -> None:
        frame = table().assign(**dict.fromkeys(table().columns, 1.0))
        with pytest.raises(BenchError, match="constant"):
            drawn(name, frame)
