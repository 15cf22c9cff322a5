"""`make gate-study`: measures the false alarms of the regression gate and what it notices; writes docs/ci.md.

docs/gate-study.json holds the values of forty runs of fast generators on the same splits, once for random and once for
blocked splits. The runs differ only in the seeds of their fits. Each resample draws from them, for each generator and
split and without replacement, the fits of a baseline and those of a run that is checked against it. Only seeds differ,
so every regression is a false alarm. Then the TSTR R2 of one generator is lowered, and the check must report it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jinja2 import StrictUndefined, Template

from bench.runs import run_directory
from bench.runs.run_directory import Run
from bench.workflows.regression_gate.baseline import unpack_baseline
from bench.workflows.regression_gate.check import check_run
from bench.workflows.regression_gate.noise_rule import ALPHA, IGNORED_SHARE, noise
from bench.workflows.regression_gate.save_baseline import pretty_json, save_baseline

if TYPE_CHECKING:
    from bench.api import TrialResult
    from bench.workflows.regression_gate.baseline import Baseline, FitValues
    from bench.workflows.regression_gate.check import CheckLine, CheckResult, CheckVerdict

DOCS = Path(__file__).parents[1] / "docs"
STORED, PAGE, TEMPLATE = DOCS / "gate-study.json", DOCS / "ci.md", Path(__file__).with_name("gate_study.md.j2")
STUDIES = {"random": ("gaussian-mixture",), "blocked": ("smote", "gaussian-copula", "gaussian-mixture")}
"""Split protocol -> the generators that are run on it."""
RUNS, RESAMPLES = 40, 200
BEFORE, AFTER = 4, 2
METRIC, LOSS, CALM = "tstr_xgb_r2", 0.10, 0.03

Lowered = Mapping[str, float]
"""Generator -> share by which its TSTR R2 is lowered."""


def measure(folder: Path, protocol: str) -> Path:
    """Makes the runs, as one run with many fits on each split; returns its directory."""
    words = [sys.executable, "-m", "bench", "run", "--dataset", "station", "--profile", "ci", "--split", protocol]
    words += ["--generators", ",".join(STUDIES[protocol]), "--seeds-per-split", str(RUNS), "--no-figures"]
    out = folder / protocol
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    subprocess.run(["nice", "-n", "10", *words, "--out", str(out)], check=True, env=environment)
    return out


def keep(run: Path) -> dict[str, Any]:
    """Returns what the study needs of the runs: the values of the checked metrics."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "all.json"
        save_baseline(run_directory.open_run(run), path)
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    checked = content["checked"]
    content["values"] = {
        data: {name: {metric: values[metric] for metric in checked} for name, values in generators.items()}
        for data, generators in content["values"].items()
    }
    content["manifest"]["metrics"] = [item for item in content["manifest"]["metrics"] if item["name"] in checked]
    return content


def protocol_of(content: Mapping[str, Any]) -> str:
    """Returns the protocol of the splits of stored runs."""
    return str(content["manifest"]["splits"][0]["protocol"])


def unpack(content: Mapping[str, Any]) -> Baseline:
    """Returns stored runs as one baseline of forty fits."""
    return unpack_baseline(content, STORED)


def resample(stored: Baseline, number: int, lowered: Lowered | None = None) -> tuple[Run, Baseline]:
    """Returns a run and a baseline that differ in seeds alone, or also in lowered values."""
    rng = np.random.default_rng(number)
    before: dict[tuple[str, str], FitValues] = {}
    results: list[TrialResult] = []
    for (data, name), metrics in stored.values.items():
        drawn = [rng.permutation(len(fits))[: BEFORE + AFTER] for fits in next(iter(metrics.values()))]
        before[data, name] = {
            metric: [[fits[index] for index in chosen[:BEFORE]] for fits, chosen in zip(values, drawn, strict=True)]
            for metric, values in metrics.items()
        }
        for split, chosen in zip(stored.splits[data], drawn, strict=True):
            fits = {result.trial.draw: result for result in stored.run.results if _of(result, data, name, split)}
            for draw, index in enumerate(chosen[BEFORE:]):
                value = (fits[index].metrics[METRIC] or 0.0) * (1 - (lowered or {}).get(name, 0.0))
                trial = replace(fits[index].trial, id=f"{name}-{split}-{draw}", draw=draw)
                results.append(replace(fits[index], trial=trial, metrics={**fits[index].metrics, METRIC: value}))
    manifest = replace(stored.run.manifest, trials=tuple(result.trial for result in results))
    return Run(Path("run"), manifest, tuple(results), {}), replace(stored, values=before)


def _of(result: TrialResult, data: str, name: str, split: str) -> bool:
    return (result.trial.dataset, result.trial.generator, result.trial.split) == (data, name, split)


def alarms(stored: Baseline, verdict: CheckVerdict = "regression", draws: int = RESAMPLES) -> list[int]:
    """Returns the resamples with a verdict although only seeds have changed."""
    return [number for number in range(draws) if check_run(*resample(stored, number)).with_verdict(verdict)]


def power(stored: Baseline, name: str) -> dict[str, Any]:
    """Returns how often a lower TSTR R2 of one generator is noticed."""
    metric = next(metric for metric in stored.run.metrics if metric.name == METRIC)
    resamples = [noticed(stored, name, number) for number in range(RESAMPLES)]
    fits = _fits(stored, name)
    value = float(np.mean(fits))
    calm = [caught for spread, caught, _ in resamples if spread < CALM]
    return {
        "value": value,
        "noise": noise(fits, metric) / value,
        "calm": len(calm),
        "caught_calm": sum(calm),
        "caught": sum(caught for _, caught, _ in resamples),
        "smallest": float(np.quantile([least for *_, least in resamples], 0.95)),
    }


def noticed(stored: Baseline, name: str, number: int) -> tuple[float, bool, float]:
    """Returns the relative spread of the baseline, whether the loss is noticed, and the smallest loss that would be."""
    run, baseline = resample(stored, number)
    line = _line(check_run(run, baseline), name)
    before, after, limit = line.before or 0.0, line.after or 0.0, line.tolerance or 0.0
    assert line.metric is not None
    spread = noise(_fits(baseline, name), line.metric) / before
    lowered = _line(check_run(*resample(stored, number, {name: LOSS})), name)
    return spread, lowered.verdict == "regression", (limit - before + after) / after


def _fits(baseline: Baseline, name: str) -> list[list[float]]:
    return next(values[METRIC] for (_, generator), values in baseline.values.items() if generator == name)


def _line(result: CheckResult, name: str) -> CheckLine:
    return next(line for line in result.lines if line.generator == name and line.metric and line.metric.name == METRIC)


def study(stored: Baseline) -> dict[str, Any]:
    """Returns the results for one protocol."""
    return {
        "alarms": alarms(stored),
        "improvements": alarms(stored, "improvement"),
        "power": {name: power(stored, name) for _, name in stored.values},
    }


def page(content: Mapping[str, Any]) -> str:
    """Returns the text of docs/ci.md."""
    template = Template(TEMPLATE.read_text(encoding="utf-8"), undefined=StrictUndefined, keep_trailing_newline=True)
    stored = content["runs"]
    spreads = [power["noise"] for power in content["found"]["blocked"]["power"].values()]
    text: str = template.render(
        found=content["found"],
        least=min(spreads),
        most=max(spreads),
        checked={protocol: runs["checked"] for protocol, runs in stored.items()},
        splits=len(stored["random"]["manifest"]["splits"]),
        names=sorted({name for runs in stored.values() for name in runs["values"]["station"]}),
        alpha=ALPHA,
        floor=IGNORED_SHARE,
        calm=CALM,
        loss=LOSS,
        runs=RUNS,
        resamples=RESAMPLES,
        before=BEFORE,
        after=AFTER,
    )
    return text


def main() -> None:
    """Measures unless runs are given or stored, resamples, and writes the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.gate_study", description=__doc__)
    parser.add_argument("--run", type=Path, action="append", help="a run made before: keep its values, fit nothing")
    parser.add_argument("--stored", action="store_true", help="fit nothing: resample what is stored")
    arguments = parser.parse_args()
    content = json.loads(STORED.read_text(encoding="utf-8")) if STORED.is_file() else {"runs": {}}
    with tempfile.TemporaryDirectory() as folder:
        runs = arguments.run or ([] if arguments.stored else [measure(Path(folder), protocol) for protocol in STUDIES])
        kept = [keep(run) for run in runs]
    content["runs"] |= {protocol_of(run): run for run in kept}
    content["found"] = {protocol: study(unpack(content["runs"][protocol])) for protocol in STUDIES}
    STORED.write_text(pretty_json(content) + "\n", encoding="utf-8")
    PAGE.write_text(page(content), encoding="utf-8")
    alarm_counts = ", ".join(f"{protocol}: {len(result['alarms'])}" for protocol, result in content["found"].items())
    print(f"false alarms in {RESAMPLES} checks: {alarm_counts}; wrote {STORED} and {PAGE}")


if __name__ == "__main__":
    main()
