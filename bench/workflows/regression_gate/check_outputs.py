"""Writes the result of a check as plain text, Markdown, JUnit XML and GitHub annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from bench.api import Block, Fold, Table, Text
from bench.common.formatting import NONE, heading, p_value, places
from bench.common.safe_text import plain
from bench.reporting import markdown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bench.workflows.regression_gate.check import CheckLine, CheckResult, CheckVerdict, DetectableLoss

_SHOWN: tuple[CheckVerdict, ...] = ("regression", "improvement")
_HINTS = {
    "Baseline": "mean over splits and fits; where unchanged, over the fits that both have",
    "Worse by": "mean over splits, as a distance from the metric's best; below 0 it is better",
    "Tolerance": "a loss up to this is explained by refitting, or too small to matter",
    "p": "p value of no change in that direction, adjusted for everything that changed (Holm)",
}


def detectable_table(losses: Iterable[DetectableLoss]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Returns the header and the rows of a table of the losses that a check will notice."""
    header = ("data set", "generator", "metric", "baseline", "noise of a fit", "least loss noticed")
    return header, [
        (
            loss.dataset,
            loss.generator,
            heading(loss.metric),
            f"{loss.value:.{places(loss.value)}f}",
            f"{loss.noise:.2g}",
            f"{loss.least:.2g}" + (f" ({loss.least / abs(loss.value):.0%})" if loss.value else ""),
        )
        for loss in losses
    ]


def headline(result: CheckResult) -> str:
    """Returns the result in one line."""
    worse = len(result.with_verdict("regression"))
    better, same = len(result.with_verdict("improvement")), len(result.with_verdict("unchanged"))
    generators = len({(line.dataset, line.generator) for line in result.lines})
    return (
        f"{_count(worse, 'regression')}, {_count(better, 'improvement')}; {_count(generators, 'generator')}, "
        f"{len(result.metrics)} metrics ({', '.join(result.metrics)}), {same} of {len(result.lines)} values unchanged"
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def sentence(line: CheckLine) -> str:
    """Returns the values of a line, without its data set, generator and metric."""
    if line.metric is None or line.after is None:
        return line.reason
    digits = places(line.before or 0.0, line.after)
    if line.verdict == "unchanged":
        return f"{line.after:.{digits}f} in the fits that both have"
    direction = "worse" if (line.loss or 0.0) > 0 else "better"
    limit = f", tolerance {line.tolerance:.2g}" if line.tolerance is not None else ""
    values = f"{line.before:.{digits}f} -> {line.after:.{digits}f}"
    return f"{values}, {direction} by {abs(line.loss or 0.0):.2g}{limit}, p {p_value(line.p)}"


def text(result: CheckResult) -> str:
    """Returns aligned lines: every regression and improvement, the notes, then the result."""
    shown = _shown(result)
    cells = [(line.verdict.upper(), line.dataset, line.generator, _metric(line)) for line in shown]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=True)), sentence(line)])
        for row, line in zip(cells, shown, strict=True)
    ]
    lines += [f"note: {note}" for note in result.notes]
    return "\n".join([*lines, f"{result.run} against {result.baseline}: {headline(result)}"]) + "\n"


def _shown(result: CheckResult) -> list[CheckLine]:
    return [line for verdict in _SHOWN for line in result.with_verdict(verdict)]


def md(result: CheckResult) -> str:
    """Returns Markdown for a job summary or a comment on a pull request."""
    state = "failed" if result.with_verdict("regression") else "passed"
    shown = _shown(result)
    rest = [line for line in result.lines if line.verdict not in _SHOWN]
    blocks: list[Block] = [Text(f"Benchmark against {result.baseline}: {state}", level=3), Text(f"{headline(result)}.")]
    blocks += [_table(shown)] if shown else []
    blocks += [Text("Notes:", items=result.notes)] if result.notes else []
    blocks += [Fold("Unchanged or within noise", (_table(rest),))] if rest else []
    return markdown.render(blocks, {}) + "\n"


def _table(lines: Sequence[CheckLine]) -> Table:
    header = ("Verdict", "Data set", "Generator", "Metric", "Baseline", "Run", "Worse by", "Tolerance", "p")
    strong = frozenset((index, 0) for index, line in enumerate(lines) if line.verdict == "regression")
    return Table(header, tuple(map(_cells, lines)), align="llllrrrrr", strong=strong, hints=_HINTS)


def _cells(line: CheckLine) -> tuple[str, ...]:
    head = (line.verdict, line.dataset, line.generator, _metric(line))
    if line.before is None or line.after is None or line.loss is None or line.tolerance is None:
        return (*head, NONE, line.reason, NONE, NONE, NONE)
    digits = places(line.before, line.after)
    values = (f"{value:.{digits}f}" for value in (line.before, line.after))
    worse = NONE if line.verdict == "unchanged" else f"{line.loss:+.2g}"
    return (*head, *values, worse, f"{line.tolerance:.2g}", p_value(line.p))


def junit(result: CheckResult) -> str:
    """Returns JUnit XML: a test suite for each data set, a test case for each metric of each generator."""
    root = Element("testsuites", _counts(result.lines, name=f"bench check {result.baseline}"))
    for data in dict.fromkeys(line.dataset for line in result.lines):
        lines = [line for line in result.lines if line.dataset == data]
        suite = SubElement(root, "testsuite", _counts(lines, name=data))
        for line in lines:
            name = line.metric.name if line.metric else "trials"
            case = SubElement(suite, "testcase", classname=f"{data}.{line.generator}", name=name, time="0")
            if line.verdict == "regression":
                tag = "failure" if line.after is not None else "error"
                message = plain(sentence(line))
                SubElement(case, tag, message=message, type="regression").text = f"{line.generator} {name}: {message}"
            elif line.after is not None:
                SubElement(case, "system-out").text = f"{line.verdict}: {plain(sentence(line))}"
    indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _counts(lines: Sequence[CheckLine], name: str) -> dict[str, str]:
    worse = [line for line in lines if line.verdict == "regression"]
    broken = sum(line.after is None for line in worse)
    counts = {"tests": len(lines), "failures": len(worse) - broken, "errors": broken, "skipped": 0}
    return {"name": name, **{key: str(value) for key, value in counts.items()}, "time": "0"}


def github(result: CheckResult) -> str:
    """Returns workflow commands, which GitHub shows beside the changes."""
    kinds = {"regression": "error", "improvement": "notice"}
    lines = [
        f"::{kinds[line.verdict]} title={_property(f'{line.verdict}: {line.generator} {_metric(line)}'.strip())}::"
        f"{_data(f'{line.dataset}: {sentence(line)}')}"
        for line in _shown(result)
    ]
    lines += [f"::warning title=bench check::{_data(note)}" for note in result.notes]
    return "\n".join([*lines, f"::notice title=bench check::{_data(headline(result))}"]) + "\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _metric(line: CheckLine) -> str:
    return heading(line.metric) if line.metric else ""


FORMATS: Mapping[str, Callable[[CheckResult], str]] = {"text": text, "md": md, "junit": junit, "github": github}
"""Name of a format -> function that writes a result in it."""
