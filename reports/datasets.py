"""Where the data come from, and what leaks between their parts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bench.api import Block, Facts, Fold, Table, Text

from ._format import NONE, count, line, name, number
from ._lookup import by_board, columns, data, splits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.api import Board, Run, SplitDescription

_SPLIT_HINTS = {
    "Train": "rows that generators see",
    "Holdout": "real rows exchangeable with train: what fidelity, detection and privacy compare with",
    "Test": "real rows that utility predicts; the same as holdout under the random protocol",
    "Unused": "rows dropped around test blocks, or beyond the cap on train rows",
    "Near test": "share of test rows with a near-copy in train: what remembering would earn",
    "Near holdout": "share of holdout rows with a near-copy in train",
}


def _board(run: Run, board: Board) -> list[Block]:
    parts = splits(run, board)
    audits = [split.audit for split in parts]
    warnings = _warnings([line(text) for audit in audits for text in audit.warnings])
    return [
        Facts(tuple(_card(run, board))),
        _splits(parts),
        *([Text("The leakage audit warns:", tone="warning", items=warnings)] if warnings else []),
        *_lags(audits[0].lag1 if audits else {}),
    ]


def _warnings(texts: list[str]) -> tuple[str, ...]:
    """Each once; those of several splits that differ in numbers alone are one."""
    alike: dict[str, list[str]] = {}
    for text in texts:
        alike.setdefault(re.sub(r"\d+(\.\d+)?", "#", text), []).append(text)
    more = {found[0]: len(found) - 1 for found in alike.values()}
    return tuple(f"{text} Likewise in {count(many, 'other split')}." if many else text for text, many in more.items())


def _card(run: Run, board: Board) -> list[tuple[str, str]]:
    card, schema = data(run, board), data(run, board).schema
    facts = [
        ("Name", line(card.name)),
        ("Rows", f"{card.rows:,}, {'in time' if schema.ordered else 'in no order'}"),
        ("Columns", f"{len(columns(run, board))}: {', '.join(map(name, columns(run, board)))}"),
        ("Target", name(schema.target)),
        ("Source", line(card.source)),
        ("Licence", line(card.licence)),
        ("sha256", card.sha256),
    ]
    return facts + [("Note", line(note)) for note in card.notes]


def _splits(parts: list[SplitDescription]) -> Table:
    return Table(
        header=("Repeat", "Protocol", "Train", "Holdout", "Test", "Unused", "Near test", "Near holdout", "Seed"),
        rows=tuple(_split(split) for split in parts),
        caption="Splits, and the leakage audit of each",
        align="rlrrrrrrr",
        hints=_SPLIT_HINTS,
    )


def _split(split: SplitDescription) -> tuple[str, ...]:
    sizes, audit = split.sizes, split.audit
    parts = (f"{size:,}" if size else NONE for size in (sizes.train, sizes.holdout, sizes.test))
    unused = NONE if audit.unused is None else f"{audit.unused:,}"
    near = (number(audit.near_test), number(audit.near_holdout))
    return (str(split.repeat + 1), split.protocol, *parts, unused, *near, str(split.seed))


def _lags(lag1: Mapping[str, float | None]) -> list[Block]:
    if not lag1:
        return []
    table = Table(
        header=("Column", "Lag-1 autocorrelation"),
        rows=tuple((column, number(value)) for column, value in lag1.items()),
    )
    words = "How alike neighbouring rows are, from -1 to 1: near 1, a row all but repeats the one before it."
    return [Fold(f"Autocorrelation of {count(len(lag1), 'column')}", (Text(words), table))]


SECTION = by_board("Data", 80, _board)
