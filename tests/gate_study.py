"""`make gate-study`: how often the regression gate cries wolf, and what it notices; writes docs/ci.md.

Forty runs of cheap generators on the same splits, whose fits differ in their seeds alone, are stored by value in
docs/gate-study.json, once for random and once for blocked splits. Each resample draws from them, without replacement
and for each generator and split anew, the fits of a baseline and those of a run that is checked against it: nothing
has changed but seeds, so every regression is a false alarm. Then one generator's TSTR R2 is lowered, and the check must
say so.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jinja2 import StrictUndefined, Template

from bench.runs import run_directory
from bench.runs.run_directory import Run
from bench.workflows.regression_gate.baseline import unpack_baseline
from bench.workflows.regression_gate.check import check_run
from bench.workflows.regression_gate.regression_test import ALPHA, IGNORED_SHARE, noise
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

Planted = Mapping[str, float]
"""generator -> share by which its TSTR R2 is lowered"""


def measure(folder: Path, protocol: str) -> Path:
    """Makes the runs, as one run with as many fits on each split; returns its directory."""
    words = [sys.executable, "-m", "bench", "run", "--dataset", "station", "--profile", "ci", "--split", protocol]
    words += ["--generators", ",".join(STUDIES[protocol]), "--seeds-per-split", str(RUNS), "--no-figures"]
    out = folder / protocol
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    subprocess.run(["nice", "-n", "10", *words, "--out", str(out)], check=True, env=environment)
    return out


def keep(run: Path) -> dict[str, Any]:
    """What the study needs of the runs: the values of the metrics that are checked."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "all.json"
        save_baseline(run_directory.open_run(run), path)
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    kept = content["checked"]
    content["values"] = {
        data: {name: {metric: by[metric] for metric in kept} for name, by in of.items()}
        for data, of in content["values"].items()
    }
    content["manifest"]["metrics"] = [one for one in content["manifest"]["metrics"] if one["name"] in kept]
    return content


def protocol_of(content: Mapping[str, Any]) -> str:
    """How the splits of stored runs were drawn."""
    return str(content["manifest"]["splits"][0]["protocol"])


def unpack(content: Mapping[str, Any]) -> Baseline:
    """Stored runs as one baseline of forty fits."""
    return unpack_baseline(content, STORED)


def resample(stored: Baseline, number: int, planted: Planted | None = None) -> tuple[Run, Baseline]:
    """A run and a baseline that differ in seeds alone, or in what is planted too."""
    rng = np.random.default_rng(number)
    before: dict[tuple[str, str], FitValues] = {}
    results: list[TrialResult] = []
    for (data, name), by in stored.values.items():
        drawn = [rng.permutation(len(of))[: BEFORE + AFTER] for of in next(iter(by.values()))]
        before[data, name] = {
            metric: [[of[at] for at in chosen[:BEFORE]] for of, chosen in zip(values, drawn, strict=True)]
            for metric, values in by.items()
        }
        for split, chosen in zip(stored.splits[data], drawn, strict=True):
            own = {each.trial.draw: each for each in stored.run.results if _of(each, data, name, split)}
            for draw, at in enumerate(chosen[BEFORE:]):
                lowered = {METRIC: (own[at].metrics[METRIC] or 0.0) * (1 - (planted or {}).get(name, 0.0))}
                trial = replace(own[at].trial, id=f"{name}-{split}-{draw}", draw=draw)
                results.append(replace(own[at], trial=trial, metrics={**own[at].metrics, **lowered}))
    manifest = {**stored.run.manifest, "trials": [asdict(each.trial) for each in results]}
    return Run(Path("run"), manifest, tuple(results), {}), replace(stored, values=before)


def _of(result: TrialResult, data: str, name: str, split: str) -> bool:
    return (result.trial.dataset, result.trial.generator, result.trial.split) == (data, name, split)


def alarms(stored: Baseline, verdict: CheckVerdict = "regression", draws: int = RESAMPLES) -> list[int]:
    """The resamples in which something is called although nothing has changed."""
    return [number for number in range(draws) if check_run(*resample(stored, number)).with_verdict(verdict)]


def power(stored: Baseline, name: str) -> dict[str, Any]:
    """How a lower TSTR R2 of one generator is noticed."""
    metric = next(one for one in stored.run.metrics if one.name == METRIC)
    found = [noticed(stored, name, number) for number in range(RESAMPLES)]
    fits = next(by[METRIC] for (_, each), by in stored.values.items() if each == name)
    value = float(np.mean(fits))
    calm = [caught for spread, caught, _ in found if spread < CALM]
    return {
        "value": value,
        "noise": noise(fits, metric) / value,
        "calm": len(calm),
        "caught_calm": sum(calm),
        "caught": sum(caught for _, caught, _ in found),
        "smallest": float(np.quantile([least for *_, least in found], 0.95)),
    }


def noticed(stored: Baseline, name: str, number: int) -> tuple[float, bool, float]:
    """The baseline's own relative spread, whether the loss is caught, and the least that would be."""
    untouched, own = resample(stored, number)
    line = _line(check_run(untouched, own), name)
    before, after, limit = line.before or 0.0, line.after or 0.0, line.tolerance or 0.0
    assert line.metric is not None
    spread = noise(next(by[METRIC] for (_, each), by in own.values.items() if each == name), line.metric) / before
    lowered = _line(check_run(*resample(stored, number, {name: LOSS})), name)
    return spread, lowered.verdict == "regression", (limit - before + after) / after


def _line(found: CheckResult, name: str) -> CheckLine:
    return next(line for line in found.lines if line.generator == name and line.metric and line.metric.name == METRIC)


def study(stored: Baseline) -> dict[str, Any]:
    """What comes out for one protocol."""
    return {
        "alarms": alarms(stored),
        "improvements": alarms(stored, "improvement"),
        "power": {name: power(stored, name) for _, name in stored.values},
    }


def page(content: Mapping[str, Any]) -> str:
    """docs/ci.md."""
    template = Template(TEMPLATE.read_text(encoding="utf-8"), undefined=StrictUndefined, keep_trailing_newline=True)
    stored = content["runs"]
    spreads = [of["noise"] for of in content["found"]["blocked"]["power"].values()]
    text: str = template.render(
        found=content["found"],
        least=min(spreads),
        most=max(spreads),
        checked={protocol: of["checked"] for protocol, of in stored.items()},
        splits=len(stored["random"]["manifest"]["splits"]),
        names=sorted({name for of in stored.values() for name in of["values"]["station"]}),
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
    """Measures unless told otherwise, resamples, writes the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.gate_study", description=__doc__)
    parser.add_argument("--run", type=Path, action="append", help="a run made before: keep its values, fit nothing")
    parser.add_argument("--stored", action="store_true", help="fit nothing: resample what is stored")
    asked = parser.parse_args()
    content = json.loads(STORED.read_text(encoding="utf-8")) if STORED.is_file() else {"runs": {}}
    with tempfile.TemporaryDirectory() as folder:
        made = asked.run or ([] if asked.stored else [measure(Path(folder), protocol) for protocol in STUDIES])
        kept = [keep(run) for run in made]
    content["runs"] |= {protocol_of(each): each for each in kept}
    content["found"] = {protocol: study(unpack(content["runs"][protocol])) for protocol in STUDIES}
    STORED.write_text(pretty_json(content) + "\n", encoding="utf-8")
    PAGE.write_text(page(content), encoding="utf-8")
    said = ", ".join(f"{protocol}: {len(of['alarms'])}" for protocol, of in content["found"].items())
    print(f"false alarms in {RESAMPLES} checks: {said}; wrote {STORED} and {PAGE}")


if __name__ == "__main__":
    main()
