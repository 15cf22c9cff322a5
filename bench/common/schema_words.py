"""A schema in words, for reports and cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.common.safe_text import one_line, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.api import Schema

_MOST_NAMES = 6
_LONGEST = 40


def is_plain(schema: Schema) -> bool:
    """Returns whether a table has numbers alone, without gaps, all of them modelled, and its target is a number."""
    return schema.is_numeric and schema.task == "regression" and not schema.left_out


def kinds_in_words(schema: Schema) -> str:
    """Returns how many columns there are of each kind, and how many have gaps.

    >>> from bench.api import Column, Schema
    >>> kinds_in_words(Schema((Column("a"), Column("b", "datetime", missing=True), Column("c")), "a"))
    '2 numeric, 1 date; 1 with gaps'
    """
    dates = len(schema.datetime)
    counts = (
        (len(schema.numeric), "numeric"),
        (len(schema.categorical), "categorical"),
        (dates, "date" if dates == 1 else "dates"),
    )
    listed = ", ".join(f"{number} {word}" for number, word in counts if number)
    return listed + (f"; {len(schema.missing)} with gaps" if schema.missing else "")


def target_in_words(schema: Schema) -> str:
    """Returns the target and, if it has any, its classes.

    >>> from bench.api import Column, Schema
    >>> target_in_words(Schema((Column("y", "categorical", ("no", "yes")),), "y", task="binary"))
    'y, 2 classes: no, yes'
    """
    levels = schema.column(schema.target).levels
    return one_line(schema.target) + (f", {len(levels)} classes: {first_names(levels)}" if levels else "")


def left_out_in_words(schema: Schema) -> str:
    """Returns the columns that are neither modelled nor scored, with the reasons."""
    return "; ".join(f"{one_line(column)} ({one_line(reason)})" for column, reason in schema.left_out)


def first_names(names: Sequence[str]) -> str:
    """Returns up to six names, each of at most 40 characters, and how many more there are.

    >>> first_names(["a", "b", "c", "d", "e", "f", "g", "h"])
    'a, b, c, d, e, f and 2 more'
    """
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    shown = [one_line(text) for text in names[:_MOST_NAMES]]
    mark = "; " if any("," in text for text in shown) else ", "
    return mark.join(shortened(text, _LONGEST) for text in shown) + more
