"""Sequential trees, bagged and honest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from bench.api import COLUMN_KINDS, BenchError, Budget, GeneratorInfo, Schema
from bench.seeds import derive

from .shared.conditions import SamplesLevels
from .shared.generator_base import GeneratorBase, ProgressReporter
from .shared.option_checks import NumberRange, PositiveInt

if TYPE_CHECKING:
    import pandas as pd

    from .shared.mixed_form import MixedForm
    from .shared.mixed_scores import MixedScores
    from .shared.scaling import Scaler
    from .shared.table_form import Form
    from .wrappers.mixed_forest import MixedForest
    from .wrappers.tree_forest import ColumnForest

    State = tuple[ColumnForest, Scaler, Form]
    MixedState = tuple[MixedForest, MixedScores, MixedForm]

_ROWS_OF_ALL_BAGS, _FEWEST_BAGS = 300_000, 10


@dataclass(kw_only=True, eq=False)
class CART(SamplesLevels, GeneratorBase["State | MixedState"], ProgressReporter):
    """Each column drawn from trees of the columns before it, on normal scores (scikit-learn trees).

    Categories are drawn first, from classification trees, those with the fewest levels at the head; then numbers. How
    the defaults were chosen is in docs/models.md.

    Attributes:
        bags: trees per column; each synthetic row goes through one of them. A table with categories, dates or gaps gets
            fewer if it is large: so many that they see 300,000 rows together, but at least 10.
        leaf: fewest rows of a leaf. None: 5, or 15 for a table with categories, dates or gaps.
        shaping: share of rows that choose a tree's splits. Its leaves hold values of the other rows (honest trees:
            Athey and Imbens 2016), so that splits do not isolate single values. 1: all rows do both (plain CART).
        smooth: how far a value may move towards its neighbour in the leaf, as a share of the distance.
        order: of the columns, by name; other columns follow in the order that they would have without it.
    """

    info: ClassVar = GeneratorInfo(
        licence="MIT (over scikit-learn, BSD-3-Clause)",
        paper="Reiter (2005), Using CART to generate partially synthetic public use microdata; Nowok et al. (2016)",
        packages=("scikit-learn", "numpy", "scipy"),
        install="pip install scikit-learn numpy scipy",
        preload=("sklearn.tree",),
        budgets={"quick": Budget({}, 3), "standard": Budget({}, 13)},
        kinds=frozenset(COLUMN_KINDS),
    )

    bags: PositiveInt = 100
    leaf: PositiveInt | None = None
    shaping: Annotated[float, NumberRange(above=0, high=1, text="a share above 0, up to 1")] = 0.5
    smooth: Annotated[float, NumberRange(0, 1, text="a share from 0 to 1")] = 0.0
    order: tuple[str, ...] = ()

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        """Learns from `train`.

        Raises:
            BenchError: if the table cannot be modelled (see `read_table`), all columns are constant, or `order` names
                a column that the table does not have.
        """
        from .shared.scaling import scale
        from .shared.table_form import read_table
        from .wrappers.tree_forest import ForestOptions, grow_forest

        if not schema.is_numeric:
            self._state = self._fit_mixed(train, schema, seed)
            return self
        values, form = read_table(train, schema)
        scores, scaler = scale(values, "normal", whiten=False, seed=derive(seed, "ties"))
        varying = [name for name, varies in zip(form.names, scaler.varying, strict=True) if varies]
        order, options = self._positions(varying, form.names), ForestOptions(self.bags, self.leaf or 5, self.shaping)
        self._state = grow_forest(scores, order, options, derive(seed, "trees"), self._report), scaler, form
        return self

    def _fit_mixed(self, train: pd.DataFrame, schema: Schema, seed: int) -> MixedState:
        from .shared.mixed_form import read_mixed
        from .shared.mixed_scores import mixed_scores
        from .wrappers.mixed_forest import forest_columns, grow_mixed_forest
        from .wrappers.tree_forest import ForestOptions

        self._require_columns(tuple(train.columns))
        table = read_mixed(train, schema, seed=seed)
        bags = min(self.bags, max(_FEWEST_BAGS, _ROWS_OF_ALL_BAGS // len(train)))
        scores, scaler = mixed_scores(table.numbers, derive(seed, "ties"))
        columns = forest_columns(table, self.order)
        options = ForestOptions(bags, self.leaf or 15, self.shaping)
        forest = grow_mixed_forest(scores, table.codes, columns, options, derive(seed, "trees"), self._report)
        return forest, scaler, table.form

    def _rows(self, n: int, seed: int) -> pd.DataFrame:
        from .wrappers.tree_forest import ColumnForest

        state = self._fitted()
        if isinstance(state[0], ColumnForest):
            forest, scaler, form = state
            return form.table(scaler.inverse(forest.sample(n, self.smooth, seed)))
        mixed, scores, mixed_form = state
        drawn, codes = mixed.sample(n, self.smooth, seed)
        return mixed_form.table(scores.inverse(drawn), codes)

    def _fitted_form(self) -> Form | MixedForm:
        return self._fitted()[-1]

    def _positions(self, varying: list[str], names: tuple[str, ...]) -> list[int]:
        """Returns the varying columns in the order in which they are drawn, as positions in `varying`."""
        self._require_columns(names)
        first = [name for name in dict.fromkeys(self.order) if name in varying]
        return [varying.index(name) for name in first + [name for name in varying if name not in first]]

    def _require_columns(self, names: tuple[str, ...]) -> None:
        if unknown := [name for name in self.order if name not in names]:
            raise BenchError(f"got order with {unknown[0]!r}; expected columns of the table: {', '.join(names)}")
