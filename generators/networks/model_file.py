"""Model files: arrays and a JSON header in one .npz, so that loading runs nothing that is in the file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.api import BenchError
from bench.common.parsed_text import parse_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    Arrays = Mapping[str, NDArray[Any]]

_FORMAT = "tabgen-bench model 1"
_HEADER = "header"
_KINDS = "fiub"
"""Of the arrays: real numbers and flags."""


def write_model(path: Path, class_name: str, header: Mapping[str, Any], arrays: Arrays) -> None:
    """Writes a header of plain data, and arrays by name, to the file `path`."""
    text = json.dumps({"format": _FORMAT, "kind": class_name, **header}, allow_nan=False)
    with path.open("wb") as file:
        np.savez(file, **{_HEADER: np.frombuffer(text.encode(), np.uint8), **arrays})  # type: ignore[arg-type]


def read_model(path: Path, class_name: str) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Returns the header and the arrays that `write_model` wrote.

    Raises:
        BenchError: if the file cannot be read, or holds a model of another class.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        if odd := [name for name, array in arrays.items() if array.dtype.kind not in _KINDS]:
            raise ValueError(f"{odd[0]} holds no real numbers")
        header = parse_json(arrays.pop(_HEADER).tobytes())
        file_format, kind = header["format"], header["kind"]
    except OSError as error:
        reason = error.strerror or error
        raise BenchError(f"cannot read {path.name}: {reason}; expected a saved {class_name}") from error
    except Exception as error:  # NumPy and zipfile raise errors of many types at damaged files
        raise BenchError(f"{path.name} is no model that save wrote; expected a saved {class_name}") from error
    if (file_format, kind) != (_FORMAT, class_name):
        raise BenchError(f"{path.name} holds a {kind} ({file_format}); expected a {class_name} ({_FORMAT})")
    return header, arrays


def add_prefix(prefix: str, arrays: Arrays) -> dict[str, NDArray[Any]]:
    """Returns the arrays under the names `prefix.name`."""
    return {f"{prefix}.{name}": value for name, value in arrays.items()}


def select_prefix(prefix: str, arrays: Arrays) -> dict[str, NDArray[Any]]:
    """Returns the arrays whose names start with the prefix, under their names without it."""
    return {name.removeprefix(f"{prefix}."): value for name, value in arrays.items() if name.startswith(f"{prefix}.")}


def require_shapes(networks: Mapping[str, Any], arrays: Arrays) -> None:
    """Refuses arrays that are not the weights of these networks, which may be on the device `meta`.

    Raises:
        ValueError: naming the network.
    """
    for name, network in networks.items():
        expected = {key: tuple(value.shape) for key, value in network.state_dict().items()}
        if {key: array.shape for key, array in select_prefix(name, arrays).items()} != expected:
            raise ValueError(f"the weights of {name} have other names or shapes")
