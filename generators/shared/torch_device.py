"""Where and with how many threads torch works."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from bench.api import BenchError

if TYPE_CHECKING:
    from collections.abc import Iterator


def find(name: str) -> torch.device:
    """The device called `name`.

    Raises:
        BenchError: if it is neither `cpu` nor `cuda`, or there is no GPU that this torch can use.
    """
    if name not in ("cpu", "cuda"):
        raise BenchError(f"unknown device {name!r}; expected cpu or cuda")
    if name == "cuda" and not torch.cuda.is_available():
        raise BenchError("the device cuda was asked for but torch finds no GPU; use --device cpu")
    return torch.device(name)


@contextmanager
def one_thread() -> Iterator[None]:
    """One torch thread, as the number of threads changes numbers; restores the number after."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
