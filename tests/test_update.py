from pathlib import Path

import pytest

from bench.api import BenchError
from bench.update import update
from tests.conftest import Bench

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
