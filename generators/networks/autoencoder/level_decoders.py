"""Decoders of rows with levels: numbers as in other decoders, a probability for each level of a block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..layers import draw_category, draw_normal, log_normal
from .decoders import Decoder, MixtureDecoder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..table_points import PointLayout

_MOST_LOGIT = 15.0
_SPREAD_OF_COMPONENTS = 0.5


def half_bounded(logits: Tensor) -> Tensor:
    """Returns logits within half of the bounds, so that sums of two are within them."""
    return logits.clamp(-_MOST_LOGIT / 2, _MOST_LOGIT / 2)


class LevelBlocks(nn.Module):
    """Blocks of levels, one after the other, each with a 1 at one level and 0 elsewhere.

    Args:
        sizes: levels of each block.
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        super().__init__()
        self.sizes = list(sizes)
        owner = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(self.sizes))
        self.register_buffer("owner", functional.one_hot(owner, len(sizes)).float(), persistent=False)

    def log_likelihood(self, logits: Tensor, levels: Tensor) -> Tensor:
        """Returns the log probability of levels: both (..., all levels) -> (...)."""
        bounded = logits.clamp(-_MOST_LOGIT, _MOST_LOGIT)
        totals = bounded.exp() @ self.get_buffer("owner")
        return (bounded * levels).sum(-1) - totals.log().sum(-1)

    def log_likelihood_of_sums(self, first: Tensor, second: Tensor, levels: Tensor) -> Tensor:
        """Returns the log probability of each row's levels if logits are the sum of a row's and a component's.

        Args:
            first: (rows, all levels).
            second: (components, all levels).
            levels: (rows, all levels).

        Returns:
            (rows, components).
        """
        first, second = half_bounded(first), half_bounded(second)
        parts = zip(
            torch.split(first.exp(), self.sizes, dim=1), torch.split(second.exp(), self.sizes, dim=1), strict=True
        )
        totals = torch.stack([of_rows @ of_components.T for of_rows, of_components in parts])
        return (first * levels).sum(1, keepdim=True) + levels @ second.T - totals.log().sum(0)

    def probabilities(self, logits: Tensor) -> Tensor:
        """Returns the probability of each level: (..., all levels)."""
        parts = torch.split(logits.clamp(-_MOST_LOGIT, _MOST_LOGIT), self.sizes, dim=-1)
        return torch.cat([part.softmax(-1) for part in parts], dim=-1)

    def draw(self, logits: Tensor, generator: torch.Generator) -> Tensor:
        """Draws a level of each block: (rows, all levels), 0 and 1."""
        parts = torch.split(logits.clamp(-_MOST_LOGIT, _MOST_LOGIT), self.sizes, dim=-1)
        drawn = [functional.one_hot(draw_category(part, generator), part.shape[1]) for part in parts]
        return torch.cat(drawn, dim=-1).to(logits)


class LevelDecoder(Decoder):
    """A decoder of numbers, and one probability for each level. Levels are drawn, whatever the numbers' noise.

    Args:
        net: latents -> `layout.features` columns.
        numbers: decoder of the numbers from the network's first columns.
        layout: of a row.
    """

    def __init__(self, net: nn.Module, numbers: Decoder, layout: PointLayout) -> None:
        super().__init__()
        self.net, self.numbers, self.count = net, numbers, layout.numbers
        self.blocks = LevelBlocks(layout.sizes)

    def _parts(self, latent: Tensor) -> tuple[Tensor, Tensor]:
        outputs: Tensor = self.net(latent)
        return outputs[:, : self.count], outputs[:, self.count :]

    def log_likelihood(self, latent: Tensor, x: Tensor) -> Tensor:
        """Returns the log likelihood of numbers and levels."""
        numbers, logits = self._parts(latent)
        found = self.numbers.log_likelihood(numbers, x[:, : self.count])
        return found + self.blocks.log_likelihood(logits, x[:, self.count :])

    def expected(self, latent: Tensor) -> Tensor:
        """Returns the expected numbers, and the probability of each level."""
        numbers, logits = self._parts(latent)
        return torch.cat([self.numbers.expected(numbers), self.blocks.probabilities(logits)], dim=1)

    def sample(self, latent: Tensor, generator: torch.Generator) -> Tensor:
        """Draws numbers and levels."""
        numbers, logits = self._parts(latent)
        drawn = self.numbers.sample(numbers, generator)
        return torch.cat([drawn, self.blocks.draw(logits, generator)], dim=1)


class LevelMixtureDecoder(Decoder):
    """A mixture over the whole row, of diagonal Gaussians for numbers times probabilities of levels.

    The logits of a component's levels are those that the network gives for the latents, the same for all components,
    plus the component's own, which are learned and do not depend on the latents. The exponential of a sum is a product,
    so that a likelihood needs no logit for each row, component and level: with hundreds of levels, fits are several
    times faster than with a network that gives them all.

    Args:
        net: latents -> `outputs(layout, components)` columns.
        layout: of a row.
        components: of the mixture.
    """

    def __init__(self, net: nn.Module, layout: PointLayout, components: int) -> None:
        super().__init__()
        self.components, self.count = components, layout.numbers
        self.numbers = MixtureDecoder(nn.Identity(), layout.numbers, components)
        self.net, self.blocks = net, LevelBlocks(layout.sizes)
        # Different from each other, because equal components would stay equal.
        self.own = nn.Parameter(_SPREAD_OF_COMPONENTS * torch.randn(components, sum(layout.sizes)))

    @staticmethod
    def outputs(layout: PointLayout, components: int) -> int:
        """Returns the columns that the network must have."""
        return MixtureDecoder.outputs(layout.numbers, components) + sum(layout.sizes)

    def _parts(self, latent: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Returns logits (rows, components), means, log variances (rows, components, numbers), and logits of levels."""
        outputs: Tensor = self.net(latent)
        first = MixtureDecoder.outputs(self.count, self.components)
        return *self.numbers.parts(outputs[:, :first]), outputs[:, first:]

    def log_likelihood(self, latent: Tensor, x: Tensor) -> Tensor:
        """Returns the log density of x under the mixture."""
        logits, mean, log_variance, levels = self._parts(latent)
        numbers = log_normal(x[:, None, : self.count], mean, log_variance)
        found = numbers + self.blocks.log_likelihood_of_sums(levels, self.own, x[:, self.count :])
        return (logits.log_softmax(-1) + found).logsumexp(-1)

    def expected(self, latent: Tensor) -> Tensor:
        """Returns the mean of the mixture: of levels, their probabilities."""
        logits, mean, _, levels = self._parts(latent)
        means = torch.cat(
            [mean, self.blocks.probabilities(half_bounded(levels)[:, None] + half_bounded(self.own))], dim=2
        )
        return (logits.softmax(-1).unsqueeze(-1) * means).sum(1)

    def sample(self, latent: Tensor, generator: torch.Generator) -> Tensor:
        """Draws a component, then numbers and levels from it."""
        logits, mean, log_variance, levels = self._parts(latent)
        rows, chosen = torch.arange(len(latent), device=latent.device), draw_category(logits, generator)
        numbers = draw_normal(mean[rows, chosen], log_variance[rows, chosen], generator)
        return torch.cat(
            [numbers, self.blocks.draw(half_bounded(levels) + half_bounded(self.own)[chosen], generator)], dim=1
        )


def mixture_decoder(layers: Callable[[int], nn.Module], layout: PointLayout, components: int) -> Decoder:
    """Returns a mixture decoder for rows with levels or without; `layers` makes a network of so many outputs."""
    if layout.sizes:
        return LevelMixtureDecoder(layers(LevelMixtureDecoder.outputs(layout, components)), layout, components)
    outputs = MixtureDecoder.outputs(layout.numbers, components)
    return MixtureDecoder(layers(outputs), layout.numbers, components)
