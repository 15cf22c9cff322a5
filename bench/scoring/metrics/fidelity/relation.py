"""A relation between columns: which rows it judges, and which of them violate it.

- `determines`: every level of a column goes with one value of another column.
- `empties`: levels of a column decide whether another column is a gap.
- `order`: a column is never larger than another one.
- `sum`: a column is the sum of others.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..shared.matrix import Matrix


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation between columns, given by their positions.

    Attributes:
        kind: see the module.
        columns: the determining one first; the smaller one first; the sum last.
        expected: of `determines` and `empties`, value of the first column -> what it decides, the value of the second
            or whether that is a gap (0 or 1). A gap of the first column is the value None. Other values are not judged.
        tolerance: what rounding explains; of `determines` and `empties` as a share of a value.
        judged: share of the rows of train that the relation judges.
    """

    kind: Literal["determines", "empties", "order", "sum"]
    columns: tuple[int, ...]
    expected: tuple[tuple[float | None, float], ...] = ()
    tolerance: float = 0.0
    judged: float = 0.0

    def in_words(self, names: tuple[str, ...]) -> str:
        """Returns the relation as a text for reports.

        >>> Relation("sum", (0, 1, 2)).in_words(("net", "tax", "gross"))
        'net + tax = gross'
        """
        own = [names[column] for column in self.columns]
        if self.kind == "sum":
            return f"{' + '.join(own[:-1])} = {own[-1]}"
        words = {"determines": "{} determines {}", "empties": "{} decides where {} is empty", "order": "{} <= {}"}
        return words[self.kind].format(*own)

    def to_text(self) -> str:
        """Returns the relation as JSON, for storing.

        >>> relation = Relation("order", (0, 1))
        >>> relation_of(relation.to_text()) == relation
        True
        """
        return json.dumps(asdict(self))

    def violations(self, rows: Matrix) -> float:
        """Returns the share of violations among the rows (codes, rows x columns) that the relation judges, else 0.

        Far fewer such rows than in train are violations too, as many as are missing. Otherwise rows with gaps or with
        levels that train does not have would violate nothing. Two standard errors of the share are allowed for.

        >>> order = Relation("order", (0, 1))
        >>> order.violations(np.array([[1.0, 2.0], [3.0, 2.0], [np.nan, 2.0]]))
        0.5
        >>> Relation("order", (0, 1), judged=1.0).violations(np.array([[1.0, 2.0], [3.0, 2.0], [np.nan, 2.0]]))
        0.6666666666666666
        """
        judged, violated = self.judge(rows)
        error = np.sqrt(self.judged * (1 - self.judged) / max(len(rows), 1))
        missing = max((self.judged - 2 * error) * len(rows) - judged.sum(), 0.0)
        count = judged.sum() + missing
        return float((violated[judged].sum() + missing) / count) if count else 0.0

    def judge(self, rows: Matrix) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Returns which rows the relation judges, and which violate it, both (rows,)."""
        own = rows[:, list(self.columns)]
        present = np.asarray(~np.isnan(own).any(axis=1))
        if self.kind == "order":
            return present, own[:, 0] > own[:, 1] + self.tolerance
        if self.kind == "sum":
            return present, np.abs(own[:, :-1].sum(axis=1) - own[:, -1]) > self.tolerance
        decided = np.full(len(rows), np.nan)
        for value, result in self.expected:
            decided[np.isnan(own[:, 0]) if value is None else self._close(own[:, 0], value)] = result
        actual = np.isnan(own[:, 1]).astype(np.float64) if self.kind == "empties" else own[:, 1]
        return ~np.isnan(decided) & ~np.isnan(actual), ~self._close(actual, decided)

    def _close(self, values: Matrix, to: Matrix | float) -> NDArray[np.bool_]:
        return np.isclose(values, to, rtol=self.tolerance, atol=0.0)


def relation_of(text: str) -> Relation:
    """Returns a relation that was stored with `to_text`."""
    stored = json.loads(text)
    expected = tuple((value, result) for value, result in stored["expected"])
    return Relation(stored["kind"], tuple(stored["columns"]), expected, stored["tolerance"], stored["judged"])
