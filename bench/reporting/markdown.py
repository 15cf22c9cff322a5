"""Blocks as GitHub-flavoured Markdown; every string is escaped, so that names are shown unchanged."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from bench.api import Block, Facts, Figure, Fold, Table, Text
from bench.common.safe_text import links, paragraphs, plain

_SPECIAL = re.compile(r"[\\`*\[\]|~$]|(?<![^\W_])_|_(?![^\W_])")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_NOTES = {"note": "NOTE", "warning": "WARNING"}


def escape(text: str) -> str:
    r"""Returns text that Markdown shows unchanged, on one line, anywhere but at the start of a paragraph.

    >>> print(escape("a|b <i> `c`"))
    a\|b &lt;i&gt; \`c\`
    """
    return _SPECIAL.sub(r"\\\g<0>", plain(text).translate(_ENTITIES))


def inline(text: str) -> str:
    """Returns escaped text, with addresses as links."""
    return "".join(_link(part, address) if address else escape_part(part) for part, address in links(plain(text)))


def _link(part: str, address: str) -> str:
    return f"<{address}>" if part == address else f"[{part}]({address})"


def escape_part(text: str) -> str:
    """Returns escaped text, with spaces at its ends kept."""
    return _SPECIAL.sub(r"\\\g<0>", text.translate(_ENTITIES))


def _paragraph(text: str) -> str:
    """Returns a paragraph; characters that would start a heading, a list or a rule are escaped as well."""
    return re.sub(r"^(\d+)([.)])(?=\s|$)", r"\1\\\2", re.sub(r"^([#+=-])", r"\\\1", inline(text)))


def render(blocks: Sequence[Block], figures: Mapping[str, str]) -> str:
    """Returns the blocks as text; `figures` are addresses by name, and figures without one are left out."""
    parts = [_RENDERERS[type(block)](block, figures) for block in blocks]
    return "\n\n".join(part for part in parts if part)


def _text(block: Text, figures: Mapping[str, str]) -> str:
    if block.level:
        return f"{'#' * block.level} {escape(block.text)}"
    if block.tone == "code":
        lines = [plain(line) for line in block.text.splitlines()]
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", block.text)), default=0))
        return "\n".join([f"{fence}sh", *lines, fence])
    parts = [_paragraph(part) for part in paragraphs(block.text)]
    parts += ["\n".join(f"- {_paragraph(item)}" for item in block.items)] if block.items else []
    text = "\n\n".join(parts)
    if block.tone not in _NOTES:
        return text
    return "\n".join(f"> {line}".rstrip() for line in (f"[!{_NOTES[block.tone]}]", *text.split("\n")))


def _facts(block: Facts, figures: Mapping[str, str]) -> str:
    return "\n".join(f"- **{escape(label)}:** {inline(value)}" for label, value in block.items)


def _table(block: Table, figures: Mapping[str, str]) -> str:
    align = block.align or "l" + "r" * (len(block.header) - 1)
    lines = [
        _line([escape(name) for name in block.header]),
        _line(["---:" if side == "r" else ":---" for side in align]),
        *(_line(_cells(block, row)) for row in range(len(block.rows))),
    ]
    caption = [f"**{escape(block.caption)}**"] if block.caption else []
    hints = [f"- {escape(name)}: {inline(hint)}" for name, hint in block.hints.items()]
    folded = [_details("What the columns mean", "\n".join(hints))] if hints else []
    return "\n\n".join([*caption, "\n".join(lines), *folded])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(block: Table, row: int) -> list[str]:
    def cell(column: int, text: str) -> str:
        content = inline(text)
        if not content:
            return content
        if (row, column) in block.strong:
            return f"**{content}**"
        if column == block.names and row in block.tags:
            return f"{content} ({escape(block.tags[row])})"
        return f"*{content}*" if row in block.apart and column == max(block.names, 0) else content

    return [cell(column, text) for column, text in enumerate(block.rows[row])]


def _figure(block: Figure, figures: Mapping[str, str]) -> str:
    return f"![{escape(block.alt)}]({figures[block.name]})" if block.name in figures else ""


def _fold(block: Fold, figures: Mapping[str, str]) -> str:
    return _details(block.title, render(block.blocks, figures))


def _details(title: str, body: str) -> str:
    """Returns an HTML fold, which GitHub shows; the blank lines make its content Markdown again."""
    summary = plain(title).translate(_ENTITIES)
    return f"<details>\n<summary>{summary}</summary>\n\n{body}\n\n</details>" if body else ""


_RENDERERS: dict[type, Callable[..., str]] = {Text: _text, Facts: _facts, Table: _table, Figure: _figure, Fold: _fold}
