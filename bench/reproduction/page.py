"""The page of a study, from stored values alone: what was published, what came out, and what each experiment shows."""

from __future__ import annotations

from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

from bench.api import Facts, Fold, Table, Text
from bench.rendering import markdown
from bench.reproduction.plan import TRAINING, configuration
from bench.reproduction.study import Variant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bench.api import Block, Preset
    from bench.reproduction.study import Finding, Study

SCHEMA = 1
"""Version of the JSON file."""

MARKER = "<!-- written by `bench reproduce`; a change made here is lost -->"

SPREAD = 2.0
"""A published value agrees if it is within this many standard deviations over seeds of our mean."""

DECIMALS = 4
"""Of a published number that is 0: the sources print as many."""

_ABSENT = "-"


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


def agrees(values: Sequence[float], published: float) -> bool:
    """Whether a published value is within the spread of ours, or our mean rounds to it.

    >>> agrees([1.0, 2.0, 3.0], 3.9), agrees([1.0, 2.0, 3.0], 4.1)
    (True, False)
    >>> agrees([0.3949], 0.395), agrees([0.39], 0.395), agrees([0.00004], 0.0), agrees([0.001], 0.0)
    (True, False, True, False)
    """
    return abs(fmean(values) - published) <= max(SPREAD * deviation(values), rounding(published))


def rounding(published: float) -> float:
    """Half a unit of the last digit of a published number.

    >>> rounding(0.395), rounding(5.34), rounding(0.0)
    (0.0005, 0.005, 5e-05)
    """
    decimals = len(repr(published).partition(".")[2]) if published else DECIMALS
    return 0.5 * 10.0**-decimals


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
    yield Text(
        "Our values: mean ± standard deviation over seeds (least to most). A published value, which is one run's, "
        f"agrees if it is within {SPREAD:g} of these standard deviations of our mean, or what our mean rounds to. "
        "Nothing was tuned to agree."
    )
    if study.notes:
        yield Text(study.notes)
    yield Text("bench reproduce", tone="code")


def _comparison(study: Study, presets: Mapping[str, Preset], found: _Stored) -> Iterator[Block]:
    rows: list[tuple[str, ...]] = []
    reasons: list[str] = []
    agreed = compared = 0
    for name, preset in presets.items():
        ours = found.values(Variant(name))
        for measure, published in preset.published.items():
            values = ours.get(study.published_as.get(measure, measure))
            good = agrees(values, published) if values else None
            agreed, compared = agreed + (good is True), compared + (good is not None)
            verdict = {True: "yes", False: "no", None: _ABSENT}[good]
            shown = spread(values) if values else _ABSENT
            rows.append((name, _heading(study, measure), f"{published:.4g}", shown, verdict))
            reasons += _reason(study, name, measure, good)
    yield Text(f"Of {compared} published values {agreed} agree.")
    yield Table(("preset", "measure", "published", "ours", "agrees"), tuple(rows), align="llrrl")
    if reasons:
        yield Text("Why not:", items=tuple(reasons))


def _reason(study: Study, preset: str, measure: str, good: bool | None) -> list[str]:
    why = study.explanations.get((preset, measure))
    if good is not False:
        return []
    return [f"{preset}, {_heading(study, measure)}: {why or 'not explained.'}"]


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
        yield Text(f"Not run: {', '.join(lacking)}.")
        return
    verdict, sentence = finding.verdict(measured)
    yield Text(f"{verdict}: {sentence}", tone="warning" if verdict == "Not shown" else "note")
