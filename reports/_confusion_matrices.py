"""Confusion matrices: how models trained on synthetic rows classify real test rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import Panel

from ._format import number

if TYPE_CHECKING:
    from ._lookup import Drawings

PREFIX = "utility/confusion/"
_MOST_CLASSES = 10


def confusion_panels(drawings: Drawings, models: dict[str, str]) -> tuple[Panel, ...]:
    """Returns one panel per model: the share of the rows of each class (down) predicted as each class (across).

    `models` are the names of models in words. Of more than ten classes, those with the most rows are shown; each title
    has the AUC of all classes.
    """
    import numpy as np

    panels = []
    for key in sorted(key for key in drawings.synthetic if key.startswith(PREFIX)):
        model, counts = key.removeprefix(PREFIX), np.asarray(drawings.synthetic[key], dtype=np.float64)
        names = [str(level) for level in drawings.synthetic["utility/classes"]]
        auc = drawings.result.metrics.get(f"tstr_{model}_auc")
        title = models.get(model, model) + (f": AUC {number(auc)}" if auc is not None else "")
        shown = np.sort(np.argsort(-counts.sum(axis=1), kind="stable")[:_MOST_CLASSES])
        shares = counts / np.where(counts.sum(axis=1) > 0, counts.sum(axis=1), np.nan)[:, None]
        matrix = tuple(tuple(map(float, row)) for row in shares[np.ix_(shown, shown)])
        labels = tuple(names[place] for place in shown)
        panels.append(Panel("heatmap", title, "predicted", "actual", (), matrix, labels, positive=True, written=True))
    return tuple(panels)
