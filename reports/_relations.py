"""Relations between columns that hold in train, and the share of each generator's rows that violate them."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import fmean

from bench.api import EVERY_REPEAT, Block, Board, Run, Table, Text

from ._format import count, number
from ._lookup import generators, results

_MOST_RELATIONS = 20
_MOST_GENERATORS = 8
_NAMES, _SHARES = f"fidelity/{EVERY_REPEAT}relations", f"fidelity/{EVERY_REPEAT}violations"
_TEXT = (
    "Relations between columns hold without exception in train. A number is the share of a generator's rows that "
    "violate the relation, among the rows to which it applies, mean over repeats."
)
_FEWER = "Each repeat has its own train rows: where only some repeats have a relation, their number is in brackets."


@dataclass(slots=True)
class _Relation:
    """A relation in words.

    Attributes:
        shares: of rows that violate it, by generator, one per trial.
        repeats: those in whose train rows it was found.
    """

    words: str
    shares: dict[str, list[float]] = field(default_factory=dict)
    repeats: set[int] = field(default_factory=set)

    def mean(self) -> float:
        """Returns the share of rows that violate it, mean over repeats and then over generators."""
        return fmean(map(fmean, self.shares.values()))


def relation_blocks(run: Run, board: Board) -> list[Block]:
    """Returns tables of the relations that are violated most; none for a table of numbers, or without relations."""
    if run.manifest.dataset(board.dataset).schema.is_numeric:
        return []
    found, repeats = _stored(run, board)
    if not found:
        return []
    # The sort is stable: relations that are violated equally often keep the order in which they were found.
    shown = sorted(found, key=lambda relation: -relation.mean())[:_MOST_RELATIONS]
    fewer = any(len(relation.repeats) < repeats for relation in shown)
    said = [_TEXT, *([_FEWER] if fewer else []), *_left_out(len(found) - len(shown))]
    return [Text(" ".join(said)), *_tables(board, shown, repeats)]


def _left_out(relations: int) -> list[str]:
    if not relations:
        return []
    verb = "is" if relations == 1 else "are"
    return [
        f"Shown are the {_MOST_RELATIONS} relations that are violated most; {count(relations, 'other')} {verb} not."
    ]


def _stored(run: Run, board: Board) -> tuple[list[_Relation], int]:
    """Returns the relations of all repeats, and in how many repeats they were looked for."""
    found: dict[str, _Relation] = {}
    repeats: set[int] = set()
    for result in (result for result in results(run, board) if result.status == "ok"):
        arrays, trial = run.drawings(result), result.trial
        if _NAMES in arrays and _SHARES in arrays:
            repeats.add(trial.repeat)
            for words, share in zip(map(str, arrays[_NAMES]), map(float, arrays[_SHARES]), strict=True):
                relation = found.setdefault(words, _Relation(words))
                relation.shares.setdefault(trial.generator, []).append(share)
                relation.repeats.add(trial.repeat)
    return list(found.values()), len(repeats)


def _tables(board: Board, relations: list[_Relation], repeats: int) -> list[Table]:
    """Returns tables with a row per relation; generators from best to worst side by side, at most 8 in a table."""
    known = {generator for relation in relations for generator in relation.shares}
    names = [entry.generator for entry in generators(board) if entry.generator in known]
    parts = [names[start : start + _MOST_GENERATORS] for start in range(0, len(names), _MOST_GENERATORS)]
    marks = [f" ({part} of {len(parts)})" if len(parts) > 1 else "" for part in range(1, len(parts) + 1)]
    caption = "Violated relations, share of rows"
    return [
        Table(("Relation", *part), tuple(_row(relation, part, repeats) for relation in relations), caption + mark)
        for part, mark in zip(parts, marks, strict=True)
    ]


def _row(relation: _Relation, names: list[str], repeats: int) -> tuple[str, ...]:
    means = (fmean(relation.shares[name]) if name in relation.shares else None for name in names)
    fewer = f" ({len(relation.repeats)} of {repeats})" if len(relation.repeats) < repeats else ""
    return (relation.words + fewer, *map(number, means))
