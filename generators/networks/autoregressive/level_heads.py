"""Columns of tokens: embeddings at the network's input, a level's probability at its output."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ..layers import draw_category
from .level_curves import cosines

if TYPE_CHECKING:
    from collections.abc import Sequence


class LevelHeads(nn.Module):
    """Several columns of tokens.

    Args:
        sizes: levels of each column: (columns,).
        embedding: numbers that stand for a level.
        ordered: how many of a column's first levels are in ascending order: (columns,). Before training, neighbours
            among them have similar embeddings.
    """

    def __init__(self, sizes: Sequence[int], embedding: int, ordered: Sequence[int]) -> None:
        super().__init__()
        self.sizes = list(sizes)
        self.table = nn.Embedding(sum(sizes), embedding)
        self.register_buffer("starts", torch.tensor([0, *sizes]).cumsum(0)[:-1], persistent=False)
        with torch.no_grad():
            for start, levels in zip(self.get_buffer("starts").tolist(), ordered, strict=True):
                curves = cosines(levels, embedding)
                self.table.weight[start : start + levels, : curves.shape[1]] = curves

    def inputs(self, tokens: Tensor) -> Tensor:
        """Returns the embeddings: (rows, columns) -> (rows, columns x embedding)."""
        embedded: Tensor = self.table(tokens + self.get_buffer("starts"))
        return embedded.flatten(1)

    def inputs_of(self, column: int, tokens: Tensor) -> Tensor:
        """Returns the embeddings of one column: (rows,) -> (rows, embedding)."""
        embedded: Tensor = self.table(tokens + self.get_buffer("starts")[column])
        return embedded

    def log_likelihood(self, logits: Tensor, tokens: Tensor) -> Tensor:
        """Returns the log probability of tokens: (rows, all levels), (rows, columns) -> (rows,)."""
        chosen = logits.gather(1, tokens + self.get_buffer("starts"))
        totals = [part.logsumexp(1) for part in torch.split(logits, self.sizes, dim=1)]
        return chosen.sum(1) - torch.stack(totals, dim=1).sum(1)

    def marginals(self, tokens: Tensor) -> Tensor:
        """Returns logits that give each level its share of the rows: (rows, columns) -> (all levels,).

        A level counts half a row more than it has, so that none is impossible.
        """
        counts = torch.bincount((tokens + self.get_buffer("starts")).flatten(), minlength=sum(self.sizes))
        return ((counts + 0.5) / len(tokens)).log().float()

    def draw(self, logits: Tensor, generator: torch.Generator) -> Tensor:
        """Draws tokens of one column: (rows, its levels) -> (rows,)."""
        return draw_category(logits, generator)
