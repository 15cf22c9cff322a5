"""An autoregressive network: each column is drawn given the columns before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Self

from bench.api import BenchError, Budget, GeneratorInfo

from .networks.autoregressive.hyperparameters import AutoregressiveEpoch, AutoregressiveOptions
from .shared.generator_base import GeneratorBase, ProgressReporter, one_torch_thread

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from bench.api import Schema

    from .networks.autoregressive.learner import FittedRows
    from .networks.column_coder import RowArrays
    from .shared.mixed_form import MixedForm
    from .shared.table_form import Form


class FittedTable(NamedTuple):
    """What fitting leaves behind: the model of a table's arrays, and the table's form."""

    rows: FittedRows
    form: Form | MixedForm

    def table(self, n: int, seed: int) -> pd.DataFrame:
        """Draws `n` rows in the form of train."""
        from .shared.table_form import Form

        numbers, codes = self.rows.sample(n, seed=seed)
        return self.form.table(numbers) if isinstance(self.form, Form) else self.form.table(numbers, codes)


@dataclass(kw_only=True, eq=False)
class Autoregressive(GeneratorBase[FittedTable], ProgressReporter, AutoregressiveOptions):
    """One masked network learns the distribution of every column given the columns before it; rows are drawn so.

    A number is a level, a bin with a value within it, or a mixture of Gaussians; a gap is one level more. Training
    stops where drawn rows are closer to the rows that were fitted than to rows that were not. How the defaults were
    chosen is in docs/models.md.
    """

    info: ClassVar = GeneratorInfo(
        licence="MIT",
        paper="Germain et al. (2015), MADE; Tiwald et al. (2025), TabularARGN (arXiv 2501.12012)",
        packages=("torch", "numpy", "scipy"),
        install="pip install torch numpy scipy",
        preload=("torch._dynamo",),
        budgets={"quick": Budget({"steps": 400}, 6), "standard": Budget({}, 45)},
        kinds=frozenset({"numeric", "categorical", "datetime", "missing"}),
    )

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        """Learns from `train`.

        Raises:
            BenchError: if the table cannot be modelled (see `read_table` and `read_mixed`), all columns are constant,
                or training diverges.
        """
        from .networks.autoregressive.learner import fit_rows

        self._state = None
        arrays, form = _read(train, schema, seed)
        with one_torch_thread():
            rows = fit_rows(arrays, self, seed=seed, ordered=schema.ordered, report=self._report)
        self._state = FittedTable(rows, form)
        return self

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        """Draws `n` rows in the form of train.

        Raises:
            BenchError: before `fit`.
        """
        fitted = self._fitted()
        with one_torch_thread():
            return fitted.table(n, seed)

    def history(self) -> pd.DataFrame:
        """Returns one row per checkpoint; `kept` is true for the one whose weights the model has."""
        import pandas as pd

        epochs = self._state.rows.epochs if self._state else []
        frame = pd.DataFrame(epochs, columns=list(AutoregressiveEpoch._fields))
        return frame.assign(kept=frame["epoch"] == (self._state.rows.kept if self._state else -1))

    def parameter_count(self) -> int:
        """Returns the number of trained weights.

        Raises:
            BenchError: before `fit`.
        """
        return self._fitted().rows.model.weight_count()

    def save(self, path: Path) -> None:
        """Writes the fitted model to a file of arrays, with its history. Of train it holds values of single columns.

        Raises:
            BenchError: before `fit`.
        """
        from .networks.model_file import write_model
        from .shared.mixed_form import MixedForm

        fitted = self._fitted()
        mixed = isinstance(fitted.form, MixedForm)
        header = {"params": self._keywords(), "mixed": mixed, "form": fitted.form.to_dict()}
        write_model(path, type(self).__name__, header, fitted.rows.to_arrays())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Returns the model that `save` wrote; it samples the same bytes. Nothing in the file is run.

        Raises:
            BenchError: if the file does not hold a model of this class.
        """
        from .networks.autoregressive.learner import FittedRows
        from .networks.model_file import read_model
        from .shared.mixed_form import MixedForm
        from .shared.table_form import Form

        header, arrays = read_model(path, cls.__name__)
        try:
            model = cls(**header["params"])
            form = (MixedForm if header["mixed"] else Form).from_dict(header["form"])
            model._state = FittedTable(FittedRows.from_arrays(arrays, model), form)
        except BenchError:
            raise
        except Exception as error:  # whatever the parts of a damaged file lead to
            raise BenchError(f"{path.name} is damaged, or of another version; save the {cls.__name__} again") from error
        return model


def _read(train: pd.DataFrame, schema: Schema, seed: int) -> tuple[RowArrays, Form | MixedForm]:
    """Returns the numbers and codes of a table, and its form."""
    import numpy as np

    from .networks.column_coder import RowArrays
    from .shared.mixed_form import read_mixed
    from .shared.scaling import varying_columns
    from .shared.table_form import read_table

    if not schema.is_numeric:
        table = read_mixed(train, schema, seed=seed)
        return RowArrays(table.numbers, table.codes, table.sizes, table.form.flags), table.form
    numbers, form = read_table(train, schema)
    varying_columns(numbers)
    return RowArrays(numbers, np.empty((len(numbers), 0), dtype=np.int64)), form
