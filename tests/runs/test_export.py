import shutil
from pathlib import Path

import pytest

from bench.api import BenchError, Figure
from bench.reporting.build_report import collect, documents
from bench.reports._relations import relation_blocks
from bench.runs import run_directory
from bench.runs.export import export_run
from bench.runs.merge import merge_runs
from bench.statistics.leaderboard import rank
from tests.reports.make_run import COLUMNS, Spec, make_run
from tests.reports.mixed_arrays import SCHEMA


def test_an_export_has_no_rows_and_the_same_numbers(finished: Path, tmp_path: Path) -> None:
    run = run_directory.open_run(finished)
    export_run(run, tmp_path / "export")
    names = {path.name for path in (tmp_path / "export").rglob("*") if path.is_file()}
    assert names == {"manifest.json", "result.json", "drawings.npz"}
    again = run_directory.open_run(tmp_path / "export")
    assert again.frame().equals(run.frame())
    with pytest.raises(BenchError, match="not empty"):
        export_run(run, tmp_path / "export")


QUALITY: dict[str, float | str | None] = {"ae": 0.35, "vae": 0.6, "ctgan": None}


def _figures(run: run_directory.Run) -> dict[str, Figure]:
    return {figure.name: figure for figure in collect(run, rank(run)).figures()}


@pytest.mark.parametrize(
    ("draws", "late", "second"),
    [(2, (), ""), (1, ("vae",), ""), (2, ("ae", "vae"), "methane-2")],
    ids=["two draws", "one fails first", "all fail first, two tables"],
)
def test_an_export_shows_what_its_run_does(draws: int, late: tuple[str, ...], second: str, tmp_path: Path) -> None:
    spec = Spec(QUALITY, columns=COLUMNS[:3], points=60, draws=draws, late=late, second=second)
    run = make_run(tmp_path / "run", spec)
    export_run(run, tmp_path / "export")
    again = run_directory.open_run(tmp_path / "export")
    ours, theirs = _figures(run), _figures(again)
    assert {name for name in ours if "-vae-" in name}
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if repr(ours[name]) != repr(theirs[name])] == []


def test_exports_together_show_what_their_runs_do(tmp_path: Path) -> None:
    specs = {
        "ae": Spec({"ae": 0.35}, columns=COLUMNS[:2]),
        "vae": Spec({"vae": 0.6}, columns=COLUMNS[:2], late=("vae",)),
    }
    runs = [make_run(tmp_path / name, spec) for name, spec in specs.items()]
    for run in runs:
        export_run(run, tmp_path / f"{run.path.name}-export")
    exports = [run_directory.open_run(tmp_path / f"{name}-export") for name in specs]
    ours, theirs = _figures(merge_runs(runs)), _figures(merge_runs(exports))
    assert {name for name in ours if "-vae-" in name}
    assert ours.keys() == theirs.keys()


def test_an_export_gives_the_same_report(tmp_path: Path) -> None:
    spec = Spec({"ae": 0.35, "vae": 0.6}, columns=COLUMNS[:2], points=60, draws=2, late=("vae",))
    run = make_run(tmp_path / "run", spec)
    export_run(run, tmp_path / "export")
    again = run_directory.open_run(tmp_path / "export")
    ours, theirs = (documents(each, rank(each), ("md",)) for each in (run, again))
    assert theirs == ours


def test_an_export_has_the_violated_relations_of_every_repeat(tmp_path: Path) -> None:
    spec = Spec({"vae": 0.6}, SCHEMA.names, schema=SCHEMA, repeats=3, late=("vae",))
    run = make_run(tmp_path / "run", spec)
    export_run(run, tmp_path / "export")
    again = run_directory.open_run(tmp_path / "export")
    assert [len(again.drawings(result)) for result in again.results[2:]] == [2]
    ours, theirs = (relation_blocks(each, rank(each).boards[0]) for each in (run, again))
    assert "ward decides where lab is empty" in repr(ours)
    assert theirs == ours


def test_an_export_keeps_what_is_drawn_and_no_more(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", Spec(QUALITY, draws=2, late=("vae",)))
    for result in run.results:
        if result.status != "ok":
            (run.directory(result) / "drawings.npz").unlink()
    export_run(run, tmp_path / "export")
    again = run_directory.open_run(tmp_path / "export")
    drawn = [each.trial for each in again.results if again.drawings(each)]
    assert [(one.generator, one.repeat, one.draw) for one in drawn] == [("ae", 0, 0), ("vae", 1, 0)]
    shutil.rmtree(run.path)
    assert again.frame().shape[0] > 0
