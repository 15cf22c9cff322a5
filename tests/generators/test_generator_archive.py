from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import torch

from bench.api import BenchError, Saves, Schema
from bench.generators.ae import AE
from bench.generators.beta_vae import BetaVAE
from bench.generators.networks import model_file
from bench.generators.vae import VAE

if TYPE_CHECKING:
    from pathlib import Path

PLAIN: dict[str, Any] = {"hidden": (8, 6), "batch_norm": True, "dropout": (0.1,), "init": "glorot", "epochs": 2}
CASES: list[tuple[Any, dict[str, Any]]] = [
    (AE, {}),
    (AE, {"sampling": "expost"}),
    (AE, PLAIN),
    (VAE, {"scaler": "standard", "whiten": False}),
    (VAE, {"sampling": "posterior", "validation_rows": "last"}),
    (BetaVAE, {}),
    (BetaVAE, {"regimes": 0.8, "sampling": "expost"}),
]


def table(rows: int = 90) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    base = rng.normal(size=rows)
    count = pd.Series(rng.poisson(3, rows), dtype="int8")
    return pd.DataFrame({"y": base.round(2), "n": count, "f": (base + 1).astype("float32"), "k": 4.0})


def fitted(cls: Any, params: dict[str, Any]) -> Any:  # noqa: ANN401
    model = cls(**{"steps": 5, **params})
    model.fit(table(), Schema.of_numbers(table().columns, "y"), seed=1)
    return model


@pytest.mark.parametrize(("cls", "params"), CASES)
def test_a_loaded_model_is_the_one_saved(cls: Any, params: dict[str, Any], tmp_path: Path) -> None:  # noqa: ANN401
    model, path = fitted(cls, params), tmp_path / "model.bin"
    model.save(path)
    before = torch.random.get_rng_state()
    loaded = cls.load(path)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert [each.name for each in tmp_path.iterdir()] == ["model.bin"]
    rows = model.sample(50, seed=4)
    again = loaded.sample(50, seed=4)
    pd.testing.assert_frame_equal(again, rows, check_exact=True)
    pd.testing.assert_frame_equal(loaded.history(), model.history())
    assert loaded.parameter_count() == model.parameter_count()
    assert loaded.latent == model.latent
    if params.get("regimes"):
        assert loaded.conditions() == ("baseline", "plume")
        pd.testing.assert_frame_equal(
            loaded.sample(9, seed=4, condition="plume"), model.sample(9, seed=4, condition="plume")
        )
    loaded.save(tmp_path / "twice")
    pd.testing.assert_frame_equal(cls.load(tmp_path / "twice").sample(50, seed=4), rows)


@pytest.mark.parametrize(("cls", "params"), CASES)
def test_train_rows_are_in_the_file_only_if_they_are_sampled_around(
    cls: Any,  # noqa: ANN401
    params: dict[str, Any],
    tmp_path: Path,
) -> None:
    model, path = fitted(cls, params), tmp_path / "model.bin"
    model.save(path)
    with np.load(path) as file:
        rows = len(file["points"])
    if model.sampling in {"codes", "posterior"}:
        assert rows > 0
        np.testing.assert_array_equal(cls.load(path).latents(20, seed=1).means, model.latents(20, seed=1).means)
    else:
        assert rows == 0
        with pytest.raises(BenchError, match="loaded without train rows"):
            cls.load(path).latents(20, seed=1)


@pytest.mark.parametrize("cls", [AE, VAE, BetaVAE])
def test_all_three_can_be_saved(cls: type[AE]) -> None:
    assert isinstance(cls(), Saves)


def test_saving_before_fit_says_so(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="fit"):
        AE().save(tmp_path / "model")


def test_a_model_of_another_class_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model"
    fitted(AE, {}).save(path)
    with pytest.raises(BenchError, match=r"holds a AE .*expected a VAE"):
        VAE.load(path)


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04cut off"])
def test_other_files_are_refused_in_one_line(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_bytes(content)
    with pytest.raises(BenchError, match=r"other.csv.*AE") as caught:
        AE.load(path)
    assert "\n" not in str(caught.value)


def test_arrays_without_a_header_and_pickles_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "arrays"
    content: Any
    for content in ({"a": np.arange(3)}, {"header": np.array([{"a": 1}], dtype=object)}):
        with path.open("wb") as file:
            np.savez(file, **content)
        with pytest.raises(BenchError, match="arrays"):
            AE.load(path)
    np.save(tmp_path / "one.npy", np.arange(3))
    with pytest.raises(BenchError, match="one"):
        AE.load(tmp_path / "one.npy")


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="No such file"):
        AE.load(tmp_path / "nowhere")


def test_missing_parts_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "model"
    fitted(AE, {}).save(path)
    header, arrays = model_file.read_model(path, "AE")
    arrays.pop("points")
    model_file.write_model(path, "AE", header, arrays)
    with pytest.raises(BenchError, match="save the AE again"):
        AE.load(path)


HEADERS = [
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }",
    "{'descr': '<f8', 'fortran_order': False, 'shape': ((((",
    "(" * 500,
]


@pytest.mark.parametrize("header", HEADERS)
def test_arrays_with_an_odd_header_are_refused(header: str, tmp_path: Path) -> None:
    path = tmp_path / "model"
    text = header.encode() + b"\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("header.npy", b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text)
    with pytest.raises(BenchError, match="is no model that save wrote"):
        AE.load(path)


@pytest.mark.parametrize("params", [None, {"width": None}, {"hidden": 7}, {"blocks": "many"}, {"unknown": 1}])
@pytest.mark.parametrize("form", [None, [], {"names": 7}, {"names": ["y"], "dtypes": ["x"], "columns": [None]}])
def test_headers_of_any_content_are_refused(params: object, form: object, tmp_path: Path) -> None:
    path = tmp_path / "model"
    fitted(AE, {}).save(path)
    header, arrays = model_file.read_model(path, "AE")
    model_file.write_model(path, "AE", {**header, "params": params, "form": form}, arrays)
    with pytest.raises(BenchError) as caught:
        AE.load(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("params", [{"width": 2_000_000}, {"blocks": 10**7}])
def test_networks_that_do_not_fit_the_weights_are_not_built(params: dict[str, int], tmp_path: Path) -> None:
    path = tmp_path / "model"
    fitted(AE, {}).save(path)
    header, arrays = model_file.read_model(path, "AE")
    model_file.write_model(path, "AE", {**header, "params": {**header["params"], **params}}, arrays)
    with pytest.raises(BenchError, match="is damaged"):
        AE.load(path)


def test_weights_that_are_no_real_numbers_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model"
    fitted(AE, {}).save(path)
    header, arrays = model_file.read_model(path, "AE")
    model_file.write_model(path, "AE", header, {**arrays, "epochs": arrays["epochs"] + 1j})
    with pytest.raises(BenchError, match="is no model that save wrote"):
        AE.load(path)
