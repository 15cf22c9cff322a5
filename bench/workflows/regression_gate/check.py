"""A run against a baseline: which generators became worse in which metrics, and by more than noise.

A pure comparison of stored values: nothing is fitted. `regression_test` says when a loss is a regression.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bench.common.safe_text import one_line
from bench.common.suggestions import parse_names
from bench.workflows.regression_gate import regression_test
from bench.workflows.regression_gate.comparable import demand

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bench.api import Metric, TrialResult
    from bench.runs.run_directory import Run
    from bench.workflows.regression_gate.baseline import Baseline

Verdict = Literal["regression", "improvement", "within noise", "unchanged"]


@dataclass(frozen=True, slots=True)
class Line:
    """One metric of one generator.

    Attributes:
        metric: None where the generator has no values to compare; `reason` says why.
        before: mean over the splits, of the baseline; None without a metric.
        after: likewise, of the run; None where it could not be computed.
        loss: by how much the run is worse, as a distance from the metric's best; below 0 it is better.
        tolerance: the loss that is a regression whatever came of the other metrics.
        p: of no change in the direction of the loss, adjusted for everything that changed (Holm).
    """

    dataset: str
    generator: str
    metric: Metric | None
    verdict: Verdict
    before: float | None = None
    after: float | None = None
    loss: float | None = None
    tolerance: float | None = None
    p: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found.

    Attributes:
        lines: of every generator of the baseline, in its order; regressions that have no values first.
        metrics: that were compared.
        tests: how many of them changed, and so were tested.
        notes: generators and data sets that only the run has, parameters and numbers of fits that differ.
    """

    run: str
    baseline: str
    lines: tuple[Line, ...]
    metrics: tuple[str, ...]
    tests: int
    notes: tuple[str, ...] = ()

    def of(self, verdict: Verdict) -> tuple[Line, ...]:
        """The lines with a verdict."""
        return tuple(line for line in self.lines if line.verdict == verdict)


def check(run: Run, baseline: Baseline, metrics: Sequence[str] = ()) -> Outcome:
    """Compares a run with a baseline.

    Args:
        run: made on the baseline's data, seeds and splits.
        baseline: what it is compared with.
        metrics: names of metrics; those of the baseline if empty.

    Raises:
        BenchError: if the run was made otherwise, or there is no such metric.
    """
    demand(run, baseline)
    names = _metrics(baseline, metrics)
    found = _results(run)
    broken = [line for cell in baseline.values if (line := _broken(cell, run, found))]
    lost = {(line.dataset, line.generator) for line in broken}
    due = [cell for cell in cells(baseline, names) if cell.at not in lost]
    gone = [line for cell in due if (line := _gone(cell, baseline, found))]
    gone_at = {(line.dataset, line.generator, line.metric) for line in gone}
    able = [cell for cell in due if (*cell.at, cell.metric) not in gone_at]
    tests = [regression_test.shift(cell.before, _after(cell, baseline, found), cell.metric) for cell in able]
    return Outcome(
        run.path.name,
        baseline.run.path.name,
        (*broken, *gone, *_lines(able, tests)),
        tuple(names),
        sum(not each.same for each in tests),
        tuple(_notes(run, baseline)),
    )


@dataclass(frozen=True, slots=True)
class Cell:
    """A metric of a generator of the baseline.

    Attributes:
        at: data set and generator.
        before: its values, by split and fit.
        floor: no smaller loss is a regression, however sure.
    """

    at: tuple[str, str]
    metric: Metric
    before: Sequence[Sequence[float]]
    floor: float


Found = dict[tuple[str, str, str], list["TrialResult"]]
"""data set, generator, split -> its results, by fit"""


def _metrics(baseline: Baseline, metrics: Sequence[str]) -> list[str]:
    known = {name: None for of in baseline.values.values() for name in of}
    return list(parse_names(metrics, known, "metric of the baseline") or baseline.checked)


def _results(run: Run) -> Found:
    found: Found = {}
    for result in sorted(run.results, key=lambda each: each.trial.draw):
        trial = result.trial
        found.setdefault((trial.dataset, trial.generator, trial.split), []).append(result)
    return found


def _broken(at: tuple[str, str], run: Run, found: Found) -> Line | None:
    """A regression, if a generator of the baseline is not in the run or not all of its trials succeeded."""
    planned = [each for each in run.manifest.trials if (each.dataset, each.generator) == at]
    results = [each for (data, name, _), of in found.items() if (data, name) == at for each in of]
    failed = [each for each in results if each.status != "ok"]
    if not planned:
        reason = "missing: the run has no such generator"
    elif failed:
        first = failed[0]
        reason = f"{len(failed)} of {len(planned)} trials not ok ({first.status}: {one_line(first.error)})"
    elif len(results) < len(planned):
        reason = f"missing: {len(planned) - len(results)} of {len(planned)} trials have no result"
    else:
        return None
    return Line(*at, None, "regression", reason=reason)


def cells(baseline: Baseline, names: Sequence[str]) -> Iterator[Cell]:
    """What there is to compare, by the names of metrics."""
    of_name = {metric.name: metric for metric in baseline.run.metrics}
    for at, values in baseline.values.items():
        for name in (name for name in names if name in values):
            gap = baseline.gaps.get(at[0], {}).get(name)
            floor = regression_test.absolute_floor(gap, values[name], of_name[name])
            yield Cell(at, of_name[name], values[name], floor)


def _gone(cell: Cell, baseline: Baseline, found: Found) -> Line | None:
    """A regression, if some fit has no value of a metric of which the baseline has all."""
    for split in baseline.splits[cell.at[0]]:
        for result in found[(*cell.at, split)]:
            if result.metrics.get(cell.metric.name) is None:
                why = result.reasons.get(cell.metric.name, "no reason is given")
                before = sum(map(_mean, cell.before)) / len(cell.before)
                return Line(*cell.at, cell.metric, "regression", before, reason=f"could not be computed: {why}")
    return None


def _after(cell: Cell, baseline: Baseline, found: Found) -> list[list[float]]:
    return [
        [float(result.metrics[cell.metric.name] or 0.0) for result in found[(*cell.at, split)]]
        for split in baseline.splits[cell.at[0]]
    ]


def _lines(cells: Sequence[Cell], tests: Sequence[regression_test.Shift]) -> Iterator[Line]:
    changed = sum(not each.same for each in tests)
    worse, better = regression_test.adjusted(tests, 1), regression_test.adjusted(tests, -1)
    for cell, each, down, up in zip(cells, tests, worse, better, strict=True):
        found: Verdict = "unchanged" if each.same else "within noise"
        if each.loss > cell.floor and down < regression_test.ALPHA:
            found = "regression"
        elif -each.loss > cell.floor and up < regression_test.ALPHA:
            found = "improvement"
        tolerance = regression_test.tolerance(each.error, each.freedom, changed, cell.floor)
        p = None if each.same else down if each.loss > 0 else up
        yield Line(*cell.at, cell.metric, found, each.before, each.after, each.loss, tolerance, p)


def _notes(run: Run, baseline: Baseline) -> Iterator[str]:
    ours = {name for _, name in baseline.values}
    if more := [name for name in run.manifest.generators if name not in ours]:
        yield f"not in the baseline, so not checked: {', '.join(more)}"
    if more := [data.name for data in run.manifest.datasets if data.name not in baseline.splits]:
        yield f"data sets not in the baseline, so not checked: {', '.join(more)}"
    before, after = _params(baseline.run.results), _params(run.results)
    if other := [name for name in before if name in after and before[name] != after[name]]:
        yield f"run with other parameters than in the baseline: {', '.join(other)}"


def _params(results: Sequence[TrialResult]) -> dict[str, Mapping[str, object]]:
    return {result.trial.generator: result.trial.params for result in results}


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
