"""Makes text from outside (names of columns and generators, error messages) fit to be shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import chain, count

from bench.api import BenchError

LINK = re.compile(r"https?://[^\s<>\"'`|\\()\[\]]*[^\s<>\"'`|\\()\[\].,;:!?]|arXiv:\d{4}\.\d{4,5}")
"""Matches a web address, or the number of a preprint."""

_STOPS = " .,;:…"


def one_line(text: object) -> str:
    """Returns a text, or the message of an error, on one line; an error may have no message that can be read."""
    try:
        message = str(text)
    except BaseException as error:  # noqa: BLE001 - the text of an error may run any code
        message = f"its message cannot be read: {type(error).__name__}"
    return " ".join(message.split())


def error_line(error: BaseException) -> str:
    r"""Returns an error on one line: its message, after its type unless it is a `BenchError`.

    >>> error_line(BenchError("no such file")), error_line(ValueError("not\na number"))
    ('no such file', 'ValueError: not a number')
    """
    message = one_line(error)
    return message if isinstance(error, BenchError) else f"{type(error).__name__}: {message}".removesuffix(": ")


def shortened(text: str, longest: int) -> str:
    """Returns a text of at most `longest` characters; a longer one is cut between words, and ends with one ellipsis.

    A word that is long itself is cut inside.

    >>> shortened("rows lie between their neighbours in time", 29), shortened("it ends. With more", 12)
    ('rows lie between their …', 'it ends …')
    >>> shortened("x" * 20, 10)
    'xxxxxxxxx…'
    """
    if len(text) <= longest:
        return text
    words = text[: longest - 1].rpartition(" ")[0].rstrip(_STOPS)
    return f"{words} …" if 2 * len(words) > longest else text[: longest - 1].rstrip(_STOPS) + "…"


def plain(text: str) -> str:
    r"""Returns a text on one line, with escapes for invisible characters and those that turn the reading direction.

    >>> print(plain("a\nb\u202ec"))
    a b\u202ec
    """
    return "".join(_visible(char) for char in one_line(text))


def _visible(char: str) -> str:
    # U+200D joins emoji; it is invisible but does not change the reading direction.
    if char != "\u200d" and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co"):
        return char.encode("unicode_escape").decode()
    return char


def visible_lines(text: str) -> str:
    r"""Returns a text with escapes as in `plain`; its lines and tabs stay.

    >>> print(visible_lines("a\x1b[2J\nb\u202ec"))
    a\x1b[2J
    b\u202ec
    """
    return "".join(char if char in "\n\t" else _visible(char) for char in text)


def paragraphs(text: str) -> list[str]:
    """Returns the paragraphs of a text, each on one line."""
    return [plain(part) for part in re.split(r"\n\s*\n", text) if part.strip()]


def slug(text: str) -> str:
    """Returns a text as lower-case letters, digits and `-`, at most 60 characters: for file names and anchors.

    >>> slug("Densities of <b>methane-1</b>!")
    'densities-of-b-methane-1-b'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:60].strip("-") or "part"


def unique(names: Iterable[str]) -> list[str]:
    """Returns the names, with a number added to each that repeats an earlier one.

    >>> unique(["a", "b", "a", "a"])
    ['a', 'b', 'a-2', 'a-3']
    """
    seen: dict[str, None] = {}
    for name in names:
        numbered = (f"{name}-{number}" for number in count(2))
        seen[next(candidate for candidate in chain([name], numbered) if candidate not in seen)] = None
    return list(seen)


def links(text: str) -> Iterator[tuple[str, str]]:
    """Yields the parts of a text, each with the address that it stands for, or with an empty one."""
    end = 0
    for match in LINK.finditer(text):
        yield text[end : match.start()], ""
        yield match[0], re.sub(r"^arXiv:", "https://arxiv.org/abs/", match[0])
        end = match.end()
    yield text[end:], ""
