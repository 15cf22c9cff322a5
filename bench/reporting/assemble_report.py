"""A report before it is rendered: parts of blocks on pages, with unique names of figures and a style per generator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bench.api import Block, Figure, Fold, Page
from bench.common.safe_text import slug, unique
from bench.reporting.figures.legend import Style, styles_by_name


@dataclass(frozen=True, slots=True)
class Part:
    """The blocks of one section; `page` is that of the HTML report."""

    title: str
    blocks: Sequence[Block]
    page: Page = "About"


@dataclass(frozen=True, slots=True)
class Report:
    """A title and parts; names of figures are unique and fit for files; `styles` are by generator."""

    title: str
    parts: tuple[Part, ...]
    styles: Mapping[str, Style]

    def figures(self) -> list[Figure]:
        """Returns every figure, folded ones included."""
        return [block for part in self.parts for block in _flat(part.blocks) if isinstance(block, Figure)]


def assemble(title: str, parts: Sequence[Part], names: Sequence[str] = ()) -> Report:
    """Returns a report of parts; figures get unique names, and the generators `names` their styles, in that order."""
    figures = [block.name for part in parts for block in _flat(part.blocks) if isinstance(block, Figure)]
    new_names = iter(unique([slug(name) for name in figures]))
    renamed = (replace(part, blocks=tuple(_renamed(block, new_names) for block in part.blocks)) for part in parts)
    styles = styles_by_name(sorted(names))
    return Report(title, tuple(renamed), {name: styles[name] for name in names})


def _flat(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yields blocks, and the blocks inside folds."""
    for block in blocks:
        yield block
        if isinstance(block, Fold):
            yield from _flat(block.blocks)


def _renamed(block: Block, new_names: Iterator[str]) -> Any:  # noqa: ANN401 - the same kind of block
    if isinstance(block, Fold):
        return replace(block, blocks=tuple(_renamed(inner, new_names) for inner in block.blocks))
    return replace(block, name=next(new_names)) if isinstance(block, Figure) else block
