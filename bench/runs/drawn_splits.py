"""Stores values of reference rows on drawn splits: in the user's cache, by key, and in `drawn-splits.json` of a run.

What cannot be read, or is something else, counts as absent: it is computed again.
"""

from __future__ import annotations

import json
import math
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api import BenchError, DrawnSplits
from bench.common.atomic_files import write_file
from bench.runs.stored_files import read_object

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DRAWN_SPLITS = "drawn-splits.json"
"""The file in `references/` of a run directory."""

_VERSION = 1
_DIGITS = 6
"""Significant digits of values: more than their noise needs."""


def read_drawn(path: Path) -> tuple[DrawnSplits, ...]:
    """Reads the drawn splits of a run directory; none if there is no such file, or it is damaged."""
    with suppress(BenchError, ValueError, KeyError, TypeError, AttributeError):
        content = read_object(path / "references" / DRAWN_SPLITS, path)
        if content["schema_version"] == _VERSION:
            return tuple(_unpacked(each) for each in content["drawn"])
    return ()


def write_drawn(path: Path, drawn: Iterable[DrawnSplits]) -> None:
    """Writes the drawn splits of a run directory, whole."""
    content = {"schema_version": _VERSION, "drawn": [_packed(each) for each in drawn]}
    write_file(path / "references" / DRAWN_SPLITS, _compact(content))


def recall(wanted: DrawnSplits) -> DrawnSplits:
    """Returns `wanted` with the splits that the user's cache holds for its key."""
    file = _cache_file(wanted.key)
    with suppress(BenchError, ValueError, KeyError, TypeError, AttributeError):
        content = read_object(file, file.parent)
        stored = _unpacked(content["drawn"])
        if content["schema_version"] == _VERSION and stored.key == wanted.key:
            values = {number: rows for number, rows in stored.values.items() if 0 <= number < wanted.wanted}
            return replace(wanted, values=values)
    return wanted


def remember(drawn: DrawnSplits) -> None:
    """Adds splits to those that the user's cache holds; a cache that cannot be written costs no run."""
    together = replace(drawn, scoring="", values={**recall(drawn).values, **drawn.values})
    with suppress(OSError):
        write_file(_cache_file(drawn.key), _compact({"schema_version": _VERSION, "drawn": _packed(together)}))


def rounded(values: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Returns reference row -> metric -> value with the digits that are stored."""
    return {
        name: {metric: float(f"{value:.{_DIGITS}g}") for metric, value in by_metric.items()}
        for name, by_metric in values.items()
    }


def _cache_file(key: str) -> Path:
    import platformdirs

    folder = os.environ.get("BENCH_CACHE_DIR") or platformdirs.user_cache_dir("tabgen-bench")
    return Path(folder) / "drawn-splits" / f"{key}.json"


def _compact(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def _packed(drawn: DrawnSplits) -> dict[str, Any]:
    return {
        "dataset": drawn.dataset,
        "protocol": drawn.protocol,
        "key": drawn.key,
        "scoring": drawn.scoring,
        "wanted": drawn.wanted,
        "holdout": drawn.holdout,
        "values": {str(number): drawn.values[number] for number in sorted(drawn.values)},
    }


def _unpacked(content: Mapping[str, Any]) -> DrawnSplits:
    """Returns what the parsed JSON describes; raises an error of types or values if it has another form."""
    texts = [content[name] for name in ("dataset", "protocol", "key", "scoring")]
    counts = [content[name] for name in ("wanted", "holdout")]
    if not all(isinstance(text, str) for text in texts) or not all(type(count) is int for count in counts):
        raise TypeError("expected texts and counts")
    values = {
        int(number): {
            str(name): {str(metric): _finite(value) for metric, value in by_metric.items()}
            for name, by_metric in rows.items()
        }
        for number, rows in content["values"].items()
    }
    dataset, protocol, key, scoring = texts
    return DrawnSplits(dataset, protocol, key, counts[0], counts[1], scoring, values)


def _finite(value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no number")
    return float(value)
