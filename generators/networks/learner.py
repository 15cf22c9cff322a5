"""What every trained network here does around its training: the way in, progress, history. Light to import."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple, Protocol, TypeVar

from bench.api import BenchError
from bench.seeds import derive

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import torch
    from numpy.typing import NDArray

    from bench.api import ProgressCallback, Schema

    from ..shared.scaling import Scaler
    from ..shared.table_form import Form


class Prepared(NamedTuple):
    """A table on its way to a network.

    Attributes:
        values: its rows, (rows, columns).
        scaled: their features, (rows, features).
        scaler: the way back from features to values.
        form: of the table.
        device: to train on.
    """

    values: NDArray[np.float64]
    scaled: NDArray[np.float64]
    scaler: Scaler
    form: Form
    device: torch.device


class Kept(Protocol):
    """What fitting leaves behind, whatever else is in it."""

    @property
    def kept(self) -> int:
        """The epoch whose weights the model has."""
        ...


FittedT = TypeVar("FittedT", bound=Kept)
EpochT = TypeVar("EpochT", bound=tuple[Any, ...])


@dataclass(kw_only=True, eq=False)
class Learner(Generic[FittedT, EpochT]):
    """A network to be: it tells how far training is, and keeps what it saw of it."""

    _callback: ProgressCallback | None = field(default=None, init=False, repr=False)
    _total: int = field(default=0, init=False, repr=False)
    _epochs: list[EpochT] = field(default_factory=list, init=False, repr=False)
    _fitted: FittedT | None = field(default=None, init=False, repr=False)

    def on_progress(self, callback: ProgressCallback) -> None:
        """Asks for (steps done, steps) during the next fit."""
        self._callback = callback

    def history(self) -> pd.DataFrame:
        """One row per epoch; `kept` is true for the epoch whose weights the model has."""
        import pandas as pd

        frame = pd.DataFrame(self._epochs, columns=list(self._epoch()._fields))
        return frame.assign(kept=frame["epoch"] == (self._fitted.kept if self._fitted else -1))

    @staticmethod
    @abstractmethod
    def _epoch() -> type[Any]:
        """The named tuple that a row of the history is."""

    def _prepare(
        self,
        train: pd.DataFrame,
        schema: Schema,
        scaler: Literal["normal", "standard", "robust"],
        *,
        whiten: bool,
        device: str,
        seed: int,
    ) -> Prepared:
        from ..shared.scaling import scale
        from ..shared.table_form import read
        from ..shared.torch_device import find

        values, form = read(train, schema)
        found = find(device)
        scaled, back = scale(values, scaler, whiten=whiten, seed=derive(seed, "ties"))
        if scaled.shape[1] == 0:
            raise BenchError("every column of train is constant; expected at least one that varies")
        self._epochs, self._fitted = [], None
        return Prepared(values, scaled, back, form, found)

    def _known(self) -> FittedT:
        if self._fitted is None:
            raise BenchError(f"{type(self).__name__} was asked for rows before it was fitted; call fit first")
        return self._fitted

    def _tell(self, done: int) -> None:
        if self._callback is not None:
            self._callback(done, self._total)
