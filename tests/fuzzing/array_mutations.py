"""Changes the arrays of an npz file: their names, types, shapes and values, and how the archive is written."""

from __future__ import annotations

import io
import json
import warnings
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tests.fuzzing.byte_mutations import mutate_bytes
from tests.fuzzing.text_mutations import mutate_content

if TYPE_CHECKING:
    from random import Random


Array = NDArray[Any]

_DTYPES = ("f8", "f4", "f2", "i8", "i1", "u8", "u1", "?", "c16", "U3", "S2", "M8[ns]", "m8[D]", ">f8", "V4", "O")
_NAMES = (
    "",
    "a",
    "../a",
    "/a",
    "fidelity/",
    "fidelity/points",
    "a/b/c",
    "é",
    "header",
    "points",
    "x" * 300,
    "a.npy",
    "[x]",
)
_EXTREMES = (np.nan, np.inf, -np.inf, 0.0, -1.0, 1e300, -1e300, 2.0**63, 1e-320)
_HEADERS = (
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }",
    "{'descr': '<f8', 'fortran_order': True, 'shape': (4294967296, 4294967296), }",
    "{'descr': '<U1000000000', 'fortran_order': False, 'shape': (3,), }",
    "{'descr': [('a', '<f8'), ('b', '<i4', (2,))], 'fortran_order': False, 'shape': (1,), }",
    "{'descr': '|V0', 'fortran_order': False, 'shape': (99999999999,), }",
    "{'descr': '<f8', 'fortran_order': 3, 'shape': (1.5,), }",
    "{'descr': '<f8', 'shape': (1,), }",
    "(" * 500,
)


def mutate_npz(data: bytes, rng: Random, *, header: str = "") -> bytes:
    """Returns an npz file with one to four changes.

    Args:
        data: of a valid file.
        rng: draws the changes.
        header: the name of an array of JSON text, whose content is changed as often as the arrays are.
    """
    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numbers that another type cannot hold
        for _ in range(rng.choice((1, 1, 2, 4))):
            if header in arrays and rng.random() < 0.5:
                arrays[header] = _json_array(arrays[header], rng)
            else:
                arrays = rng.choice((_retyped, _reshaped, _filled, _renamed, _removed, _exchanged))(arrays, rng)
    return _written(arrays, rng)


def _json_array(array: Array, rng: Random) -> Array:
    text = json.dumps(mutate_content(json.loads(array.tobytes()), rng))
    return np.frombuffer(text.encode(), np.uint8)


def _pick(arrays: dict[str, Array], rng: Random) -> str:
    return rng.choice(sorted(arrays)) if arrays else ""


def _retyped(arrays: dict[str, Array], rng: Random) -> dict[str, Array]:
    name, dtype = _pick(arrays, rng), rng.choice(_DTYPES)
    array = arrays.get(name, np.zeros(3))
    try:
        return {**arrays, name: array.astype(dtype)}
    except (ValueError, TypeError, OverflowError):
        return {**arrays, name: np.zeros(array.shape, dtype)}


def _reshaped(arrays: dict[str, Array], rng: Random) -> dict[str, Array]:
    name = _pick(arrays, rng)
    array = arrays.get(name, np.zeros(3))
    shapes: tuple[Callable[[], Array], ...] = (
        lambda: array[..., None],
        lambda: array[None],
        lambda: array.ravel(),
        lambda: array.ravel()[:0],
        lambda: array.ravel()[:1].reshape(()) if array.size else array,
        lambda: array.T,
        lambda: array[:-1] if array.ndim else array,
        lambda: np.concatenate([array, array]) if array.ndim else array,
        lambda: np.zeros((0, 3), array.dtype),
        lambda: np.resize(array, (7,) * 5) if array.size else array,
    )
    return {**arrays, name: rng.choice(shapes)()}


def _filled(arrays: dict[str, Array], rng: Random) -> dict[str, Array]:
    """Extremes in all of an array, or in a few places."""
    name = _pick(arrays, rng)
    array = arrays.get(name, np.zeros(3)).copy()
    if array.dtype.kind not in "fiub" or not array.size:
        return {**arrays, name: np.full(array.shape, rng.choice(("", "x", "é" * 99, "\0", "\n")))}
    places = slice(None) if rng.random() < 0.5 else [rng.randrange(array.size) for _ in range(3)]
    flat = array.astype(float).ravel()
    flat[places] = rng.choice(_EXTREMES)
    filled = flat.reshape(array.shape)
    return {**arrays, name: filled if rng.random() < 0.5 else filled.astype(array.dtype)}


def _renamed(arrays: dict[str, Array], rng: Random) -> dict[str, Array]:
    old = _pick(arrays, rng)
    new = rng.choice((*_NAMES, old + "x", old.upper()))
    return {new if name == old else name: array for name, array in arrays.items()}


def _removed(arrays: dict[str, Array], rng: Random) -> dict[str, Array]:
    gone = _pick(arrays, rng)
    return {name: array for name, array in arrays.items() if name != gone}


def _exchanged(arrays: dict[str, Array], rng: Random) -> dict[str, Array]:
    """One array under the name of another."""
    return {**arrays, _pick(arrays, rng): arrays.get(_pick(arrays, rng), np.zeros(3))}


def _written(arrays: dict[str, Array], rng: Random) -> bytes:
    buffer = io.BytesIO()
    method = rng.choice((zipfile.ZIP_DEFLATED,) * 4 + (zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    odd = _pick(arrays, rng) if rng.random() < 0.15 else None
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", method) as archive:
        warnings.simplefilter("ignore")  # repeated names
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, array, allow_pickle=True)
            content = _odd_member(member.getvalue(), rng) if name == odd else member.getvalue()
            archive.writestr(f"{name}.npy" if rng.random() < 0.99 else name or "a", content)
    return buffer.getvalue()


def _odd_member(content: bytes, rng: Random) -> bytes:
    """An array with another header, or other bytes; the archive's checksum is right."""
    if rng.random() < 0.5:
        return mutate_bytes(content, rng, (b"\x93NUMPY", b"|O", b"<f8", b"(3,)", b"True"))
    text = rng.choice(_HEADERS).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + content[-16:]
