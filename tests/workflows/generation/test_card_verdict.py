"""What the first lines of a card say of scores."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bench.api import Metric, Stat, Target
from bench.statistics.leaderboard import rank
from bench.workflows.generation.card_verdict import auc_standard_error, verdict
from tests.reports.make_run import Spec, make_run

if TYPE_CHECKING:
    from bench.api import Entry
    from bench.runs.run_directory import Run

ATTACK = Metric("mia_dcr_auc", "privacy", Target(0.5), "an attack", ranked=True, floor=1.0, ceiling=0.5)


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = make_run(tmp_path_factory.mktemp("run") / "run", Spec({"vae": 0.8}, repeats=1, points=10))
    return replace(run, manifest=replace(run.manifest, metrics=(*run.manifest.metrics, ATTACK)))


def entry(scored: Run, privacy: float, attack: float, *, near_copies: float = 0.012) -> Entry:
    made = rank(scored).boards[0].generators[0]
    families = {**made.families, "privacy": Stat(privacy, None, 1), "utility": Stat(0.95, None, 1)}
    values = {
        "mia_dcr_auc": Stat(attack, None, 1),
        "mia_dcr_auc_low": Stat(attack - 0.05, None, 1),
        "mia_dcr_auc_high": Stat(attack + 0.05, None, 1),
        "near_copies": Stat(near_copies, None, 1),
        "c2st_auc": Stat(0.71, None, 1),
    }
    scores = {**made.scores, "mia_dcr_auc": Stat(privacy, None, 1)}
    return replace(made, families=families, metrics={**made.metrics, **values}, scores=scores)


def scored_on(scored: Run, holdout: int) -> Run:
    """The run as if it had that many holdout rows, and at least as many train rows."""
    (split, *_) = scored.manifest.splits
    sizes = replace(split.sizes, holdout=holdout, train=4 * holdout)
    return replace(scored, manifest=replace(scored.manifest, splits=(replace(split, sizes=sizes),)))


@pytest.mark.parametrize(
    ("holdout", "privacy", "attack", "start"),
    [
        (2000, 0.95, 0.51, "Privacy: no sign of a leak (privacy: 0.95;"),
        (2000, 0.81, 0.57, "Privacy: a weak sign of a leak (privacy: 0.81;"),
        (2000, 0.55, 0.56, "Privacy: doubtful (privacy: 0.55;"),
        (2000, 0.1, 0.9, "Privacy: do not share these rows (privacy: 0.10;"),
        # Of few rows, a low score without a sign of a leak is chance, and a sign of one is none.
        (48, 0.2, 0.55, "Privacy: no sign of a leak, but with only 48 unseen rows"),
        (48, 0.2, 0.9, "Privacy: do not share these rows (privacy: 0.20;"),
    ],
)
def test_the_first_line_is_a_verdict_that_noise_cannot_give(
    scored: Run, holdout: int, privacy: float, attack: float, start: str
) -> None:
    run = scored_on(scored, holdout)
    first = verdict(run, entry(run, privacy, attack, near_copies=0.0))[0]
    assert first.startswith(start)
    decides = f"What decides is mia_dcr_auc, {attack:.3g} (95 % interval"
    assert (decides in first) == ("no sign of a leak" not in first)


def test_attacks_that_are_right_no_more_often_than_by_chance_find_no_members(scored: Run) -> None:
    sizes = scored.manifest.splits[0].sizes
    count = min(sizes.train, sizes.holdout)
    chance = 0.5 + 2 * auc_standard_error(count)
    for attack, found in ((chance - 0.01, "we could not tell them apart"), (chance + 0.01, "members could be told")):
        line = verdict(scored, entry(scored, 0.5, attack))[1]
        assert line.startswith(
            f"In attacks on {count:,} rows that the model was fitted on (members) and {count:,} that"
        )
        assert found in line
        assert f"is right in {100 * attack:.0f} % of pairs" in line


def test_the_standard_error_is_that_of_many_aucs_of_noise() -> None:
    rng = np.random.default_rng(0)
    ranks = rng.permuted(np.tile(np.arange(80), (4000, 1)), axis=1)[:, :40].sum(axis=1)
    assert auc_standard_error(40) == pytest.approx(((ranks - 40 * 39 / 2) / 40**2).std(), rel=0.05)


def test_near_copies_are_counted_beyond_chance(scored: Run) -> None:
    rows = scored.manifest.splits[0].sizes.train
    none, one, many = (verdict(scored, entry(scored, 0.9, 0.5, near_copies=count / rows))[2] for count in (0, 1, 12))
    assert none.startswith(f"None of {rows:,} rows is a near-copy")
    assert one.startswith(f"1 of {rows:,} rows is a near-copy")
    assert many.startswith(f"12 of {rows:,} rows are near-copies")


def test_every_line_has_a_number_and_what_it_means(scored: Run) -> None:
    lines = verdict(scored, entry(scored, 0.9, 0.5))
    assert "almost as well as models that are trained on real rows (utility: 0.95;" in lines[3]
    assert lines[-1].endswith("is right in 71 % of pairs (guessing: 50 %).")


def test_without_privacy_it_says_so(scored: Run) -> None:
    made = entry(scored, 0.9, 0.5)
    families = {name: score for name, score in made.families.items() if name != "privacy"}
    assert verdict(scored, replace(made, families=families))[0].startswith("Privacy was not assessed")
