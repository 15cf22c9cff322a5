"""The results of tuning as text: parameters as a TOML configuration, the history as CSV, and lines for people."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any

from bench.api import BenchError
from bench.common.atomic_files import require_creatable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bench.workflows.tuning.optuna_study import Attempt
    from bench.workflows.tuning.setup import TuningSetup

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def refuse_existing(out: Path, *, force: bool) -> None:
    """Checks before the work begins that the results can be written.

    Raises:
        BenchError: if one of the two files exists, unless `force`; if `out` is no TOML file.
    """
    if out.suffix != ".toml":
        raise BenchError(f"--out {out} is no TOML file; expected a name that ends in .toml")
    require_creatable(out, "--out")
    for path in (out, history_path(out)):
        if path.is_dir():
            raise BenchError(f"{path} is a folder; choose another --out")
        if path.exists() and not force:
            raise BenchError(f"{path} exists; choose another --out, or --force to replace it")


def history_path(out: Path) -> Path:
    """Returns the path of the CSV file beside the configuration."""
    return out.with_suffix(".csv")


def configuration(generator: str, params: Mapping[str, Any], comments: Sequence[str]) -> str:
    """Returns a TOML text that `bench run --config` reads.

    >>> print(configuration("sdv:X", {"dims": [8, 8], "lr": 1e-05}, ["tuned"]), end="")
    # tuned
    <BLANKLINE>
    [set."sdv:X"]
    dims = [8, 8]
    lr = 1e-05
    """
    header = [f"# {line}".rstrip() for comment in comments for line in comment.splitlines()]
    table = [f"{_key(name)} = {_value(value)}" for name, value in params.items() if value is not None]
    return "\n".join([*header, "", f"[set.{_key(generator)}]", *table, ""])


def history(attempts: Sequence[Attempt]) -> str:
    """Returns CSV with a line per attempt, the defaults first."""
    searched = list(dict.fromkeys(name for attempt in attempts for name in attempt.params))
    families = list(dict.fromkeys(name for attempt in attempts for name in attempt.families))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["trial", *searched, "objective", *families, "overall", "fit_cpu_seconds", "status", "error"])
    for attempt in attempts:
        params = [_cell(attempt.params.get(name, "")) for name in searched]
        scores = [f"{attempt.families[name]:.6f}" if name in attempt.families else "" for name in families]
        cpu = f"{attempt.seconds['fit_cpu']:.2f}" if "fit_cpu" in attempt.seconds else ""
        name = "defaults" if attempt.number is None else attempt.number
        overall = "" if attempt.overall is None else f"{attempt.overall:.6f}"
        results = [f"{attempt.value:.6f}", *scores, overall, cpu, attempt.status, attempt.error]
        writer.writerow([name, *params, *results])
    return stream.getvalue()


def attempt_line(attempt: Attempt) -> str:
    """Returns an attempt in one line: value or error, seconds of fitting, parameters."""
    name = "defaults" if attempt.number is None else f"trial {attempt.number}"
    result = f"{attempt.value:.4f}" if attempt.status == "ok" else f"{attempt.status}: {attempt.error}"
    seconds = attempt.seconds.get("fit_cpu", attempt.seconds.get("total", 0.0))
    params = "".join(f" {key}={value}" for key, value in attempt.params.items())
    return f"{name}: {result} ({seconds:.1f} s){' ' if params else ''}{params}"


def comments(setup: TuningSetup, attempts: list[Attempt], best: Attempt, out: Path) -> list[str]:
    """Returns the comments of the TOML file: how its parameters were found, and how to use them."""
    plan, plugin = setup.plan, setup.candidate.plugin
    option = f" --plugin {plugin.file}" if plugin else ""
    sizes = ", ".join(f"{part} {len(getattr(setup.split, part))}" for part in ("train", "holdout", "test"))
    planned, data = next(iter(plan.splits.values())), next(iter(plan.datasets.values()))
    failed = sum(attempt.status != "ok" for attempt in attempts[1:])
    return [
        f"Written by bench tune {setup.candidate.name}; use: bench run --config {out.name}{option} ...",
        f"objective: {setup.objective}, on an inner split of train rows: {verdict(attempts[0], best)[0]}",
        f"data: {data.name} (sha256 {data.sha256}); inside the train part of repeat 0 of base seed {plan.config.seed}, "
        f"{planned.protocol} split; inner rows: {sizes}",
        f"trials: {len(attempts) - 1}{f', {failed} failed' if failed else ''}; fits of each: {len(plan.trials)}; "
        f"searched: {', '.join(setup.space)}",
        "The score is the best of many on one inner split, so optimistic: measure it with bench run, on other seeds.",
    ]


def verdict(default: Attempt, best: Attempt) -> list[str]:
    """Returns the best attempt beside the defaults: the value, then a line per family."""
    if best.number is None:
        return [f"defaults {default.value:.4f}, and nothing better was found"]
    shared = [name for name in best.families if name in default.families]
    families = [f"{name} {default.families[name]:.4f} -> {best.families[name]:.4f}" for name in shared]
    value = f"{default.value:.4f}" if default.status == "ok" else default.status
    return [f"defaults {value}, trial {best.number} {best.value:.4f}", *families]


def _cell(value: Any) -> str:  # noqa: ANN401 - of any parameter
    return value if isinstance(value, str) else _value(value)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name)


def _value(value: Any) -> str:  # noqa: ANN401 - of any parameter
    """Returns a TOML value: numbers, strings, booleans and lists are written as in JSON."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
