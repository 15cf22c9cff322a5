"""Tables of tuning's histories."""

from pathlib import Path

import pytest

from bench.api import BenchError
from bench.reporting import document_tuning_table
from bench.reporting.document_tables import update
from bench.workflows.tuning.optuna_study import Attempt
from bench.workflows.tuning.output_files import history

CPU = {"fit_cpu": 2.04}
ATTEMPTS = [
    Attempt(None, {}, 0.5, families={"fidelity": 0.6, "privacy": 0.9}, overall=0.4, seconds={"fit_cpu": 3}),
    Attempt(0, {"lr": 0.00123456, "dims": (8, 8)}, 0.4, families={"fidelity": 0.5, "privacy": 1.0}, seconds=CPU),
    Attempt(1, {"lr": 0.1, "dims": (4,)}, 0.75, families={"fidelity": 0.8, "privacy": 0.95}, seconds=CPU),
    Attempt(2, {"lr": 0.2, "dims": (4,)}, 0.0, status="timeout", error="took, at least, too long"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "net.csv").write_text(history(ATTEMPTS))
    (tmp_path / "other.csv").write_text(history(ATTEMPTS[:2]))
    return tmp_path


def test_the_defaults_stand_beside_the_best(folder: Path) -> None:
    table = document_tuning_table.summary_table(
        [
            document_tuning_table.read_history(folder / "net.csv"),
            document_tuning_table.read_history(folder / "other.csv"),
        ]
    )
    assert table.header == ("Generator", "Parameters", "Objective", "Fidelity", "Privacy", "Fit CPU s")
    assert table.rows == (
        ("net", "defaults", "0.500", "0.600", "0.900", "3.0"),
        ("net", "best of 3", "0.750", "0.800", "0.950", "2.0"),
        ("other", "defaults", "0.500", "0.600", "0.900", "3.0"),
        ("other", "best of 1", "0.400", "0.500", "1.000", "2.0"),
    )


def test_all_attempts_are_shown_best_first(folder: Path) -> None:
    table = document_tuning_table.attempts_table([document_tuning_table.read_history(folder / "net.csv")])
    assert table.header == ("Trial", "lr", "dims", "Objective", "Fidelity", "Privacy", "Fit CPU s")
    assert [row[0] for row in table.rows] == ["1", "defaults", "0", "2"]
    assert table.rows[2][1:4] == ("0.001235", "[8, 8]", "0.400")
    assert table.rows[3][3:] == ("0.000", "—", "—", "—")


def test_a_ragged_history_is_refused(folder: Path) -> None:
    file = folder / "net.csv"
    for text in (file.read_text() + "4,0.1\n", file.read_text() + "," * 20 + "\n"):
        (folder / "ragged.csv").write_text(text)
        with pytest.raises(BenchError, match=r"ragged\.csv is no history; expected the CSV"):
            document_tuning_table.read_history(folder / "ragged.csv")


def test_pages_name_histories(folder: Path) -> None:
    page = folder / "page.md"
    page.write_text("<!-- bench:tuning history=net.csv history=other.csv -->\n<!-- /bench -->\n")
    assert update(page)
    assert "| net | best of 3 | 0.750 |" in page.read_text()
    assert not update(page)


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ("tuning history=no.csv", "there is no history at"),
        ("tuning history=page.md", "page.md is no history"),
        ("attempts history=net.csv history=other.csv", "shows one history; got 2"),
        ("leaderboard history=net.csv", "take histories, all others runs"),
        ("tuning run=net.csv", "has 0 history="),
    ],
)
def test_what_is_no_history_is_said(mark: str, said: str, folder: Path) -> None:
    page = folder / "page.md"
    page.write_text(f"<!-- bench:{mark} -->\n<!-- /bench -->\n")
    with pytest.raises(BenchError, match=said):
        update(page)
