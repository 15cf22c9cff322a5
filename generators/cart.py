"""Sequential regression trees, bagged and honest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from bench.api import BenchError, Budget, GeneratorInfo
from bench.seeds import derive

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import ProgressCallback, Schema

    from .shared.scaling import Scaler
    from .shared.table_form import Form
    from .wrappers.tree_forest import Forest


@dataclass(kw_only=True, eq=False)
class CART:
    """Each column drawn from trees of the columns before it, on normal scores (scikit-learn trees).

    Chosen on two inner splits of methane-1's train rows: leaves of 3 or 5 rows, shaping by 0.5 or 0.7 and four orders
    of the columns (C2ST 0.56 to 0.57, TSTR 0.95 to 0.97) are within noise of each other, so the defaults are those
    that stay far from train. On the first of the splits alone: normal scores rather than values (C2ST 0.55, not 0.58),
    and no smoothing (0.58, and 0.65 with `smooth` 0.5, both on values; it too stays farther from train).

    Attributes:
        bags: trees per column; every row goes through one of them.
        leaf: fewest rows of a leaf.
        shaping: share of rows that choose a tree's splits. Its leaves hold values of the others (honest trees: Athey
            and Imbens 2016), so that a leaf is no cage around the rows it keeps. 1: all rows do both (plain CART).
        smooth: how far a value may move towards its neighbour in the leaf, as a share of the distance.
        order: of the columns, by name, any left out follow in the table's order; empty: the table's order.
    """

    info: ClassVar = GeneratorInfo(
        licence="MIT (over scikit-learn, BSD-3-Clause)",
        paper="Reiter (2005), Using CART to generate partially synthetic public use microdata; Nowok et al. (2016)",
        packages=("scikit-learn", "numpy", "scipy"),
        install="pip install scikit-learn numpy scipy",
        preload=("sklearn.tree",),
        budgets={"quick": Budget({}, 3), "standard": Budget({}, 13)},
    )

    bags: int = 100
    leaf: int = 5
    shaping: float = 0.5
    smooth: float = 0.0
    order: tuple[str, ...] = ()
    _callback: ProgressCallback | None = field(default=None, init=False, repr=False)
    _fitted: tuple[Forest, Scaler, Form] | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        """Refuses values that no table could be fitted with.

        Raises:
            BenchError: naming the option, its value and its range.
        """
        for name in ("bags", "leaf"):
            if getattr(self, name) < 1:
                raise BenchError(f"got {name} {getattr(self, name)}; expected at least 1")
        if not 0 < self.shaping <= 1:
            raise BenchError(f"got shaping {self.shaping}; expected a share above 0, up to 1")
        if not 0 <= self.smooth <= 1:
            raise BenchError(f"got smooth {self.smooth}; expected a share from 0 to 1")

    def on_progress(self, callback: ProgressCallback) -> None:
        """Asks for (columns grown, columns) during the next fit."""
        self._callback = callback

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> None:
        """Learns from `train`.

        Raises:
            BenchError: if the table cannot be modelled (see `read_table`), all columns are constant, or `order` names
                a column that there is not.
        """
        from .shared.scaling import scale
        from .shared.table_form import read_table
        from .wrappers.tree_forest import Growing, grow

        values, form = read_table(train, schema)
        scores, scaler = scale(values, "normal", whiten=False, seed=derive(seed, "ties"))
        if scores.shape[1] == 0:
            raise BenchError("every column of train is constant; expected at least one that varies")
        varying = [name for name, varies in zip(form.names, scaler.varying, strict=True) if varies]
        how = Growing(self.bags, self.leaf, self.shaping)
        forest = grow(scores, self._order(varying, form.names), how, derive(seed, "trees"), self._tell)
        self._fitted = forest, scaler, form

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        """Draws `n` rows in the form of train.

        Raises:
            BenchError: before `fit`.
        """
        if self._fitted is None:
            raise BenchError(f"{type(self).__name__} was asked for rows before it was fitted; call fit first")
        forest, scaler, form = self._fitted
        return form.table(scaler.inverse(forest.sample(n, self.smooth, seed)))

    def _order(self, varying: list[str], names: tuple[str, ...]) -> list[int]:
        """Indices into the columns that vary."""
        if unknown := [name for name in self.order if name not in names]:
            raise BenchError(f"got order with {unknown[0]!r}; expected columns of the table: {', '.join(names)}")
        named = [name for name in dict.fromkeys(self.order) if name in varying]
        return [varying.index(name) for name in named + [name for name in varying if name not in named]]

    def _tell(self, done: int, total: int) -> None:
        if self._callback is not None:
            self._callback(done, total)
