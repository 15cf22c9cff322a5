"""Whether a baseline file holds all that a check reads of it: what is missing shows before a run is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bench.api import Metric

ERRORS = (KeyError, TypeError, ValueError, AttributeError, IndexError, RuntimeError)
"""What reading a damaged file raises."""


def read_all(content: Mapping[str, Any], metrics: Iterable[Metric]) -> None:
    """Reads what a check reads, once; the manifest has been checked before.

    Args:
        content: of the file.
        metrics: of the run that was made of it.

    Raises:
        One of `ERRORS`: if something is missing or of another kind.
    """
    known = {metric.name: None for metric in metrics}
    _object(known, "the list of metrics", content["checked"])
    _object(content["params"], "the list of parameters")
    _texts([content["scoring"]])
    for of in (by for generators in content["values"].values() for by in generators.values()):
        _object(known, "the list of metrics", of)
        for fits in (fits for splits in of.values() for fits in splits):
            _numbers(fits)
    for of in content["gaps"].values():
        _numbers(list(of.values()), least=0)


def _texts(values: Iterable[object]) -> None:
    for value in values:
        if not isinstance(value, str):
            raise TypeError(f"{value!r} is no text")


def _numbers(values: object, least: int = 1) -> None:
    if not isinstance(values, list) or len(values) < least or not all(isinstance(x, int | float) for x in values):
        raise TypeError(f"{values!r} is no list of numbers")


def _object(found: Any, what: str, names: Iterable[str] = ()) -> Mapping[str, Any]:  # noqa: ANN401
    """Refuses what is no mapping, or lacks a name."""
    if not isinstance(found, dict):
        raise TypeError(f"{what} is no object")
    if lacking := [name for name in names if name not in found]:
        raise KeyError(f"{', '.join(lacking)} in {what}")
    return found
