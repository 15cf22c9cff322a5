"""What the two models of the `ctgan` package share: options, seeding, devices, progress and the form of the rows."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from bench.api import COLUMN_KINDS, BenchError, Budget, GeneratorInfo, Schema
from bench.seeds import scope

from ..shared.conditions import SamplesLevels
from ..shared.generator_base import GeneratorBase, ProgressReporter, one_torch_thread, torch_device
from ..shared.option_checks import NumberRange

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

    import pandas as pd

    from ..shared.mixed_form import MixedForm
    from ..shared.table_form import Form

    State = Form | MixedForm


LICENCE = "BUSL-1.1 (source-available; no commercial data-creation service)"


def ctgan_info(quick: Budget, standard: Budget) -> GeneratorInfo:
    """Returns the information on a model of the package, with its budgets."""
    return GeneratorInfo(
        licence=LICENCE,
        paper="Xu et al. (2019), Modeling Tabular Data using Conditional GAN",
        packages=("ctgan", "rdt", "scikit-learn", "torch", "numpy"),
        install="pip install ctgan",
        preload=("torch._dynamo",),
        budgets={"quick": quick, "standard": standard},
        kinds=frozenset(COLUMN_KINDS),
    )


@dataclass(kw_only=True, eq=False)
class CtganModel(SamplesLevels, GeneratorBase["State"], ProgressReporter):
    """A model of the package, with the package's options and defaults.

    The package neither rounds nor clips its draws; SDV's classes over it do both. So does this wrapper by default, as
    do the project's own models. Categories and the flags of gaps are its discrete columns.

    Attributes:
        epochs: passes over train.
        batch_size: rows per step; even.
        embedding_dim: numbers of noise, or latent variables, per row.
        round: round values to each column's grid.
        clip: move values into each column's range in train.
        max_rows: fit on so many rows of train, drawn at random; None: on all of them.
        device: `cpu` or `cuda`.
    """

    epochs: int = 300
    batch_size: int = 500
    embedding_dim: int = 128
    round: bool = True
    clip: bool = True
    max_rows: Annotated[int, NumberRange(1)] | None = None
    device: str = "cpu"
    _package_class: ClassVar[str]
    """The class, in the module of the same name in lower case."""
    _sampling_network: ClassVar[str]
    """The class's attribute with the network that draws rows."""
    _model: Any = field(default=None, init=False, repr=False)

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        """Learns from `train`.

        Raises:
            BenchError: if the table cannot be modelled (see `read_table`) or an option is out of range.
        """
        from ..shared.mixed_form import read_matrix

        device = torch_device(self.device)
        if self.max_rows is not None and self.max_rows < len(train):
            train = train.sample(n=self.max_rows, random_state=int(seed)).sort_index()
        values, form, discrete = read_matrix(train, schema, seed=seed)
        module, self._model = self._build(enable_gpu=device.type == "cuda")
        self._model.set_random_state(int(seed))
        with ExitStack() as stack:
            bar = progress(module, lambda done: self._report(done, self.epochs))
            for context in (one_torch_thread(), one_process(), scope(seed), bar):
                stack.enter_context(context)
            self._model.fit(values, discrete)
        self._state = form
        return self

    def _rows(self, n: int, seed: int) -> pd.DataFrame:
        import numpy as np

        from ..shared.mixed_form import matrix_table

        form = self._fitted()
        self._model.set_random_state(int(seed))
        with one_torch_thread(), scope(seed):
            values = np.asarray(self._model.sample(n), dtype=np.float64)
        return matrix_table(form, values, clip=self.clip, snap=self.round)

    def _fitted_form(self) -> State:
        return self._fitted()

    def parameter_count(self) -> int:
        """Returns the number of weights of the network that draws rows; the package does not keep the other network.

        Raises:
            BenchError: before `fit`.
        """
        self._fitted("its size")
        return sum(weights.numel() for weights in getattr(self._model, self._sampling_network).parameters())

    def _build(self, *, enable_gpu: bool) -> tuple[ModuleType, Any]:
        """Returns the package's module, whose global `tqdm` is its only progress hook, and an untrained model."""
        module = import_module(f"ctgan.synthesizers.{self._package_class.lower()}")
        options = self._keywords("round", "clip", "max_rows", "device")
        return module, vars(module)[self._package_class](**options, enable_gpu=enable_gpu)


def check_batches(batch_size: int, pac: int) -> None:
    """Checks the batch size, as the `ctgan` package refuses it without a message.

    Raises:
        BenchError: if `batch_size` is not an even multiple of `pac`.
    """
    if pac < 1 or batch_size < 2 or batch_size % 2 or batch_size % pac:
        raise BenchError(f"got batch_size {batch_size} with pac {pac}; expected an even multiple of pac")


@contextmanager
def one_process() -> Iterator[None]:
    """Keeps joblib in this process, where the package would use every core; restores the environment afterwards.

    Its worker processes outlive a fit by minutes, and a process pool that started the fit waits for them.
    """
    name = "LOKY_MAX_CPU_COUNT"
    before = os.environ.get(name)
    os.environ.setdefault(name, "1")
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]


@contextmanager
def progress(module: ModuleType, report: Any) -> Iterator[None]:  # noqa: ANN401
    """Calls `report(epochs done)` during training: the package has no callback, only a progress bar."""
    original = vars(module)["tqdm"]

    def counted(epochs: Iterable[int], **_: object) -> Iterator[int]:
        for done, epoch in enumerate(epochs):
            yield epoch
            report(done + 1)

    vars(module)["tqdm"] = counted
    try:
        yield
    finally:
        vars(module)["tqdm"] = original
