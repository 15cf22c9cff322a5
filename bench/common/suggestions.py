"""Names as users type them: lists separated by commas, choices, and what an error suggests for an unknown name."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from typing import Any

from bench.api import BenchError

MOST_NAMES = 12
"""How many names an error lists at most."""


def closest(name: str, choices: Iterable[str], *kinds: str) -> str:
    """Returns a question such as "did you mean 'vae'?" for an unknown name, or the list of choices.

    If the choices are plugins of some `kinds`, a long list ends with a hint to `bench list KIND`.

    >>> closest("beta-vea", ["ae", "beta-vae"])
    "did you mean 'beta-vae'?"
    >>> closest("nope", map(str, range(20)), "datasets")
    'expected one of: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 8 more (see `bench list datasets`)'
    """
    names = list(choices)
    if near := get_close_matches(name, names, n=1, cutoff=0.5):
        return f"did you mean {near[0]!r}?"
    hint = f" (see `bench list {'`, `'.join(kinds)}`)" if kinds else ""
    more = f" and {len(names) - MOST_NAMES} more{hint}" if len(names) > MOST_NAMES else ""
    return f"expected one of: {', '.join(names[:MOST_NAMES])}{more}"


def split_names(items: Iterable[object] | None, whole: Collection[str] = ()) -> tuple[str, ...]:
    """Returns names that are separated by commas or repeated: each once, in the order given.

    None and blanks name nothing. The names in `whole` may contain commas themselves.

    >>> split_names(["a, b", "a", " "])
    ('a', 'b')
    """
    parts = (part for item in items or () for part in ([item] if item in whole else str(item).split(",")))
    return tuple(dict.fromkeys(name for part in parts if (name := str(part).strip())))


def parse_names(items: Iterable[object] | None, choices: Collection[str], what: str) -> tuple[str, ...]:
    """Returns the names as `split_names` does, if each of them is one of the choices.

    Raises:
        BenchError: if a name does not exist; `what` says in it what a name stands for.

    >>> parse_names(["csv,md", "csv"], ("csv", "md"), "format")
    ('csv', 'md')
    """
    names = split_names(items, choices)
    for name in names:
        if name not in choices:
            raise BenchError(f"unknown {what} {name!r}: {closest(name, choices)}")
    return names


def require_choice(value: object, choices: Collection[str], option: str) -> Any:  # noqa: ANN401 - often a literal type
    """Returns the value of an option if it is one of the choices.

    Raises:
        BenchError: if it is not.
    """
    if value not in choices:
        raise BenchError(f"{option} is {value!r}; {closest(str(value), choices)}")
    return value
