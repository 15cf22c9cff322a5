"""Columns of normal scores: sines and cosines at the network's input, a mixture of Gaussians at its output."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..layers import LOG_2PI, draw_category

_FREQUENCIES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Radians per standard deviation."""

_START_SPREAD = 2.0
_START_LOG_SCALE = -1.0
_LEAST_LOG_SCALE = -6.0
_GREATEST_LOG_SCALE = 3.0

INPUTS = 1 + 2 * len(_FREQUENCIES)
"""Inputs for each column."""


class MixtureHeads(nn.Module):
    """Several columns of normal scores, each a mixture given the columns before it.

    Args:
        columns: how many.
        components: Gaussians of each mixture.
    """

    def __init__(self, columns: int, components: int) -> None:
        super().__init__()
        self.columns, self.components = columns, components
        self.register_buffer("frequencies", torch.tensor(_FREQUENCIES), persistent=False)

    def inputs(self, scores: Tensor) -> Tensor:
        """Returns each score with its sines and cosines: (rows, columns) -> (rows, columns x `INPUTS`)."""
        angles = scores[..., None] * self.get_buffer("frequencies")
        return torch.cat([scores[..., None], angles.sin(), angles.cos()], dim=-1).flatten(1)

    def start(self) -> Tensor:
        """Returns outputs that are a broad mixture for each column: (columns x 3 x components,)."""
        means = torch.linspace(-_START_SPREAD, _START_SPREAD, self.components)
        one = torch.stack([-0.5 * means.square(), means, torch.full_like(means, _START_LOG_SCALE)])
        return one.flatten().repeat(self.columns)

    def log_likelihood(self, outputs: Tensor, scores: Tensor) -> Tensor:
        """Returns the log density: (rows, columns x 3 x components), (rows, columns) -> (rows,)."""
        logits, means, log_scales = self._parts(outputs.view(len(outputs), self.columns, -1))
        distances = (scores[..., None] - means) * (-log_scales).exp()
        densities = logits.log_softmax(-1) - 0.5 * (LOG_2PI + distances.square()) - log_scales
        return densities.logsumexp(-1).sum(1)

    def draw(self, outputs: Tensor, removed: float, generator: torch.Generator) -> Tensor:
        """Draws scores of one column: (rows, 3 x components) -> (rows,).

        Args:
            outputs: of the network for the column.
            removed: variance of noise in training that is taken off each component's.
            generator: of the draws.
        """
        logits, means, log_scales = self._parts(outputs)
        chosen = draw_category(logits, generator)[:, None]
        variance = (2 * log_scales.gather(1, chosen)).exp() - removed
        noise = torch.randn(chosen.shape, generator=generator, device=chosen.device)
        return (means.gather(1, chosen) + variance.clamp(min=0).sqrt() * noise).squeeze(1)

    def _parts(self, outputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Returns logits, means and log scales, each (..., components), of outputs (..., 3 x components)."""
        logits, means, log_scales = outputs.reshape(*outputs.shape[:-1], 3, self.components).unbind(-2)
        return logits, means, log_scales.clamp(_LEAST_LOG_SCALE, _GREATEST_LOG_SCALE)
