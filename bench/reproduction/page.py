"""The page of a study, from stored values alone: what was published, what came out, and what each experiment shows."""

from __future__ import annotations

from collections import Counter
from math import isfinite
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

from bench.api import Facts, Fold, Table, Text
from bench.rendering import markdown
from bench.reproduction.agreement import LEVEL, WIDEST, agrees, half_width
from bench.reproduction.plan import TRAINING, configuration
from bench.reproduction.study import Variant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bench.api import Block, Preset
    from bench.reproduction.agreement import Agreement
    from bench.reproduction.study import Finding, Study

SCHEMA = 1
"""Version of the JSON file."""

MARKER = "<!-- written by `bench reproduce`; a change made here is lost -->"

_ABSENT = "-"

_RULE = (
    "Our values: mean ± standard deviation s over the seeds of n fits (least to most). A published value is one run's, "
    f"so it is compared with where one more fit of ours would lie in {100 * LEVEL:g} % of cases: mean ± t s "
    f"sqrt(1 + 1/n), t being the {50 + 50 * LEVEL:g} % quantile of Student's distribution with n - 1 degrees of "
    "freedom (4.97 s of 3 fits, 3.04 s of 5). Outside, it does not agree; of the very same models about one value in "
    f"{1 / (1 - LEVEL):.0f} would not. Inside, it agrees; also where our mean rounds to it. But where the interval "
    f"reaches further than {100 * WIDEST:g} % of the published value to either side, almost anything would lie inside, "
    "and the page says that our fits spread too widely to say. Nothing was tuned to agree."
)


class _Stored:
    """What is stored of a variant."""

    def __init__(self, study: Study, presets: Mapping[str, Preset], stored: Mapping[str, Any]) -> None:
        self._study, self._presets, self._stored = study, presets, stored

    def seeds(self, variant: Variant) -> list[Mapping[str, Any]]:
        """Its fits that ended well, by seed."""
        what = configuration(variant, self._study, self._presets, self._stored["dataset"]["rows"])
        fits = self._stored["fits"].get(what.id, {}).get("seeds", {})
        return [fits[seed] for seed in sorted(fits, key=int) if fits[seed]["status"] == "ok"]

    def failures(self, variant: Variant) -> list[str]:
        """Why its other fits did not."""
        what = configuration(variant, self._study, self._presets, self._stored["dataset"]["rows"])
        fits = self._stored["fits"].get(what.id, {}).get("seeds", {})
        return [f"seed {seed}: {fits[seed]['error']}" for seed in sorted(fits, key=int) if fits[seed]["status"] != "ok"]

    def values(self, variant: Variant) -> dict[str, list[float]]:
        """By measure, one per seed; seeds without a value are left out."""
        fits = self.seeds(variant)
        names = dict.fromkeys(name for fit in fits for name in fit["values"])
        return {name: [fit["values"][name] for fit in fits if name in fit["values"]] for name in names}


def page(study: Study, presets: Mapping[str, Preset], stored: Mapping[str, Any]) -> str:
    """The whole page; the same values give the same bytes.

    Args:
        study: what was asked.
        presets: by name.
        stored: the content of the JSON file.
    """
    found = _Stored(study, presets, stored)
    blocks: list[Block] = [
        *_introduction(study, stored),
        Text("Published and reproduced", level=3),
        *_comparison(study, presets, found),
        Text("Everything measured", level=3),
        *_overview(study, presets, found),
        Text("What a careful reader finds", level=3),
        *(
            block
            for number, finding in enumerate(study.findings, 1)
            for block in _finding(number, finding, study, found)
        ),
    ]
    body = markdown.render(blocks, {}).replace("\n### ", "\n## ").replace("\n#### ", "\n### ")
    return f"# {markdown.escape(study.title)}\n\n{MARKER}\n\n{body}\n"


def number(value: float) -> str:
    """Four digits, or one and an exponent where it is next to nothing.

    >>> number(0.53441), number(31.0), number(0.00004)
    ('0.5344', '31', '4e-05')
    """
    return f"{value:.0e}" if 0 < abs(value) < 5e-4 else f"{value:.4g}"


def spread(values: Sequence[float]) -> str:
    """Mean, standard deviation and range of the values of several seeds.

    >>> spread([1.0, 2.0, 3.0]), spread([2.0, 2.0]), spread([0.5])
    ('2 ± 1 (1 to 3)', '2', '0.5')
    """
    mean = number(fmean(values))
    if min(values) == max(values):
        return mean
    return f"{mean} ± {_width(values, 2)} ({number(min(values))} to {number(max(values))})"


def _width(values: Sequence[float], digits: int) -> str:
    """The deviation, never with an exponent where it is large."""
    wide = deviation(values)
    return f"{wide:.1f}" if wide >= 10 ** (digits - 1) else f"{wide:.{digits}g}"


def deviation(values: Sequence[float]) -> float:
    """Standard deviation over seeds; 0 of a single one."""
    return stdev(values) if len(values) > 1 else 0.0


def one_more(values: Sequence[float]) -> str:
    """Where one more fit would lie; nothing of a single one.

    >>> one_more([1.0, 1.1, 1.2]), one_more([2.0, 2.0]), one_more([1.0])
    ('0.6032 to 1.597', '2', '-')
    """
    mean, width = fmean(values), half_width(values)
    if not isfinite(width):
        return _ABSENT
    return f"{number(mean - width)} to {number(mean + width)}" if width else number(mean)


def _introduction(study: Study, stored: Mapping[str, Any]) -> Iterator[Block]:
    data = stored["dataset"]
    rows = data["rows"]
    yield Text(
        f"All {rows['all']:,} rows of {data['name']} ({data['source']}) are shuffled as scikit-learn's "
        "train_test_split(test_size=0.2, random_state=42) does; every model is given all of them in that order: "
        f"{rows['train']:,} to train on, and the last {rows['validation']:,} to watch. That is how the models were "
        "published, leaks included: scalers see every row, and what stops training is also what is reported. bench run "
        "trains the same presets without these leaks."
    )
    yield Text(_RULE)
    if study.notes:
        yield Text(study.notes)
    yield Text("bench reproduce", tone="code")


def _comparison(study: Study, presets: Mapping[str, Preset], found: _Stored) -> Iterator[Block]:
    rows: list[tuple[str, ...]] = []
    reasons: dict[Agreement, dict[str, list[str]]] = {"no": {}, "too wide to say": {}}
    counts: Counter[Agreement] = Counter()
    for name, preset in presets.items():
        ours = found.values(Variant(name))
        for measure, published in preset.published.items():
            start = (name, _heading(study, measure), f"{published:.4g}")
            if not (values := ours.get(study.published_as.get(measure, measure))):
                rows.append((*start, *[_ABSENT] * 3))
                continue
            said = agrees(values, published)
            counts[said] += 1
            rows.append((*start, spread(values), one_more(values), said))
            why = study.explanations.get((name, measure), "not explained." if said == "no" else "")
            if why and said != "yes":
                reasons[said].setdefault(why, []).append(f"{name}, {_heading(study, measure)}")
    yield Text(_count(counts))
    header = ("preset", "measure", "published", "ours", f"one more fit, {100 * LEVEL:g} %", "agrees")
    yield Table(header, tuple(rows), align="llrrrl")
    yield from _reasons("Why not:", reasons["no"])
    yield from _reasons("Why our fits spread so widely:", reasons["too wide to say"])


def _reasons(title: str, found: Mapping[str, Sequence[str]]) -> Iterator[Block]:
    """What each reason explains."""
    if found:
        yield Text(title, items=tuple(f"{'; '.join(what)}: {why}" for why, what in found.items()))


def _count(counts: Mapping[Agreement, int]) -> str:
    """How many of each kind.

    >>> _count(Counter({"yes": 2, "no": 1}))
    'Of 3 published values 2 agree, 1 do not, and of 0 our fits spread too widely to say.'
    """
    return (
        f"Of {sum(counts.values())} published values {counts['yes']} agree, {counts['no']} do not, and of "
        f"{counts['too wide to say']} our fits spread too widely to say."
    )


def _heading(study: Study, measure: str) -> str:
    name = study.published_as.get(measure, measure)
    return study.measures.get(name, name)


def _overview(study: Study, presets: Mapping[str, Preset], found: _Stored) -> Iterator[Block]:
    of_rows = [name for name in study.measures if name not in TRAINING]
    yield Table(*_measured("The rows", of_rows, study, presets, found))
    of_training = [name for name in study.measures if name in TRAINING]
    yield Table(*_measured("The training", of_training, study, presets, found))
    meanings = tuple((study.measures.get(name, name), meaning) for name, meaning in study.meanings.items())
    yield Fold("What the columns mean", (Facts(meanings),))
    what = tuple((name, preset.generator, preset.summary, preset.source) for name, preset in presets.items())
    yield Fold("What the presets are", (Table(("preset", "generator", "what", "source"), what, align="llll"),))
    failures = [f"{name}, {failure}" for name in presets for failure in found.failures(Variant(name))]
    if failures:
        yield Text("Fits that failed:", items=tuple(failures))


def _measured(
    caption: str, measures: Sequence[str], study: Study, presets: Mapping[str, Preset], found: _Stored
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], str]:
    """Header, a row for each preset, and the caption."""
    rows = []
    for name in presets:
        values, seeds = found.values(Variant(name)), found.seeds(Variant(name))
        rows.append((name, str(len(seeds)), *(_short(values.get(measure)) for measure in measures)))
    return ("preset", "seeds", *(study.measures[name] for name in measures)), tuple(rows), caption


def _short(values: Sequence[float] | None) -> str:
    """Mean and deviation.

    >>> _short([1.0, 1.02, 1.01]), _short([30.0, 50.0, 43.0]), _short(None)
    ('1.01 ± 0.01', '41 ± 10.1', '-')
    """
    if not values:
        return _ABSENT
    return number(fmean(values)) + (f" ± {_width(values, 1)}" if deviation(values) else "")


def _finding(number_: int, finding: Finding, study: Study, found: _Stored) -> Iterator[Block]:
    yield Text(f"{number_}. {finding.claim}", level=4)
    measured = {label: found.values(variant) for label, variant in finding.variants.items()}
    rows = tuple(
        (label, str(len(found.seeds(variant))), *(_short(measured[label].get(name)) for name in finding.measures))
        for label, variant in finding.variants.items()
    )
    yield Table(("", "seeds", *(_heading(study, measure) for measure in finding.measures)), rows)
    lacking = [label for label, values in measured.items() if not set(finding.measures) & set(values)]
    if lacking:
        yield Text(f"Not fitted yet, so without a verdict: {', '.join(lacking)}.")
        return
    verdict, sentence = finding.verdict(measured)
    yield Text(f"{verdict}: {sentence}", tone="warning" if verdict == "Not shown" else "note")
