"""Strings from outside (names of columns and generators, error messages) made fit to be shown."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LINK = re.compile(r"https?://[^\s<>\"'`|\\()\[\]]*[^\s<>\"'`|\\()\[\].,;:!?]|arXiv:\d{4}\.\d{4,5}")
"""An address, or the number of a preprint."""


def plain(text: str) -> str:
    r"""One line: white space collapsed, and what is invisible or turns the reading direction written out.

    >>> print(plain("a\nb\u202ec"))
    a b\u202ec
    """
    return "".join(_visible(char) for char in " ".join(text.split()))


def _visible(char: str) -> str:
    # Emoji are joined by U+200D, which shows nothing by itself and turns nothing.
    if char != "\u200d" and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co"):
        return char.encode("unicode_escape").decode()
    return char


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, each on one line."""
    return [plain(part) for part in re.split(r"\n\s*\n", text) if part.strip()]


def slug(text: str) -> str:
    """Lower-case letters, digits and `-` for file names and anchors, at most 60.

    >>> slug("Densities of <b>methane-1</b>!")
    'densities-of-b-methane-1-b'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:60].strip("-") or "part"


def unique(names: Iterable[str]) -> list[str]:
    """The same names, later ones numbered where they repeat an earlier one.

    >>> unique(["a", "b", "a", "a"])
    ['a', 'b', 'a-2', 'a-3']
    """
    seen: set[str] = set()
    return [_fresh(name, seen) for name in names]


def _fresh(name: str, seen: set[str]) -> str:
    candidate, count = name, 1
    while candidate in seen:
        count += 1
        candidate = f"{name}-{count}"
    seen.add(candidate)
    return candidate


def links(text: str) -> Iterator[tuple[str, str]]:
    """Parts of a text, each with the address it stands for, or with an empty one."""
    end = 0
    for found in LINK.finditer(text):
        yield text[end : found.start()], ""
        yield found[0], _address(found[0])
        end = found.end()
    yield text[end:], ""


def _address(found: str) -> str:
    return found if found.startswith("http") else f"https://arxiv.org/abs/{found.removeprefix('arXiv:')}"
