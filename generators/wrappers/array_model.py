"""What wrappers of libraries over plain arrays share: constant columns, seeding and the form of the rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

from bench.api import unsupported
from bench.seeds import scope

from ..shared.generator_base import GeneratorBase

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from bench.api import GeneratorInfo, Schema

    from ..shared.mixed_form import MixedForm, MixedTable
    from ..shared.table_form import Form

    Matrix = NDArray[np.float64]
    Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FittedArrayModel:
    """A library's model, and what makes a table of its rows.

    Attributes:
        model: the library's own.
        varying: (columns,), true for columns of train that are not constant: only these are modelled.
        first: (columns,), the first row of train.
        form: of train.
    """

    model: Any
    varying: NDArray[np.bool_]
    first: Matrix
    form: Form


@dataclass(frozen=True, slots=True)
class FittedMixedModel:
    """A model of numbers and codes, and what makes a table of its rows."""

    model: Any
    form: MixedForm


@dataclass(kw_only=True, eq=False)
class ArrayModel(GeneratorBase[FittedArrayModel | FittedMixedModel]):
    """A library's model of the columns that vary. Subclasses say how it is trained and how rows are drawn.

    A subclass whose `info.kinds` has more than numbers also says how it is trained on numbers and codes.
    """

    info: ClassVar[GeneratorInfo]

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        """Learns from `train`.

        Raises:
            BenchError: if the table cannot be modelled (see `read_table`), or all columns are constant.
        """
        from ..shared.mixed_form import read_mixed
        from ..shared.scaling import varying_columns
        from ..shared.table_form import read_table

        self._state = None
        if not schema.is_numeric and not unsupported(self.info, schema):
            table = read_mixed(train, schema, seed=seed)
            with scope(seed):
                self._state = FittedMixedModel(self._train_mixed(table, seed), table.form)
            return self
        values, form = read_table(train, schema)
        varying = varying_columns(values)
        with scope(seed):
            model = self._train(values[:, varying], seed)
        self._state = FittedArrayModel(model, varying, values[0], form)
        return self

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        """Draws `n` rows in the form of train.

        Raises:
            BenchError: before `fit`.
        """
        return self._rows(n, seed)

    def _rows(self, n: int, seed: int) -> pd.DataFrame:
        import numpy as np

        fitted = self._fitted()
        if isinstance(fitted, FittedMixedModel):
            with scope(seed):
                return fitted.form.table(*self._draw_mixed(fitted.model, n, seed))
        with scope(seed):
            drawn = self._draw(fitted.model, n, seed)
        values = np.tile(fitted.first, (len(drawn), 1))
        values[:, fitted.varying] = drawn
        return fitted.form.table(values)

    def _fitted_form(self) -> Form | MixedForm:
        return self._fitted().form

    def _train(self, values: Matrix, seed: int) -> Any:  # noqa: ANN401 - the library's own
        """Returns the library's model of (rows, columns)."""
        raise NotImplementedError

    def _draw(self, model: Any, n: int, seed: int) -> NDArray[np.floating]:  # noqa: ANN401 - the library's own
        """Draws `n` rows of the same columns."""
        raise NotImplementedError

    def _train_mixed(self, table: MixedTable, seed: int) -> Any:  # noqa: ANN401 - the library's own
        """Returns the library's model of numbers and codes."""
        raise NotImplementedError

    def _draw_mixed(self, model: Any, n: int, seed: int) -> tuple[Matrix, Codes]:  # noqa: ANN401 - the library's own
        """Draws `n` rows of the same numbers and codes."""
        raise NotImplementedError
