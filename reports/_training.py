"""Losses over epochs, of a generator that keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import Panel, Series

if TYPE_CHECKING:
    import pandas as pd

_PANELS = (("Losses", ""), ("KL", "kl"), ("beta", "beta"), ("Learning rate", "lr"))
_POINTS = 400


def panels(who: str, history: pd.DataFrame) -> tuple[Panel, ...]:
    """Losses, KL, beta and learning rate, of those that the history has; training solid, held-back rows dashed."""
    epochs = history["epoch"] if "epoch" in history else history.index.to_series()
    numeric = [str(column) for column in history.select_dtypes("number").columns if column != "epoch"]
    found = []
    flat = not any(history[column].abs().max() > 0 for column in numeric if _panel_of(column) == "kl")
    for title, word in _PANELS:
        if flat and word in ("kl", "beta"):
            continue  # a model without a KL term
        columns = [column for column in numeric if _panel_of(column) == word and history[column].notna().any()]
        series = tuple(_series(who, epochs, history[column], at) for at, column in enumerate(columns))
        if series:
            found.append(Panel("line", title, "epoch", series=series, limits=_limits(series, cut=not word)))
    return tuple(found)


def _panel_of(column: str) -> str:
    parts = column.casefold().split("_")
    return next((word for _, word in _PANELS[1:] if word in parts), "")


def _series(who: str, epochs: pd.Series, values: pd.Series, at: int) -> Series:
    """At most 400 points; variants tell apart lines that are not pairs of training and held-back rows."""
    step = max(1, len(values) // _POINTS)
    label, variant = _label(str(values.name), at)
    x, y = epochs.astype(float).tolist()[::step], values.astype(float).tolist()[::step]
    return Series(who, tuple(x), tuple(y), label=label, variant=variant)


def _label(column: str, at: int) -> tuple[str, int]:
    """What the legend says, and how the line is dashed; panels with both kinds of rows share their entries."""
    first = column.split("_")[0]
    known = {"train": ("train", 0), "kl": ("train", 0), "val": ("held back", 1)}
    return known.get(first, (column.replace("_", " "), at % 3))


def _limits(series: tuple[Series, ...], *, cut: bool) -> tuple[float, ...]:
    """Losses fall steeply at first: the first twentieth does not set the scale of what follows."""
    kept = [one.y[len(one.y) // 20 if cut else 0 :] for one in series]
    values = [value for part in kept for value in part if abs(value) < float("inf")]
    epochs = [value for one in series for value in one.x]
    if not values or min(epochs) == max(epochs):
        return ()
    room = 0.05 * (max(values) - min(values)) or abs(values[0]) / 2 or 0.5
    return (min(epochs), max(epochs), min(values) - room, max(values) + room)
