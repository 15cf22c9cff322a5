"""Section Reproduce: the command, versions and machine of a run, and the parameters of each generator."""

from __future__ import annotations

import json

from bench.api import Block, Facts, Leaderboard, Manifest, Run, Section, Table, Text
from bench.common.formatting import NONE
from bench.common.safe_text import one_line


def _build(run: Run, leaderboard: Leaderboard) -> list[Block]:
    return [
        Text("To get the same numbers, use the same versions on the same kind of machine, and run:"),
        Text(run.manifest.command, tone="code"),
        *_file(run.manifest),
        Facts(tuple(_facts(run.manifest))),
        _generators(run),
    ]


def _file(manifest: Manifest) -> list[Block]:
    """Returns the settings that the command has no flag for; several runs in one report have a file each."""
    text = manifest.config_file
    return [Text("FILE is a TOML file with this content:"), Text(text, tone="code")] if text else []


def _facts(manifest: Manifest) -> list[tuple[str, str]]:
    environment = manifest.environment
    uncommitted = " with uncommitted changes" if environment.dirty else ""
    commit = f", commit {environment.commit}{uncommitted}" if environment.commit else ""
    packages = ", ".join(f"{package} {version}" for package, version in sorted(environment.packages.items()))
    memory = f", {environment.memory_gib:g} GiB" if environment.memory_gib else ""
    facts = [
        ("bench", f"{environment.bench}{commit}"),
        ("Python", f"{environment.python}, {environment.system}"),
        ("Processor", f"{one_line(environment.cpu)}, {environment.cores or '?'} cores{memory}"),
        ("Packages", packages),
        ("Seed", NONE if manifest.config.seed is None else str(manifest.config.seed)),
        ("Run", f"{manifest.name}, {manifest.created} to {manifest.finished or 'unfinished'}"),
    ]
    return [(label, value) for label, value in facts if value]


def _generators(run: Run) -> Table:
    """Returns the generators with the parameters that differ from their defaults."""
    params = {trial.generator: trial.params for trial in run.manifest.trials}
    rows: list[tuple[str, ...]] = []
    for generator, description in sorted(run.manifest.generators.items()):
        settings = ", ".join(f"{key}={json.dumps(value)}" for key, value in sorted(params.get(generator, {}).items()))
        packages = ", ".join(f"{package} {version}" for package, version in description.packages.items())
        rows.append((generator, description.summary, settings, description.licence, packages, description.paper))
    header: tuple[str, ...] = ("Generator", "Description", "Parameters set", "Licence", "Packages", "Paper")
    if not any(row[2] for row in rows):
        header, rows = (*header[:2], *header[3:]), [(*row[:2], *row[3:]) for row in rows]
    caption = "Generators; all other parameters have their default values"
    return Table(header, tuple(rows), caption, align="l" * len(header), names=0)


SECTION = Section("Reproduce", 90, _build)
