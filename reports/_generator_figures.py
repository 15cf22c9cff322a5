"""Figures of one generator: training, pairs of columns, predictions, detection and latents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bench.api import Board, Details, Figure, Panel, Run, Series

from . import clouds, correlations, latents
from ._confusion_matrices import confusion_panels
from ._diagonal_panel import diagonal_panel
from ._format import name, number

if TYPE_CHECKING:
    import pandas as pd

    from ._lookup import Drawings

_MOST_COLUMNS, _MOST_EPOCHS = 12, 400
_PANELS_PER_ROW = {"given-away": 2, "codes": 2, "predicted": 4, "confusion": 4}
_MODELS = {"linear": "linear", "rf": "random forest", "xgb": "boosted trees", "mlp": "neural network"}
_TRAINING_PANELS = (("Losses", ""), ("KL", "kl"), ("beta", "beta"), ("Learning rate", "lr"))
"""Title, and the word in the name of a history's column that belongs to the panel; all other columns are losses."""


def figures(run: Run, board: Board, drawings: Drawings) -> Iterator[Figure]:
    """Yields all figures of a generator; every format shows its training curves, only HTML the others."""
    generator, tag = drawings.name, f"{drawings.name}-{board.dataset}-{board.protocol}"
    history = run.history(drawings.result)
    curves = _training_panels(generator, history) if history is not None and len(history) else ()
    if history is not None and curves:
        alt = f"Training of {name(generator)} over {len(history)} epochs: {', '.join(panel.title for panel in curves)}"
        yield Figure(f"training-{tag}", "Training", alt, curves, columns=4)
    for key, (title, panels) in _detail_panels(run, board, drawings).items():
        if panels:
            alt = f"{title} of {name(generator)}: {', '.join(name(panel.title) for panel in panels)}"
            yield Figure(f"{key}-{tag}", title, alt, panels, _PANELS_PER_ROW.get(key, 3), detail=True)


def _detail_panels(run: Run, board: Board, drawings: Drawings) -> dict[str, tuple[str, tuple[Panel, ...]]]:
    target = run.manifest.dataset(board.dataset).schema.target
    predicted = f"{name(target)} of real test rows, predicted by models trained on synthetic rows"
    measured, both, difference = correlations.generator_panels(drawings)
    return {
        "matrices": (measured, both),
        "matrix-off": (f"{measured}, synthetic minus real", difference),
        "pairs": ("Pairs of columns", clouds.generator_panels(drawings, target)),
        "predicted": (predicted, _prediction_panels(drawings)),
        "confusion": (f"{predicted}: shares of each actual class", confusion_panels(drawings, _MODELS)),
        "given-away": ("How the discriminator detects synthetic rows", _detection_panels(drawings)),
        "codes": ("Latents", latents.generator_panels(drawings)),
    }


def _training_panels(generator: str, history: pd.DataFrame) -> tuple[Panel, ...]:
    """Returns the curves that the history has; those of train rows are solid, those of held-back rows dashed."""
    numbered = "epoch" in history.select_dtypes("number")
    epochs = history["epoch"] if numbered else history.reset_index(drop=True).index.to_series()
    numeric = [str(column) for column in history.select_dtypes("number").columns if column != "epoch"]
    has_kl = any(history[column].abs().max() > 0 for column in numeric if _panel_word(column) == "kl")
    panels = []
    for title, word in _TRAINING_PANELS:
        if word in ("kl", "beta") and not has_kl:
            continue
        shown = [column for column in numeric if _panel_word(column) == word and history[column].notna().any()]
        curves = tuple(_curve(generator, epochs, history[column], order) for order, column in enumerate(shown))
        if curves:
            limits = _curve_limits(curves, skip_start=not word)
            panels.append(Panel("line", title, "epoch", series=curves, limits=limits))
    return tuple(panels)


def _panel_word(column: str) -> str:
    parts = column.casefold().split("_")
    return next((word for _, word in _TRAINING_PANELS[1:] if word in parts), "")


def _curve(generator: str, epochs: pd.Series, values: pd.Series, order: int) -> Series:
    """Returns a curve of at most about 400 points; train and held-back rows have the same label in every panel."""
    step = max(1, len(values) // _MOST_EPOCHS)
    column = str(values.name)
    rows = {"train": ("train", 0), "kl": ("train", 0), "val": ("held back", 1)}
    label, variant = rows.get(column.split("_")[0], (column.replace("_", " "), order % 3))
    x, y = epochs.astype(float).tolist()[::step], values.astype(float).tolist()[::step]
    return Series(generator, tuple(x), tuple(y), label=label, variant=variant)


def _curve_limits(curves: tuple[Series, ...], *, skip_start: bool) -> tuple[float, ...]:
    """Returns the ranges; `skip_start` leaves out the first twentieth, where losses fall steeply."""
    shown = [curve.y[len(curve.y) // 20 if skip_start else 0 :] for curve in curves]
    values = [value for part in shown for value in part if abs(value) < float("inf")]
    epochs = [epoch for curve in curves for epoch in curve.x]
    if not values or min(epochs) == max(epochs):
        return ()
    margin = 0.05 * (max(values) - min(values)) or abs(values[0]) / 2 or 0.5
    return (min(epochs), max(epochs), min(values) - margin, max(values) + margin)


def _prediction_panels(drawings: Drawings) -> tuple[Panel, ...]:
    """Returns one panel per model, with the R2 of all test rows in its title where it is known."""
    prefix, panels = "utility/predicted/", []
    for key in sorted(key for key in drawings.synthetic if key.startswith(prefix)):
        model = key.removeprefix(prefix)
        r2 = drawings.result.metrics.get(f"tstr_{model}_r2")
        title = _MODELS.get(model, model) + (f": R2 {number(r2)}" if r2 is not None else "")
        actual, predicted = (_floats(drawings.synthetic, source) for source in ("utility/actual", key))
        panels.append(diagonal_panel(title, drawings.name, actual, predicted, "actual", "predicted"))
    return tuple(panels)


def _detection_panels(drawings: Drawings) -> tuple[Panel, ...]:
    """Returns the discriminator's gain by column and the histogram of its predicted probabilities."""
    panels: list[Panel] = []
    arrays = drawings.synthetic
    if "detection/importance" in arrays:
        names, gains = map(str, arrays["detection/columns"]), _floats(arrays, "detection/importance")
        shares = dict(sorted(zip(names, gains, strict=True), key=lambda pair: -pair[1])[:_MOST_COLUMNS])
        longest = max(1.05 * max(shares.values()), 0.1)
        ends = -0.02 * longest, longest
        panels.append(latents.bar_panel("gain by column", "share of the gain", drawings.name, shares, ends))
    if "detection/probability/real" in arrays:
        real, synthetic = (_floats(arrays, f"detection/probability/{part}") for part in ("real", "synthetic"))
        edges = tuple(edge / len(real) for edge in range(len(real) + 1))
        both = (Series("real", edges, real), Series(drawings.name, edges, synthetic))
        panels.append(Panel("step", "predicted probability", "probability of synthetic", series=both))
    return tuple(panels)


def _floats(arrays: Details, key: str) -> tuple[float, ...]:
    return tuple(map(float, arrays[key]))
