"""Fitted flows as files of arrays; see `_archive`."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import torch

from bench.api import BenchError
from bench.seeds import scope

from ...shared.scaling import arrays as scaler_arrays
from ...shared.scaling import scaler
from ...shared.torch_device import find
from ..model_file import pack_form, read, under, unpack_form, write
from .base import Fitted, Matching
from .training_loop import Epoch, Velocity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

Model = TypeVar("Model", bound=Matching)


def save(path: Path, model: Matching, fitted: Fitted, epochs: Sequence[Epoch], first: int) -> None:
    """Writes a fitted flow with all that it samples from, and its history."""
    params = {each.name: getattr(model, each.name) for each in fields(model) if each.init}
    header = {"params": params, "form": pack_form(fitted.form), "kept": fitted.kept, "first": first}
    networks = {"velocity": fitted.velocity, "coder": fitted.coder}
    weights = {
        f"{part}.{name}": value.cpu().numpy()
        for part, network in networks.items()
        if network is not None
        for name, value in network.state_dict().items()
    }
    scaling = {f"scaler.{name}": value for name, value in scaler_arrays(fitted.scaler).items()}
    history = np.array(epochs, dtype=np.float64).reshape(len(epochs), -1)
    write(path, type(model).__name__, header, {"epochs": history, **scaling, **weights})


def load(path: Path, cls: type[Model]) -> Model:
    """The flow that `save` wrote.

    Raises:
        BenchError: if the file is not one of `cls`.
    """
    header, arrays = read(path, cls.__name__)
    try:
        model = cls(**header["params"])
        fitted = _fitted(model, header, arrays)
        model._epochs = [Epoch(int(row[0]), *row[1:].tolist()) for row in arrays["epochs"]]
        model._first, model._fitted = int(header["first"]), fitted
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise BenchError(f"{path.name} is damaged, or of another version; save the {cls.__name__} again") from error
    return model


def _fitted(model: Matching, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Fitted:
    back, device = scaler(under("scaler", arrays)), find(model.device)
    state, coded = _tensors("velocity", arrays), _tensors("coder", arrays)
    with scope(0):
        velocity = Velocity(state["bound"][None], model.width, model.blocks).to(device)
        coder = model._blank_coder(back.features, coded) if coded else None
    velocity.load_state_dict(state)
    if coder is not None:
        coder.to(device).load_state_dict(coded)
    return Fitted(velocity.eval(), back, unpack_form(header["form"]), int(header["kept"]), coder)


def _tensors(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, torch.Tensor]:
    return {name: torch.tensor(value) for name, value in under(prefix, arrays).items()}
