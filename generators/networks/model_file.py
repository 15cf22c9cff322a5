"""Fitted models as files: arrays and a JSON header in one .npz, so that loading one runs nothing of the file's."""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from bench.api import BenchError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from ..shared.table_form import Form
    from .autoencoder.base import Fitted, Neural
    from .autoencoder.training_loop import Epoch

    Network = TypeVar("Network", bound=Neural)

_FORMAT = "tabgen-bench model 1"
_HEADER = "header"


def write(path: Path, kind: str, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Writes a header of plain data and arrays by name to the file `path`."""
    text = json.dumps({"format": _FORMAT, "kind": kind, **header}, allow_nan=False)
    with path.open("wb") as file:
        np.savez(file, **{_HEADER: np.frombuffer(text.encode(), np.uint8), **arrays})  # type: ignore[arg-type]


def read(path: Path, kind: str) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """What `write` wrote.

    Raises:
        BenchError: if the file cannot be read, or is not of this kind.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        header = json.loads(arrays.pop(_HEADER).tobytes())
        found = (header["format"], header["kind"])
    except OSError as error:
        raise BenchError(f"cannot read {path.name}: {error.strerror or error}; expected a saved {kind}") from error
    except (ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile) as error:
        raise BenchError(f"{path.name} is no model that save wrote; expected a saved {kind}") from error
    if found != (_FORMAT, kind):
        raise BenchError(f"{path.name} holds a {found[1]} ({found[0]}); expected a {kind} ({_FORMAT})")
    return header, arrays


def pack_form(form: Form) -> dict[str, Any]:
    """A table's form as plain data."""
    columns = [{name: _plain(value) for name, value in asdict(column).items()} for column in form.columns]
    return {"names": list(form.names), "dtypes": [str(dtype) for dtype in form.dtypes], "columns": columns}


def unpack_form(packed: Mapping[str, Any]) -> Form:
    """The inverse of `pack_form`."""
    import pandas as pd

    from bench.grid import Column

    from ..shared.table_form import Form

    dtypes = tuple(pd.api.types.pandas_dtype(name) for name in packed["dtypes"])
    return Form(tuple(packed["names"]), dtypes, tuple(Column(**column) for column in packed["columns"]))


def save(path: Path, model: Neural, fitted: Fitted, epochs: Sequence[Epoch]) -> None:
    """Writes a fitted network with all that it samples from."""
    from ..shared.scaling import arrays as scaler_arrays

    points = fitted.points if model._recalls() else fitted.points[:0]
    params = {each.name: getattr(model, each.name) for each in fields(model) if each.init}
    header = {"params": params, "form": pack_form(fitted.form), "kept": fitted.kept, "state": model._state()}
    state = {name: value.cpu().numpy() for name, value in fitted.model.state_dict().items()}
    arrays = {
        "points": points.cpu().numpy(),
        "epochs": np.array(epochs, dtype=np.float64).reshape(len(epochs), -1),
        **{f"scaler.{name}": value for name, value in scaler_arrays(fitted.scaler).items()},
        **{f"model.{name}": value for name, value in state.items()},
        **{f"extra.{name}": value for name, value in fitted.extra.items()},
    }
    write(path, type(model).__name__, header, arrays)


def load(path: Path, cls: type[Network]) -> Network:
    """The network that `save` wrote.

    Raises:
        BenchError: if the file is not one of `cls`.
    """
    header, arrays = read(path, cls.__name__)
    try:
        model = cls(**header["params"])
        epochs, fitted = _fitted(model, header, arrays)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise BenchError(f"{path.name} is damaged, or of another version; save the {cls.__name__} again") from error
    model._epochs, model._fitted = epochs, fitted
    return model


def _fitted(model: Neural, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> tuple[list[Epoch], Fitted]:
    import torch

    from bench.seeds import scope

    from ..shared.scaling import scaler
    from ..shared.torch_device import find
    from .autoencoder.base import Fitted
    from .autoencoder.training_loop import Epoch

    back, device = scaler(under("scaler", arrays)), find(model.device)
    points = torch.tensor(arrays["points"], device=device)
    model._restore(header["state"])
    with scope(0):
        network = model._network(back.features).to(device)
    network.load_state_dict({name: torch.tensor(value) for name, value in under("model", arrays).items()})
    epochs = [Epoch(int(row[0]), *row[1:].tolist()) for row in arrays["epochs"]]
    form, kept = unpack_form(header["form"]), int(header["kept"])
    return epochs, Fitted(network.eval(), points, back, form, kept, under("extra", arrays))


def under(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The arrays whose names start with the prefix, without it."""
    return {name.removeprefix(f"{prefix}."): value for name, value in arrays.items() if name.startswith(f"{prefix}.")}


def _plain(value: Any) -> Any:  # noqa: ANN401
    return value.item() if isinstance(value, np.generic) else value
