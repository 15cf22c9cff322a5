"""Section Latents: how much each latent of an encoder tells about a row, and which latents are not used."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bench.api import Block, Board, Details, Entry, Figure, Panel, Run, Series, Table, Text
from bench.common.formatting import NONE

from ._format import count, interval_series, listing, name, number, percent, stat
from ._lookup import Drawings, board_section, first_results, generators

_MOSTLY_COLLAPSED = 0.5
_MOST_BARS, _BINS = 24, 30
_HINTS = {
    "Active units": "latents whose mean varies between rows: variance above 0.01 of the prior's (Burda et al. 2016)",
    "KL (nats)": "what the codes tell about a row, summed over latents; 0 means that the model ignores its encoder",
    "Largest, smallest": "largest and smallest KL of a single latent, first repeat",
    "Correlation": "mean |r| over pairs of active latents; near 1, the latents repeat each other",
    "Collapse": "share of latents with a KL below 0.01 nats, as words",
}


def _board_blocks(run: Run, board: Board) -> list[Block]:
    entries = [entry for entry in generators(board) if "active_units" in entry.metrics]
    names = {entry.generator for entry in entries}
    firsts = [result for result in first_results(run, board) if result.trial.generator in names]
    arrays = {result.trial.generator: run.drawings(result) for result in firsts}
    return [*_warning(entries), _table(entries, arrays), *_figures(board, arrays)] if entries else []


def _warning(entries: list[Entry]) -> list[Block]:
    collapsed = [entry.generator for entry in entries if (_collapsed(entry) or 0.0) >= _MOSTLY_COLLAPSED]
    if not collapsed:
        return []
    which = "most of its latents" if len(collapsed) == 1 else "most of their latents"
    text = f"Posterior collapse in {listing(collapsed)}: {which} tell nothing about a row, so the decoder ignores them."
    return [Text(text, tone="warning")]


def _collapsed(entry: Entry) -> float | None:
    return entry.metrics["collapsed"].mean if "collapsed" in entry.metrics else None


def _table(entries: list[Entry], arrays: dict[str, Details]) -> Table:
    header = ("Generator", "Latents", "Active units", "KL (nats)", "Largest, smallest", "Correlation", "Collapse")
    rows = tuple(_row(entry, arrays.get(entry.generator, {})) for entry in entries)
    caption = "Latents of train rows, mean ± standard deviation over repeats"
    return Table(header, rows, caption, align="lrrrrrl", hints=_HINTS, names=0)


def _row(entry: Entry, arrays: Details) -> tuple[str, ...]:
    kl = [float(nats) for nats in arrays.get("latent/kl", ())]
    return (
        entry.generator,
        str(len(arrays["latent/std"])) if "latent/std" in arrays else NONE,
        stat(entry.metrics.get("active_units"), 3),
        stat(entry.metrics.get("latent_kl"), 3),
        f"{number(max(kl), 3)}, {number(min(kl), 3)}" if kl else NONE,
        stat(entry.metrics.get("latent_correlation"), 3),
        _collapse_in_words(_collapsed(entry)),
    )


def _collapse_in_words(share: float | None) -> str:
    if share is None:
        return "not defined: codes are points"
    if share in (0, 1):
        return "all latents: the encoder is ignored" if share else "none"
    return f"{'most' if share >= _MOSTLY_COLLAPSED else 'some'} latents ({percent(share)})"


def _figures(board: Board, arrays: dict[str, Details]) -> list[Figure]:
    context, tag = f"on {name(board.dataset)}, first repeat", f"{board.dataset}-{board.protocol}"
    kl = _lists(arrays, "latent/kl")
    matrices = {who: matrix for who, matrix in _lists(arrays, "latent/correlation").items() if len(matrix) > 1}
    points = _lists(arrays, "latent/points")
    largest = max((max(nats) for nats in kl.values()), default=0.0) or 0.01
    panels = {
        "kl": tuple(_kl_panel(who, nats, largest) for who, nats in kl.items()),
        "correlation": tuple(_heatmap(who, matrix) for who, matrix in matrices.items()),
        "cloud": tuple(_scatter(who, codes) for who, codes in points.items()),
    }
    texts = {
        "kl": ("KL of each latent, largest first", f"KL of the latents {context}: {_kl_ranges(kl)}"),
        "correlation": ("Correlation of the latents' means", f"Correlations of latents {context}: {listing(matrices)}"),
        "cloud": ("Train rows on the two principal axes of the latents", f"Codes {context}: {listing(points)}"),
    }
    return [Figure(f"latent-{key}-{tag}", *texts[key], drawn) for key, drawn in panels.items() if drawn]


def generator_panels(drawing: Drawings) -> tuple[Panel, ...]:
    """Returns KL and correlations of a generator's latents, and the densities of its codes on two principal axes."""
    kl = drawing.synthetic["latent/kl"].tolist() if "latent/kl" in drawing.synthetic else []
    matrix = drawing.synthetic["latent/correlation"].tolist() if "latent/correlation" in drawing.synthetic else []
    points: Any = drawing.synthetic.get("latent/points", ())
    return (
        *((replace(_kl_panel(drawing.name, kl, max(kl) or 0.01), title="KL"),) if kl else ()),
        *((replace(_heatmap(drawing.name, matrix), title="correlations"),) if len(matrix) > 1 else ()),
        *((_code_densities(drawing.name, points),) if len(points) else ()),
    )


def _code_densities(generator: str, points: Any) -> Panel:  # noqa: ANN401 - an array
    """Returns histograms of the codes along both axes, on the same bins."""
    import numpy as np

    edges = np.linspace(points.min(), points.max() + 1e-9, _BINS + 1)
    densities = [np.histogram(points[:, axis], edges, density=True)[0] for axis in (0, 1)]
    series = tuple(
        Series(generator, tuple(edges.tolist()), tuple(density.tolist()), label=label, variant=axis)
        for axis, (label, density) in enumerate(zip(("first axis", "second axis"), densities, strict=True))
    )
    return Panel("step", "densities of the codes", series=series)


def _lists(arrays: dict[str, Details], key: str) -> dict[str, list[Any]]:
    return {who: details[key].tolist() for who, details in arrays.items() if key in details}


def _kl_ranges(kl: dict[str, list[float]]) -> str:
    return "; ".join(
        f"{name(who)} {number(max(nats), 3)} to {number(min(nats), 3)} nats over {count(len(nats), 'latent')}"
        for who, nats in kl.items()
    )


def _kl_panel(generator: str, kl: list[float], largest: float) -> Panel:
    """Returns bars from 0 to at most `largest` nats, the longest first; with very many latents, only the longest."""
    order = sorted(range(len(kl)), key=lambda latent: -kl[latent])[:_MOST_BARS]
    lengths = {f"z{latent + 1}": kl[latent] for latent in order}
    return bar_panel(generator, "nats", generator, lengths, (-0.03 * largest, 1.05 * largest))


def bar_panel(title: str, x_label: str, generator: str, lengths: dict[str, float], ends: tuple[float, float]) -> Panel:
    """Returns horizontal bars from 0, by label from top to bottom; `ends` are those of the x axis."""
    bars = tuple(interval_series(generator, x, 0.0, x, position) for position, x in enumerate(lengths.values()))
    limits = (*ends, len(lengths) - 0.5, -0.5)
    return Panel("interval", title, x_label, series=bars, labels=tuple(lengths), limits=limits)


def _heatmap(generator: str, matrix: list[list[float]]) -> Panel:
    rows = tuple(tuple(map(float, row)) for row in matrix)
    return Panel("heatmap", generator, matrix=rows, labels=tuple(f"z{latent + 1}" for latent in range(len(rows))))


def _scatter(generator: str, points: list[list[float]]) -> Panel:
    x, y = (tuple(float(point[axis]) for point in points) for axis in (0, 1))
    return Panel("scatter", generator, "first axis", "second axis", series=(Series(generator, x, y),))


SECTION = board_section("Latents", 62, _board_blocks, page="Compare")
