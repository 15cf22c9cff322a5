"""What generators have around their model: checked options, fitted state, progress, torch's device and threads."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from bench.api import BenchError, ProgressCallback

from .option_checks import check_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    import torch

StateT = TypeVar("StateT")


@dataclass(kw_only=True, eq=False)
class GeneratorBase(Generic[StateT]):
    """A generator whose constructor checks its options, and which knows whether it has been fitted."""

    _state: StateT | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        """Checks the options.

        Raises:
            BenchError: if a value is outside the choices or the range that its annotation states.
        """
        check_options(self)

    def _keywords(self, *excluded: str) -> dict[str, Any]:
        """Returns the constructor keywords with their values, except those in `excluded`."""
        names = [option.name for option in fields(self) if option.init]
        return {name: getattr(self, name) for name in names if name not in excluded}

    def _fitted(self, purpose: str = "rows") -> StateT:
        """Returns what fitting left behind.

        Raises:
            BenchError: before `fit`; the message says that `purpose` was asked for.
        """
        if self._state is None:
            raise BenchError(f"{type(self).__name__} was asked for {purpose} before it was fitted; call fit first")
        return self._state


@dataclass(kw_only=True, eq=False)
class ProgressReporter:
    """A generator that reports how far its training is."""

    _callback: ProgressCallback | None = field(default=None, init=False, repr=False)

    def on_progress(self, callback: ProgressCallback) -> None:
        """Sets the function that the next fit calls with (units done, units): steps, epochs, columns or models."""
        self._callback = callback

    def _report(self, done: int, total: int) -> None:
        if self._callback is not None:
            self._callback(done, total)


def torch_device(name: str) -> torch.device:
    """Returns the device called `name`.

    Raises:
        BenchError: if it is neither `cpu` nor `cuda`, or if torch finds no GPU.
    """
    import torch

    if name not in ("cpu", "cuda"):
        raise BenchError(f"unknown device {name!r}; expected cpu or cuda")
    if name == "cuda" and not torch.cuda.is_available():
        raise BenchError("the device cuda was asked for but torch finds no GPU; use --device cpu")
    return torch.device(name)


@contextmanager
def one_torch_thread() -> Iterator[None]:
    """Sets torch to one thread, because the number of threads changes results; restores the number afterwards."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
