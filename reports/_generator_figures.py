"""What is drawn of one generator: training, columns, pairs, predictions, what gives it away, latents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import Figure, Panel, Series

from . import _training, clouds, correlations, densities, latents
from ._format import name, number
from ._lookup import columns, data

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.api import Board, Details, Run

    from ._lookup import Shown

_MOST = 12
_ACROSS = {"given-away": 2, "codes": 2, "predicted": 4}
_MODELS = {"linear": "linear", "rf": "random forest", "xgb": "boosted trees", "mlp": "neural network"}


def figures(run: Run, board: Board, one: Shown) -> Iterator[Figure]:
    """All that there is to draw; only the training curves stand in every format."""
    who, tag = one.name, f"{one.name}-{board.dataset}-{board.protocol}"
    history = run.history(one.result)
    curves = _training.panels(who, history) if history is not None and len(history) else ()
    if history is not None and curves:
        alt = f"Training of {name(who)} over {len(history)} epochs: {', '.join(panel.title for panel in curves)}"
        yield Figure(f"training-{tag}", "Training", alt, curves, columns=4)
    for key, (title, panels) in _details(run, board, one).items():
        if panels:
            alt = f"{title} of {name(who)}: {', '.join(name(panel.title) for panel in panels)}"
            yield Figure(f"{key}-{tag}", title, alt, panels, _ACROSS.get(key, 3), detail=True)


def _details(run: Run, board: Board, one: Shown) -> dict[str, tuple[str, tuple[Panel, ...]]]:
    target = data(run, board).schema.target
    chosen = densities.worst_matched(columns(run, board), [one], _MOST)
    worst = "" if len(chosen) == len(columns(run, board)) else f", the {len(chosen)} worst matched columns"
    matrices = correlations.of_one(one)
    return {
        "density": (f"Densities over the real ones{worst}", _columns(chosen, one)),
        "quantiles": (f"Quantiles, 1 % to 99 %, against the real ones{worst}", _quantiles(chosen, one)),
        "matrices": ("Correlations", matrices[0] if matrices else ()),
        "matrix-off": ("Correlations, synthetic less real", (matrices[1],) if matrices else ()),
        "pairs": ("Pairs of columns", clouds.of_one(one, target)),
        "predicted": (
            f"{name(target)} of real test rows, predicted by models that saw synthetic ones",
            _predicted(one),
        ),
        "given-away": ("What gave it away: the discriminator", _given_away(one)),
        "codes": ("Latents", latents.of_one(one)),
    }


def _columns(chosen: list[str], one: Shown) -> tuple[Panel, ...]:
    return tuple(panel for column in chosen if (panel := densities.panel(column, [one])))


def _quantiles(chosen: list[str], one: Shown) -> tuple[Panel, ...]:
    keys = {column: f"fidelity/quantiles/{column}" for column in chosen}
    return tuple(
        _against(column, one.name, _floats(one.real, key), _floats(one.drawn, key), "real", "synthetic")
        for column, key in keys.items()
        if key in one.real and key in one.drawn
    )


def _predicted(one: Shown) -> tuple[Panel, ...]:
    """By model, with the R2 of all test rows where it is known."""
    start, found = "utility/predicted/", []
    for key in sorted(key for key in one.drawn if key.startswith(start)):
        model = key.removeprefix(start)
        r2 = one.result.metrics.get(f"tstr_{model}_r2")
        title = _MODELS.get(model, model) + (f": R2 {number(r2)}" if r2 is not None else "")
        actual = _floats(one.drawn, "utility/actual")
        found.append(_against(title, one.name, actual, _floats(one.drawn, key), "actual", "predicted"))
    return tuple(found)


def _against(title: str, who: str, x: tuple[float, ...], y: tuple[float, ...], x_label: str, y_label: str) -> Panel:
    """A cloud that lies on the diagonal if both are the same; on one scale where neither is far off the other."""
    ends = [min(x), max(x), *(value for value in y if abs(value) < float("inf"))]
    room = 0.04 * (max(ends) - min(ends)) or 0.5
    low, high = min(ends) - room, max(ends) + room
    points = (Series(who, x, y),)
    return Panel("scatter", title, x_label, y_label, points, limits=(low, high, low, high), diagonal=True)


def _given_away(one: Shown) -> tuple[Panel, ...]:
    found: list[Panel] = []
    if "detection/importance" in one.drawn:
        shares = dict(
            zip(map(str, one.drawn["detection/columns"]), _floats(one.drawn, "detection/importance"), strict=True)
        )
        order = sorted(shares, key=lambda column: -shares[column])[:_MOST]
        bars = tuple(
            Series(one.name, (shares[column],), (float(at),), (0.0,), (shares[column],))
            for at, column in enumerate(order)
        )
        top = max(1.05 * max(shares.values()), 0.1)
        limits = (-0.02 * top, top, len(order) - 0.5, -0.5)
        title = "its gain by column"
        found.append(Panel("interval", title, "share of the gain", series=bars, labels=tuple(order), limits=limits))
    if "detection/probability/real" in one.drawn:
        real, made = (_floats(one.drawn, f"detection/probability/{part}") for part in ("real", "synthetic"))
        edges = tuple(at / len(real) for at in range(len(real) + 1))
        both = (Series("real", edges, real), Series(one.name, edges, made))
        found.append(Panel("step", "how sure it is", "probability of synthetic", series=both))
    return tuple(found)


def _floats(drawn: Details, key: str) -> tuple[float, ...]:
    return tuple(map(float, drawn[key]))
