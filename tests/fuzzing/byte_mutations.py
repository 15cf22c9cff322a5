"""Changes the bytes of a file, whatever they mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random


_LARGEST = 2**22
"""A file does not grow beyond this many bytes."""
_NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x7FFFFFFF, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF)


def mutate_bytes(data: bytes, rng: Random, words: Sequence[bytes] = (), donor: bytes = b"") -> bytes:
    """Returns a file with one to sixteen changes.

    Args:
        data: of a valid file.
        rng: draws the changes.
        words: that mean something in such a file.
        donor: another file, of which parts are inserted.
    """
    for _ in range(rng.choice((1, 1, 1, 2, 4, 16))):
        change = rng.choice(_CHANGES)
        data = change(data, rng, (words or (b"\0",), donor or data))[:_LARGEST]
    return data


_Material = tuple[Sequence[bytes], bytes]


def _place(data: bytes, rng: Random) -> int:
    """A position; the ends of a file, where formats have their headers, are more frequent."""
    near = min(64, len(data))
    return rng.choice((rng.randint(0, len(data)), rng.randint(0, near), len(data) - rng.randint(0, near)))


def _part(data: bytes, rng: Random) -> tuple[int, int]:
    start = _place(data, rng)
    return start, min(start + rng.choice((1, 4, 16, 256, len(data))), len(data))


def _flip_bit(data: bytes, rng: Random, _: _Material) -> bytes:
    if not data:
        return data
    at = min(_place(data, rng), len(data) - 1)
    return data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :]


def _overwrite(data: bytes, rng: Random, _: _Material) -> bytes:
    at = _place(data, rng)
    number, size = rng.choice(_NUMBERS), rng.choice((1, 2, 4, 8))
    written = (number % (1 << 8 * size)).to_bytes(size, "little" if rng.random() < 0.5 else "big")
    return data[:at] + written + data[at + size :]


def _truncate(data: bytes, rng: Random, _: _Material) -> bytes:
    return data[: _place(data, rng)]


def _remove(data: bytes, rng: Random, _: _Material) -> bytes:
    start, end = _part(data, rng)
    return data[:start] + data[end:]


def _duplicate(data: bytes, rng: Random, _: _Material) -> bytes:
    start, end = _part(data, rng)
    return data[:end] + data[start:end] * rng.choice((1, 2, 100)) + data[end:]


def _splice(data: bytes, rng: Random, material: _Material) -> bytes:
    start, end = _part(material[1], rng)
    at = _place(data, rng)
    return data[:at] + material[1][start:end] + data[at + rng.choice((0, end - start)) :]


def _insert_word(data: bytes, rng: Random, material: _Material) -> bytes:
    at, word = _place(data, rng), rng.choice(material[0])
    return data[:at] + word + data[at + rng.choice((0, len(word))) :]


def _insert_noise(data: bytes, rng: Random, _: _Material) -> bytes:
    at = _place(data, rng)
    return data[:at] + rng.randbytes(rng.choice((1, 4, 64))) + data[at:]


_CHANGES: tuple[Callable[[bytes, Random, _Material], bytes], ...] = (
    *(_flip_bit, _overwrite, _truncate, _remove),
    *(_duplicate, _splice, _insert_word, _insert_noise),
)
