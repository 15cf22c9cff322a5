"""What an error suggests for a name that does not exist."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from bench.api import BenchError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence


MOST_NAMES = 12
"""So many names an error lists."""


def closest(name: str, choices: Iterable[str], *kinds: str) -> str:
    """A `; did you mean ...?` for an unknown name, or the list of what there is; of a long one its beginning.

    Args:
        name: as typed.
        choices: what it may be.
        kinds: of plugins that they are the names of.

    >>> closest("beta-vea", ["ae", "beta-vae"])
    "did you mean 'beta-vae'?"
    >>> closest("nope", map(str, range(20)), "datasets")
    'expected one of: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 8 more (see `bench list datasets`)'
    """
    known = list(choices)
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    if near:
        return f"did you mean {near[0]!r}?"
    more = len(known) - MOST_NAMES
    see = f" (see `bench list {'`, `'.join(kinds)}`)" if kinds else ""
    return f"expected one of: {', '.join(known[:MOST_NAMES])}" + (f" and {more} more{see}" if more > 0 else "")


def named(given: Sequence[str] | None, known: Collection[str], what: str) -> tuple[str, ...]:
    """Names from the command line, separated by commas or repeated; each once, in the order given.

    Args:
        given: as typed; None or blanks name nothing.
        known: what may be named.
        what: a name is, in a word.

    Raises:
        BenchError: if there is no such name.

    >>> named(["csv,md", "csv"], ("csv", "md"), "format")
    ('csv', 'md')
    """
    names = [name.strip() for part in given or () for name in ([part] if part in known else part.split(","))]
    for name in names:
        if name and name not in known:
            raise BenchError(f"unknown {what} {name!r}: {closest(name, known)}")
    return tuple(dict.fromkeys(name for name in names if name))
