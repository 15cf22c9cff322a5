"""Pairs of columns as clouds of points, real beneath synthetic; and by noise, where a run has several levels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bench.api import Block, Figure, Panel, Series, Text

from ._format import name
from ._lookup import Shown, by_board, data, shown
from ._noise import Sweep, sweeps

if TYPE_CHECKING:
    from bench.api import Board, Details, Run

_KEY = "fidelity/points"
_POINTS = 300
_ROOM = 0.06
_WEATHER = (("temperature", "humidity"), ("temperature", "moisture"))


def _board(run: Run, board: Board) -> list[Block]:
    drawn = _with_points(shown(run, board))
    pairs = _pairs(drawn[0].real, data(run, board).schema.target) if drawn else []
    if not pairs:
        return []
    text = f"Up to {_POINTS} rows each of the first repeat; real rows in grey beneath."
    return [
        Text(text),
        *(_figure(board, drawn, *pair) for pair in pairs),
        *(block for sweep in sweeps(run, board) for block in _by_noise(run, board, sweep, pairs)),
    ]


def _with_points(found: list[Shown]) -> list[Shown]:
    return [one for one in found if _KEY in one.drawn and _KEY in one.real]


def _by_noise(run: Run, board: Board, sweep: Sweep, pairs: list[tuple[int, int]]) -> list[Figure]:
    """The levels of one model, whatever their ranks."""
    drawn = {one.name: one for one in _with_points(shown(run, board, sweep.levels))}
    levels = {said: drawn[who] for who, said in sweep.levels.items() if who in drawn}
    return [_levels(board, sweep.base, levels, *pair) for pair in pairs] if len(levels) > 1 else []


def _levels(board: Board, base: str, levels: dict[str, Shown], x: int, y: int) -> Figure:
    what = _what(next(iter(levels.values())), x, y)
    panels = (_real(next(iter(levels.values())), x, y), *(_panel(one, x, y, said) for said, one in levels.items()))
    alt = f"Clouds of {what}: real rows, and over them {name(base)} with {', '.join(levels)}"
    tag = f"{base}-{what}-{board.dataset}-{board.protocol}"
    return Figure(f"noise-{tag}", f"{what}: {name(base)} by noise added to its latents", alt, panels)


def _pairs(real: Details, target: str) -> list[tuple[int, int]]:
    """Temperature with humidity and moisture where there are such columns, else the pairs most correlated."""
    names = [str(column).casefold() for column in real["fidelity/columns"]]
    places = {
        word: at for word in ("temperature", "humidity", "moisture") for at, each in enumerate(names) if word in each
    }
    weather = [(places[one], places[other]) for one, other in _WEATHER if one in places and other in places]
    return weather or _correlated(real["fidelity/correlation"], list(map(str, real["fidelity/columns"])).index(target))


def _correlated(matrix: Any, target: int) -> list[tuple[int, int]]:  # noqa: ANN401 - an array
    """The pair most correlated with each other, and the target with the column most correlated with it."""
    pairs = [(at, to) for at in range(len(matrix)) for to in range(at) if abs(matrix[at, to]) <= 1]
    by_strength = sorted(pairs, key=lambda pair: -abs(float(matrix[pair])))
    with_target = [pair for pair in by_strength if target in pair]
    return list(dict.fromkeys([*by_strength[:1], *with_target[:1]]))


def _figure(board: Board, drawn: list[Shown], x: int, y: int) -> Figure:
    names = [name(column) for column in drawn[0].real["fidelity/columns"]]
    what = _what(drawn[0], x, y)
    panels = (_real(drawn[0], x, y), *(_panel(one, x, y, one.name) for one in drawn))
    alt = f"Clouds of {what}: real rows, and each generator's over them"
    return Figure(f"cloud-{names[y]}-{names[x]}-{board.dataset}-{board.protocol}", what, alt, panels)


def _what(one: Shown, x: int, y: int) -> str:
    names = [name(column) for column in one.real["fidelity/columns"]]
    return f"{names[y]} against {names[x]}"


def _real(one: Shown, x: int, y: int) -> Panel:
    return replace(_panel(one, x, y, "real"), series=(_series("real", one.real, x, y),))


def of_one(one: Shown, target: str) -> tuple[Panel, ...]:
    """The pairs of one generator, real rows beneath."""
    if _KEY not in one.drawn or _KEY not in one.real:
        return ()
    return tuple(_panel(one, x, y, _what(one, x, y)) for x, y in _pairs(one.real, target))


def _panel(one: Shown, x: int, y: int, title: str) -> Panel:
    names = [name(column) for column in one.real["fidelity/columns"]]
    real = _series("real", one.real, x, y)
    both = (real, _series(one.name, one.drawn, x, y))
    return Panel("scatter", title, names[x], names[y], both, limits=_limits(real))


def _series(label: str, drawn: Details, x: int, y: int) -> Series:
    points = drawn[_KEY][:_POINTS]
    return Series(label, tuple(map(float, points[:, x])), tuple(map(float, points[:, y])))


def _limits(real: Series) -> tuple[float, ...]:
    """The range of the real points and some room, the same for every panel."""
    ends = []
    for values in (real.x, real.y):
        low, high = min(values), max(values)
        room = _ROOM * (high - low) or 0.5
        ends += [low - room, high + room]
    return tuple(ends)


SECTION = by_board("Clouds", 50, _board)
