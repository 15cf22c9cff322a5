"""What autoencoders share: layers, losses, and sampling around the codes of train. Light to import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from bench.api import BenchError
from bench.seeds import derive

from ...shared import option_checks
from .base import Neural

if TYPE_CHECKING:
    import torch

    from .base import Fitted
    from .models import Decoder, Reduction

Loss = Literal["mse", "mae", "gaussian", "mixture"]


@dataclass(kw_only=True, eq=False)
class Coder(Neural):
    """Hyper-parameters of every autoencoder here, and how they are built and sampled.

    Attributes:
        hidden: widths of the encoder's layers, mirrored in the decoder: plain ReLU layers, and as many latents as asked
            for. Empty: residual SiLU blocks of `width`.
        init: of plain layers: `torch`'s weights, or `glorot` ones with zero biases as Keras has them.
        batch_norm: normalise batches after each plain layer, with Keras' momentum and epsilon.
        dropout: share dropped after the encoder's first, second, ... plain layer.
        decoder_dropout: likewise, of the decoder.
        loss: `mse` or `mae`, the error of a decoder without noise; `gaussian`, minus the log likelihood with one
            learned noise scale per feature; of some models `mixture`, that of a mixture over the row.
        reduce_reconstruction: `sum` over features (a likelihood) or their `mean`.
        decoder_noise: draw the decoder's noise, or give its mean alone.
        noise: standard deviation of what is added to each latent where sampling starts from codes of train rows.
        noise_unit: `latent`, in units of that latent's own standard deviation, or `absolute`.
        sampling: from the `codes` of train rows drawn with replacement, with `noise`, or from a density fitted to the
            codes once all else is trained (`expost`, Ghosh et al. 2020).
        expost_components: full-covariance Gaussians in that density, 10 as in the paper.
    """

    hidden: tuple[int, ...] = ()
    init: Literal["torch", "glorot"] = "torch"
    batch_norm: bool = False
    dropout: tuple[float, ...] = ()
    decoder_dropout: tuple[float, ...] = ()
    loss: Loss = "mse"
    reduce_reconstruction: Literal["sum", "mean"] = "sum"
    decoder_noise: bool = True
    noise: float = 0.1
    noise_unit: Literal["latent", "absolute"] = "absolute"
    sampling: str = "codes"
    expost_components: int = 10

    _losses: ClassVar[tuple[Loss, ...]] = ("mse", "mae", "gaussian")
    _samplings: ClassVar[tuple[str, ...]] = ("codes", "expost")

    def __post_init__(self) -> None:
        """See `Neural`."""
        Neural.__post_init__(self)
        option_checks.sequence(self, ("hidden", "dropout", "decoder_dropout"))
        option_checks.at_least(self, 0, ("noise",))
        option_checks.at_least(self, 1, ("expost_components",))
        choices = {"init": ("torch", "glorot"), "loss": self._losses, "sampling": self._samplings}
        units = {"reduce_reconstruction": ("sum", "mean"), "noise_unit": ("latent", "absolute")}
        option_checks.choose(self, {**choices, **units})
        if not all(width >= 1 for width in self.hidden):
            raise BenchError(f"got hidden {self.hidden}; expected widths of at least 1")
        if not all(0 <= share < 1 for share in self.dropout + self.decoder_dropout):
            raise BenchError(f"got dropout {self.dropout + self.decoder_dropout}; expected shares from 0 to below 1")
        if not self.hidden and (self.batch_norm or self.dropout or self.decoder_dropout or self.init != "torch"):
            raise BenchError("batch_norm, dropout and init are of plain layers; give their widths as hidden")

    def _latents(self, features: int) -> int:
        return self.latent if self.hidden else min(self.latent, features)

    def _encoder(self, inputs: int, latent: int, heads: int) -> torch.nn.Module:
        """(rows, inputs) -> (rows, heads x latents)."""
        from ..layers import glorot, perceptron, plain

        if not self.hidden:
            return perceptron(inputs, heads * latent, self.width, self.blocks)
        net = plain(inputs, heads * latent, self.hidden, dropout=self.dropout, batch_norm=self.batch_norm)
        if self.init == "glorot":
            glorot(net, heads)
        return net

    def _net(self, inputs: int, outputs: int) -> torch.nn.Module:
        """The decoder's network."""
        from ..layers import glorot, perceptron, plain

        if not self.hidden:
            return perceptron(inputs, outputs, self.width, self.blocks)
        mirrored = self.hidden[::-1]
        net = plain(inputs, outputs, mirrored, dropout=self.decoder_dropout, batch_norm=self.batch_norm)
        if self.init == "glorot":
            glorot(net)
        return net

    def _decoder(self, inputs: int, features: int) -> Decoder:
        """The decoder that `loss` asks for."""
        from .models import GaussianDecoder, PointDecoder

        net = self._net(inputs, features)
        if self.loss == "gaussian":
            return GaussianDecoder(net, features)
        return PointDecoder(net, absolute=self.loss == "mae")

    def _reduction(self, features: int, latent: int) -> Reduction:
        from .models import Reduction

        return Reduction(features if self.reduce_reconstruction == "mean" else 1)

    def _finish(self, fitted: Fitted, seed: int) -> None:
        """Fits the density of codes, if it is what is sampled: one to each regime."""
        if self.sampling != "expost":
            return
        import torch

        from . import expost_density

        generator = torch.Generator(fitted.points.device).manual_seed(seed)
        codes = fitted.model.codes(fitted.points, generator).cpu().numpy()
        for kind, rows in enumerate(self._by_regime(fitted)):
            found = expost_density.fit(codes[rows.cpu().numpy()], self.expost_components, derive(seed, kind))
            fitted.extra |= {f"{name}/{kind}": value for name, value in found.items()}

    def _by_regime(self, fitted: Fitted) -> list[torch.Tensor]:
        """Train rows of each regime, or all of them where there are none."""
        import torch

        return [torch.arange(len(fitted.points), device=fitted.points.device)]

    def _recalls(self) -> bool:
        return self.sampling not in {"prior", "expost"}

    def _kinds(self, fitted: Fitted, n: int, generator: torch.Generator) -> torch.Tensor:
        """Regimes of `n` rows to be drawn, one-hot: (n, regimes)."""
        return fitted.points.new_zeros(n, 0)

    def _draw(self, fitted: Fitted, n: int, generator: torch.Generator) -> torch.Tensor:
        """See `Neural`."""
        return self._draw_of(fitted, self._kinds(fitted, n, generator), generator)

    def _draw_of(self, fitted: Fitted, kinds: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """A point of each of the regimes `kinds`, one-hot (n, regimes): (n, features)."""
        codes = self._codes(fitted, kinds, generator)
        points: torch.Tensor = fitted.model.decode(codes, kinds, generator, noise=self.decoder_noise)
        return points

    def _codes(self, fitted: Fitted, kinds: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """A code of each of the regimes `kinds`: (n, latents)."""
        if self.sampling == "expost":
            return self._from_density(fitted, kinds, generator)
        return self._around(fitted, kinds, generator)

    def _from_density(self, fitted: Fitted, kinds: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        import torch

        from . import expost_density

        names = ("logits", "means", "factors")
        drawn = [
            expost_density.draw({name: fitted.extra[f"{name}/{kind}"] for name in names}, len(kinds), generator)
            for kind in range(len(self._by_regime(fitted)))
        ]
        if len(drawn) == 1:
            return drawn[0]
        return torch.stack(drawn, dim=1)[torch.arange(len(kinds), device=kinds.device), kinds.argmax(1)]

    def _around(self, fitted: Fitted, kinds: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Codes of train rows drawn with replacement, with noise: (n, latents)."""
        import torch

        n, device = len(kinds), kinds.device
        codes: torch.Tensor = fitted.model.codes(fitted.points, generator)
        groups = self._by_regime(fitted)
        picks = [rows[torch.randint(len(rows), (n,), generator=generator, device=device)] for rows in groups]
        chosen = picks[0] if len(picks) == 1 else torch.stack(picks, dim=1).gather(1, kinds.argmax(1, True)).squeeze(1)
        drawn = codes[chosen]
        noise = torch.randn(drawn.shape, generator=generator, device=device)
        scale = self.noise * codes.std(dim=0) if self.noise_unit == "latent" else self.noise
        return drawn + scale * noise
