"""What the first lines of a card say of scores."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bench.api import Metric, Stat, Target
from bench.statistics.leaderboard import rank
from bench.workflows.generation.card_verdict import verdict
from tests.reports.make_run import Spec, make_run

if TYPE_CHECKING:
    from bench.api import Entry
    from bench.runs.run_directory import Run

ATTACK = Metric("mia_dcr_auc", "privacy", Target(0.5), "an attack", ranked=True, floor=1.0, ceiling=0.5)


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = make_run(tmp_path_factory.mktemp("run") / "run", Spec({"vae": 0.8}, repeats=1, points=10))
    return replace(run, manifest=replace(run.manifest, metrics=(*run.manifest.metrics, ATTACK)))


def entry(scored: Run, privacy: float, attack: float) -> Entry:
    made = rank(scored).boards[0].generators[0]
    families = {**made.families, "privacy": Stat(privacy, None, 1), "utility": Stat(0.95, None, 1)}
    values = {
        "mia_dcr_auc": Stat(attack, None, 1),
        "near_copies": Stat(0.012, None, 1),
        "c2st_auc": Stat(0.71, None, 1),
    }
    return replace(made, families=families, metrics={**made.metrics, **values})


@pytest.mark.parametrize(
    ("privacy", "attack", "start"),
    [
        (0.95, 0.51, "No attack that was tried told them apart much better than by guessing: of a learnt"),
        (0.75, 0.56, "The best attack that was tried did a little better"),
        (0.55, 0.7, "The best attack that was tried did clearly better"),
        (0.1, 0.98, "These rows give the rows that the model learnt from away: do not share them: of a learnt"),
    ],
)
def test_the_first_line_is_about_privacy_in_plain_words(scored: Run, privacy: float, attack: float, start: str) -> None:
    first = verdict(scored, entry(scored, privacy, attack))[0]
    assert first.startswith(start)
    assert f"in {100 * attack:.0f} % of pairs (guessing: 50 %" in first


def test_every_line_has_a_number_and_what_it_means(scored: Run) -> None:
    lines = verdict(scored, entry(scored, 0.9, 0.5))
    assert lines[1] == "1.2 % of the rows are nearly the same as a row that the model learnt from."
    assert "almost as good as real ones to train a model that predicts" in lines[2]
    assert "(utility: 0.95; 1 is as real rows, 0 is useless)" in lines[2]
    assert lines[-1].endswith("is right in 71 % of pairs (guessing: 50 %).")


def test_without_privacy_it_says_so(scored: Run) -> None:
    made = entry(scored, 0.9, 0.5)
    families = {name: score for name, score in made.families.items() if name != "privacy"}
    assert verdict(scored, replace(made, families=families))[0].startswith("Privacy was not assessed")
