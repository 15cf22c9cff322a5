"""What the autoencoders here share: layers, training, and sampling around the codes of train. Light to import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from bench.api import BenchError, Latents, Schema
from bench.seeds import derive

from ...shared.generator_base import one_torch_thread
from ..learner import FittedNetworks, Learner, TrainTable
from .hyperparameters import AutoencoderOptions
from .training_plan import AutoencoderEpoch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import pandas as pd
    import torch
    from numpy.typing import NDArray

    from ..table_points import PointLayout
    from .decoders import Decoder
    from .models import Reduction


@dataclass(kw_only=True, eq=False)
class AutoencoderLearner(AutoencoderOptions, Learner):
    """Trains an autoencoder and samples from it."""

    _chunk: ClassVar = 8192
    """A mixture decoder holds components x features numbers for each row."""
    _epoch_type: ClassVar = AutoencoderEpoch

    def __post_init__(self) -> None:
        """Checks the options; some are of plain layers only."""
        super().__post_init__()
        if not self.hidden and (self.batch_norm or self.dropout or self.decoder_dropout or self.init != "torch"):
            raise BenchError("batch_norm, dropout and init are of plain layers; give their widths as hidden")

    def latents(self, n: int, *, seed: int) -> Latents:
        """Encodes `n` rows of train, drawn without replacement.

        Raises:
            BenchError: before `fit`; if the model comes from a file without train rows.
        """
        import torch

        fitted = self._fitted()
        if not len(fitted.points):
            raise BenchError(f"this {type(self).__name__} was loaded without train rows to encode; fit it again")
        generator = torch.Generator().manual_seed(seed)
        chosen = torch.randperm(len(fitted.points), generator=generator)[:n].to(fitted.device)
        with one_torch_thread(), torch.no_grad():
            mean, *others = fitted.networks["model"].latents(fitted.points[chosen])
        return Latents(mean.cpu().numpy(), *(None if part is None else part.cpu().numpy() for part in others))

    def _train(self, table: TrainTable, seed: int) -> FittedNetworks:
        import torch

        from .training_loop import train_autoencoder

        points = torch.tensor(self._inputs(table), dtype=torch.float32, device=table.watched.device)
        rows, watched = points[~table.watched], points[table.watched]
        network = self._network(table.coding.layout).to(points.device)
        plan = self._plan(ordered=table.ordered)
        self._total = plan.in_steps(len(rows)).steps
        network, kept = train_autoencoder(network, rows, watched, plan, derive(seed, "steps"), self._record)
        points = rows if self.validation_rows == "last" else points
        fitted = FittedNetworks({"model": network}, table.coding, kept, points)
        if self.sampling == "expost":
            self._fit_density(fitted, derive(seed, "finish"))
        return fitted

    def _record(self, epoch: AutoencoderEpoch, done: int) -> None:
        self._epochs.append(epoch)
        self._report(done, self._total)

    def _watched_rows(self, rows: int, schema: Schema, seed: int) -> NDArray[np.bool_]:
        from ..training import watched_rows

        blocks, last = schema.ordered and self.validation_rows == "auto", self.validation_rows == "last"
        return watched_rows(rows, self.validation, ordered=blocks, seed=seed, last=last)

    def _table(self, fitted: FittedNetworks, points: NDArray[np.floating], seed: int) -> pd.DataFrame:
        return fitted.coding.table(points, seed, bounded=self.bounded)

    def _inputs(self, table: TrainTable) -> NDArray[np.float64]:
        """Returns what the network sees of train rows: (rows, features), and regimes if there are any."""
        return table.points

    def _untrained(self, layout: PointLayout, arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
        return {"model": self._network(layout)}

    def _network(self, layout: PointLayout) -> torch.nn.Module:
        """Returns an untrained network, its weights from torch's global generator."""
        raise NotImplementedError

    def _latents(self, layout: PointLayout) -> int:
        latent = self.mixed_latent if layout.sizes else self.latent
        return latent if self.hidden else min(latent, layout.features)

    def _encoder(self, inputs: int, latent: int, heads: int) -> torch.nn.Module:
        """Returns a network from (rows, inputs) to (rows, heads x latents)."""
        return self._layers(inputs, heads * latent, self.hidden, self.dropout, heads)

    def _decoder_layers(self, inputs: int, outputs: int) -> torch.nn.Module:
        return self._layers(inputs, outputs, self.hidden[::-1], self.decoder_dropout)

    def _layers(
        self, inputs: int, outputs: int, hidden: Sequence[int], dropout: Sequence[float], heads: int = 1
    ) -> torch.nn.Module:
        from ..layers import glorot, perceptron, plain

        if not hidden:
            return perceptron(inputs, outputs, self.width, self.blocks)
        network = plain(inputs, outputs, hidden, dropout=dropout, batch_norm=self.batch_norm)
        if self.init == "glorot":
            glorot(network, heads)
        return network

    def _decoder(self, inputs: int, layout: PointLayout) -> Decoder:
        """Returns the decoder that belongs to `loss`."""
        from torch import nn

        from .level_decoders import LevelDecoder

        layers = self._decoder_layers(inputs, layout.features)
        if not layout.sizes:
            return self._number_decoder(layers, layout.numbers)
        return LevelDecoder(layers, self._number_decoder(nn.Identity(), layout.numbers), layout)

    def _number_decoder(self, layers: torch.nn.Module, numbers: int) -> Decoder:
        from .decoders import GaussianDecoder, PointDecoder

        if self.loss == "gaussian":
            return GaussianDecoder(layers, numbers)
        return PointDecoder(layers, absolute=self.loss == "mae")

    def _reduction(self, features: int, latent: int) -> Reduction:
        from .models import Reduction

        return Reduction(features if self.reduce_reconstruction == "mean" else 1)

    def _fit_density(self, fitted: FittedNetworks, seed: int) -> None:
        """Fits the density of codes that is sampled from: one for each regime."""
        import torch

        from .expost_density import fit_density

        generator = torch.Generator(fitted.device).manual_seed(seed)
        with torch.no_grad():
            codes = fitted.networks["model"].codes(fitted.points, generator).cpu().numpy()
        for regime, rows in enumerate(self._rows_by_regime(fitted)):
            density = fit_density(codes[rows.cpu().numpy()], self.expost_components, derive(seed, regime))
            fitted.extra |= {f"{name}/{regime}": value for name, value in density.items()}

    def _rows_by_regime(self, fitted: FittedNetworks) -> list[torch.Tensor]:
        """Returns the positions of train rows of each regime, or of all rows if there are no regimes."""
        import torch

        return [torch.arange(len(fitted.points), device=fitted.device)]

    def _draw(self, fitted: FittedNetworks, n: int, generator: torch.Generator) -> torch.Tensor:
        return self._draw_regimes(fitted, self._regimes(fitted, n, generator), generator)

    def _regimes(self, fitted: FittedNetworks, n: int, generator: torch.Generator) -> torch.Tensor:
        """Draws the regimes of `n` synthetic rows, one-hot: (n, regimes)."""
        import torch

        return torch.zeros(n, 0, device=fitted.device)

    def _draw_regimes(self, fitted: FittedNetworks, regimes: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Draws points (n, features) of the given regimes, one-hot (n, regimes)."""
        codes = self._codes(fitted, regimes, generator)
        points: torch.Tensor = fitted.networks["model"].decode(codes, regimes, generator, noise=self.decoder_noise)
        return points

    def _codes(self, fitted: FittedNetworks, regimes: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Draws codes (n, latents) of the given regimes, one-hot (n, regimes)."""
        draw = self._codes_from_density if self.sampling == "expost" else self._codes_around_train
        return draw(fitted, regimes, generator)

    def _codes_from_density(
        self, fitted: FittedNetworks, regimes: torch.Tensor, generator: torch.Generator
    ) -> torch.Tensor:
        import torch

        from .expost_density import PARTS, sample_density

        codes = []
        for regime in range(len(self._rows_by_regime(fitted))):
            density = {name: fitted.extra[f"{name}/{regime}"] for name in PARTS}
            codes.append(sample_density(density, len(regimes), generator))
        if len(codes) == 1:
            return codes[0]
        return torch.stack(codes, dim=1)[torch.arange(len(regimes), device=regimes.device), regimes.argmax(1)]

    def _codes_around_train(
        self, fitted: FittedNetworks, regimes: torch.Tensor, generator: torch.Generator
    ) -> torch.Tensor:
        """Draws codes of train rows with replacement, and adds noise."""
        import torch

        n, device = len(regimes), regimes.device
        codes: torch.Tensor = fitted.networks["model"].codes(fitted.points, generator)
        groups = self._rows_by_regime(fitted)
        picks = [rows[torch.randint(len(rows), (n,), generator=generator, device=device)] for rows in groups]
        chosen = picks[0]
        if len(picks) > 1:
            chosen = torch.stack(picks, dim=1).gather(1, regimes.argmax(1, True)).squeeze(1)
        noise = torch.randn(codes[chosen].shape, generator=generator, device=device)
        scale = self.noise * codes.std(dim=0) if self.noise_unit == "latent" else self.noise
        return codes[chosen] + scale * noise

    def _pack(self, fitted: FittedNetworks) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        from ..model_file import add_prefix

        needs_train = self.sampling not in ("prior", "expost")
        points = fitted.points if needs_train else fitted.points[:0]
        return {"state": {}}, {"points": points.cpu().numpy(), **add_prefix("extra", fitted.extra)}

    def _unpack(self, fitted: FittedNetworks, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        import torch

        from ..model_file import select_prefix

        fitted.points = torch.tensor(arrays["points"], device=fitted.device)
        fitted.extra = select_prefix("extra", arrays)
