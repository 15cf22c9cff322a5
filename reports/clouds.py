"""Pairs of columns as clouds of points, real beneath synthetic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.api import Block, Figure, Panel, Section, Series, Text

from ._format import name
from ._view import Shown, data, each_board, shown

if TYPE_CHECKING:
    from bench.api import Details
    from bench.statistics.ranking import Board, Leaderboard
    from bench.store import Run

_KEY = "fidelity/points"
_POINTS = 300
_ROOM = 0.06
_WEATHER = (("temperature", "humidity"), ("temperature", "moisture"))


def _build(run: Run, leaderboard: Leaderboard) -> list[Block]:
    return each_board(leaderboard, lambda board: _board(run, board))


def _board(run: Run, board: Board) -> list[Block]:
    drawn = [one for one in shown(run, board) if _KEY in one.drawn and _KEY in one.real]
    pairs = _pairs(drawn[0].real, data(run, board)["schema"]["target"]) if drawn else []
    if not pairs:
        return []
    text = f"Up to {_POINTS} rows each of the first repeat; real rows in grey beneath."
    return [Text(text), *(_figure(board, drawn, *pair) for pair in pairs)]


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
    what = f"{names[y]} against {names[x]}"
    real = _series("real", drawn[0].real, x, y)
    alone = Panel("scatter", "real", names[x], names[y], (real,), limits=_limits(real))
    panels = (alone, *(_panel(one, x, y, one.name) for one in drawn))
    alt = f"Clouds of {what}: real rows, and each generator's over them"
    return Figure(f"cloud-{names[y]}-{names[x]}-{board.dataset}-{board.protocol}", what, alt, panels)


def of_one(one: Shown, target: str) -> tuple[Panel, ...]:
    """The pairs of one generator, real rows beneath."""
    if _KEY not in one.drawn or _KEY not in one.real:
        return ()
    names = [name(column) for column in one.real["fidelity/columns"]]
    return tuple(_panel(one, x, y, f"{names[y]} against {names[x]}") for x, y in _pairs(one.real, target))


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


SECTION = Section("Clouds", 50, _build)
