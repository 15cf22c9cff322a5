"""Section Reproduce: the command, versions and machine of a run, and the parameters of each generator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bench.api import Block, Facts, Leaderboard, Run, Section, Table, Text
from bench.common.formatting import NONE

from ._format import line

if TYPE_CHECKING:
    from collections.abc import Mapping


def _build(run: Run, leaderboard: Leaderboard) -> list[Block]:
    return [
        Text("To get the same numbers, use the same versions on the same kind of machine, and run:"),
        Text(run.manifest["command"], tone="code"),
        *_file(run.manifest),
        Facts(tuple(_facts(run.manifest))),
        _generators(run),
    ]


def _file(manifest: Mapping[str, Any]) -> list[Block]:
    """Returns the settings that the command has no flag for; several runs in one report have a file each."""
    text = manifest.get("config_file", "")
    return [Text("FILE is a TOML file with this content:"), Text(text, tone="code")] if text else []


def _facts(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = manifest["environment"]
    packages = ", ".join(f"{package} {version}" for package, version in sorted(found.get("packages", {}).items()))
    memory = f", {found['memory_gib']:g} GiB" if found.get("memory_gib") else ""
    facts = [
        ("bench", f"{found.get('bench', 'unknown')}{_commit(found)}"),
        ("Python", f"{found.get('python', 'unknown')}, {found.get('system', 'unknown')}"),
        ("Processor", f"{line(found.get('cpu', 'unknown'))}, {found.get('cores', '?')} cores{memory}"),
        ("Packages", packages),
        ("Seed", str(manifest["config"].get("seed", NONE))),
        ("Run", f"{manifest['name']}, {manifest['created']} to {manifest.get('finished') or 'unfinished'}"),
    ]
    return [(label, value) for label, value in facts if value]


def _commit(found: Mapping[str, Any]) -> str:
    if not found.get("commit"):
        return ""
    return f", commit {found['commit']}{' with uncommitted changes' if found.get('dirty') else ''}"


def _generators(run: Run) -> Table:
    """Returns the generators with the parameters that differ from their defaults."""
    params = {trial.generator: trial.params for trial in run.planned}
    return Table(
        header=("Generator", "Description", "Parameters set", "Licence", "Packages", "Paper"),
        rows=tuple(
            (
                generator,
                said.get("summary", ""),
                ", ".join(f"{key}={json.dumps(value)}" for key, value in sorted(params.get(generator, {}).items())),
                said.get("licence", ""),
                ", ".join(f"{package} {version}" for package, version in said.get("packages", {}).items()),
                said.get("paper", ""),
            )
            for generator, said in sorted(run.manifest["generators"].items())
        ),
        caption="Generators; all other parameters have their default values",
        align="llllll",
        names=0,
    )


SECTION = Section("Reproduce", 90, _build)
