"""What encoders do with their latents: which carry something of a row, and which lie idle."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bench.api import Block, Figure, Panel, Series, Table, Text

from ._format import NONE, count, listing, name, number, percent, stat
from ._lookup import by_board, first_ok, generators

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.api import Board, Details, Entry, Run

    from ._lookup import Shown

_SILENT = 0.5
_MOST, _BINS = 24, 30
_HINTS = {
    "Active units": "latents whose mean moves from row to row: variance above 0.01 of the prior's (Burda et al. 2016)",
    "KL (nats)": "what the codes say of a row, summed over latents: 0 is a model that ignores its encoder",
    "Largest, smallest": "KL of the latent that says most, and of the one that says least, first repeat",
    "Correlation": "mean |r| over pairs of active latents: near 1 they repeat each other",
    "Collapse": "share of latents with a KL below 0.01 nats, in words",
}


def _board(run: Run, board: Board) -> list[Block]:
    rows = {row.generator: row for row in generators(board) if "active_units" in row.metrics}
    drawn = {one.trial.generator: run.drawings(one) for one in first_ok(run, board) if one.trial.generator in rows}
    if not rows:
        return []
    return [*_warning(list(rows.values())), _table(list(rows.values()), drawn), *_figures(board, drawn)]


def _warning(rows: Sequence[Entry]) -> list[Block]:
    idle = [row.generator for row in rows if _collapsed(row) >= _SILENT]
    if not idle:
        return []
    which = "most of its latents say" if len(idle) == 1 else "most of their latents say"
    words = f"Posterior collapse in {listing(idle)}: {which} nothing of a row, so the decoder works without them."
    return [Text(words, tone="warning")]


def _collapsed(row: Entry) -> float:
    return row.metrics["collapsed"].mean if "collapsed" in row.metrics else 0.0


def _table(rows: Sequence[Entry], drawn: dict[str, Details]) -> Table:
    return Table(
        header=("Generator", "Latents", "Active units", "KL (nats)", "Largest, smallest", "Correlation", "Collapse"),
        rows=tuple(_row(row, drawn.get(row.generator, {})) for row in rows),
        caption="Latents of rows of train, mean ± standard deviation over repeats",
        align="lrrrrrl",
        hints=_HINTS,
        names=0,
    )


def _row(row: Entry, drawn: Details) -> tuple[str, ...]:
    kl = [float(nats) for nats in drawn.get("latent/kl", ())]
    return (
        row.generator,
        str(len(drawn["latent/std"])) if "latent/std" in drawn else NONE,
        stat(row.metrics.get("active_units"), 3),
        stat(row.metrics.get("latent_kl"), 3),
        f"{number(max(kl), 3)}, {number(min(kl), 3)}" if kl else NONE,
        stat(row.metrics.get("latent_correlation"), 3),
        _in_words(row),
    )


def _in_words(row: Entry) -> str:
    """What share of the latents says nothing."""
    if "collapsed" not in row.metrics:
        return "not defined: codes are points"
    share = row.metrics["collapsed"].mean
    if share == 0:
        return "none"
    if share == 1:
        return "all latents: the encoder is ignored"
    return f"{'most' if share >= _SILENT else 'some'} latents ({percent(share)})"


def _figures(board: Board, drawn: dict[str, Details]) -> list[Figure]:
    of, tag = f"on {name(board.dataset)}, first repeat", f"{board.dataset}-{board.protocol}"
    measured = _lists(drawn, "latent/kl")
    related = {who: matrix for who, matrix in _lists(drawn, "latent/correlation").items() if len(matrix) > 1}
    clouds = _lists(drawn, "latent/points")
    top = max((max(kl) for kl in measured.values()), default=0.0) or 0.01
    panels = {
        "kl": tuple(_divergences(who, kl, top) for who, kl in measured.items()),
        "correlation": tuple(_heatmap(who, matrix) for who, matrix in related.items()),
        "cloud": tuple(_cloud(who, points) for who, points in clouds.items()),
    }
    said = {
        "kl": ("KL of each latent, from the one that says most", f"KL of the latents {of}: {_words(measured)}"),
        "correlation": ("Correlation of the latents' means", f"Correlations of latents {of}: {listing(related)}"),
        "cloud": ("Rows of train on the two principal axes of the latents", f"Codes {of}: {listing(clouds)}"),
    }
    return [Figure(f"latent-{key}-{tag}", *said[key], found) for key, found in panels.items() if found]


def of_one(one: Shown) -> tuple[Panel, ...]:
    """KL and correlations of a generator's latents, and its codes' densities along the two principal axes."""
    kl = one.drawn["latent/kl"].tolist() if "latent/kl" in one.drawn else []
    matrix = one.drawn["latent/correlation"].tolist() if "latent/correlation" in one.drawn else []
    points: Any = one.drawn.get("latent/points", ())
    bars = (_divergences("KL", kl, max(kl) or 0.01),) if kl else ()
    return (
        *(replace(panel, series=tuple(replace(bar, name=one.name) for bar in panel.series)) for panel in bars),
        *((replace(_heatmap(one.name, matrix), title="correlations"),) if len(matrix) > 1 else ()),
        *((_densities(one.name, points),) if len(points) else ()),
    )


def _densities(who: str, points: Any) -> Panel:  # noqa: ANN401 - an array
    """Histograms of the codes along both axes, on the same bins."""
    import numpy as np

    edges = np.linspace(points.min(), points.max() + 1e-9, _BINS + 1)
    series = tuple(
        Series(
            who,
            tuple(edges.tolist()),
            tuple(np.histogram(points[:, axis], edges, density=True)[0].tolist()),
            label=label,
            variant=axis,
        )
        for axis, label in enumerate(("first axis", "second axis"))
    )
    return Panel("step", "densities of the codes", series=series)


def _lists(drawn: dict[str, Details], key: str) -> dict[str, list[Any]]:
    return {who: arrays[key].tolist() for who, arrays in drawn.items() if key in arrays}


def _words(measured: dict[str, list[float]]) -> str:
    return "; ".join(
        f"{name(who)} {number(max(kl), 3)} to {number(min(kl), 3)} nats over {count(len(kl), 'latent')}"
        for who, kl in measured.items()
    )


def _divergences(who: str, kl: Sequence[float], top: float) -> Panel:
    """Bars from nought to at most `top`, the largest above; the smallest of very many are left out."""
    order = sorted(range(len(kl)), key=lambda at: -kl[at])[:_MOST]
    bars = tuple(Series(who, (kl[at],), (float(row),), (0.0,), (kl[at],)) for row, at in enumerate(order))
    limits = (-0.03 * top, 1.05 * top, len(order) - 0.5, -0.5)
    return Panel("interval", who, "nats", series=bars, labels=tuple(f"z{at + 1}" for at in order), limits=limits)


def _heatmap(who: str, matrix: Sequence[Sequence[float]]) -> Panel:
    rows = tuple(tuple(map(float, row)) for row in matrix)
    return Panel("heatmap", who, matrix=rows, labels=tuple(f"z{at + 1}" for at in range(len(rows))))


def _cloud(who: str, points: Sequence[Sequence[float]]) -> Panel:
    x, y = (tuple(float(point[axis]) for point in points) for axis in (0, 1))
    return Panel("scatter", who, "first axis", "second axis", series=(Series(who, x, y),))


SECTION = by_board("Latents", 62, _board)
