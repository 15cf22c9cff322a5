"""Residual and plain perceptrons, and functions of Gaussians that all networks share."""

from __future__ import annotations

from math import log, pi
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Sequence

LOG_2PI = log(2 * pi)


class Residual(nn.Module):
    """x + W2 act(W1 act(x)); the identity before training."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inner, self.outer = nn.Linear(width, width), nn.Linear(width, width)
        nn.init.zeros_(self.outer.weight)
        nn.init.zeros_(self.outer.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Applies the block: (rows, width) -> (rows, width)."""
        change: Tensor = self.outer(functional.silu(self.inner(functional.silu(x))))
        return x + change


def perceptron(inputs: int, outputs: int, width: int, blocks: int) -> nn.Sequential:
    """Returns a linear layer, `blocks` residual blocks, an activation and a linear layer."""
    middle = [Residual(width) for _ in range(blocks)]
    return nn.Sequential(nn.Linear(inputs, width), *middle, nn.SiLU(), nn.Linear(width, outputs))


def plain(
    inputs: int, outputs: int, hidden: Sequence[int], *, dropout: Sequence[float] = (), batch_norm: bool = False
) -> nn.Sequential:
    """Returns ReLU layers of the widths `hidden`, with optional batch normalisation and dropout after each.

    Args:
        inputs: columns of the input.
        outputs: columns of the last, linear layer.
        hidden: widths, first to last.
        dropout: share dropped after each hidden layer; layers beyond its length have no dropout.
        batch_norm: normalise batches, with Keras' momentum and epsilon.
    """
    layers: list[nn.Module] = []
    for position, width in enumerate(hidden):
        layers += [nn.Linear(inputs, width), nn.ReLU()]
        layers += [nn.BatchNorm1d(width, eps=1e-3, momentum=0.01)] if batch_norm else []
        layers += [nn.Dropout(dropout[position])] if position < len(dropout) and dropout[position] > 0 else []
        inputs = width
    return nn.Sequential(*layers, nn.Linear(inputs, outputs))


def glorot(net: nn.Module, heads: int = 1) -> None:
    """Sets Glorot-uniform weights and zero biases, as in Keras (Glorot and Bengio 2010, eq. 16).

    Args:
        net: its linear layers are changed in place.
        heads: how many layers of equal width the last layer combines.
    """
    linear = [layer for layer in net.modules() if isinstance(layer, nn.Linear)]
    for layer in linear:
        outputs = layer.out_features // (heads if layer is linear[-1] else 1)
        bound = (6 / (layer.in_features + outputs)) ** 0.5
        nn.init.uniform_(layer.weight, -bound, bound)
        nn.init.zeros_(layer.bias)


def log_normal(x: Tensor, mean: Tensor, log_variance: Tensor) -> Tensor:
    """Returns the log density of diagonal Gaussians, summed over the last dimension."""
    return -0.5 * (LOG_2PI + log_variance + (x - mean).square() * (-log_variance).exp()).sum(-1)


def draw_normal(mean: Tensor, log_variance: Tensor, generator: torch.Generator) -> Tensor:
    """Draws one value from each diagonal Gaussian."""
    noise = torch.randn(mean.shape, generator=generator, device=mean.device)
    return mean + (0.5 * log_variance).exp() * noise


def draw_category(logits: Tensor, generator: torch.Generator) -> Tensor:
    """Draws one category per row: (rows, categories) -> (rows,)."""
    return torch.multinomial(logits.softmax(-1), 1, generator=generator).squeeze(-1)
