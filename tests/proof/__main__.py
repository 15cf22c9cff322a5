"""`make proof`: measures everything, writes docs/proof.json and docs/proof.md."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.conftest import ATTACKS, ZOO, installed
from tests.proof import (
    attacks,
    calibration,
    cheats,
    degradation,
    honest_rows,
    mixed_degradation,
    moderation,
    page,
    seasons,
    stretches,
)

if TYPE_CHECKING:
    from collections.abc import Callable

DOCS = Path(__file__).parents[2] / "docs"


def _cheats() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        site.mkdir()
        return cheats.measure(Path(folder), installed(ZOO, site))


def _attacks() -> dict[str, list[dict[str, Any]]]:
    """The boards of attacks, by data set and protocol."""
    boards = [(dataset, split) for dataset in stretches.DATASETS for split in ("random", "blocked")]
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        site.mkdir()
        env = installed(ATTACKS, site)
        return {
            f"{dataset}, {split}": attacks.measure(Path(folder), env, dataset=dataset, split=split)
            for dataset, split in boards
        }


PARTS: dict[str, Callable[[], Any]] = {
    "degradation": degradation.measure,
    "mixed": mixed_degradation.measure,
    "cheats": _cheats,
    "attacks": _attacks,
    "stretches": stretches.measure,
    "blurred": seasons.blurred_copies,
    "seasons": seasons.two_seasons,
    "calibration": calibration.measure,
    "moderation": moderation.measure,
    "honest": honest_rows.measure,
}


def main() -> None:
    """Measures the parts that are named, keeps the others as they are stored, writes the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="part", help=f"one of {', '.join(PARTS)}; all of them if none is named"
    )
    parts = parser.parse_args().parts or list(PARTS)
    if unknown := set(parts) - set(PARTS):
        parser.error(f"unknown parts {', '.join(sorted(unknown))}; expected {', '.join(PARTS)}")
    stored = DOCS / "proof.json"
    result = json.loads(stored.read_text()) if stored.is_file() else {}
    for part in parts:
        print(f"measuring {part}", flush=True)
        result[part] = PARTS[part]()
        stored.write_text(json.dumps(result, indent=1) + "\n")
    if missing := set(PARTS) - set(result) - {"attacks"}:
        print(f"docs/proof.md is written once there is {', '.join(sorted(missing))} too")
    else:
        (DOCS / "proof.md").write_text(page.write(result))


if __name__ == "__main__":
    main()
