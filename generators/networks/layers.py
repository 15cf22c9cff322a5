"""Perceptrons, residual and plain, and the arithmetic of Gaussians that all networks share."""

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
    """x + W2 act(W1 act(x)), the identity at the start."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inner, self.outer = nn.Linear(width, width), nn.Linear(width, width)
        nn.init.zeros_(self.outer.weight)
        nn.init.zeros_(self.outer.bias)

    def forward(self, x: Tensor) -> Tensor:
        """(rows, width) -> (rows, width)."""
        change: Tensor = self.outer(functional.silu(self.inner(functional.silu(x))))
        return x + change


def perceptron(inputs: int, outputs: int, width: int, blocks: int) -> nn.Sequential:
    """Linear, `blocks` residual blocks, activation, linear."""
    middle = [Residual(width) for _ in range(blocks)]
    return nn.Sequential(nn.Linear(inputs, width), *middle, nn.SiLU(), nn.Linear(width, outputs))


def plain(
    inputs: int, outputs: int, hidden: Sequence[int], *, dropout: Sequence[float] = (), batch_norm: bool = False
) -> nn.Sequential:
    """ReLU layers of the widths `hidden`, each followed by batch normalisation and dropout where asked for.

    Args:
        inputs: columns in.
        outputs: columns out of the last, linear layer.
        hidden: widths, first to last.
        dropout: share dropped after each hidden layer; where shorter than `hidden`, none after the others.
        batch_norm: with Keras' momentum and epsilon.
    """
    layers: list[nn.Module] = []
    for at, width in enumerate(hidden):
        layers += [nn.Linear(inputs, width), nn.ReLU()]
        layers += [nn.BatchNorm1d(width, eps=1e-3, momentum=0.01)] if batch_norm else []
        layers += [nn.Dropout(dropout[at])] if at < len(dropout) and dropout[at] > 0 else []
        inputs = width
    return nn.Sequential(*layers, nn.Linear(inputs, outputs))


def glorot(net: nn.Module, heads: int = 1) -> None:
    """Glorot-uniform weights and zero biases, as Keras has them (Glorot and Bengio 2010, eq. 16).

    Args:
        net: whose linear layers are set in place.
        heads: how many layers of equal width the last one stands for.
    """
    linear = [layer for layer in net.modules() if isinstance(layer, nn.Linear)]
    for layer in linear:
        outputs = layer.out_features // (heads if layer is linear[-1] else 1)
        bound = (6 / (layer.in_features + outputs)) ** 0.5
        nn.init.uniform_(layer.weight, -bound, bound)
        nn.init.zeros_(layer.bias)


def log_normal(x: Tensor, mean: Tensor, log_variance: Tensor) -> Tensor:
    """Log density of diagonal Gaussians, summed over the last dimension."""
    return -0.5 * (LOG_2PI + log_variance + (x - mean).square() * (-log_variance).exp()).sum(-1)


def draw(mean: Tensor, log_variance: Tensor, generator: torch.Generator) -> Tensor:
    """One draw from each diagonal Gaussian."""
    noise = torch.randn(mean.shape, generator=generator, device=mean.device)
    return mean + (0.5 * log_variance).exp() * noise


def choose(logits: Tensor, generator: torch.Generator) -> Tensor:
    """One category per row: (rows, categories) -> (rows,)."""
    return torch.multinomial(logits.softmax(-1), 1, generator=generator).squeeze(-1)
