"""Heads and network together: the likelihood of rows, and rows drawn column by column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn

from .level_curves import output_curves
from .level_heads import LevelHeads
from .masked_network import MaskedNetwork
from .mixture_heads import INPUTS, MixtureHeads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .hyperparameters import AutoregressiveOptions


class ModelRows(NamedTuple):
    """Rows as the model reads them.

    Attributes:
        tokens: (rows, columns of tokens), whole numbers.
        scores: (rows, columns of numbers), normal scores.
    """

    tokens: Tensor
    scores: Tensor

    def take(self, chosen: Tensor) -> ModelRows:
        """Returns the rows at these positions, or where true."""
        return ModelRows(self.tokens[chosen], self.scores[chosen])


@dataclass(frozen=True, slots=True)
class ModelColumns:
    """The columns of a model: those of tokens, then those of numbers.

    Attributes:
        sizes: levels of each column of tokens.
        numbers: how many columns of numbers there are.
        order: the columns in the order in which they are drawn.
        ordered: how many of the first levels of each column of tokens are in ascending order.
    """

    sizes: tuple[int, ...]
    numbers: int
    order: tuple[int, ...]
    ordered: tuple[int, ...]

    def positions(self) -> list[int]:
        """Returns the place of each column in the order, from 1 on."""
        place = {column: position for position, column in enumerate(self.order, start=1)}
        return [place[column] for column in range(len(self.order))]


class RowModel(nn.Module):
    """The density of a table's rows.

    Args:
        columns: of the model.
        options: width, layers, embedding and components.
        dropout: share of hidden units that are dropped in training.
    """

    def __init__(self, columns: ModelColumns, options: AutoregressiveOptions, dropout: float = 0.0) -> None:
        super().__init__()
        self.columns = columns
        self.levels = LevelHeads(columns.sizes, options.embedding, columns.ordered)
        self.mixtures = MixtureHeads(columns.numbers, options.components)
        count = len(columns.sizes)
        self._inputs = [options.embedding] * count + [INPUTS] * columns.numbers
        outputs = [*columns.sizes, *[3 * options.components] * columns.numbers]
        places = columns.positions()
        curves = [output_curves(size, ordered) for size, ordered in zip(columns.sizes, columns.ordered, strict=True)]
        self.network = MaskedNetwork(
            _spread(places, self._inputs), _spread(places, outputs), options.width, options.layers, dropout, curves
        )

    def start(self, rows: ModelRows) -> None:
        """Starts with independent columns: levels as often as in `rows`, numbers as broad mixtures."""
        bias = torch.cat([self.levels.marginals(rows.tokens), self.mixtures.start().to(rows.scores.device)])
        with torch.no_grad():
            self.network.last.bias.copy_(bias)

    def forward(self, rows: ModelRows) -> Tensor:
        """Returns the log likelihood of rows, in nats: (rows,)."""
        outputs = self.network(torch.cat([self.levels.inputs(rows.tokens), self.mixtures.inputs(rows.scores)], dim=1))
        levels = sum(self.columns.sizes)
        parts = [self.levels.log_likelihood(outputs[:, :levels], rows.tokens)] if levels else []
        parts += [self.mixtures.log_likelihood(outputs[:, levels:], rows.scores)] if self.columns.numbers else []
        return torch.stack(parts).sum(0)

    @torch.no_grad()
    def draw(self, rows: int, removed: float, generator: torch.Generator) -> ModelRows:
        """Draws rows.

        Args:
            rows: how many.
            removed: variance of noise in training that is taken off each Gaussian's.
            generator: of the draws, on the model's device.
        """
        count, device = len(self.columns.sizes), generator.device
        drawn = ModelRows(
            torch.zeros(rows, count, dtype=torch.int64, device=device),
            torch.zeros(rows, self.columns.numbers, device=device),
        )
        x, units = torch.zeros(rows, sum(self._inputs), device=device), self.network.begin(rows)
        places = torch.split(torch.arange(x.shape[1], device=device), self._inputs)
        for position, column in enumerate(self.columns.order, start=1):
            outputs = self.network.outputs_at(position, x, units)
            if column < count:
                drawn.tokens[:, column] = self.levels.draw(outputs, generator)
                x[:, places[column]] = self.levels.inputs_of(column, drawn.tokens[:, column])
            else:
                drawn.scores[:, column - count] = self.mixtures.draw(outputs, removed, generator)
                x[:, places[column]] = self.mixtures.inputs(drawn.scores[:, column - count, None])
        return drawn

    def weight_count(self) -> int:
        """Returns the number of weights that training sets."""
        return self.levels.table.weight.numel() + self.network.weight_count()


def _spread(places: Sequence[int], widths: Sequence[int]) -> list[int]:
    """Returns each place as often as its width says."""
    return [place for place, width in zip(places, widths, strict=True) for _ in range(width)]
