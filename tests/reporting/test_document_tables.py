import os
from pathlib import Path

import pytest

from bench.api import BenchError
from bench.reporting.document_tables import update
from tests.conftest import Bench
from tests.reports.make_run import COLUMNS, Spec, edit_manifest, make_run

PLACE = "before\n<!-- bench:leaderboard run=out{more} -->\nSTALE\n<!-- /bench -->\nafter\n"


def test_tables_are_rewritten_between_the_marks(finished: Path, tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to(finished)
    page = tmp_path / "page.md"
    page.write_text(PLACE.format(more=""))
    assert update(page)
    text = page.read_text()
    assert text.startswith("before\n<!-- bench:leaderboard run=out -->\n\n")
    assert text.endswith("<!-- /bench -->\nafter\n")
    assert "noisy" in text
    assert "STALE" not in text
    assert not update(page)


def test_tables_of_other_sections_can_be_meant(finished: Path, tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to(finished)
    page = tmp_path / "page.md"
    page.write_text(PLACE.replace("leaderboard", "why").format(more=" table=1"))
    update(page)
    assert "What holds each generator back" in page.read_text()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nothing marked", "marks no place"),
        (PLACE.format(more="x"), "no run at"),
        (PLACE.format(more=" table=9"), "got table=9"),
        (PLACE.format(more="").replace("leaderboard", "leaderbord"), "did you mean 'leaderboard'"),
    ],
)
def test_what_cannot_be_filled_is_said_and_nothing_written(
    text: str, said: str, finished: Path, tmp_path: Path
) -> None:
    (tmp_path / "out").symlink_to(finished)
    page = tmp_path / "page.md"
    page.write_text(text)
    with pytest.raises(BenchError, match=said):
        update(page)
    assert page.read_text() == text


def test_check_tells_stale_tables_by_its_exit_code(finished: Path, bench: Bench) -> None:
    page = finished.parent / "page.md"
    page.write_text(PLACE.format(more=""))
    assert bench("report", "--update", "page.md", "--check", cwd=finished.parent).returncode == 1
    assert "STALE" in page.read_text()
    assert bench("report", "--update", "page.md", cwd=finished.parent).returncode == 0
    assert bench("report", "--update", "page.md", "--check", cwd=finished.parent).returncode == 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs on the same splits."""
    folder = tmp_path_factory.mktemp("runs")
    for name, quality in (("a", {"vae": 0.6}), ("b", {"ae": 0.3})):
        make_run(folder / name, Spec(quality, COLUMNS[:2], points=5))
    return folder


def filled(folder: Path, text: str) -> str:
    page = folder / "page.md"
    page.write_bytes(text.encode())
    update(page)
    assert not update(page, write=False)
    return page.read_bytes().decode()


def test_several_runs_fill_one_table(folder: Path) -> None:
    text = filled(folder, "<!-- bench:leaderboard run=a run=b -->\n<!-- /bench -->\n")
    assert "| vae |" in text
    assert "| ae |" in text


def test_several_places_are_filled_each(folder: Path) -> None:
    one, other = (filled(folder, f"<!-- bench:leaderboard run={run} -->\n<!-- /bench -->\n") for run in "ab")
    empty = [f"<!-- bench:leaderboard run={run} -->\n<!-- /bench -->\n" for run in "ab"]
    assert filled(folder, "between\n".join(empty)) == f"{one}between\n{other}"


def test_examples_in_fenced_code_are_left_alone(folder: Path) -> None:
    fenced = "````md\n<!-- bench:leaderboard run=nowhere -->\n```\n<!-- /bench -->\n````\n"
    text = filled(folder, f"{fenced}<!-- bench:leaderboard run=a -->\n<!-- /bench -->")
    assert text.startswith(fenced)
    assert "| vae |" in text
    assert text.endswith("<!-- /bench -->")


def test_line_ends_are_kept(folder: Path) -> None:
    text = filled(folder, "one\r\n<!-- bench:leaderboard run=a -->\r\n<!-- /bench -->\r\n")
    assert text.count("\n") == text.count("\r\n") > 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<!-- bench:leaderboard run=a -->\n", "line 1 opens a table that is not closed"),
        (
            "<!-- bench:leaderboard run=a -->\n<!-- bench:why run=a -->\n<!-- /bench -->\n",
            "line 1 opens a table that is not closed",
        ),
        ("x\n<!-- bench:leaderboard -->\n<!-- /bench -->\n", "line 2 is '<!-- bench:leaderboard -->'; expected"),
        ("<!-- /bench -->\n", "line 1 is '<!-- /bench -->'; expected"),
        ("<!-- bench:leaderboard run=a --> x\n<!-- /bench -->\n", "each on a line of its own"),
        ("<!-- bench leaderboard run=a -->\n<!-- /bench -->\n", "expected <!-- bench:leaderboard run=... -->"),
    ],
)
def test_marks_that_are_not_well_formed_are_errors(text: str, said: str, folder: Path) -> None:
    page = folder / "page.md"
    page.write_text(text)
    with pytest.raises(BenchError) as error:
        update(page)
    assert said in str(error.value)
    assert page.read_text() == text


def test_files_that_are_not_text_are_refused(folder: Path) -> None:
    page = folder / "page.md"
    page.write_bytes(b"caf\xe9")
    with pytest.raises(BenchError, match="is not UTF-8 text"):
        update(page)


def test_values_of_chosen_metrics_can_be_meant(finished: Path, tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to(finished)
    page = tmp_path / "page.md"
    page.write_text(PLACE.replace("leaderboard", "values").format(more=" metrics=c2st_auc,std_ratio@target"))
    update(page)
    text = page.read_text()
    assert "| Rank | Generator | c2st_auc → 0.5 | std_ratio of the target → 1 |" in text
    assert "± 0." in text


def test_unknown_metrics_are_refused(finished: Path, tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to(finished)
    page = tmp_path / "page.md"
    page.write_text(PLACE.replace("leaderboard", "values").format(more=" metrics=c2st"))
    with pytest.raises(BenchError, match="c2st_auc"):
        update(page)


@pytest.mark.parametrize("place", ["bench:leaderboard", "bench:values"])
def test_tables_of_a_run_under_the_earlier_protocol_are_marked(tmp_path: Path, place: str) -> None:
    make_run(tmp_path / "out", Spec({"ae": 0.5}, COLUMNS[:2], points=5))
    metrics = " metrics=c2st_auc" if place == "bench:values" else ""
    page = tmp_path / "page.md"
    page.write_text(PLACE.replace("bench:leaderboard", place).format(more=metrics))
    update(page)
    assert "earlier protocol" not in page.read_text()
    edit_manifest(tmp_path / "out", lambda content: content.pop("protocol_version"))
    assert update(page)
    table, _, note = page.read_text().partition("\n\nMade under the earlier protocol: ")
    assert table.endswith("|")
    assert "Its scores are not comparable with newer runs.\n\n<!-- /bench -->" in note


def test_a_place_that_asks_for_nothing_there_is_named_with_its_line(finished: Path, tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to(finished)
    page = tmp_path / "page.md"
    page.write_text("one line\n" + PLACE.format(more=" table=99"))
    with pytest.raises(BenchError, match=r"page.md, line 3: the section leaderboard of out has 1 tables; got table=99"):
        update(page)
    page.write_text(PLACE.replace("leaderboard", "values").format(more=" metrics=c2st_auc,,"))
    assert update(page), "empty names are left out"


@pytest.mark.parametrize("number", ["9" * 5000, "\u0663"])
def test_numbers_of_tables_are_few_digits(finished: Path, tmp_path: Path, number: str) -> None:
    (tmp_path / "out").symlink_to(finished)
    page = tmp_path / "page.md"
    page.write_text(PLACE.format(more=f" table={number}"))
    with pytest.raises(BenchError, match="line 2 is "):
        update(page)


def test_a_named_pipe_is_no_page(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "page.md")
    with pytest.raises(BenchError, match="it is no regular file; expected a Markdown file"):
        update(tmp_path / "page.md")
