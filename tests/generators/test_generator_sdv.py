from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.api import BenchError, Schema
from bench.generators.adapters.sdv import adapt
from bench.generators.copula_gan import CopulaGAN
from bench.generators.gaussian_copula import GaussianCopula
from bench.planning import read_config
from bench.plugins.generator_facts import declared_info, summary
from bench.testing import mixed_schema, mixed_table


def table(rows: int = 200) -> pd.DataFrame:
    """Two columns of correlation 0.8, under the names that the wrapper gives to the other one."""
    rng = np.random.default_rng(0)
    first = rng.normal(size=rows)
    second = 0.8 * first + 0.6 * rng.normal(size=rows)
    return pd.DataFrame({"c1": 100 + first.round(1), "c0": second.round(2), "c0.value": rng.uniform(size=rows)})


SCHEMA = Schema.of_numbers(("c1", "c0", "c0.value"), "c1")


def drawn(generator: Any, n: int = 300, *, fit: int = 0, sample: int = 1) -> pd.DataFrame:  # noqa: ANN401
    generator.fit(table(), SCHEMA, seed=fit)
    rows = generator.sample(n, seed=sample)
    assert isinstance(rows, pd.DataFrame)
    return rows


def test_the_copula_recovers_a_planted_correlation_and_any_column_names() -> None:
    rows = drawn(GaussianCopula(default_distribution="norm"), 4_000)
    assert rows["c1"].mean() == pytest.approx(100, abs=0.2)
    assert rows["c0"].mean() == pytest.approx(0, abs=0.2)
    assert rows["c1"].corr(rows["c0"]) == pytest.approx(0.8, abs=0.05)
    assert abs(rows["c1"].corr(rows["c0.value"])) < 0.15


def test_the_copula_is_fitted_without_chance() -> None:
    assert drawn(GaussianCopula(), fit=0).equals(drawn(GaussianCopula(), fit=1))


def test_rounding_and_clipping_can_be_left_out() -> None:
    rows, train = drawn(GaussianCopula(default_distribution="norm", round=False, clip=False), 2_000), table()
    assert not np.allclose(rows["c1"], rows["c1"].round(1))
    assert not rows["c0"].between(train["c0"].min(), train["c0"].max()).all()


def test_an_unknown_marginal_is_refused() -> None:
    with pytest.raises(BenchError, match=r"default_distribution 'cauchy'.*truncnorm"):
        GaussianCopula(default_distribution="cauchy")


def test_the_gan_keeps_sdvs_defaults() -> None:
    from sdv.single_table import CopulaGANSynthesizer

    theirs = inspect.signature(CopulaGANSynthesizer).parameters
    ours = inspect.signature(CopulaGAN).parameters
    shared = set(theirs) & set(ours)
    assert {"epochs", "batch_size", "pac", "generator_dim"} < shared
    assert all(ours[name].default == theirs[name].default for name in shared)


def test_the_gan_passes_its_options_on_and_tells_how_far_it_is() -> None:
    calls: list[tuple[int, int]] = []
    generator = CopulaGAN(epochs=3, batch_size=100, pac=5, generator_dim=(8,))
    generator.on_progress(lambda done, total: calls.append((done, total)))
    assert generator.history().empty
    drawn(generator)
    assert calls == [(1, 3), (2, 3), (3, 3)]
    history = generator.history()
    assert list(history) == ["epoch", "generator_loss", "discriminator_loss"]
    assert history["epoch"].tolist() == [0, 1, 2]
    assert generator.parameter_count() < drawn_size(generator_dim=(64,))


def drawn_size(**given: Any) -> int:  # noqa: ANN401
    generator = CopulaGAN(epochs=1, **given)
    drawn(generator)
    count: int = generator.parameter_count()
    return count


@pytest.mark.parametrize("options", [{"batch_size": 512}, {"batch_size": 0}, {"pac": 0}, {"epochs": 0}])
def test_the_gan_refuses_what_cannot_be_trained(options: dict[str, int]) -> None:
    with pytest.raises(BenchError, match="expected"):
        CopulaGAN(**options)


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(BenchError, match="abacus"):
        drawn(CopulaGAN(epochs=1, device="abacus"))


def test_the_adapter_is_the_class_that_it_names() -> None:
    cls = adapt("GaussianCopulaSynthesizer")
    assert cls is adapt("GaussianCopulaSynthesizer")
    assert (cls.__module__, summary(cls)) == (
        "bench.generators.adapters.sdv",
        "SDV's GaussianCopulaSynthesizer.",
    )
    assert declared_info(cls).licence.startswith("BUSL-1.1")
    assert drawn(cls()).equals(drawn(GaussianCopula()))


def test_the_adapter_passes_options_on() -> None:
    generator: Any = adapt("TVAESynthesizer")(options={"epochs": 2, "compress_dims": [16]})
    drawn(generator)
    history = generator.history()
    assert list(history) == ["epoch", "loss"]
    assert len(history) == 2
    assert generator.parameter_count() > 0
    assert generator._model._model.compress_dims == [16]


def test_marginals_are_chosen_by_the_tables_own_names() -> None:
    chosen: Any = adapt("GaussianCopulaSynthesizer")
    generator = chosen(options={"numerical_distributions": {"c1": "uniform"}})
    drawn(generator)
    assert generator._model.numerical_distributions == {"c0": "uniform"}
    with pytest.raises(BenchError, match=r"'c2'; did you mean"):
        drawn(chosen(options={"numerical_distributions": {"c2": "norm"}}))


def test_unknown_classes_and_options_are_refused() -> None:
    with pytest.raises(BenchError, match="did you mean 'TVAESynthesizer'"):
        adapt("TVASynthesizer")
    with pytest.raises(BenchError, match="GaussianCopulaSynthesizer"):
        adapt("BaseSingleTableSynthesizer_")
    cls: Any = adapt("CTGANSynthesizer")
    with pytest.raises(BenchError, match="no option 'epoch'; did you mean 'epochs'"):
        cls(options={"epoch": 3})
    with pytest.raises(BenchError, match="multiple of pac"):
        cls(options={"batch_size": 512})
    with pytest.raises(BenchError, match=r"refuses its options.*cauchy"):
        drawn(adapt("GaussianCopulaSynthesizer")(options={"default_distribution": "cauchy"}))


def test_options_can_be_given_on_the_command_line() -> None:
    config = read_config.build_config({"set": ["sdv:TVAESynthesizer.options={epochs=50, compress_dims=[16, 8]}"]})
    assert config.settings == {"sdv:TVAESynthesizer": {"options": {"epochs": 50, "compress_dims": [16, 8]}}}


class TestMixedTables:
    def test_gaps_depend_on_categories(self) -> None:
        train = mixed_table(600)
        rows = GaussianCopula().fit(train, mixed_schema(train), seed=0).sample(4_000, seed=1)
        no, yes = (rows.loc[rows["paid"] == level, "amount"].isna().mean() for level in ("no", "yes"))
        assert no - yes > 0.1

    def test_options_may_name_the_tables_numbers_only(self) -> None:
        train, adapted = mixed_table(), adapt("GaussianCopulaSynthesizer")
        known, unknown = ({"numerical_distributions": {name: "gamma"}} for name in ("visits", "grade"))
        rows = adapted(options=known).fit(train, mixed_schema(train), seed=0).sample(20, seed=1)
        assert list(rows.dtypes) == list(train.dtypes)
        with pytest.raises(BenchError, match="names the column 'grade'"):
            adapted(options=unknown).fit(train, mixed_schema(train), seed=0)
