"""Cheats ranked as ordinary generators, through the real command line."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

from bench.runs import run_directory
from bench.statistics import leaderboard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

CHEATS = ("memoriser", "near-copies", "interpolates", "collapses")
ORDINARY = ("ae", "vae", "beta-vae", "ctgan", "tvae")


def measure(folder: Path, env: Mapping[str, str], *, profile: str = "quick", repeats: int = 3) -> list[dict[str, Any]]:
    """The leaderboard of cheats and ordinary generators on the station, blocked, from best to worst.

    Args:
        folder: to run in.
        env: in which the cheats are installed, as a third party's plugins.
        profile: of the run.
        repeats: of the run.
    """
    return ranked_entries(
        folder / "cheats", env, (*ORDINARY, *CHEATS), ["--profile", profile, "--repeats", str(repeats)]
    )


def ranked_entries(
    path: Path, env: Mapping[str, str], generators: Sequence[str], arguments: Sequence[str]
) -> list[dict[str, Any]]:
    """Runs generators into a new run directory, and returns their entries from best to worst, implausible ones last."""
    command = [sys.executable, "-m", "bench", "run", "--generators", ",".join(generators), "--quiet", "--no-figures"]
    subprocess.run([*command, *arguments, "--out", str(path)], cwd=path.parent, env=dict(env), check=True)
    board = leaderboard.rank(run_directory.open_run(path)).boards[0]
    return [
        {
            "generator": row.generator,
            "rank": row.rank,
            "overall": row.overall.mean if row.overall else 0.0,
            "scores": {family: result.mean for family, result in row.families.items()},
            "implausible": row.implausible,
        }
        for row in board.entries
        if row.kind == "generator"
    ]


def best_cheat(rows: list[dict[str, Any]]) -> int:
    """The best rank of any cheat that has one."""
    return min(int(row["rank"]) for row in rows if row["generator"] in CHEATS and row["rank"] is not None)
