"""A masked network (MADE, Germain et al. 2015): what it says of a column depends on the columns before it alone.

Hidden units have degrees: a unit of degree d sees the columns at positions 1 .. d, and the column at position p is
predicted from units of degrees below p. Layers are residual, with the same degrees in each. A masked linear map from
inputs to outputs skips the hidden layers; it is zero before training, as the hidden layers' outputs are. Tables of many
columns have no such map, as its size grows with the square of their number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Sequence


_LARGEST_SKIP = 1_000_000
"""Weights of the map that skips the hidden layers, at most."""


class MaskedLinear(nn.Linear):
    """A linear layer some of whose weights are always zero.

    Args:
        sources: (inputs,), a degree for each.
        targets: (outputs,), a degree for each.
        strict: an output sees the inputs of lower degrees; otherwise those of equal degrees, too.
        bias: whether there is one.
    """

    def __init__(self, sources: Tensor, targets: Tensor, *, strict: bool, bias: bool = True) -> None:
        super().__init__(len(sources), len(targets), bias=bias)
        self.has_bias = bias
        seen = targets[:, None] > sources if strict else targets[:, None] >= sources
        self.register_buffer("mask", seen.float(), persistent=False)

    def kept(self) -> Tensor:
        """Returns the weights with those that are masked at zero: (outputs, inputs)."""
        return self.weight * self.get_buffer("mask")

    def forward(self, x: Tensor) -> Tensor:
        """Applies the layer: (rows, inputs) -> (rows, outputs)."""
        return functional.linear(x, self.kept(), self.bias)


class Units(NamedTuple):
    """Values of hidden units after the activation, filled in as columns become known: each (rows, width)."""

    plain: list[Tensor]
    active: list[Tensor]


class MaskedNetwork(nn.Module):
    """From inputs of all columns to outputs for all columns.

    Args:
        inputs: position, from 1 on, of the column that each input belongs to: (inputs,).
        outputs: position of the column that each output predicts: (outputs,).
        width: of the hidden layers.
        layers: hidden layers, at least one.
        dropout: share of hidden units that are dropped in training, from torch's global generator.
    """

    def __init__(
        self, inputs: Sequence[int], outputs: Sequence[int], width: int, layers: int, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        sources, targets = torch.tensor(inputs), torch.tensor(outputs)
        columns = int(targets.max())
        degrees = 1 + torch.arange(width) * (columns - 1) // width if columns > 1 else torch.zeros(width).long()
        self.register_buffer("degrees", degrees, persistent=False)
        self.register_buffer("targets", targets, persistent=False)
        self.first = MaskedLinear(sources, degrees, strict=False)
        self.middle = nn.ModuleList(MaskedLinear(degrees, degrees, strict=False) for _ in range(layers - 1))
        self.last = MaskedLinear(degrees, targets, strict=True)
        self.skip: MaskedLinear | None = None
        if len(inputs) * len(outputs) <= _LARGEST_SKIP:
            self.skip = MaskedLinear(sources, targets, strict=True, bias=False)
            nn.init.zeros_(self.skip.weight)
        for weights in (self.last.weight, self.last.bias):
            nn.init.zeros_(weights)

    def forward(self, x: Tensor) -> Tensor:
        """Returns the outputs: (rows, inputs) -> (rows, outputs)."""
        hidden = self.first(x)
        for layer in self.middle:
            hidden = hidden + layer(self.dropout(functional.silu(hidden)))
        outputs: Tensor = self.last(self.dropout(functional.silu(hidden)))
        return outputs if self.skip is None else outputs + self.skip(x)

    def begin(self, rows: int) -> Units:
        """Returns the units of `rows` rows of which no column is known yet."""
        zeros = [self.first.weight.new_zeros(rows, self.first.out_features) for _ in range(2 + 2 * len(self.middle))]
        return Units(zeros[::2], zeros[1::2])

    def outputs_at(self, position: int, x: Tensor, units: Units) -> Tensor:
        """Returns the outputs for the column at `position`, given the columns before it: (rows, its outputs).

        A unit is computed once, when all columns that it sees are known. Drawing a whole row so costs about as much as
        one pass, however many columns there are. Call it for the positions 1, 2, ... in turn.

        Args:
            position: of the column.
            x: (rows, inputs); inputs of columns from `position` on are not read.
            units: of `begin`; changed in place.
        """
        degrees = self.get_buffer("degrees")
        chosen = slice(int((degrees < position - 1).sum()), int((degrees < position).sum()))
        units.plain[0][:, chosen] = _part(self.first, chosen, x)
        for depth, layer in enumerate(self._middle_layers()):
            units.active[depth][:, chosen] = functional.silu(units.plain[depth][:, chosen])
            change = _part(layer, chosen, units.active[depth])
            units.plain[depth + 1][:, chosen] = units.plain[depth][:, chosen] + change
        units.active[-1][:, chosen] = functional.silu(units.plain[-1][:, chosen])
        wanted = (self.get_buffer("targets") == position).nonzero().squeeze(1)
        outputs = _part(self.last, wanted, units.active[-1])
        return outputs if self.skip is None else outputs + _part(self.skip, wanted, x)

    def _middle_layers(self) -> list[MaskedLinear]:
        return [layer for layer in self.middle if isinstance(layer, MaskedLinear)]

    def weight_count(self) -> int:
        """Returns the number of weights that are not masked, and of biases."""
        layers = [layer for layer in self.modules() if isinstance(layer, MaskedLinear)]
        biases = sum(layer.out_features for layer in layers if layer.has_bias)
        return biases + sum(int(layer.get_buffer("mask").sum()) for layer in layers)


def _part(layer: MaskedLinear, outputs: Tensor | slice, x: Tensor) -> Tensor:
    """Returns some outputs of a layer: (rows, inputs) -> (rows, those outputs)."""
    weight = layer.weight[outputs] * layer.get_buffer("mask")[outputs]
    return functional.linear(x, weight, layer.bias[outputs] if layer.has_bias else None)
