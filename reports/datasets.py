"""Section Data: source and licence of each data set, its splits, and the warnings of the leakage audit."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bench.api import Block, Board, DatasetDescription, Facts, Fold, Run, Schema, SplitDescription, Table, Text
from bench.common.formatting import NONE
from bench.common.safe_text import one_line
from bench.common.schema_words import first_names, is_plain, kinds_in_words, left_out_in_words, target_in_words

from ._format import count, name, number
from ._lookup import best_drawings, board_section, columns, splits

_MEASURED = ("Near test", "Near holdout", "Identical")

_SPLIT_HINTS = {
    "Train": "rows that generators see",
    "Holdout": "real rows exchangeable with train, used by fidelity, detection and privacy",
    "Test": "real rows that utility models predict; the same as holdout under the random protocol",
    "Stretches": "held-out rows in stretches of time, which only `mia_stretch_tpr` uses",
    "Unused": "rows dropped around test blocks, or beyond the cap on train rows",
    "Near test": "share of test rows with a near-copy in train beyond chance, which a memorising model could predict; "
    "near is what 5 % of train rows are to train rows that are not their neighbours in the table",
    "Near holdout": "the same for holdout rows",
    "Identical": "share of holdout rows that are identical to a train row",
}
_EARLIER_NEAR = (
    "share of test rows that differ from a train row by less than 0.02 standard deviations, mean over columns"
)
"""What the column meant in runs that did not measure chance."""


def _board_blocks(run: Run, board: Board) -> list[Block]:
    parts = splits(run, board)
    audits = [split.audit for split in parts]
    warnings = _warnings([one_line(text) for audit in audits for text in audit.warnings])
    return [
        Facts(tuple(_card(run, board))),
        *_columns(run, board),
        _splits(parts),
        *([Text("The leakage audit warns:", tone="warning", items=warnings)] if warnings else []),
        *_lags(audits[0].lag1 if audits else {}),
    ]


def _warnings(texts: list[str]) -> tuple[str, ...]:
    """Returns the warnings without repetition; warnings of several splits that differ only in numbers become one."""
    alike: dict[str, list[str]] = {}
    for text in texts:
        alike.setdefault(re.sub(r"\d+(\.\d+)?", "#", text), []).append(text)
    return tuple(
        f"{first} Similar in {count(len(others), 'other split')}." if others else first
        for first, *others in alike.values()
    )


def _card(run: Run, board: Board) -> list[tuple[str, str]]:
    card = run.manifest.dataset(board.dataset)
    facts = [
        ("Name", one_line(card.name)),
        ("Rows", f"{card.rows:,}, {'in time' if card.schema.ordered else 'in no order'}{_distinct(card, run, board)}"),
        ("Columns", f"{len(columns(run, board))}: {', '.join(map(name, columns(run, board)))}"),
        *_kinds(card.schema),
        ("Source", one_line(card.source)),
        ("Licence", one_line(card.licence)),
        ("sha256", card.sha256),
    ]
    return facts + [("Note", one_line(note)) for note in card.notes]


def _kinds(schema: Schema) -> list[tuple[str, str]]:
    """Returns the target; also the kinds of columns and what was left out, unless all are complete numbers."""
    if is_plain(schema):
        return [("Target", name(schema.target))]
    left_out = [("Left out", left_out_in_words(schema))] if schema.left_out else []
    return [("Kinds", kinds_in_words(schema)), ("Target", target_in_words(schema)), *left_out]


def _columns(run: Run, board: Board) -> list[Block]:
    """Returns the kind, levels and gaps of every column, if there are any but complete numbers."""
    schema = run.manifest.dataset(board.dataset).schema
    if schema.is_numeric:
        return []
    shares = _gap_shares(run, board)
    rows = tuple(
        (
            name(column.name),
            "date" if column.kind == "datetime" else f"ordered {column.kind}" if column.ordered else column.kind,
            f"{len(column.levels)}: {first_names(column.levels)}" if column.levels else NONE,
            number(shares.get(column.name)) if column.name in shares else "yes" if column.missing else NONE,
        )
        for column in schema.columns
    )
    hints = {"Gaps": "share of cells without value, among the train rows of the first repeat"}
    table = Table(("Column", "Kind", "Levels", "Gaps"), rows, align="lllr", hints=hints)
    return [Fold(f"Kinds of {count(len(rows), 'column')}", (table,))]


def _gap_shares(run: Run, board: Board) -> dict[str, float]:
    """Returns the share of gaps in real rows, by column that has any; empty if it was not stored."""
    for drawing in best_drawings(run, board):
        if drawing.have("fidelity/gaps"):
            pairs = zip(drawing.real["fidelity/columns"], drawing.real["fidelity/gaps"], strict=True)
            return {str(column): float(share) for column, share in pairs if share > 0}
    return {}


def _distinct(card: DatasetDescription, run: Run, board: Board) -> str:
    """How many rows are distinct, if some repeat others."""
    numbers = {split.audit.distinct_rows for split in splits(run, board)} - {None, card.rows}
    return f", {min(filter(None, numbers)):,} of them distinct" if numbers else ""


def _splits(parts: list[SplitDescription]) -> Table:
    stretches = any(split.sizes.stretches for split in parts)
    header = (
        "Repeat",
        "Protocol",
        "Train",
        "Holdout",
        "Test",
        *(["Stretches"] if stretches else []),
        "Unused",
        *_MEASURED,
        "Seed",
    )
    rows = tuple(_split(split, stretches=stretches) for split in parts)
    caption = "Splits, with the results of the leakage audit"
    earlier = any(split.audit.near_test is not None and split.audit.near_chance is None for split in parts)
    hints = {name: hint for name, hint in _SPLIT_HINTS.items() if name in header}
    hints |= {"Near test": _EARLIER_NEAR} if earlier else {}
    return Table(header, rows, caption, align="rl" + "r" * (len(header) - 2), hints=hints)


def _split(split: SplitDescription, *, stretches: bool) -> tuple[str, ...]:
    """Returns the row of a split; with `stretches`, some split of the board has that part."""
    sizes, audit = split.sizes, split.audit
    shown = (sizes.train, sizes.holdout, sizes.test, *((sizes.stretches,) if stretches else ()))
    parts = (f"{size:,}" if size else NONE for size in shown)
    unused = NONE if audit.unused is None else f"{audit.unused:,}"
    measured = (number(value) for value in (audit.near_test, audit.near_holdout, audit.identical_holdout))
    return (str(split.repeat + 1), split.protocol, *parts, unused, *measured, str(split.seed))


def _lags(lag1: Mapping[str, float | None]) -> list[Block]:
    if not lag1:
        return []
    rows = tuple((column, number(value)) for column, value in lag1.items())
    table = Table(("Column", "Lag-1 autocorrelation"), rows)
    text = "Similarity of neighbouring rows, from -1 to 1. Near 1, each row is almost the same as the row before it."
    return [Fold(f"Autocorrelation of {count(len(lag1), 'column')}", (Text(text), table))]


SECTION = board_section("Data", 80, _board_blocks)
