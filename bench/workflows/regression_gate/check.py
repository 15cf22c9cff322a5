"""Checks a run against a baseline: which generators became worse in which metrics, by more than noise.

Only stored values are compared, nothing is fitted. `noise_rule` holds the statistical rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bench.api import BenchError, Metric, TrialResult
from bench.common.suggestions import parse_names
from bench.workflows.regression_gate import noise_rule
from bench.workflows.regression_gate.baseline import Baseline, require_comparable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.runs.run_directory import Run

    ResultsBySplit = dict[tuple[str, str, str], list[TrialResult]]
    """(data set, generator, split) -> results by draw."""

CheckVerdict = Literal["regression", "improvement", "within noise", "unchanged"]

MOST_FITS = 1000
"""Per split."""


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One metric of one generator.

    Attributes:
        metric: None where the generator has no values to compare; `reason` says why.
        before: mean over the splits of the baseline; None without a metric.
        after: mean over the splits of the run; None where it could not be computed.
        loss: by how much the run is worse, as a distance from the metric's best; below 0 it is better.
        tolerance: a larger loss is a regression, whatever the results of the other metrics.
        p: p value of no change in the direction of the loss, adjusted for everything that changed (Holm).
    """

    dataset: str
    generator: str
    metric: Metric | None
    verdict: CheckVerdict
    before: float | None = None
    after: float | None = None
    loss: float | None = None
    tolerance: float | None = None
    p: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of a check.

    Attributes:
        lines: of every generator of the baseline, in its order; regressions without values come first.
        metrics: names of the metrics that were compared.
        tests: how many values changed, and so were tested.
        notes: generators and data sets that only the run has, and parameters that differ.
    """

    run: str
    baseline: str
    lines: tuple[CheckLine, ...]
    metrics: tuple[str, ...]
    tests: int
    notes: tuple[str, ...] = ()

    def with_verdict(self, verdict: CheckVerdict) -> tuple[CheckLine, ...]:
        """Returns the lines with a verdict."""
        return tuple(line for line in self.lines if line.verdict == verdict)


@dataclass(frozen=True, slots=True)
class BaselineMetric:
    """A metric of a generator of the baseline: `values` holds one value per fit for each split.

    `owner` is the data set and the generator. A loss below `minimal_loss` is no regression, however certain it is.
    """

    owner: tuple[str, str]
    metric: Metric
    values: Sequence[Sequence[float]]
    minimal_loss: float


def check_run(run: Run, baseline: Baseline, metrics: Sequence[str] = ()) -> CheckResult:
    """Compares a run with a baseline in the named metrics, or in those of the baseline if none are named.

    Raises:
        BenchError: if the run was made otherwise, or there is no such metric.
    """
    require_comparable(run, baseline)
    available = {name: None for values in baseline.values.values() for name in values}
    names = list(parse_names(metrics, available, "metric of the baseline") or baseline.checked)
    results = _results_by_split(run)
    lines = [line for owner in baseline.values if (line := _incomplete(owner, run, results))]
    incomplete = {(line.dataset, line.generator) for line in lines}
    compared: list[tuple[BaselineMetric, noise_rule.Shift]] = []
    for before in baseline_metrics(baseline, names):
        if before.owner not in incomplete:
            after = [results[(*before.owner, split)] for split in baseline.splits[before.owner[0]]]
            if line := _missing_value(before, after):
                lines.append(line)
            else:
                values = [[result.metrics[before.metric.name] or 0.0 for result in fits] for fits in after]
                compared.append((before, noise_rule.shift(before.values, values, before.metric)))
    tests = sum(not shift.unchanged for _, shift in compared)
    lines += _compared_lines(compared, tests)
    notes = tuple(_notes(run, baseline))
    return CheckResult(run.path.name, baseline.run.path.name, tuple(lines), tuple(names), tests, notes)


def _results_by_split(run: Run) -> ResultsBySplit:
    results: ResultsBySplit = {}
    for result in sorted(run.results, key=lambda result: result.trial.draw):
        trial = result.trial
        results.setdefault((trial.dataset, trial.generator, trial.split), []).append(result)
    return results


def _incomplete(owner: tuple[str, str], run: Run, by_split: ResultsBySplit) -> CheckLine | None:
    """Returns a regression if the run lacks a generator of the baseline, or one of its trials did not succeed."""
    planned = sum((trial.dataset, trial.generator) == owner for trial in run.manifest.trials)
    results = [result for (*key, _), fits in by_split.items() if tuple(key) == owner for result in fits]
    failed = [result for result in results if result.status != "ok"]
    if not planned:
        reason = "missing: the run has no such generator"
    elif failed:
        error = " ".join(failed[0].error.split())
        reason = f"{len(failed)} of {planned} trials not ok ({failed[0].status}: {error})"
    elif len(results) < planned:
        reason = f"missing: {planned - len(results)} of {planned} trials have no result"
    else:
        return None
    return CheckLine(*owner, None, "regression", reason=reason)


def baseline_metrics(baseline: Baseline, names: Sequence[str]) -> Iterator[BaselineMetric]:
    """Yields the metrics of the baseline's generators that have one of the names."""
    metrics = {metric.name: metric for metric in baseline.run.metrics}
    for owner, values in baseline.values.items():
        for name in (name for name in names if name in values):
            gap = baseline.gaps.get(owner[0], {}).get(name)
            minimal_loss = noise_rule.minimal_loss(gap, values[name], metrics[name])
            yield BaselineMetric(owner, metrics[name], values[name], minimal_loss)


def _missing_value(before: BaselineMetric, after: Sequence[Sequence[TrialResult]]) -> CheckLine | None:
    """Returns a regression if a fit of the run has no value of a metric that all fits of the baseline have."""
    name = before.metric.name
    for result in (result for fits in after for result in fits):
        if result.metrics.get(name) is None:
            reason = f"could not be computed: {result.reasons.get(name, 'no reason is given')}"
            mean = noise_rule.overall(before.values)
            return CheckLine(*before.owner, before.metric, "regression", mean, reason=reason)
    return None


def _compared_lines(compared: Sequence[tuple[BaselineMetric, noise_rule.Shift]], tests: int) -> Iterator[CheckLine]:
    shifts = [shift for _, shift in compared]
    p_worse, p_better = (noise_rule.adjusted_p_values(shifts, sign) for sign in (1, -1))
    for (before, shift), worse, better in zip(compared, p_worse, p_better, strict=True):
        verdict: CheckVerdict = "unchanged" if shift.unchanged else "within noise"
        if shift.loss > before.minimal_loss and worse < noise_rule.ALPHA:
            verdict = "regression"
        elif -shift.loss > before.minimal_loss and better < noise_rule.ALPHA:
            verdict = "improvement"
        tolerance = noise_rule.tolerance(shift.error, shift.freedom, tests, before.minimal_loss)
        p = None if shift.unchanged else worse if shift.loss > 0 else better
        yield CheckLine(*before.owner, before.metric, verdict, shift.before, shift.after, shift.loss, tolerance, p)


def _notes(run: Run, baseline: Baseline) -> Iterator[str]:
    generators = {generator for _, generator in baseline.values}
    if new := [name for name in run.manifest.generators if name not in generators]:
        yield f"not in the baseline, so not checked: {', '.join(new)}"
    if new := [data.name for data in run.manifest.datasets if data.name not in baseline.splits]:
        yield f"data sets not in the baseline, so not checked: {', '.join(new)}"
    before, after = (
        {result.trial.generator: result.trial.params for result in compared.results} for compared in (baseline.run, run)
    )
    if changed := [name for name in before if name in after and before[name] != after[name]]:
        yield f"run with other parameters than in the baseline: {', '.join(changed)}"


@dataclass(frozen=True, slots=True)
class DetectableLoss:
    """The smallest mean loss, `least`, that a check calls a regression when every value has changed.

    `value` is the baseline's mean, `noise` the standard deviation of fits on one split.
    """

    dataset: str
    generator: str
    metric: Metric
    value: float
    noise: float
    least: float


def require_fits(fits: int) -> None:
    """Raises `BenchError` for a number of fits per split below 1 or above `MOST_FITS`."""
    if not 1 <= fits <= MOST_FITS:
        raise BenchError(f"got {fits} fits per split; expected 1 to {MOST_FITS:,}")


def detectable_losses(baseline: Baseline, fits: int = 1) -> Iterator[DetectableLoss]:
    """Yields the smallest loss that a check of runs with `fits` per split will notice, for every checked metric."""
    compared = list(baseline_metrics(baseline, baseline.checked))
    for before in compared:
        shift = noise_rule.shift(before.values, [[split[0]] * fits for split in before.values], before.metric)
        least = noise_rule.tolerance(shift.error, shift.freedom, len(compared), before.minimal_loss)
        noise = noise_rule.noise(before.values, before.metric)
        yield DetectableLoss(*before.owner, before.metric, noise_rule.overall(before.values), noise, least)
