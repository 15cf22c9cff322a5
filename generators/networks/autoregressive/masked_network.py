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


_BYTES = 256
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

    def weight_count(self) -> int:
        """Returns the number of weights that are not masked."""
        return int(self.get_buffer("mask").sum())


class CurvedLinear(MaskedLinear):
    """A masked layer in which the outputs of a column share the weights of a few curves over its levels.

    An output has a weight of its own for each input, plus the sum over curves of the curve's value at the output and
    the curve's weight.

    Args:
        sources: as in `MaskedLinear`.
        targets: as in `MaskedLinear`.
        curves: (outputs of the column, curves) for each of the first columns of outputs, as many curves as there are.
        bias: as in `MaskedLinear`.
    """

    def __init__(self, sources: Tensor, targets: Tensor, curves: Sequence[Tensor], *, bias: bool = True) -> None:
        super().__init__(sources, targets, strict=True, bias=bias)
        curves = [*curves, torch.zeros(len(targets) - sum(map(len, curves)), 0)]
        self._shapes = [(len(each), each.shape[1]) for each in curves]
        self.register_buffer("values", torch.cat([each.flatten() for each in curves]), persistent=False)
        self.curves = nn.Parameter(torch.zeros(sum(count for _, count in self._shapes), len(sources)))

    def kept(self) -> Tensor:
        """Returns the weights with those that are masked at zero: (outputs, inputs)."""
        values = torch.split(self.get_buffer("values"), [outputs * count for outputs, count in self._shapes])
        weights = torch.split(self.curves, [count for _, count in self._shapes])
        shared = [part.view(shape) @ each for part, shape, each in zip(values, self._shapes, weights, strict=True)]
        return (self.weight + torch.cat(shared)) * self.get_buffer("mask")

    def weight_count(self) -> int:
        """Returns the number of weights that are not masked."""
        columns = torch.split(self.get_buffer("mask"), [outputs for outputs, _ in self._shapes])
        curves = sum(
            count * int(mask[0].sum()) for mask, (_, count) in zip(columns, self._shapes, strict=True) if count
        )
        return super().weight_count() + curves


class Dropout(nn.Module):
    """Sets random units to zero in training and scales the others up, as torch's does at three times the cost.

    Args:
        share: of units that are dropped, less than 1; rounded to 1/256.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self._dropped = min(round(_BYTES * share), _BYTES - 1)

    def forward(self, x: Tensor) -> Tensor:
        """Drops units of (rows, units), by torch's global generator: a random byte says whether a unit is dropped."""
        if not (self.training and self._dropped):
            return x
        words = torch.randint(-(2**63), 2**63 - 1, (-(-x.numel() // 8),), device=x.device)
        kept = words.view(torch.uint8)[: x.numel()].view_as(x) >= self._dropped
        return x * kept * (_BYTES / (_BYTES - self._dropped))


class Units(NamedTuple):
    """What is kept while rows are drawn column by column.

    Attributes:
        plain: hidden units before the activation, filled in as columns become known: each (rows, width).
        active: the same after it.
        last: weights of the last layer: (outputs, width).
        skip: weights of the map that skips the hidden layers: (outputs, inputs).
    """

    plain: list[Tensor]
    active: list[Tensor]
    last: Tensor
    skip: Tensor | None


class MaskedNetwork(nn.Module):
    """From inputs of all columns to outputs for all columns.

    Args:
        inputs: position, from 1 on, of the column that each input belongs to: (inputs,).
        outputs: position of the column that each output predicts: (outputs,).
        width: of the hidden layers.
        layers: hidden layers, at least one.
        dropout: share of hidden units that are dropped in training, from torch's global generator.
        curves: over the levels of the first columns of outputs, see `CurvedLinear`.
    """

    def __init__(
        self,
        inputs: Sequence[int],
        outputs: Sequence[int],
        width: int,
        layers: int,
        dropout: float = 0.0,
        curves: Sequence[Tensor] = (),
    ) -> None:
        super().__init__()
        self.dropout = Dropout(dropout)
        sources, targets = torch.tensor(inputs), torch.tensor(outputs)
        columns = int(targets.max())
        degrees = 1 + torch.arange(width) * (columns - 1) // width if columns > 1 else torch.zeros(width).long()
        self.register_buffer("degrees", degrees, persistent=False)
        self.register_buffer("targets", targets, persistent=False)
        self.first = MaskedLinear(sources, degrees, strict=False)
        self.middle = nn.ModuleList(MaskedLinear(degrees, degrees, strict=False) for _ in range(layers - 1))
        self.last = CurvedLinear(degrees, targets, curves)
        self.skip: CurvedLinear | None = None
        if len(inputs) * len(outputs) <= _LARGEST_SKIP:
            self.skip = CurvedLinear(sources, targets, curves, bias=False)
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
        return Units(zeros[::2], zeros[1::2], self.last.kept(), None if self.skip is None else self.skip.kept())

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
        outputs = functional.linear(units.active[-1], units.last[wanted], self.last.bias[wanted])
        return outputs if units.skip is None else outputs + functional.linear(x, units.skip[wanted])

    def _middle_layers(self) -> list[MaskedLinear]:
        return [layer for layer in self.middle if isinstance(layer, MaskedLinear)]

    def weight_count(self) -> int:
        """Returns the number of weights that are not masked, and of biases."""
        layers = [layer for layer in self.modules() if isinstance(layer, MaskedLinear)]
        biases = sum(layer.out_features for layer in layers if layer.has_bias)
        return biases + sum(layer.weight_count() for layer in layers)


def _part(layer: MaskedLinear, outputs: slice, x: Tensor) -> Tensor:
    """Returns some outputs of a layer: (rows, inputs) -> (rows, those outputs)."""
    return functional.linear(x, layer.weight[outputs] * layer.get_buffer("mask")[outputs], layer.bias[outputs])
