"""Published values beside ours: a table, a reason for every value that ours do not confirm, and values as text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import isfinite
from statistics import fmean
from typing import TYPE_CHECKING

from bench.api import Block, Fold, Preset, PublishedStudy, Table, Text, Variant
from bench.workflows.reproduction.agreement import FACTOR, LEVEL, WIDEST, agrees, deviation, interval, position, within
from bench.workflows.reproduction.configurations import RATIO, StoredFits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


ABSENT = "-"
"""Stands for a missing value."""
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
class _ComparedValue:
    """A published value: its row of the table, whether it agrees and is within mean ± s, and if not, why."""

    cells: tuple[str, ...]
    agreement: str
    inside: bool = True
    reason: str = ""


def comparison_rules() -> tuple[Block, ...]:
    """Returns text on how values are compared."""
    return (
        Text("The columns of the first table; nothing was tuned to agree:", items=_COLUMNS),
        Fold("How values are compared", (Text(_FORMAL),)),
    )


def comparison(study: PublishedStudy, presets: Mapping[str, Preset], fits: StoredFits) -> Iterator[Block]:
    """Yields how many published values agree, a table of them, and reasons for those that ours do not confirm."""
    rows = [
        _compare(study, name, measure, published, fits.values(Variant(name)))
        for name, preset in presets.items()
        for measure, published in preset.published.items()
    ]
    yield Text(_count([row for row in rows if row.agreement != ABSENT]))
    header = ["preset", "measure", "published", "ours (least to most)", "published lies", "within s"]
    header += [f"one more fit, {100 * LEVEL:g} %", "agrees"]
    yield Table(tuple(header), tuple(row.cells for row in rows), align="llrrllrl")
    reasons: dict[str, list[str]] = {}
    for row in rows:
        if row.reason:
            reasons.setdefault(row.reason, []).append(_label(row))
    if reasons:
        yield Text("Why not:", items=tuple(f"{'; '.join(labels)}: {reason}" for reason, labels in reasons.items()))


def measure_heading(study: PublishedStudy, measure: str) -> str:
    """Returns the name of a measure or of a published value on the page."""
    name = study.published_as.get(measure, measure)
    return study.measures.get(name, name)


def one_more(values: Sequence[float], *, ratio: bool = False) -> str:
    """Returns the prediction interval for one more fit as text; `ABSENT` for a single fit.

    >>> one_more([1.0, 1.1, 1.2]), one_more([2.0, 2.0]), one_more([1.0])
    ('0.6032 to 1.597', '2', '-')
    >>> one_more([0.01, 0.02, 0.03], ratio=True)
    '0.00115 to 0.2871'
    """
    low, high = interval(values, ratio=ratio)
    if not isfinite(high):
        return ABSENT
    return f"{number(low)} to {number(high)}" if low < high else number(low)


def _compare(
    study: PublishedStudy, preset: str, measure: str, published: float, ours: Mapping[str, Sequence[float]]
) -> _ComparedValue:
    start = (preset, measure_heading(study, measure), f"{published:.4g}")
    stored_as = study.published_as.get(measure, measure)
    if not (values := ours.get(stored_as)):
        return _ComparedValue((*start, *[ABSENT] * 5), ABSENT)
    if (preset, measure) in study.constants:
        return _ComparedValue((*start, spread(values), *[ABSENT] * 3, _CONSTANT), _CONSTANT)
    ratio = stored_as.partition("[")[0] == RATIO
    agreement, inside = agrees(values, published, ratio=ratio), within(values, published)
    shown = (spread(values), position(values, published), "yes" if inside else "no", one_more(values, ratio=ratio))
    reason = ""
    if agreement != "yes" or not inside:
        explanation = study.explanations.get((preset, measure), "not explained.")
        reason = explanation if isinstance(explanation, str) else explanation(ours, published)
    return _ComparedValue((*start, *shown, agreement), agreement, inside, reason)


def _label(row: _ComparedValue) -> str:
    """Returns which value a reason is for, and what it explains."""
    agreement = {"no": ["does not agree"], "yes": []}.get(row.agreement, [row.agreement])
    outside = ["outside ± s"] if not row.inside and row.agreement != "no" else []
    return f"{row.cells[0]}, {row.cells[1]} ({', '.join(agreement + outside)})"


def _count(rows: Sequence[_ComparedValue]) -> str:
    """Returns how many values agree, as a sentence.

    >>> outside = [_ComparedValue((), agreement, inside=False) for agreement in ("yes", "no")]
    >>> _count([_ComparedValue((), "yes"), *outside, _ComparedValue((), _CONSTANT)])
    'Of 3 published values 2 agree, 1 do not, and for 0 our fits spread too widely to say; 1 lie within mean ± s of \
ours. 1 more are constants in the source, shown but not compared.'
    """
    compared = [row for row in rows if row.agreement != _CONSTANT]
    counts, inside = Counter(row.agreement for row in compared), sum(row.inside for row in compared)
    constants = len(rows) - len(compared)
    text = (
        f"Of {len(compared)} published values {counts['yes']} agree, {counts['no']} do not, and for "
        f"{counts['too wide to say']} our fits spread too widely to say; {inside} lie within mean ± s of ours."
    )
    return f"{text} {constants} more are constants in the source, shown but not compared." if constants else text


def number(value: float) -> str:
    """Returns a number with four digits, or with one and an exponent if it is almost 0.

    >>> number(0.53441), number(31.0), number(0.00004)
    ('0.5344', '31', '4e-05')
    """
    return f"{value:.0e}" if 0 < abs(value) < 5e-4 else f"{value:.4g}"


def spread(values: Sequence[float]) -> str:
    """Returns mean, standard deviation and range as text.

    >>> spread([1.0, 2.0, 3.0]), spread([2.0, 2.0]), spread([0.5])
    ('2 ± 1 (1 to 3)', '2', '0.5')
    """
    mean = number(fmean(values))
    if min(values) == max(values):
        return mean
    return f"{mean} ± {_width(values, 2)} ({number(min(values))} to {number(max(values))})"


def short(values: Sequence[float] | None) -> str:
    """Returns mean and standard deviation as text.

    >>> short([1.0, 1.02, 1.01]), short([30.0, 50.0, 43.0]), short(None)
    ('1.01 ± 0.01', '41 ± 10.1', '-')
    """
    if not values:
        return ABSENT
    return number(fmean(values)) + (f" ± {_width(values, 1)}" if deviation(values) else "")


def _width(values: Sequence[float], digits: int) -> str:
    """Returns the standard deviation, without an exponent where it is large."""
    width = deviation(values)
    return f"{width:.1f}" if width >= 10 ** (digits - 1) else f"{width:.{digits}g}"
