from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.api import BenchError, Schema
from bench.generators.gaussian_mixture import GaussianMixture
from bench.generators.wrappers.em_mixture import Mixture, MixtureOptions

SCHEMA = Schema.of_numbers(("a", "b"), "b")


def parabola(rows: int = 900) -> pd.DataFrame:
    """b is the square of a, almost: no Gaussian copula has it."""
    rng = np.random.default_rng(0)
    a = rng.uniform(-1, 1, rows)
    return pd.DataFrame({"a": a, "b": a**2 + rng.normal(size=rows) * 0.01})


def fitted(train: pd.DataFrame, **options: Any) -> GaussianMixture:  # noqa: ANN401
    generator = GaussianMixture(**options)
    generator.fit(train, SCHEMA, seed=0)
    return generator


def test_draws_have_the_moments_of_the_mixture() -> None:
    covariance = np.array([[[4.0, 1.0], [1.0, 0.5]]] * 2)
    mixture = Mixture(np.array([0.25, 0.75]), np.array([[0.0, 5.0], [100.0, -5.0]]), np.linalg.cholesky(covariance))
    points = mixture.sample(40_000, seed=1)
    second = points[:, 0] > 50
    assert abs(second.mean() - 0.75) < 0.01
    np.testing.assert_allclose(points[second].mean(axis=0), [100, -5], atol=0.05)
    np.testing.assert_allclose(np.cov(points[~second].T), covariance[0], atol=0.1)
    assert mixture.parameters == 1 + 4 + 6


def test_many_components_bend_where_one_cannot() -> None:
    def miss(components: int) -> float:
        rows = fitted(parabola(), components=components).sample(2000, seed=1)
        return float((rows["b"] - rows["a"] ** 2).abs().median())

    assert miss(40) < 0.03
    assert miss(1) > 0.15


def test_bic_takes_few_components_where_few_are_enough() -> None:
    rng = np.random.default_rng(0)
    normal = pd.DataFrame(rng.normal(size=(600, 2)), columns=["a", "b"])
    calls: list[tuple[int, int]] = []
    generator = GaussianMixture(components="bic")
    generator.on_progress(lambda done, total: calls.append((done, total)))
    generator.fit(normal, SCHEMA, seed=0)
    assert generator.parameter_count() == 5
    assert calls == [(i, 4) for i in range(1, 5)]
    assert fitted(parabola(), components="bic").parameter_count() > 5


def test_components_are_capped_by_rows() -> None:
    assert MixtureOptions(200, 20, 1e-3, 1).counts(11_348) == [200]
    assert MixtureOptions(200, 20, 1e-3, 1).counts(700) == [35]
    assert MixtureOptions(200, 20, 1e-3, 1).counts(10) == [1]
    assert MixtureOptions("bic", 20, 1e-3, 1).counts(700) == [1, 5, 10, 25]
    assert (
        fitted(parabola(90), components=200).parameter_count() == fitted(parabola(90), components=4).parameter_count()
    )


def test_the_number_of_blas_threads_changes_nothing() -> None:
    from threadpoolctl import threadpool_info, threadpool_limits

    def bytes_with(threads: int) -> bytes:
        with threadpool_limits(limits=threads):
            before = [pool["num_threads"] for pool in threadpool_info()]
            rows: bytes = fitted(parabola(), components=20).sample(500, seed=1).to_numpy().tobytes()
            assert [pool["num_threads"] for pool in threadpool_info()] == before
        return rows

    assert bytes_with(1) == bytes_with(2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"components": 0}, "got components 0"),
        ({"components": "aic"}, "got components 'aic'; expected at least 1 or bic"),
        ({"rows_per_component": 0}, "got rows_per_component 0; expected at least 1"),
        ({"iterations": 0}, "got iterations 0"),
        ({"regularisation": 0.0}, "got regularisation 0.0; expected more than 0"),
    ],
)
def test_options_that_fit_no_table_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(BenchError, match=message):
        GaussianMixture(**options)


def test_a_table_of_constants_is_refused() -> None:
    with pytest.raises(BenchError, match="constant"):
        fitted(pd.DataFrame({"a": [1.0] * 30, "b": [2.0] * 30}))
