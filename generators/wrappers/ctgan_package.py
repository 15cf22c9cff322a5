"""What the two models of the `ctgan` package share: seeding, devices, progress and the form of the rows."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from bench.api import BenchError
from bench.seeds import scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

    import pandas as pd

    from bench.api import ProgressCallback, Schema

    from ..shared.table_form import Form

INSTALL = "pip install ctgan"
LICENCE = "BUSL-1.1 (source-available; no commercial data-creation service)"


@dataclass(kw_only=True, eq=False)
class Wrapped:
    """Options of every wrapped model; the rest are the package's own, at its defaults.

    The package neither rounds nor clips what it draws, SDV's classes over it do both: so does this wrapper, unless
    told otherwise, and so do the project's own models.

    Attributes:
        epochs: passes over train.
        batch_size: rows per step; even.
        round: to each column's grid.
        clip: to each column's range in train.
        device: `cpu` or `cuda`.
    """

    epochs: int = 300
    batch_size: int = 500
    embedding_dim: int = 128
    round: bool = True
    clip: bool = True
    device: str = "cpu"
    _drawer: ClassVar[str]
    """The package's name for the network that draws rows."""
    _callback: ProgressCallback | None = field(default=None, init=False, repr=False)
    _model: Any = field(default=None, init=False, repr=False)
    _form: Form | None = field(default=None, init=False, repr=False)

    def on_progress(self, callback: ProgressCallback) -> None:
        """Asks for (epochs done, epochs) during the next fit."""
        self._callback = callback

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> None:
        """Learns from `train`.

        Raises:
            BenchError: if the table cannot be modelled (see `read_table`) or an option is out of range.
        """
        from ..shared.generator_base import one_torch_thread, torch_device
        from ..shared.table_form import read_table

        device = torch_device(self.device)
        values, form = read_table(train, schema)
        module, model = self._build(enable_gpu=device.type == "cuda")
        self._model = model
        model.set_random_state(int(seed))
        with ExitStack() as stack:
            for context in (one_torch_thread(), one_process(), scope(seed), progress(module, self._tell)):
                stack.enter_context(context)
            model.fit(values)
        self._form = form

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        """Draws `n` rows in the form of train.

        Raises:
            BenchError: before `fit`.
        """
        import numpy as np

        from ..shared.generator_base import one_torch_thread

        if self._form is None:
            raise BenchError(f"{type(self).__name__} was asked for rows before it was fitted; call fit first")
        self._model.set_random_state(int(seed))
        with one_torch_thread(), scope(seed):
            values = np.asarray(self._model.sample(n), dtype=np.float64)
        return self._form.table(values, clip=self.clip, snap=self.round)

    def parameter_count(self) -> int:
        """Weights of the network that draws rows; the other half of the pair is not kept.

        Raises:
            BenchError: before `fit`.
        """
        if self._form is None:
            raise BenchError(f"{type(self).__name__} was asked for its size before it was fitted; call fit first")
        return sum(weights.numel() for weights in getattr(self._model, self._drawer).parameters())

    def history(self) -> pd.DataFrame:
        """One row per epoch: `epoch` and the package's own losses."""
        raise NotImplementedError

    def _build(self, *, enable_gpu: bool) -> tuple[ModuleType, Any]:
        """The package's module, whose global `tqdm` is its only progress hook, and an untrained model."""
        raise NotImplementedError

    def _tell(self, done: int) -> None:
        if self._callback is not None:
            self._callback(done, self.epochs)


@contextmanager
def one_process() -> Iterator[None]:
    """Keeps joblib, which the package lets use every core, in this process; restores the environment after.

    Its worker processes outlive a fit by minutes and keep pools that they were started from waiting.
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
def progress(module: ModuleType, tell: Any) -> Iterator[None]:  # noqa: ANN401
    """Calls `tell(epochs done)` as the package's training loop goes: it has no callback, only a progress bar."""
    original = vars(module)["tqdm"]

    def counted(epochs: Iterable[int], **_: object) -> Iterator[int]:
        for done, epoch in enumerate(epochs):
            yield epoch
            tell(done + 1)

    vars(module)["tqdm"] = counted
    try:
        yield
    finally:
        vars(module)["tqdm"] = original
