from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bench.api import Block, FamilyDescription, Figure, Latents, Table, Text
from bench.common.atomic_files import pack_arrays, write_file
from bench.plugins import entry_points
from bench.reporting.build_report import write_report
from bench.runs.run_directory import result_directory
from bench.scoring.metrics.latent.kl_and_active_units import diagnose
from bench.statistics.leaderboard import rank
from tests.reports.make_run import METRICS, Spec, make_run

if TYPE_CHECKING:
    from pathlib import Path

    from bench.runs.run_directory import Run

FAMILY = entry_points.load("metrics", "latent")
ONE = np.ones(4)


def codes(spread: tuple[float, ...], noise: tuple[float, ...]) -> Latents:
    means = np.random.default_rng(0).normal(size=(600, len(spread))) * spread
    return Latents(means, np.tile(noise, (600, 1)), 0 * np.array(spread), np.ones(len(spread)))


ENCODERS = {
    "busy": codes((1.0, 0.8, 0.9, 1.2), (0.1, 0.2, 0.1, 0.1)),
    "idle": codes((1.0, 0.0, 0.0, 0.0), (0.1, 1.0, 1.0, 1.0)),
    "points": Latents(codes((3.0, 2.0, 4.0), (1.0, 1.0, 1.0)).means),
}


def with_latents(run: Run, encoders: dict[str, Latents]) -> Run:
    """The run, scored by the latent family."""
    results = []
    for one in run.results:
        values: dict[str, Any] = {metric.name: None for metric in FAMILY.metrics}
        if one.trial.generator in encoders:
            found, details = diagnose(encoders[one.trial.generator])
            values |= found
            drawn = {**run.drawings(one), **{f"latent/{key}": array for key, array in details.items()}}
            write_file(result_directory(run.path, one.trial) / "drawings.npz", pack_arrays(drawn))
        results.append(replace(one, metrics={**one.metrics, **values}))
    metrics = (*METRICS, *FAMILY.metrics)
    families = {**run.manifest.families, "latent": FamilyDescription("mean", FAMILY.summary)}
    manifest = replace(run.manifest, metrics=metrics, families=families)
    return replace(run, manifest=manifest, results=tuple(results))


def build(run: Run) -> list[Block]:
    blocks: list[Block] = entry_points.load("sections", "latents").build(run, rank(run))
    return blocks


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    spec = Spec({"busy": 0.9, "idle": 0.6, "points": 0.5, "without": 0.3})
    return with_latents(make_run(tmp_path_factory.mktemp("run"), spec), ENCODERS)


def test_only_models_with_an_encoder_have_a_row(run: Run) -> None:
    table = next(block for block in build(run) if isinstance(block, Table))
    rows = {row[0]: row for row in table.rows}
    assert list(rows) == ["busy", "idle", "points"]
    assert [row[1] for row in rows.values()] == ["4", "4", "3"]
    assert [row[2].split()[0] for row in rows.values()] == ["4.00", "1.00", "3.00"]
    assert [row[-1] for row in rows.values()] == ["none", "most latents (75 %)", "not defined: codes are points"]
    assert rows["points"][3] == "—"


def test_a_collapse_is_said_first(run: Run) -> None:
    warning = build(run)[0]
    assert isinstance(warning, Text)
    assert warning.tone == "warning"
    assert "collapse in idle: most of its latents" in warning.text


def test_without_collapse_there_is_no_warning(run: Run) -> None:
    healthy = with_latents(run, {"busy": ENCODERS["busy"]})
    assert not any(isinstance(block, Text) for block in build(healthy))


def test_bars_are_as_long_as_the_divergences_and_share_a_scale(run: Run) -> None:
    figures = {block.name.split("-")[1]: block for block in build(run) if isinstance(block, Figure)}
    assert list(figures) == ["kl", "correlation", "cloud"]
    busy, idle = figures["kl"].panels
    assert (busy.title, idle.title) == ("busy", "idle")
    lengths = [bar.high[0] for bar in idle.series]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[1:] == [0, 0, 0]
    assert idle.labels[0] == "z1"
    assert busy.limits[1] == idle.limits[1]
    assert [panel.title for panel in figures["correlation"].panels] == ["busy", "idle", "points"]


def test_a_run_without_encoders_has_no_section(tmp_path: Path) -> None:
    assert build(make_run(tmp_path / "run", Spec({"vae": 0.5}))) == []
    assert build(with_latents(make_run(tmp_path / "other", Spec({"vae": 0.5})), {})) == []


def test_one_latent_is_no_matrix(tmp_path: Path) -> None:
    run = with_latents(make_run(tmp_path / "run", Spec({"vae": 0.5})), {"vae": codes((1.0,), (0.1,))})
    assert [block.name.split("-")[1] for block in build(run) if isinstance(block, Figure)] == ["kl", "cloud"]


def test_it_is_drawn(run: Run, tmp_path: Path) -> None:
    markdown, html = (path.read_text(encoding="utf-8") for path in write_report(run, figures=True, out=tmp_path))
    assert markdown.count("(figures/latent-") == 3
    assert "Posterior collapse in idle" in html
