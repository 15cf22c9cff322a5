"""Attacks ranked beside the honest models that they are made from, through the real command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.proof.cheats import ranked_entries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

HONEST = ("gaussian-mixture", "cart", "vae", "beta-vae")
MIXTURE = "gaussian-mixture"
FROM_MIXTURE = {
    "repeated-twice": 0.0,
    "repeated-four-times": 0.0,
    "repeated-with-jitter": 0.0,
    "copies-5-percent": 0.1,
    "copies-10-percent": 0.25,
    "copies-outliers": 0.0,
    "no-residual": 0.0,
    "remembers-earlier-rows": 0.0,
}
"""Attacks made from a mixture, and what each must lose at least, compared with it."""

NO_MODEL = ("time-mean", "gap-fill", "finds-holdout", "replaces-the-scorer")
"""Attacks without a model: each must be below `vae`, or implausible."""

NOT_CAUGHT = ("blurred-time-mean", "fits-whole-table", "mixed-with-gaps")
"""Attacks that are shown without a claim."""

ATTACKS = (*FROM_MIXTURE, *NO_MODEL, *NOT_CAUGHT)


def measure(
    folder: Path,
    env: Mapping[str, str],
    *,
    dataset: str = "station",
    split: str = "blocked",
    rows: int = 4_000,
    honest: Sequence[str] = HONEST,
) -> list[dict[str, Any]]:
    """The leaderboard of attacks and honest models, three repeats of profile quick, from best to worst.

    Args:
        folder: to run in.
        env: in which the attacks are installed, as a third party's plugins.
        dataset: a registered name.
        split: the protocol.
        rows: train rows, at most.
        honest: ordinary generators; `gaussian-mixture` and `vae` are among them.
    """
    arguments = ["--dataset", dataset, "--split", split, "--rows", str(rows), "--repeats", "3"]
    return ranked_entries(folder / f"{dataset}-{split}", env, (*honest, *ATTACKS), arguments)


def failures(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    """The claims that a leaderboard breaks, one sentence each."""
    by_name = {entry["generator"]: entry for entry in entries}
    overall = {name: entry["overall"] for name, entry in by_name.items()}
    broken = [
        f"{name} has {overall[name]:.3f}, the mixture {overall[MIXTURE]:.3f}"
        for name, least in FROM_MIXTURE.items()
        if not by_name[name]["implausible"] and overall[name] >= overall[MIXTURE] - least
    ]
    return broken + [
        f"{name} has {overall[name]:.3f}, vae {overall['vae']:.3f}"
        for name in NO_MODEL
        if not by_name[name]["implausible"] and overall[name] >= overall["vae"]
    ]
