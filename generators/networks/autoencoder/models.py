"""The networks: an encoder, a decoder and, for the variational one, a prior."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn

from ..layers import draw_normal

if TYPE_CHECKING:
    from .decoders import Decoder
    from .priors import Prior


class Losses(NamedTuple):
    """The reconstruction loss and the Kullback-Leibler term of each row, both (rows,)."""

    reconstruction: Tensor
    kl: Tensor


class Reduction(NamedTuple):
    """Divisors of the sums over features and over latents: 1, or their number for a mean."""

    reconstruction: int = 1
    kl: int = 1

    def __call__(self, reconstruction: Tensor, kl: Tensor) -> Losses:
        """Returns the losses of each row from sums over features and latents, both (rows,)."""
        return Losses(
            reconstruction / self.reconstruction if self.reconstruction > 1 else reconstruction,
            kl / self.kl if self.kl > 1 else kl,
        )


class Autoencoder(nn.Module):
    """An encoder and a decoder. Codes are points: they have no noise and no prior."""

    def __init__(self, encoder: nn.Module, decoder: Decoder, reduce: Reduction = Reduction()) -> None:  # noqa: B008
        super().__init__()
        self.encoder, self.decoder, self.reduce = encoder, decoder, reduce

    def losses(self, x: Tensor, generator: torch.Generator) -> Losses:
        """Returns -log p(x|z), and a KL of 0."""
        error = -self.decoder.log_likelihood(self.encoder(x), x)
        return self.reduce(error, torch.zeros_like(error))

    def absolute_error(self, x: Tensor, generator: torch.Generator) -> Tensor:
        """Returns the mean over features of |x - E[x | z]|: (rows,)."""
        return (self.decoder.expected(self.encoder(x)) - x).abs().mean(-1)

    def latents(self, x: Tensor) -> tuple[Tensor, None, None, None]:
        """Returns the codes of x: (rows, latents); they have no posterior and no prior."""
        return self.encoder(x), None, None, None

    def codes(self, x: Tensor, generator: torch.Generator) -> Tensor:
        """Returns the codes of x: (rows, latents)."""
        codes: Tensor = self.encoder(x)
        return codes

    def decode(self, codes: Tensor, regime: Tensor, generator: torch.Generator, *, noise: bool) -> Tensor:
        """Decodes (rows, latents) to (rows, features), with the decoder's noise or without."""
        return self.decoder.sample(codes, generator) if noise else self.decoder.expected(codes)


class VariationalAutoencoder(nn.Module):
    """An evidence lower bound (Kingma and Welling 2014) with any decoder and prior.

    Rows may end in a one-hot regime. Encoder, decoder and prior see it; it is not reconstructed (Sohn et al. 2015,
    eq. 4).

    Args:
        encoder: (rows, features + regimes) -> (rows, 2 x latents).
        decoder: its latents are (rows, latents + regimes).
        prior: of the latents.
        regimes: how many there are; 0 for none.
        reduce: makes the loss of a row of its sums.
    """

    def __init__(
        self,
        encoder: nn.Module,
        decoder: Decoder,
        prior: Prior,
        *,
        regimes: int = 0,
        reduce: Reduction = Reduction(),  # noqa: B008
    ) -> None:
        super().__init__()
        self.encoder, self.decoder, self.prior, self.reduce = encoder, decoder, prior, reduce
        self.regimes = regimes

    def _parts(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the features and the regimes of the rows."""
        return rows[:, : rows.shape[1] - self.regimes], rows[:, rows.shape[1] - self.regimes :]

    def _posterior(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_variance = self.encoder(rows).chunk(2, dim=-1)
        return mean, log_variance.clamp(-12, 8)

    def _with_regime(self, z: Tensor, regime: Tensor) -> Tensor:
        return torch.cat([z, regime], dim=1) if self.regimes else z

    def losses(self, rows: Tensor, generator: torch.Generator) -> Losses:
        """Returns -E log p(x|z) and KL(q(z|x) || p(z)), both in nats, reduced."""
        x, regime = self._parts(rows)
        mean, log_variance = self._posterior(rows)
        z = draw_normal(mean, log_variance, generator)
        reconstruction = -self.decoder.log_likelihood(self._with_regime(z, regime), x)
        return self.reduce(reconstruction, self.prior.kl(z, mean, log_variance, regime))

    def absolute_error(self, rows: Tensor, generator: torch.Generator) -> Tensor:
        """Returns the mean over features of |x - E[x | z]| for one draw of z: (rows,)."""
        x, regime = self._parts(rows)
        z = draw_normal(*self._posterior(rows), generator)
        return (self.decoder.expected(self._with_regime(z, regime)) - x).abs().mean(-1)

    def latents(self, rows: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Returns means and variances of q(z|x), (rows, latents), then those of the prior, (latents,)."""
        mean, log_variance = self._posterior(rows)
        return mean, log_variance.exp(), *self.prior.moments(self._parts(rows)[1].mean(0))

    def codes(self, rows: Tensor, generator: torch.Generator) -> Tensor:
        """Draws one code from each row's posterior: (rows, latents)."""
        return draw_normal(*self._posterior(rows), generator)

    def decode(self, codes: Tensor, regime: Tensor, generator: torch.Generator, *, noise: bool) -> Tensor:
        """Decodes (rows, latents) and (rows, regimes) to (rows, features), with the decoder's noise or without."""
        latent = self._with_regime(codes, regime)
        return self.decoder.sample(latent, generator) if noise else self.decoder.expected(latent)
