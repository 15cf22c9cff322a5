"""What a check found, for people and for machines: plain text, Markdown, JUnit XML, GitHub annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from bench.api import Fold, Table, Text
from bench.common.formatting import NONE, heading, p_value, places
from bench.common.safe_text import plain
from bench.reporting import markdown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bench.api import Block
    from bench.workflows.regression_gate.check import Line, Outcome, Verdict
    from bench.workflows.regression_gate.detectable_loss import Detectable

_SHOWN: tuple[Verdict, ...] = ("regression", "improvement")
_HINTS = {
    "Baseline": "mean over splits and fits; where unchanged, of the fits that both have",
    "Worse by": "mean over splits, as a distance from the metric's best; below 0 it is better",
    "Tolerance": "the loss that refitting alone explains, or that is too small to mind",
    "p": "of no change in that direction, adjusted for everything that changed (Holm)",
}


def detectable(found: Sequence[Detectable]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows of what a check will notice."""
    header = ("data set", "generator", "metric", "baseline", "noise of a fit", "least loss noticed")
    return header, [
        (
            each.dataset,
            each.generator,
            heading(each.metric),
            f"{each.value:.{places(each.value)}f}",
            f"{each.noise:.2g}",
            f"{each.least:.2g}" + (f" ({each.least / abs(each.value):.0%})" if each.value else ""),
        )
        for each in found
    ]


def headline(found: Outcome) -> str:
    """The verdict in one line."""
    worse, better, same = (len(found.of(each)) for each in ("regression", "improvement", "unchanged"))
    generators = len({(line.dataset, line.generator) for line in found.lines})
    return (
        f"{_count(worse, 'regression')}, {_count(better, 'improvement')}; {_count(generators, 'generator')}, "
        f"{len(found.metrics)} metrics ({', '.join(found.metrics)}), {same} of {len(found.lines)} values unchanged"
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def sentence(line: Line) -> str:
    """One line of a check, without what it is about."""
    if line.metric is None or line.after is None:
        return line.reason
    digits = places(line.before or 0.0, line.after)
    if line.verdict == "unchanged":
        return f"{line.after:.{digits}f} in the fits that both have"
    way = "worse" if (line.loss or 0.0) > 0 else "better"
    limit = f", tolerance {line.tolerance:.2g}" if line.tolerance is not None else ""
    values = f"{line.before:.{digits}f} -> {line.after:.{digits}f}"
    return f"{values}, {way} by {abs(line.loss or 0.0):.2g}{limit}, p {p_value(line.p)}"


def text(found: Outcome) -> str:
    """Aligned lines: every regression and improvement, then the verdict."""
    shown = [line for verdict in _SHOWN for line in found.of(verdict)]
    cells = [(line.verdict.upper(), line.dataset, line.generator, _metric(line)) for line in shown]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=True)), sentence(line)])
        for row, line in zip(cells, shown, strict=True)
    ]
    return (
        "\n".join([*lines, *(f"note: {note}" for note in found.notes), f"{_against(found)}: {headline(found)}"]) + "\n"
    )


def md(found: Outcome) -> str:
    """A job summary or a comment on a pull request."""
    worse = found.of("regression")
    state = "Failed" if worse else "Passed"
    shown = [line for verdict in _SHOWN for line in found.of(verdict)]
    rest = [line for line in found.lines if line.verdict not in _SHOWN]
    blocks: list[Block] = [
        Text(f"Benchmark against {found.baseline}: {state.lower()}", level=3),
        Text(f"{headline(found)}."),
    ]
    blocks += [_table(shown)] if shown else []
    blocks += [Text("Notes:", items=found.notes)] if found.notes else []
    blocks += [Fold("What is unchanged or within noise", (_table(rest),))] if rest else []
    return markdown.render(blocks, {}) + "\n"


def _table(lines: Sequence[Line]) -> Table:
    header = ("Verdict", "Data set", "Generator", "Metric", "Baseline", "Run", "Worse by", "Tolerance", "p")
    strong = frozenset((at, 0) for at, line in enumerate(lines) if line.verdict == "regression")
    return Table(header, tuple(map(_row, lines)), align="llllrrrrr", strong=strong, hints=_HINTS)


def _row(line: Line) -> tuple[str, ...]:
    head = (line.verdict, line.dataset, line.generator, _metric(line))
    if line.before is None or line.after is None or line.loss is None or line.tolerance is None:
        return (*head, NONE, line.reason, NONE, NONE, NONE)
    digits = places(line.before, line.after)
    values = (f"{value:.{digits}f}" for value in (line.before, line.after))
    worse = NONE if line.verdict == "unchanged" else f"{line.loss:+.2g}"
    return (*head, *values, worse, f"{line.tolerance:.2g}", p_value(line.p))


def junit(found: Outcome) -> str:
    """One test suite for each data set, one test case for each metric of each generator."""
    root = Element("testsuites", _counts(found.lines, name=f"bench check {found.baseline}"))
    for data in dict.fromkeys(line.dataset for line in found.lines):
        lines = [line for line in found.lines if line.dataset == data]
        suite = SubElement(root, "testsuite", _counts(lines, name=data))
        for line in lines:
            name = line.metric.name if line.metric else "trials"
            case = SubElement(suite, "testcase", classname=f"{data}.{line.generator}", name=name, time="0")
            if line.verdict == "regression":
                tag = "failure" if line.after is not None else "error"
                said = plain(sentence(line))
                SubElement(case, tag, message=said, type="regression").text = f"{line.generator} {name}: {said}"
            elif line.after is not None:
                SubElement(case, "system-out").text = f"{line.verdict}: {plain(sentence(line))}"
    indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _counts(lines: Sequence[Line], name: str) -> dict[str, str]:
    worse = [line for line in lines if line.verdict == "regression"]
    broken = sum(line.after is None for line in worse)
    counts = {"tests": len(lines), "failures": len(worse) - broken, "errors": broken, "skipped": 0}
    return {"name": name, **{key: str(value) for key, value in counts.items()}, "time": "0"}


def github(found: Outcome) -> str:
    """Workflow commands: GitHub shows them beside the changes."""
    kinds = {"regression": "error", "improvement": "notice"}
    shown = [(kinds[line.verdict], line) for verdict in _SHOWN for line in found.of(verdict)]
    lines = [
        f"::{kind} title={_property(f'{line.verdict}: {line.generator} {_metric(line)}'.strip())}::"
        f"{_data(f'{line.dataset}: {sentence(line)}')}"
        for kind, line in shown
    ]
    lines += [f"::warning title=bench check::{_data(note)}" for note in found.notes]
    return "\n".join([*lines, f"::notice title=bench check::{_data(headline(found))}"]) + "\n"


def _data(said: str) -> str:
    return said.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(said: str) -> str:
    return _data(said).replace(":", "%3A").replace(",", "%2C")


def _metric(line: Line) -> str:
    return heading(line.metric) if line.metric else ""


def _against(found: Outcome) -> str:
    return f"{found.run} against {found.baseline}"


FORMATS: Mapping[str, Callable[[Outcome], str]] = {"text": text, "md": md, "junit": junit, "github": github}
"""Name -> the whole output."""
