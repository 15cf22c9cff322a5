"""How the rows of a board were split, in words, and what follows from it."""

from __future__ import annotations

from bench.api import Board, KeptTogether, Run

_STRETCHES = "the test rows are whole stretches of time, and the rows next to them are dropped. Neighbouring rows "
_MEMORISE = "so after a shuffled split models could score well by memorising them"
_BLOCKS = (
    "the test rows are whole blocks of consecutive rows, and the rows next to them are dropped. Neighbouring rows "
)
_HOLDOUT = ". Holdout is drawn by class: every class has about the same share in train and holdout"
_FAIR = "which is fair only if rows do not depend on their neighbours"


def split_in_words(run: Run, board: Board) -> str:
    """Returns which rows are test rows, and why, or when that is fair."""
    dataset = run.manifest.dataset(board.dataset)
    schema, classes = dataset.schema, dataset.schema.task != "regression"
    if board.protocol == "random":
        return _random(dataset.kept_together, classes=classes)
    holdout = _HOLDOUT if classes else ""
    if not schema.ordered:
        return f"{_BLOCKS}may be alike, {_MEMORISE}{holdout}"
    alike = "are near-copies of each other" if schema.is_numeric else "may be near-copies of each other"
    return f"{_STRETCHES}{alike}, {_MEMORISE}{holdout}"


def _random(kept_together: KeptTogether, *, classes: bool) -> str:
    if kept_together == "groups":
        return (
            "the test rows are whole groups of rows, chosen at random, so no group is in two parts. This is fair only "
            "if groups do not depend on each other"
        )
    if kept_together == "repeated rows":
        return f"the test rows are chosen at random, but identical rows stay in one part, {_FAIR}"
    if classes:
        shares = "every class has about the same share in train and test"
        return f"the test rows are chosen at random by class, so {shares}. This {_FAIR.removeprefix('which ')}"
    return f"the test rows are chosen at random, {_FAIR}"
