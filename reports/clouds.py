"""Section Scatter plots: pairs of columns, real and synthetic rows; also by level of noise where a run has several."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from bench.api import Block, Board, Details, Figure, Panel, Run, Series, Text

from ._density_grids import grid_figure
from ._format import name
from ._lookup import Drawings, best_drawings, board_section, generators
from ._principal_components import component_figure
from .maps import COMPONENTS
from .pairs import GRIDS

Pairs = list[tuple[int, int]]
"""Positions of the columns on the x and y axes."""

_KEY = "fidelity/points"
_COLUMNS = "fidelity/point_columns"
_POINTS = 300
_MARGIN = 0.06
_WEATHER_WORDS = ("temperature", "humidity", "moisture")
_WEATHER_PAIRS = (("temperature", "humidity"), ("temperature", "moisture"))
_LEVEL, _UNIT, _DEVICE = "noise", "noise_unit", "device"
_UNITS = {"absolute": "", "latent": " standard deviations"}


def _board_blocks(run: Run, board: Board) -> list[Block]:
    drawings = _with_points(best_drawings(run, board))
    pairs = _pairs(drawings[0].real, run.manifest.dataset(board.dataset).schema.target) if drawings else []
    if not pairs:
        return []
    text = f"Each plot shows up to {_POINTS} rows of the first repeat. Synthetic rows are drawn over real rows (grey)."
    return [
        Text(text),
        *(_pair_figure(board, drawings, *pair) for pair in pairs),
        *_figures_of_points(board, drawings, pairs),
        *(figure for levels in _noise_levels(run, board) for figure in _noise_figures(run, board, *levels, pairs)),
    ]


def _figures_of_points(board: Board, drawings: list[Drawings], pairs: Pairs) -> list[Figure]:
    """Returns grids and components of runs that store neither; other runs have sections with those of more rows."""
    grids = [figure for pair in pairs for figure in grid_figure(board, drawings, _names(drawings[0]), *pair)]
    return [
        *([] if GRIDS in drawings[0].real else grids),
        *([] if COMPONENTS in drawings[0].real else component_figure(board, drawings)),
    ]


def _with_points(drawings: list[Drawings]) -> list[Drawings]:
    return [drawing for drawing in drawings if drawing.have(_KEY)]


def _noise_levels(run: Run, board: Board) -> list[tuple[str, dict[str, str]]]:
    """Finds models that a run has with two or more levels of noise and otherwise equal parameters.

    Returns:
        Base generator of the presets, and the noise as text by generator: from the lowest level, absolute levels first.
    """
    params = {trial.generator: trial.params for trial in reversed(run.manifest.trials)}
    models: dict[tuple[str, str], list[tuple[str, float, str]]] = {}
    for who in sorted(entry.generator for entry in generators(board)):
        own = params.get(who, {})
        level = own.get(_LEVEL)
        if isinstance(level, int | float):
            base = run.manifest.generator(who).preset_of or who
            rest = {key: value for key, value in own.items() if key not in (_LEVEL, _UNIT, _DEVICE)}
            model = base, json.dumps(rest, sort_keys=True)
            models.setdefault(model, []).append((str(own.get(_UNIT, "")), float(level), who))
    return [
        (base, {who: f"noise {level:g}{_UNITS.get(unit, '')}" for unit, level, who in sorted(levels)})
        for (base, _), levels in sorted(models.items())
        if len({level[:2] for level in levels}) > 1
    ]


def _noise_figures(run: Run, board: Board, base: str, labels: dict[str, str], pairs: Pairs) -> list[Figure]:
    """Returns a figure per pair of columns with all levels of one model, at any rank."""
    drawings = {drawing.name: drawing for drawing in _with_points(best_drawings(run, board, labels))}
    drawn = {label: drawings[generator] for generator, label in labels.items() if generator in drawings}
    return [_noise_figure(board, base, drawn, *pair) for pair in pairs] if len(drawn) > 1 else []


def _noise_figure(board: Board, base: str, levels: dict[str, Drawings], x: int, y: int) -> Figure:
    first = next(iter(levels.values()))
    pair = _pair_title(first, x, y)
    panels = (_real_panel(first, x, y), *(_panel(drawing, x, y, label) for label, drawing in levels.items()))
    alt = f"Scatter plots of {pair}: real rows, and over them {name(base)} with {', '.join(levels)}"
    tag = f"{base}-{pair}-{board.dataset}-{board.protocol}"
    return Figure(f"noise-{tag}", f"{pair}: {name(base)} by noise added to its latents", alt, panels)


def _pairs(real: Details, target: str) -> Pairs:
    """Returns temperature with humidity and with moisture if there are such columns, else the most correlated pairs."""
    names = list(map(str, _columns(real)))
    positions = {
        word: position for word in _WEATHER_WORDS for position, column in enumerate(names) if word in column.casefold()
    }
    weather = [(positions[x], positions[y]) for x, y in _WEATHER_PAIRS if x in positions and y in positions]
    correlation = real["fidelity/point_correlation" if _COLUMNS in real else "fidelity/correlation"]
    return weather or _most_correlated(correlation, names.index(target) if target in names else -1)


def _most_correlated(matrix: Any, target: int) -> Pairs:  # noqa: ANN401 - an array
    """Returns the pair with the strongest correlation, and the pair of the target with the strongest one.

    The target of a classification is no point's coordinate: its position is -1, and it is in no pair.
    """
    pairs = [(row, column) for row in range(len(matrix)) for column in range(row) if abs(matrix[row, column]) <= 1]
    by_strength = sorted(pairs, key=lambda pair: -abs(float(matrix[pair])))
    with_target = [pair for pair in by_strength if target in pair]
    return list(dict.fromkeys([*by_strength[:1], *with_target[:1]]))


def _pair_figure(board: Board, drawings: list[Drawings], x: int, y: int) -> Figure:
    names, pair = _names(drawings[0]), _pair_title(drawings[0], x, y)
    panels = (_real_panel(drawings[0], x, y), *(_panel(drawing, x, y, drawing.name) for drawing in drawings))
    alt = f"Scatter plots of {pair}: real rows, and over them the rows of each generator"
    return Figure(f"cloud-{names[y]}-{names[x]}-{board.dataset}-{board.protocol}", pair, alt, panels)


def _names(drawing: Drawings) -> list[str]:
    return [name(column) for column in _columns(drawing.real)]


def _columns(arrays: Details) -> Any:  # noqa: ANN401 - an array
    """The names of the columns that points have: those of numbers."""
    return arrays[_COLUMNS if _COLUMNS in arrays else "fidelity/columns"]


def _pair_title(drawing: Drawings, x: int, y: int) -> str:
    return f"{_names(drawing)[y]} against {_names(drawing)[x]}"


def _real_panel(drawing: Drawings, x: int, y: int) -> Panel:
    return replace(_panel(drawing, x, y, "real"), series=(_points("real", drawing.real, x, y),))


def generator_panels(drawing: Drawings, target: str) -> tuple[Panel, ...]:
    """Returns the pairs of columns of one generator, drawn over the real rows."""
    pairs = _pairs(drawing.real, target) if drawing.have(_KEY) else []
    return tuple(_panel(drawing, x, y, _pair_title(drawing, x, y)) for x, y in pairs)


def _panel(drawing: Drawings, x: int, y: int, title: str) -> Panel:
    names, real = _names(drawing), _points("real", drawing.real, x, y)
    both = (real, _points(drawing.name, drawing.synthetic, x, y))
    return Panel("scatter", title, names[x], names[y], both, limits=_limits(real))


def _points(label: str, arrays: Details, x: int, y: int) -> Series:
    points = arrays[_KEY][:_POINTS]
    # A point with a gap lies nowhere.
    points = points[(points[:, x] == points[:, x]) & (points[:, y] == points[:, y])]
    return Series(label, tuple(map(float, points[:, x])), tuple(map(float, points[:, y])))


def _limits(real: Series) -> tuple[float, ...]:
    """Returns the range of the real points and a margin, the same for every panel."""
    ends = []
    for values in (real.x, real.y):
        low, high = min(values, default=0.0), max(values, default=1.0)
        margin = _MARGIN * (high - low) or 0.5
        ends += [low - margin, high + margin]
    return tuple(ends)


SECTION = board_section("Scatter plots", 50, _board_blocks, page="Columns")
