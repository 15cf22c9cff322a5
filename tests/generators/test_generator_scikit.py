import importlib
import sys

import numpy as np
import pandas as pd
import pytest

from bench.api import BenchError
from bench.plugins.generator_facts import declared_info
from bench.testing import generator_checks, schema, table

adapt = importlib.import_module("bench.generators.adapters.sklearn").adapt
MIXTURE, KERNELS = "sklearn.mixture.GaussianMixture", "sklearn.neighbors.KernelDensity"


def drawn(path: str, frame: pd.DataFrame, n: int = 400, **options: object) -> pd.DataFrame:
    generator = adapt(path)(options=options)
    generator.fit(frame, schema(frame), seed=1)
    rows = generator.sample(n, seed=2)
    assert isinstance(rows, pd.DataFrame)
    return rows


@pytest.mark.parametrize("check", generator_checks(), ids=str)
@pytest.mark.parametrize("path", [MIXTURE, KERNELS])
def test_contract(path: str, check: object) -> None:
    assert callable(check)
    check(adapt(path))


def test_options_reach_the_model() -> None:
    rng = np.random.default_rng(0)
    far = pd.DataFrame({"y": np.r_[rng.normal(0, 1, 200), rng.normal(100, 1, 200)], "x": rng.normal(size=400)})
    between = [drawn(MIXTURE, far, n_components=k)["y"].between(20, 80).mean() for k in (1, 2)]
    assert between[0] > 0.2
    assert between[1] == 0


def test_rows_are_not_in_the_order_of_components() -> None:
    rng = np.random.default_rng(0)
    far = pd.DataFrame({"y": np.r_[rng.normal(0, 1, 200), rng.normal(100, 1, 200)], "x": rng.normal(size=400)})
    first = drawn(MIXTURE, far, n_components=2)["y"][:100]
    assert 20 < (first > 50).sum() < 80


def test_the_library_is_named_with_its_licence_and_version() -> None:
    said = declared_info(adapt(MIXTURE))
    assert said.licence.startswith("BSD")
    assert "scikit-learn" in said.packages
    assert adapt(MIXTURE).__doc__ == "GaussianMixture of sklearn.mixture."


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("sklearn.svm.SVC", "no class with fit and sample"),
        ("sklearn.mixture", "no class with fit and sample"),
        ("GaussianMixture", "no class with fit and sample"),
        ("sklearn.mixture.Gausian", "cannot import"),
        ("no_such_package.Model", "cannot import"),
    ],
)
def test_what_is_no_such_class_is_refused(path: str, said: str) -> None:
    with pytest.raises(BenchError, match=said):
        adapt(path)


def test_an_unknown_option_names_its_nearest() -> None:
    with pytest.raises(BenchError, match=r"no option 'n_component'; did you mean 'n_components'"):
        adapt(MIXTURE)(options={"n_component": 3})


def test_code_without_a_version_is_sent_to_a_file(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "loose_model.py").write_text("class Model:\n    def fit(self, X): ...\n    def sample(self, n): ...\n")  # type: ignore[operator]
    monkeypatch.syspath_prepend(str(tmp_path))
    try:
        with pytest.raises(BenchError, match="--plugin"):
            adapt("loose_model.Model")
    finally:
        sys.modules.pop("loose_model", None)


def test_values_are_passed_as_they_are() -> None:
    frame = table().assign(x0=1e6)
    assert (drawn(KERNELS, frame)["x0"] == 1e6).all()
    narrow = drawn(KERNELS, frame, bandwidth=1e-9)
    assert narrow["x1"].isin(frame["x1"]).all()
