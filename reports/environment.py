"""How to reproduce the numbers: command, versions, machine, and what each generator was run with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bench.api import Block, Facts, Section, Table, Text

from ._format import NONE, line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.api import Leaderboard, Manifest, Run, RunEnvironment


def _build(run: Run, leaderboard: Leaderboard) -> list[Block]:
    return [
        Text("The same numbers come from the same versions on a machine of the same kind, with:"),
        Text(run.manifest.command, tone="code"),
        *_file(run.manifest),
        Facts(tuple(_facts(run.manifest))),
        _generators(run),
    ]


def _file(manifest: Manifest) -> list[Block]:
    """What no flag of the command says; several runs in one report have a file each."""
    text = manifest.config_file
    return [Text("where FILE is a TOML file that holds:"), Text(text, tone="code")] if text else []


def _facts(manifest: Manifest) -> list[tuple[str, str]]:
    found = manifest.environment
    packages = ", ".join(f"{package} {version}" for package, version in sorted(found.packages.items()))
    memory = f", {found.memory_gib:g} GiB" if found.memory_gib else ""
    facts = [
        ("bench", f"{found.bench}{_commit(found)}"),
        ("Python", f"{found.python}, {found.system}"),
        ("Processor", f"{line(found.cpu)}, {found.cores or '?'} cores{memory}"),
        ("Packages", packages),
        ("Seed", NONE if manifest.config.seed is None else str(manifest.config.seed)),
        ("Run", f"{manifest.name}, {manifest.created} to {manifest.finished or 'unfinished'}"),
    ]
    return [(label, value) for label, value in facts if value]


def _commit(found: RunEnvironment) -> str:
    if not found.commit:
        return ""
    return f", commit {found.commit}{' with uncommitted changes' if found.dirty else ''}"


def _generators(run: Run) -> Table:
    """Parameters are those that differ from a generator's own defaults."""
    params = {trial.generator: trial.params for trial in run.manifest.trials}
    return Table(
        header=("Generator", "What it is", "Parameters set", "Licence", "Packages", "Paper"),
        rows=tuple(
            (
                generator,
                said.summary,
                _params(params.get(generator, {})),
                said.licence,
                ", ".join(f"{package} {version}" for package, version in said.packages.items()),
                said.paper,
            )
            for generator, said in sorted(run.manifest.generators.items())
        ),
        caption="Generators: all other parameters at their defaults",
        align="llllll",
        names=0,
    )


def _params(params: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={json.dumps(value)}" for key, value in sorted(params.items()))


SECTION = Section("Reproduce", 90, _build)
