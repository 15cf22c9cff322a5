"""The published values beside ours: a row each, and a reason for every one that ours do not bear out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from bench.api import Fold, Table, Text, Variant
from bench.workflows.reproduction.agreement import FACTOR, LEVEL, WIDEST, agrees, interval, place, within
from bench.workflows.reproduction.configurations import RATIO
from bench.workflows.reproduction.format_spread import ABSENT, number, spread

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bench.api import Block, Preset, Study
    from bench.workflows.reproduction.stored_fits import Stored

_HEADER = (
    "preset",
    "measure",
    "published",
    "ours (least to most)",
    "published lies",
    "within s",
    f"one more fit, {100 * LEVEL:g} %",
    "agrees",
)
_CONSTANT = "constant, not compared"

_COLUMNS = (
    "ours: mean ± standard deviation s over the seeds of n fits; where the published value lies is seen against the "
    "least and the most of them.",
    "within s: the published value, which is one run's, lies within mean ± s. Of the very same model about four runs "
    "in ten lie outside mean ± s of five others.",
    f"agrees: the published value lies where one more fit of ours would in {100 * LEVEL:g} % of cases; of the very "
    f"same models about one in {1 / (1 - LEVEL):.0f} would not. Where our fits spread so widely that almost anything "
    "would lie there, the table says so.",
)
_FORMAL = (
    "One more fit of n lies within mean ± t s sqrt(1 + 1/n), t being the "
    f"{50 + 50 * LEVEL:g} % quantile of Student's distribution with n - 1 degrees of freedom (4.97 s of 3 fits, 3.04 s "
    "of 5). Std ratios are positive: their interval is made on the logarithm. It is never narrower than the rounding "
    "of the published number, which is allowed for everywhere.\n\n"
    "A published value outside the interval does not agree, however wide that is. Inside, it agrees, unless the "
    f"interval reaches further to either side than {100 * WIDEST:g} % of the published value, or a std ratio's further "
    f"than {FACTOR:g} times: then it is too wide to say."
)


@dataclass(frozen=True, slots=True)
class _Row:
    """A published value beside ours.

    Attributes:
        kind: what the last column says.
        why: a reason, where one is owed.
    """

    cells: tuple[str, ...]
    kind: str
    inside: bool = True
    why: str = ""


def rule() -> tuple[Block, ...]:
    """How values are compared."""
    return (
        Text("The columns of the first table; nothing was tuned to agree:", items=_COLUMNS),
        Fold("How values are compared", (Text(_FORMAL),)),
    )


def comparison(study: Study, presets: Mapping[str, Preset], found: Stored) -> Iterator[Block]:
    """How many published values agree, all of them in a table, and why those not borne out are not."""
    rows = [
        _row(study, name, measure, published, found.values(Variant(name)))
        for name, preset in presets.items()
        for measure, published in preset.published.items()
    ]
    yield Text(_count([row for row in rows if row.kind != ABSENT]))
    yield Table(_HEADER, tuple(row.cells for row in rows), align="llrrllrl")
    reasons: dict[str, list[str]] = {}
    for row in rows:
        if row.why:
            reasons.setdefault(row.why, []).append(_named(row))
    if reasons:
        yield Text("Why not:", items=tuple(f"{'; '.join(what)}: {why}" for why, what in reasons.items()))


def heading(study: Study, measure: str) -> str:
    """What the page calls a measure or a published value."""
    name = study.published_as.get(measure, measure)
    return study.measures.get(name, name)


def one_more(values: Sequence[float], *, ratio: bool = False) -> str:
    """Where one more fit would lie; nothing of a single one.

    >>> one_more([1.0, 1.1, 1.2]), one_more([2.0, 2.0]), one_more([1.0])
    ('0.6032 to 1.597', '2', '-')
    >>> one_more([0.01, 0.02, 0.03], ratio=True)
    '0.00115 to 0.2871'
    """
    low, high = interval(values, ratio=ratio)
    if not isfinite(high):
        return ABSENT
    return f"{number(low)} to {number(high)}" if low < high else number(low)


def _row(study: Study, name: str, measure: str, published: float, ours: Mapping[str, Sequence[float]]) -> _Row:
    start = (name, heading(study, measure), f"{published:.4g}")
    stored_as = study.published_as.get(measure, measure)
    if not (values := ours.get(stored_as)):
        return _Row((*start, *[ABSENT] * 5), ABSENT)
    if (name, measure) in study.constants:
        return _Row((*start, spread(values), *[ABSENT] * 3, _CONSTANT), _CONSTANT)
    ratio = stored_as.partition("[")[0] == RATIO
    said, inside = agrees(values, published, ratio=ratio), within(values, published)
    shown = (spread(values), place(values, published), "yes" if inside else "no", one_more(values, ratio=ratio))
    why = ""
    if said != "yes" or not inside:
        given = study.explanations.get((name, measure), "not explained.")
        why = given if isinstance(given, str) else given(ours, published)
    return _Row((*start, *shown, said), said, inside, why)


def _named(row: _Row) -> str:
    """Which value a reason is for, and what is to be explained."""
    agreement = {"no": ["does not agree"], "yes": []}.get(row.kind, [row.kind])
    outside = ["outside ± s"] if not row.inside and row.kind != "no" else []
    return f"{row.cells[0]}, {row.cells[1]} ({', '.join(agreement + outside)})"


def _count(rows: Sequence[_Row]) -> str:
    """How many of each kind.

    >>> _count([_Row((), "yes"), _Row((), "yes", inside=False), _Row((), "no", inside=False), _Row((), _CONSTANT)])
    'Of 3 published values 2 agree, 1 do not, and for 0 our fits spread too widely to say; 1 lie within mean ± s of \
ours. 1 more are constants in the source, shown but not compared.'
    """
    compared = [row for row in rows if row.kind != _CONSTANT]
    kinds, inside = Counter(row.kind for row in compared), sum(row.inside for row in compared)
    constants = len(rows) - len(compared)
    said = (
        f"Of {len(compared)} published values {kinds['yes']} agree, {kinds['no']} do not, and for "
        f"{kinds['too wide to say']} our fits spread too widely to say; {inside} lie within mean ± s of ours."
    )
    return f"{said} {constants} more are constants in the source, shown but not compared." if constants else said
