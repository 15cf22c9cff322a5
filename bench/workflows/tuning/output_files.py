"""What tuning leaves: parameters as a configuration for `bench run`, and the history as CSV."""

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
    from bench.workflows.tuning.setup import Tuning

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def refuse_existing(out: Path, *, force: bool) -> None:
    """Looks before the work begins whether the results may be written.

    Raises:
        BenchError: if one of the two files exists, unless `force`; if `out` is none that a configuration can be.
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
    """The CSV beside the configuration."""
    return out.with_suffix(".csv")


def configuration(generator: str, params: Mapping[str, Any], comments: Sequence[str]) -> str:
    """A TOML text that `bench run --config` reads.

    >>> print(configuration("sdv:X", {"dims": [8, 8], "lr": 1e-05}, ["tuned"]), end="")
    # tuned
    <BLANKLINE>
    [set."sdv:X"]
    dims = [8, 8]
    lr = 1e-05
    """
    head = [f"# {line}".rstrip() for comment in comments for line in comment.splitlines()]
    table = [f"{_key(name)} = {_value(value)}" for name, value in params.items() if value is not None]
    return "\n".join([*head, "", f"[set.{_key(generator)}]", *table, ""])


def history(attempts: Sequence[Attempt]) -> str:
    """One row per attempt, the defaults first, as CSV."""
    searched = list(dict.fromkeys(name for one in attempts for name in one.params))
    families = list(dict.fromkeys(name for one in attempts for name in one.families))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["trial", *searched, "objective", *families, "overall", "fit_cpu_seconds", "status", "error"])
    for one in attempts:
        params = [_cell(one.params.get(name, "")) for name in searched]
        scores = [f"{one.families[name]:.6f}" if name in one.families else "" for name in families]
        cpu = f"{one.seconds['fit_cpu']:.2f}" if "fit_cpu" in one.seconds else ""
        name = "defaults" if one.number is None else one.number
        writer.writerow([name, *params, f"{one.value:.6f}", *scores, f"{one.overall:.6f}", cpu, one.status, one.error])
    return stream.getvalue()


def line(one: Attempt) -> str:
    """An attempt for people: value, or why there is none, seconds of fitting, parameters."""
    name = "defaults" if one.number is None else f"trial {one.number}"
    said = " ".join(f"{key}={value}" for key, value in one.params.items())
    took = one.seconds.get("fit_cpu", one.seconds.get("total", 0.0))
    came = f"{one.value:.4f}" if one.status == "ok" else f"{one.status}: {one.error}"
    return f"{name}: {came} ({took:.1f} s){'  ' if said else ''}{said}"


def comments(tuning: Tuning, attempts: list[Attempt], chosen: Attempt, out: Path) -> list[str]:
    """What the file says of itself."""
    plan, inner = tuning.plan, tuning.split
    sizes = ", ".join(f"{part} {len(getattr(inner, part))}" for part in ("train", "holdout", "test"))
    planned, data = next(iter(plan.splits.values())), next(iter(plan.datasets.values()))
    tried = attempts[1:]
    lost = sum(one.status != "ok" for one in tried)
    return [
        f"Written by bench tune {tuning.candidate.name}; use: bench run --config {out.name}{_plugin(tuning)} ...",
        f"objective: {tuning.objective}, on an inner split of train rows: {verdict(attempts[0], chosen)[0]}",
        f"data: {data.name} (sha256 {data.sha256}); inside the train part of repeat 0 of base seed {plan.config.seed}, "
        f"{planned.protocol} split; inner rows: {sizes}",
        f"trials: {len(tried)}{f', of which {lost} failed' if lost else ''}; fits of each: {len(plan.trials)}; "
        f"searched: {', '.join(tuning.space)}",
        "The score is the best of many on one inner split: measure what it is worth with bench run, on other seeds.",
    ]


def _plugin(tuning: Tuning) -> str:
    plugin = tuning.candidate.plugin
    return f" --plugin {plugin.file}" if plugin else ""


def verdict(default: Attempt, chosen: Attempt) -> list[str]:
    """The winner beside the defaults, overall and by family."""
    if chosen.number is None:
        return [f"defaults {default.value:.4f}, and nothing better was found"]
    families = [
        f"{name} {default.families[name]:.4f} -> {score:.4f}"
        for name, score in chosen.families.items()
        if name in default.families
    ]
    worth = f"{default.value:.4f}" if default.status == "ok" else default.status
    return [f"defaults {worth}, trial {chosen.number} {chosen.value:.4f}", *families]


def _cell(value: Any) -> str:  # noqa: ANN401 - of any parameter
    return value if isinstance(value, str) else _value(value)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name)


def _value(value: Any) -> str:  # noqa: ANN401 - of any parameter
    """JSON's numbers, strings, booleans and lists are TOML's."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
