"""What every wrapped SDV synthesizer shares: metadata, seeding, progress and the form of the rows."""

from __future__ import annotations

import inspect
from contextlib import ExitStack, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from typing import TYPE_CHECKING, Any, ClassVar

from bench.api import BenchError
from bench.common.safe_text import one_line
from bench.common.suggestions import closest
from bench.seeds import scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

    import pandas as pd

    from bench.api import Schema

    from ..shared.table_form import Form

INSTALL = "pip install sdv"
DISTRIBUTIONS = ("beta", "norm", "truncnorm", "uniform", "gamma", "gaussian_kde")
_TABLE = "table"
_OURS = ("metadata", "enforce_rounding", "enforce_min_max_values", "enable_gpu", "verbose")
"""What this wrapper passes to every class, or never: not among a class's options."""


def find(name: str) -> type[Any]:
    """SDV's single-table class called `name`.

    Raises:
        BenchError: if SDV has none, or is not there.
    """
    try:
        import sdv.single_table as module
        from sdv.single_table.base import BaseSingleTableSynthesizer as Base
    except ImportError as error:
        raise BenchError(f"SDV cannot be imported: {error}; {INSTALL}") from error

    known = {key: each for key, each in vars(module).items() if isinstance(each, type) and issubclass(each, Base)}
    if name not in known:
        raise BenchError(f"SDV has no single-table synthesizer {name!r}; {closest(name, known)}")
    return known[name]


def defaults(name: str) -> dict[str, Any]:
    """The options that the class `name` takes, with their defaults."""
    parameters = inspect.signature(find(name)).parameters.values()
    return {each.name: each.default for each in parameters if each.name not in _OURS}


def names_of(columns: int) -> list[str]:
    """Names for SDV, which makes others of them (`c0.value`, `c0.is_null`): a table's own could collide with those."""
    return [f"c{i}" for i in range(columns)]


@dataclass(kw_only=True, eq=False)
class Synthesizer:
    """Options of every wrapped synthesizer; the rest are SDV's own, at its defaults.

    Attributes:
        round: to each column's grid.
        clip: to each column's range in train.
    """

    round: bool = True
    clip: bool = True
    _synthesizer: ClassVar[str]
    """The name of SDV's class."""
    _model: Any = field(default=None, init=False, repr=False)
    _form: Form | None = field(default=None, init=False, repr=False)

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> None:
        """Learns from `train`.

        Raises:
            BenchError: if the table cannot be modelled (see `_table.read`) or SDV refuses an option.
        """
        import pandas as pd

        from ..shared.table_form import read
        from ..shared.torch_device import one_thread
        from .ctgan_package import one_process

        values, form = read(train, schema)
        self._form = None
        table = pd.DataFrame(values, columns=names_of(values.shape[1]))
        self._model = self._build(form.names)
        with ExitStack() as stack:
            # SDV prints advice on wide tables, such as leaving with ctrl-C.
            silent = redirect_stdout(StringIO())
            for context in (one_thread(), one_process(), scope(seed), silent, *self._watched()):
                stack.enter_context(context)
            self._model.fit({_TABLE: table})
        self._form = form

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        """Draws `n` rows in the form of train.

        SDV starts every fitted model from one fixed seed of its own, whatever the global state; `_set_random_state`
        is the only way to give it another.

        Raises:
            BenchError: before `fit`.
        """
        import numpy as np

        from ..shared.torch_device import one_thread

        form = self._fitted("rows")
        with one_thread(), scope(seed):
            self._model.reset_sampling()
            self._model._set_random_state(int(seed))
            values = self._model.sample(n)[_TABLE].to_numpy(dtype=np.float64)
        return form.table(values, clip=self.clip, snap=self.round)

    def _fitted(self, wanted: str) -> Form:
        if self._form is None:
            raise BenchError(f"{type(self).__name__} was asked for {wanted} before it was fitted; call fit first")
        return self._form

    def _options(self) -> dict[str, Any]:
        """Keywords for SDV's class, by its own names."""
        return {}

    def _watched(self) -> Iterator[AbstractContextManager[None]]:
        """Contexts to train in."""
        yield from ()

    def _build(self, columns: tuple[str, ...]) -> Any:  # noqa: ANN401 - an SDV synthesizer
        """An unfitted synthesizer of as many numeric columns, without ranges: SDV would refuse rows outside them."""
        from sdv.errors import SynthesizerInputError
        from sdv.metadata import Metadata

        inner = names_of(len(columns))
        metadata = Metadata.load_from_dict(
            {"tables": {_TABLE: {"columns": {c: {"sdtype": "numerical"} for c in inner}}}}
        )
        options = renamed(self._options(), dict(zip(columns, inner, strict=True)))
        try:
            return find(self._synthesizer)(
                metadata, enforce_rounding=self.round, enforce_min_max_values=self.clip, **options
            )
        except (SynthesizerInputError, TypeError, ValueError) as error:
            raise BenchError(f"{self._synthesizer} refuses its options: {one_line(error)}") from error


def renamed(options: Mapping[str, Any], inner: Mapping[str, str]) -> dict[str, Any]:
    """The options with the columns that `numerical_distributions` names under the names that SDV sees.

    Raises:
        BenchError: if there is no such column.
    """
    given = options.get("numerical_distributions") or {}
    for column in given:
        if column not in inner:
            raise BenchError(f"numerical_distributions names the column {column!r}; {closest(str(column), inner)}")
    return {**options, **({"numerical_distributions": {inner[c]: each for c, each in given.items()}} if given else {})}
