"""Whole reports from made-up runs."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from bench.reporting.build_report import write_report
from bench.reporting.html_report import charting_library
from bench.runs.run_directory import open_run
from tests.reports.make_run import COLUMNS, REFERENCES, Spec, make_run

if TYPE_CHECKING:
    from pathlib import Path

    from bench.runs.run_directory import Run


class Cells(HTMLParser):
    """The cells of every table, and the text of the page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.inside = False
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.inside:
            self.rows[-1][-1] += data


def write(run: Run, *, figures: bool = False) -> tuple[str, str]:
    markdown, html = write_report(run, figures=figures)
    return markdown.read_text(encoding="utf-8"), html.read_text(encoding="utf-8")


def cells_of_markdown(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("|") and not re.fullmatch(r"[|:\- ]+", line)]
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines]
    return [[_unescaped(cell.strip().replace("*", "")) for cell in row] for row in rows]


def _unescaped(cell: str) -> str:
    cell = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", re.sub(r"<(http[^>]*)>", r"\1", cell))
    return unescape(re.sub(r"\\(.)", r"\1", cell))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return make_run(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def reports(run: Run) -> tuple[str, str]:
    return write(run, figures=True)


def test_both_formats_hold_the_same_cells(reports: tuple[str, str]) -> None:
    markdown, html = cells_of_markdown(reports[0]), Cells(reports[1]).rows
    assert len(markdown) > 50
    assert markdown == html


def test_the_first_screen_has_the_outcome_the_data_and_the_caveats(reports: tuple[str, str]) -> None:
    for text in (reports[0].split("## Leaderboard")[0], Cells(reports[1]).text.split("Ranking on")[0]):
        for words in (
            "beta-vae leads with an overall score of 0.9",
            "ahead of vae",
            "vae and ae cannot be told apart from it",
            "2 repeats leave 1 degree of freedom",
            "14,186 rows of 9 columns, rows in time",
            "blocked, 2 repeats",
            "Neighbouring rows are near-copies",
            "quick: train is limited to 2,000 rows",
            "ctgan: 2 failed of 2 trials (ValueError: the loss is NaN at epoch 3)",
            "tvae: 2 skipped of 2 trials (needs ctgan: pip install ctgan)",
            "There are only 2 repeats",
        ):
            assert words in text


def test_an_audit_warning_of_every_repeat_is_said_once_on_the_first_screen(reports: tuple[str, str]) -> None:
    first = reports[0].split("## Leaderboard")[0]
    assert first.count("have a near-copy in train") == 1
    assert reports[0].count("have a near-copy in train") == 2
    assert reports[0].count("have a near-copy in train. Similar in 1 other split.") == 1


def test_every_generator_and_reference_has_its_row(reports: tuple[str, str]) -> None:
    ranking = reports[0].split("## Leaderboard")[1].split("\n## ")[0]
    for name in ("ae", "vae", "beta-vae", "ctgan", "tvae"):
        assert ranking.count(f"| {name} |") == 1
    for name in REFERENCES:
        assert ranking.count(f"| *{name}* |") == 1
    assert "2 failed: ValueError: the loss is NaN at epoch 3" in ranking
    assert "2 skipped: needs ctgan: pip install ctgan" in ranking


def test_the_name_of_the_ratio_is_explained_once(reports: tuple[str, str]) -> None:
    sentence = "The sources call std_ratio variance preservation; it is a ratio of standard deviations"
    assert reports[0].count(sentence) == 1


def test_pictures_stand_beside_markdown_and_are_small(run: Run, reports: tuple[str, str]) -> None:
    named = re.findall(r"\]\((figures/[a-z0-9-]+\.svg)\)", reports[0])
    files = sorted(path.relative_to(run.path).as_posix() for path in run.path.glob("figures/*"))
    assert sorted(named) == files
    assert len(files) == 15
    assert sum((run.path / name).stat().st_size for name in files) < 1_000_000
    assert len(reports[1]) < 4_000_000


def test_the_same_store_gives_the_same_bytes(run: Run, reports: tuple[str, str], tmp_path: Path) -> None:
    again = write_report(run, out=tmp_path)
    assert tuple(path.read_text(encoding="utf-8") for path in again) == reports
    for path in run.path.glob("figures/*"):
        assert (tmp_path / "figures" / path.name).read_bytes() == path.read_bytes()


def test_without_figures_none_is_written_and_the_tables_are_the_same(
    run: Run, reports: tuple[str, str], tmp_path: Path
) -> None:
    markdown, html = (path.read_text(encoding="utf-8") for path in write_report(run, figures=False, out=tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "report.md"]
    assert cells_of_markdown(markdown) == cells_of_markdown(reports[0])
    assert "<figure" not in html


def test_curves_show_losses_kl_and_beta(reports: tuple[str, str]) -> None:
    training = reports[0].split("## Generators")[1].split("## Failures")[0]
    assert "Training of beta-vae over 30 epochs: Losses, KL, beta, Learning rate" in training
    assert "Training of ae over 30 epochs: Losses, Learning rate" in training


def test_a_run_that_is_not_finished_says_so(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    shutil.rmtree(run.path / "trials" / run.manifest.trials[-1].id)
    markdown, _ = write(open_run(run.path))
    assert "1 planned trial not run yet" in markdown
    assert "| tvae | methane-1 | 2 | not run |" in markdown


def test_a_run_that_has_not_begun_says_so(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", Spec({"vae": 0.5}))
    for folder in ("trials", "references"):
        shutil.rmtree(run.path / folder)
    markdown, _ = write(open_run(run.path))
    assert "Nothing has run yet of 2 planned trials." in markdown


def test_several_data_sets_are_told_apart(tmp_path: Path) -> None:
    markdown, html = write(
        make_run(tmp_path / "run", Spec({"vae": 0.5, "ae": 0.3}, COLUMNS[:4], second="methane-2")), figures=True
    )
    assert markdown.startswith("# Synthetic tables compared: methane-1, methane-2")
    for section in (
        "Summary",
        "Leaderboard",
        "Metrics",
        "Distributions",
        "Correlations",
        "Scatter plots",
        "Generators",
        "Data",
    ):
        part = markdown.split(f"## {section}\n")[1].split("\n## ")[0]
        assert part.count("### methane-1, blocked split") == part.count("### methane-2, blocked split") == 1
    assert markdown.count("(figures/densities-methane-2-blocked.svg)") == 1
    assert cells_of_markdown(markdown) == Cells(html).rows


def test_a_lead_within_noise_is_called_a_tie(tmp_path: Path) -> None:
    markdown, _ = write(make_run(tmp_path / "run", Spec({"vae": 0.5, "ae": 0.5, "tvae": 0.2})))
    assert re.search(r"cannot be told apart from it \(paired by split over 2 repeats, 95 % level\)", markdown)


HOSTILE = (
    "<script>alert('x')</script>",
    "a|b`c`[d](e)",
    "two\nlines",
    "שלום \u202e turned",
    "😀👩‍🔬",
    "y" * 300,
    "../../etc/passwd",
    "a[b]",
)


def test_hostile_names_everywhere(tmp_path: Path) -> None:
    quality = {f"{name}": 0.2 + 0.1 * at for at, name in enumerate(HOSTILE)} | {
        "broken <b>": None,
        "absent|": "get <it>",
    }
    spec = Spec(quality, columns=HOSTILE, dataset="<i>set</i>|", repeats=1, points=40, error="Error: <img src=x> | `y`")
    run = make_run(tmp_path / "run", spec)
    markdown, html = write(run, figures=True)
    assert "<script" not in markdown
    assert html.count("<script>") == 2
    assert "<img src" not in html.replace(charting_library(), "") + markdown
    assert len(cells_of_markdown(markdown)) == len(Cells(html).rows)
    text = Cells(html).text
    for name in ("<script>alert('x')</script>", "a|b`c`[d](e)", "two lines", "\\u202e turned", "y" * 300, "a[b]"):
        assert name in text
    assert all(re.fullmatch(r"[a-z0-9-]{1,64}\.svg", path.name) for path in run.path.glob("figures/*"))
    assert sorted(path.name for path in run.path.iterdir()) == [
        "figures",
        "manifest.json",
        "references",
        "report.html",
        "report.md",
        "trials",
    ]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (Spec({"vae": 0.5}), "There is no other generator to compare it with."),
        (Spec({"vae": 0.5, "ae": 0.2}, repeats=1), "There is only one repeat, so the noise is unknown"),
        (Spec({"vae": None, "ae": None}), "Nothing could be ranked: no trial succeeded."),
        (Spec({"vae": "pip install it"}), "Nothing could be ranked: no trial succeeded."),
        (Spec({"vae": 0.0, "ae": 0.0}), "No generator scores above 0"),
        (Spec({"vae": 0.5, "ae": 0.5}), "cannot be told apart from it"),
    ],
    ids=["one generator", "one repeat", "all failed", "all skipped", "all at the floor", "a tie"],
)
def test_small_runs_give_a_sensible_report(tmp_path: Path, spec: Spec, words: str) -> None:
    markdown, html = write(make_run(tmp_path / "run", replace(spec, columns=COLUMNS[:4])), figures=True)
    assert words in markdown.split("## Leaderboard")[0]
    assert cells_of_markdown(markdown) == Cells(html).rows


def test_one_repeat_has_no_spread(tmp_path: Path) -> None:
    markdown, _ = write(make_run(tmp_path / "run", Spec({"vae": 0.5, "ae": 0.2}, repeats=1)))
    assert "±" not in markdown
    assert "There is only one repeat, so no spread is shown." in markdown


def test_sixty_columns_draw_the_worst_matched(tmp_path: Path) -> None:
    columns = tuple(f"column {at}" for at in range(60))
    run = make_run(tmp_path / "run", Spec({"vae": 0.5}, columns=columns, repeats=1, points=60))
    markdown, html = write(run, figures=True)
    assert "Only the 24 columns with the worst match are shown; 36 columns are left out." in markdown
    assert all(f"| {column} |" in markdown for column in columns)
    assert len(html) < 3_000_000
