"""Model files: arrays and a JSON header in one .npz, so that loading runs nothing that is in the file."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.api import BenchError
from bench.common.parsed_text import parse_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    Arrays = Mapping[str, NDArray[Any]]

_FORMAT = "tabgen-bench model 1"
_HEADER = "header"
_KINDS = "fiub"
"""Of the arrays: real numbers and flags."""
_SLACK = 2**20
"""Numbers that a network may have beyond those that its arrays account for."""


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


@contextmanager
def bounded_by(arrays: Arrays) -> Iterator[None]:
    """Lets networks be built that belong to the arrays of a file, and none that are much larger.

    What a damaged header asks for may not fit into memory, or take for ever to build.

    Raises:
        ValueError: if weights and buffers have over ten times as many numbers as the arrays.
    """
    from torch.nn.modules import module

    left = _SLACK + 10 * sum(array.size for array in arrays.values())

    def count(_module: object, name: str, weights: Any) -> None:  # noqa: ANN401 - a tensor or nothing
        nonlocal left
        left -= 0 if weights is None else weights.numel()
        if left < 0:
            raise ValueError(f"the network of {name} is larger than its arrays")

    hooks = [
        module.register_module_parameter_registration_hook(count),
        module.register_module_buffer_registration_hook(count),
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
