"""Compares `station` with methane-1: `python -m bench.data._station_compare` writes the tables of docs/station.md.

The real table comes from BENCH_DATA_DIR or a download; only its summary statistics are written.
"""

from __future__ import annotations

import json
import sys
from math import log
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    Statistics = Mapping[str, float]

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
LAGS = (1, 10, 100, 1000)
NEAR = {"mean": 0.3, "std": log(1.25), "quantile": 0.35, "correlation": 0.15, "lag 1": 0.02, "lag": 0.15}
"""Largest difference that counts as near: of means and quantiles in real standard deviations, of standard deviations
in logarithms, of other statistics without a unit. docs/station.md gives the reasons."""

MARKS = "<!-- comparison: begin -->", "<!-- comparison: end -->"
STATISTICS = "tests/data/methane-1.json"


def statistics(frame: pd.DataFrame) -> dict[str, float]:
    """Returns the 153 statistics that are compared, by `kind/column`, such as `quantile 0.5/Moisture`."""
    names, corr = list(map(str, frame.columns)), frame.corr().to_numpy()
    values = {f"mean/{name}": float(frame[name].mean()) for name in names}
    values |= {f"std/{name}": float(frame[name].std()) for name in names}
    values |= {f"quantile {q}/{name}": float(frame[name].quantile(q)) for name in names for q in QUANTILES}
    pairs = zip(*np.triu_indices(len(names), 1), strict=True)
    values |= {f"correlation/{names[a]}, {names[b]}": float(corr[a, b]) for a, b in pairs}
    return values | {f"lag {lag}/{name}": float(frame[name].autocorr(lag)) for name in names for lag in LAGS}


def distances(real: Statistics, other: Statistics) -> dict[str, float]:
    """Returns the distance of `other` from `real` for each statistic, in units of the largest near difference."""

    def distance(key: str) -> float:
        kind, column = key.split("/")
        limit = NEAR.get(kind) or NEAR[kind.split()[0]]
        if kind == "std":
            return abs(log(other[key] / real[key])) / limit
        scale = real[f"std/{column}"] if kind.startswith(("mean", "quantile")) else 1.0
        return abs(other[key] - real[key]) / scale / limit

    return {key: distance(key) for key in real}


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _grid(real: Statistics, sim: Statistics, names: list[str], kinds: list[str], form: Callable[[float], str]) -> str:
    def cell(kind: str, name: str) -> str:
        return f"{form(real[f'{kind}/{name}'])} / {form(sim[f'{kind}/{name}'])}"

    return _table(["real / station", *kinds], [[name, *(cell(kind, name) for kind in kinds)] for name in names])


def _correlations(real: Statistics, sim: Statistics, names: list[str]) -> str:
    def cell(a: str, b: str) -> str:
        key = f"correlation/{a}, {b}"
        return f"{real[key]:.2f} / {sim[key]:.2f}" if key in real else ""

    return _table(["real / station", *names[1:]], [[a, *(cell(a, b) for b in names[1:])] for a in names[:-1]])


def _magnitude(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.2f}"


def _nearness(real: Statistics, first: Statistics, further: list[dict[str, float]]) -> str:
    def share(kind: str, seasons: list[dict[str, float]]) -> str:
        near = [d <= 1 for season in seasons for key, d in season.items() if key.startswith(kind)]
        return f"{np.mean(near):.0%}"

    default, others = [distances(real, first)], [distances(real, season) for season in further]
    kinds = ["mean", "std", "quantile", "correlation", "lag"]
    rows = [[kind, share(kind, default), share(kind, others)] for kind in kinds]
    rows.append(["all 153", share("", default), share("", others)])
    return _table(["near", "default season", f"{len(others)} further seasons"], rows)


def tables(real: pd.DataFrame, seasons: list[pd.DataFrame]) -> str:
    """Returns Markdown tables that compare `real` with the first of `seasons`, and count near statistics of all."""
    target, (first, *further) = statistics(real), [statistics(season) for season in seasons]
    names = list(map(str, real.columns))
    parts = {
        "How many statistics are near": _nearness(target, first, further),
        "Moments": _grid(target, first, names, ["mean", "std"], _magnitude),
        "Quantiles": _grid(target, first, names, [f"quantile {q}" for q in QUANTILES], _magnitude),
        "Correlations": _correlations(target, first, names),
        "Autocorrelations": _grid(target, first, names, [f"lag {lag}" for lag in LAGS], "{:.3f}".format),
    }
    return "\n\n".join(f"### {title}\n\n{table}" for title, table in parts.items())


def main(page: Path) -> None:
    """Replaces the tables between the marks of `page`, and the statistics that the tests use."""
    from bench.plugins import entry_points

    real = entry_points.load("datasets", "methane-1").load().frame
    seasons = entry_points.load("datasets", "station").load(seasons=21).frame
    text = page.read_text(encoding="utf-8")
    before, after = text.split(MARKS[0])[0], text.split(MARKS[1])[1]
    parts = [seasons.iloc[row : row + len(real)] for row in range(0, len(seasons), len(real))]
    page.write_text(f"{before}{MARKS[0]}\n\n{tables(real, parts)}\n\n{MARKS[1]}{after}", encoding="utf-8")
    rounded = {key: float(f"{value:.6g}") for key, value in statistics(real).items()}
    Path(STATISTICS).write_text(json.dumps(rounded, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/station.md"))
