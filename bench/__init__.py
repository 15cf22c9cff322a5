"""An honest benchmark for synthetic-table generators."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.library import Result, evaluate, run

__version__ = "0.1.0"
__all__ = ["Result", "__version__", "evaluate", "run"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - functions and a class
    """Imports `run`, `evaluate` and `Result` when they are first used, as `bench --help` needs none of them."""
    if name not in ("Result", "evaluate", "run"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("bench.library"), name)
