"""What every network here shares: hyper-parameters, fit, sample, save, load and history. Light to import."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, Self

from bench.api import BenchError, Schema
from bench.seeds import derive, scope

from ..shared.generator_base import GeneratorBase, ProgressReporter, one_torch_thread, torch_device
from ..shared.option_checks import Fraction, NonNegativeFloat, NonNegativeInt, PositiveInt, ShareOrCount

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    import pandas as pd
    import torch
    from numpy.typing import NDArray

    from .table_points import MixedPoints, NumericPoints, PointLayout


class TrainTable(NamedTuple):
    """A train table, prepared for a network.

    Attributes:
        points: the rows as the network learns them, (rows, features).
        coding: makes tables of points.
        values: the rows of a table of numbers, (rows, columns); otherwise None.
        watched: (rows,), true for the rows that early stopping watches and that are not trained on.
        target: position of the target column.
        ordered: whether rows are in time.
    """

    points: NDArray[np.float64]
    coding: NumericPoints | MixedPoints
    values: NDArray[np.float64] | None
    watched: torch.Tensor
    target: int
    ordered: bool


@dataclass(slots=True)
class FittedNetworks:
    """What fitting leaves behind.

    Attributes:
        networks: by name, with the weights that were kept.
        coding: makes tables of points.
        kept: the epoch whose weights the networks have.
        points: of autoencoders, train rows as the network sees them: (rows, features), and regimes if there are any.
        extra: further arrays, by name.
    """

    networks: dict[str, Any]
    coding: NumericPoints | MixedPoints
    kept: int
    points: Any = None
    extra: dict[str, NDArray[Any]] = field(default_factory=dict)

    @property
    def device(self) -> torch.device:
        """The device of the networks."""
        weights: torch.Tensor = next(next(iter(self.networks.values())).parameters())
        return weights.device


@dataclass(kw_only=True, eq=False)
class NetworkOptions:
    """Hyper-parameters of every network here.

    Attributes:
        width: of the hidden layers.
        blocks: residual blocks.
        scaler: of tables of numbers: `normal` scores (quantiles), `standard` scores or `robust` scores (median and
            quartiles). In other tables numbers are normal scores.
        whiten: decorrelate the scores of a table of numbers.
        steps: of the optimiser; the budget.
        batch: rows per step.
        lr: peak learning rate.
        weight_decay: of the optimiser.
        ema: decay of the moving average of weights; 0: no average.
        keep: the `best` weights on the watched rows, or the `last`.
        validation: share of train rows to watch, or their number if it is 1 or more.
        device: `cpu` or `cuda`.
    """

    width: PositiveInt = 128
    blocks: NonNegativeInt = 2
    scaler: Literal["normal", "standard", "robust"] = "normal"
    whiten: bool = True
    steps: PositiveInt = 2000
    batch: PositiveInt = 256
    lr: NonNegativeFloat = 5e-3
    weight_decay: NonNegativeFloat = 0.0
    ema: Fraction = 0.999
    keep: Literal["best", "last"] = "best"
    validation: ShareOrCount = 0.1
    device: str = "cpu"


@dataclass(kw_only=True, eq=False)
class Learner(GeneratorBase[FittedNetworks], ProgressReporter, NetworkOptions):
    """A generator that trains networks. Subclasses say how they train, draw points, and pack what they add."""

    _chunk: ClassVar[int]
    """Rows drawn at once, to bound the memory that sampling needs."""
    _epoch_type: ClassVar[type[Any]]
    """The named tuple that holds one row of the history."""
    _total: int = field(default=0, init=False, repr=False)
    _epochs: list[tuple[Any, ...]] = field(default_factory=list, init=False, repr=False)

    def fit(self, train: pd.DataFrame, schema: Schema, *, seed: int) -> Self:
        """Learns from `train`; the scaler, too, sees nothing else.

        Raises:
            BenchError: if the table cannot be modelled (see `read_points`), all columns are constant, or training
                diverges.
        """
        table = self._prepare(train, schema, seed)
        with one_torch_thread(), scope(derive(seed, "weights")):
            self._state = self._train(table, seed)
        self._report(self._total, self._total)
        return self

    def sample(self, n: int, *, seed: int) -> pd.DataFrame:
        """Draws `n` rows in the form of train.

        Raises:
            BenchError: before `fit`.
        """
        import torch

        fitted = self._fitted()
        generator = torch.Generator(fitted.device).manual_seed(seed)
        sizes = [min(self._chunk, n - start) for start in range(0, n, self._chunk)]
        with one_torch_thread(), torch.no_grad():
            points = torch.cat([self._draw(fitted, size, generator) for size in sizes]).cpu().numpy()
        return self._table(fitted, points, seed)

    def history(self) -> pd.DataFrame:
        """Returns one row per epoch; `kept` is true for the epoch whose weights the model has."""
        import pandas as pd

        frame = pd.DataFrame(self._epochs, columns=list(self._epoch_type._fields))
        return frame.assign(kept=frame["epoch"] == (self._state.kept if self._state else -1))

    def parameter_count(self) -> int:
        """Returns the number of weights of the fitted networks, encoders included.

        Raises:
            BenchError: before `fit`.
        """
        networks = self._fitted().networks.values()
        return sum(weights.numel() for network in networks for weights in network.parameters())

    def save(self, path: Path) -> None:
        """Writes the fitted model to a file of arrays, with its history.

        The file holds train rows, scaled, only if the model samples around their codes. Such a file is as private as
        the train table.

        Raises:
            BenchError: before `fit`.
        """
        import numpy as np

        from . import model_file
        from .table_points import MixedPoints

        fitted = self._fitted()
        own_header, arrays = self._pack(fitted)
        arrays["epochs"] = np.array(self._epochs, dtype=np.float64).reshape(len(self._epochs), -1)
        arrays |= model_file.add_prefix("scaler", fitted.coding.to_arrays())
        for name, network in fitted.networks.items():
            weights = {key: value.cpu().numpy() for key, value in network.state_dict().items()}
            arrays |= model_file.add_prefix(name, weights)
        mixed = isinstance(fitted.coding, MixedPoints)
        own_header |= {"mixed": mixed, "form": fitted.coding.form.to_dict()}
        header = {"params": self._keywords(), "kept": fitted.kept, **own_header}
        model_file.write_model(path, type(self).__name__, header, arrays)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Returns the model that `save` wrote; it samples the same bytes. Nothing in the file is run.

        Raises:
            BenchError: if the file does not hold a model of this class.
        """
        from .model_file import read_model

        header, arrays = read_model(path, cls.__name__)
        try:
            model = cls(**header["params"])
            model._restore(header, arrays)
        except BenchError:
            raise
        except Exception as error:  # whatever the parts of a damaged file lead to
            raise BenchError(f"{path.name} is damaged, or of another version; save the {cls.__name__} again") from error
        return model

    def _restore(self, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        import torch

        from .model_file import bounded_by, select_prefix
        from .table_points import load_points

        coding, device = load_points(header, select_prefix("scaler", arrays)), torch_device(self.device)
        with scope(0), bounded_by(arrays):
            networks = self._untrained(coding.layout, arrays)
        for name, network in networks.items():
            weights = {key: torch.tensor(value) for key, value in select_prefix(name, arrays).items()}
            network.to(device).load_state_dict(weights)
            network.eval()
        self._epochs = [self._epoch_type(int(row[0]), *row[1:].tolist()) for row in arrays["epochs"]]
        fitted = FittedNetworks(networks, coding, int(header["kept"]))
        self._unpack(fitted, header, arrays)
        self._state = fitted

    def _prepare(self, train: pd.DataFrame, schema: Schema, seed: int) -> TrainTable:
        import torch

        from .table_points import read_points

        device = torch_device(self.device)
        points = read_points(train, schema, self.scaler, whiten=self.whiten, seed=derive(seed, "ties"))
        self._epochs, self._state = [], None
        watched = torch.tensor(self._watched_rows(len(train), schema, derive(seed, "validation")), device=device)
        return TrainTable(*points, watched, schema.position(schema.target), schema.ordered)

    def _table(self, fitted: FittedNetworks, points: NDArray[np.floating], seed: int) -> pd.DataFrame:
        """Returns points (rows, features) in the form of train."""
        return fitted.coding.table(points, seed)

    def _watched_rows(self, rows: int, schema: Schema, seed: int) -> NDArray[np.bool_]:
        """Returns which train rows early stopping watches: (rows,)."""
        from .training import watched_rows

        return watched_rows(rows, self.validation, ordered=schema.ordered, seed=seed)

    def _train(self, table: TrainTable, seed: int) -> FittedNetworks:
        """Trains new networks. Their initial weights come from torch's global generator, which the caller seeds."""
        raise NotImplementedError

    def _untrained(self, layout: PointLayout, arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
        """Returns networks for points and the arrays of a file; `load` then sets their weights."""
        raise NotImplementedError

    def _draw(self, fitted: FittedNetworks, n: int, generator: torch.Generator) -> torch.Tensor:
        """Draws points (n, features)."""
        raise NotImplementedError

    def _pack(self, fitted: FittedNetworks) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """Returns what the family adds to the file: plain data for the header, and arrays."""
        raise NotImplementedError

    def _unpack(self, fitted: FittedNetworks, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        """Takes back what `_pack` returned, into `fitted` or this object."""
        raise NotImplementedError
