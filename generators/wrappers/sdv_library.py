"""What wrapped SDV synthesizers share: metadata, options, seeding, the form of the rows, and training of networks."""

from __future__ import annotations

import inspect
from contextlib import ExitStack, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from threading import RLock
from typing import TYPE_CHECKING, Any, ClassVar, Self

from bench.api import BenchError, Schema
from bench.common.safe_text import one_line
from bench.common.suggestions import closest
from bench.seeds import scope

from ..shared.conditions import SamplesLevels
from ..shared.generator_base import GeneratorBase, ProgressReporter, one_torch_thread, torch_device
from .ctgan_package import one_process, progress

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

    import pandas as pd

    from ..shared.mixed_form import MixedForm
    from ..shared.table_form import Form

    State = Form | MixedForm


INSTALL = "pip install sdv"
_TABLE = "table"
_OURS = ("metadata", "enforce_rounding", "enforce_min_max_values", "enable_gpu", "verbose")
"""Keywords that this wrapper sets itself, or never passes."""


def synthesizer_class(name: str) -> type[Any]:
    """Returns SDV's single-table class called `name`.

    Raises:
        BenchError: if SDV has no such class, or is not installed.
    """
    try:
        import sdv.single_table as module
        import tqdm
        from sdv.single_table.base import BaseSingleTableSynthesizer as Base
    except ImportError as error:
        raise BenchError(f"SDV cannot be imported: {error}; {INSTALL}") from error

    # The lock that it would make is one of processes, which a process that is killed leaves behind.
    tqdm.tqdm.set_lock(RLock())
    classes = {key: cls for key, cls in vars(module).items() if isinstance(cls, type) and issubclass(cls, Base)}
    if name not in classes:
        raise BenchError(f"SDV has no single-table synthesizer {name!r}; {closest(name, classes)}")
    return classes[name]


def default_options(name: str) -> dict[str, Any]:
    """Returns the options of the class `name`, with their defaults."""
    parameters = inspect.signature(synthesizer_class(name)).parameters.values()
    return {parameter.name: parameter.default for parameter in parameters if parameter.name not in _OURS}


def inner_names(columns: int) -> list[str]:
    """Returns column names for SDV, which derives others (`c0.value`): a table's own names could collide with them."""
    return [f"c{i}" for i in range(columns)]


@dataclass(kw_only=True, eq=False)
class SdvSynthesizer(SamplesLevels, GeneratorBase["State"]):
    """An SDV synthesizer, with SDV's options and defaults.

    Its metadata is written here and never detected: dates are numbers, and gaps are categories of their own, because
    SDV would put them back at random.

    Attributes:
        round: round values to each column's grid.
        clip: move values into each column's range in train.
    """

    round: bool = True
    clip: bool = True
    _synthesizer: ClassVar[str]
    """The name of SDV's class."""
    _model: Any = field(default=None, init=False, repr=False)

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        """Learns from `train`.

        Raises:
            BenchError: if the table cannot be modelled (see `read_table`) or SDV refuses an option.
        """
        import numpy as np
        import pandas as pd

        from ..shared.mixed_form import MixedForm, read_matrix

        values, form, discrete = read_matrix(train, schema, seed=seed)
        self._state = None
        table = pd.DataFrame(values, columns=inner_names(values.shape[1]))
        table = table.astype({table.columns[position]: np.int64 for position in discrete})
        self._model = self._build(form.number_names if isinstance(form, MixedForm) else form.names, len(discrete))
        with ExitStack() as stack:
            # SDV prints advice on wide tables, such as leaving with ctrl-C.
            silent = redirect_stdout(StringIO())
            for context in (one_torch_thread(), one_process(), scope(seed), silent, *self._training_contexts()):
                stack.enter_context(context)
            self._model.fit({_TABLE: table})
        self._state = form
        return self

    def _rows(self, n: int, seed: int) -> pd.DataFrame:
        """Draws `n` rows. SDV gives every fitted model the same fixed seed; only `_set_random_state` changes it."""
        import numpy as np

        from ..shared.mixed_form import matrix_table

        form = self._fitted()
        with one_torch_thread(), scope(seed):
            self._model.reset_sampling()
            self._model._set_random_state(int(seed))
            values = self._model.sample(n)[_TABLE].to_numpy(dtype=np.float64)
        return matrix_table(form, values, clip=self.clip, snap=self.round)

    def _fitted_form(self) -> State:
        return self._fitted()

    def _options(self) -> dict[str, Any]:
        """Returns the keywords for SDV's class."""
        return self._keywords("round", "clip", "device", "options")

    def _training_contexts(self) -> Iterator[AbstractContextManager[None]]:
        """Yields contexts to train in."""
        yield from ()

    def _build(self, numbers: tuple[str, ...], codes: int) -> Any:  # noqa: ANN401 - an SDV synthesizer
        """Returns an unfitted synthesizer, without ranges of columns: SDV would refuse rows outside them.

        Args:
            numbers: the names of the table's numeric columns; options may refer to them.
            codes: how many categorical columns follow.
        """
        from sdv.errors import SynthesizerInputError
        from sdv.metadata import Metadata

        inner, kinds = inner_names(len(numbers) + codes), ["numerical"] * len(numbers) + ["categorical"] * codes
        columns = {name: {"sdtype": kind} for name, kind in zip(inner, kinds, strict=True)}
        metadata = Metadata.load_from_dict({"tables": {_TABLE: {"columns": columns}}})
        options = rename_columns(self._options(), dict(zip(numbers, inner, strict=False)))
        try:
            return synthesizer_class(self._synthesizer)(
                metadata, enforce_rounding=self.round, enforce_min_max_values=self.clip, **options
            )
        except (SynthesizerInputError, TypeError, ValueError) as error:
            raise BenchError(f"{self._synthesizer} refuses its options: {one_line(error)}") from error


@dataclass(kw_only=True, eq=False)
class SdvNetwork(SdvSynthesizer, ProgressReporter):
    """A synthesizer over one of the `ctgan` package's networks.

    Attributes:
        device: `cpu` or `cuda`.
    """

    device: str = "cpu"

    def history(self) -> pd.DataFrame:
        """Returns one row per epoch: `epoch` and SDV's own losses, each the mean over the batches that SDV records."""
        import pandas as pd

        losses = getattr(getattr(self._model, "_model", None), "loss_values", None)
        if losses is None:
            return pd.DataFrame(columns=["epoch"])
        means: pd.DataFrame = losses.drop(columns="Batch", errors="ignore").astype(float).groupby("Epoch").mean()
        means = means.reset_index().astype({"Epoch": int})
        return means.set_axis([str(name).lower().replace(" ", "_") for name in means], axis=1)

    def parameter_count(self) -> int:
        """Returns the number of weights of the network that draws rows.

        Raises:
            BenchError: before `fit`.
        """
        self._fitted("its size")
        network = getattr(self._model._model, "_generator", None) or self._model._model.decoder
        return sum(weights.numel() for weights in network.parameters())

    def _options(self) -> dict[str, Any]:
        return {"enable_gpu": torch_device(self.device).type == "cuda", **super()._options()}

    def _training_contexts(self) -> Iterator[AbstractContextManager[None]]:
        import ctgan.synthesizers.ctgan
        import ctgan.synthesizers.tvae

        for module in (ctgan.synthesizers.ctgan, ctgan.synthesizers.tvae):
            yield progress(module, lambda done: self._report(done, self._model.epochs))


def rename_columns(options: Mapping[str, Any], inner: Mapping[str, str]) -> dict[str, Any]:
    """Returns the options, with the inner names of the columns in `numerical_distributions`.

    Raises:
        BenchError: if there is no such column.
    """
    distributions = options.get("numerical_distributions") or {}
    for column in distributions:
        if column not in inner:
            raise BenchError(f"numerical_distributions names the column {column!r}; {closest(str(column), inner)}")
    if not distributions:
        return dict(options)
    return {**options, "numerical_distributions": {inner[column]: name for column, name in distributions.items()}}
