"""Checks the links of all pages and the map; runs the code blocks (see `tests.pages`) and checks claims, slowly."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from bench.commands.cli import app
from bench.reporting.leaderboard_data import COLUMNS
from bench.reporting.outputs import FORMATS
from bench.scoring.reference_rows import reference_names
from bench.tables.table_toml import COLUMN_KEYS, KEYS
from tests import pages
from tests.pages import ROOT

PAGES = ("README.md", "CONTRIBUTING.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))))
REFERENCE = tuple(f"docs/reference/{path.name}" for path in sorted((ROOT / "docs" / "reference").glob("*.md")))
LINKED = (*PAGES, *REFERENCE, "CHANGELOG.md", "docs/results/published.md")
"""Every page that somebody reads; those in `PAGES` hold blocks that are run."""
RESULTS = "docs/results/methane-1"
TUTORIAL = ROOT / "docs" / "tutorial.md"

Outputs = Mapping[str, str]
"""What each command of a page printed, by command line."""


def _results(*names: str) -> None:
    """Copies committed exports to where the page expects them."""
    for name in names:
        folder = Path("docs", "results", name)
        shutil.copytree(ROOT / folder, folder, ignore=shutil.ignore_patterns("figures"))


def _examples() -> None:
    """Writes the tables of the tutorial with the script that it shows."""
    (script,) = (block for block in pages.blocks(TUTORIAL) if block.marks.get("file") == "examples.py")
    exec(compile(script.text, "examples.py", "exec"), {"__name__": "examples"})


def _tutorial() -> None:
    """Copies the committed results, the README and a run like a published one."""
    _results(*(f"{path.parent.name}/{path.name}" for path in (ROOT / "docs" / "results").glob("methane-*/*")))
    shutil.copy(ROOT / "README.md", "README.md")
    shutil.copytree(f"{RESULTS}/blocked", "runs/again")


def _reports() -> None:
    """Copies results, writes a README, and makes two runs that differ in one generator."""
    _results("methane-1/blocked", "methane-2/blocked")
    (marked,) = (block.text for block in pages.blocks(ROOT / "docs" / "reports.md") if block.language == "md")
    Path("README.md").write_text(marked)
    for name in ("before", "after"):
        shutil.copytree(f"{RESULTS}/blocked", f"runs/{name}")
    for path in Path("runs/after/trials").glob("*/result.json"):
        result = json.loads(path.read_text())
        if result["trial"]["generator"] == "vae":
            result["metrics"]["c2st_auc"] -= 0.05 + 0.01 * result["trial"]["repeat"]
            path.write_text(json.dumps(result))


SETUPS: Mapping[str, Callable[[], None]] = {
    "docs/tutorial.md": _tutorial,
    "docs/reports.md": _reports,
}


def _reports_claims(outputs: Outputs) -> None:
    assert {path.name for path in Path("tables").iterdir()} == {
        "leaderboard.csv",
        "leaderboard.json",
        "leaderboard.tex",
        "values.parquet",
    }
    both = Path("both/leaderboard.tex").read_text()
    assert "Ranking on diabetes" in both
    assert "Ranking on station" in both
    assert "Ranking on methane-1, blocked split" in Path("README.md").read_text()
    assert "| vae | detection |" in outputs["bench compare runs/before runs/after --format md"]
    assert "better" in outputs["bench compare runs/before runs/after"]
    assert "tstr_xgb_mae ↓" in next(text for command, text in outputs.items() if "real-train" in command)
    page = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` | `" in page for name in FORMATS)
    assert all(f"| `{name}` | {meaning} |" in page for name, meaning in COLUMNS.items())


def _generate_and_evaluate_claims(outputs: Outputs) -> None:
    assert len(pd.read_csv("synthetic.csv")) == 500
    low, high = (pd.read_parquet(f"{name}.parquet")["y"].mean() for name in ("low", "high"))
    assert low < high
    assert "Not assessable" in Path("high.md").read_text()
    assert json.loads(Path("scores.json").read_text()) == json.loads(Path("scores/evaluation.json").read_text())
    assert {"privacy", "utility"} <= set(json.loads(Path("judged/evaluation.json").read_text())["families"])
    assert "mine" in outputs["bench run --resume compared --external mine=mine --no-figures"]
    assert "2 of 2 trials gave the same rows" in outputs["bench verify compared --trials 2"]
    assert "bench data fetch" in outputs["bench doctor"] or "14,186 rows" in outputs["bench doctor"]


def _tutorial_claims(outputs: Outputs) -> None:
    table = next(text for command, text in outputs.items() if command.startswith("bench show docs/results"))
    lines = {cells[1].strip(): cells[3:7] for line in table.splitlines() if len(cells := line.split("│")[1:]) > 6}
    values = {name: [float(cell.split()[0]) for cell in cells] for name, cells in lines.items() if "rank" not in name}
    shapes, _, auc, r2 = values["ctgan"]
    assert shapes > 0.9, "its single columns match"
    assert auc > 0.95, "a classifier tells its rows from real ones nearly always"
    assert r2 < values["real-train"][3] / 2, "a model trained on them predicts far worse"
    assert "1 of 1 trials gave the same rows" in outputs["bench verify runs/first --trials 1"]


def _plugins_claims(outputs: Outputs) -> None:
    code = [line for line in Path("kernel_density.py").read_text().splitlines() if line.strip()]
    assert len(code) <= 33, "thirty lines"
    assert "BROKEN" not in outputs["bench test-plugin kernel_density.py"]


def _contributing_claims(outputs: Outputs) -> None:
    """The entry points that `bench new` prints, pasted into a package, make its plugins available by name."""
    printed = "\n".join(outputs.values())
    points = re.findall(r'\[project\.entry-points\."(bench\.\w+)"\]\n +(.+) = "(.+)"', printed)
    assert {group for group, *_ in points} == {"bench.generators", "bench.datasets", "bench.metrics", "bench.sections"}
    site = Path("site")
    (site / "mine-1.0.dist-info").mkdir(parents=True)
    (site / "mine-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n")
    lines = [f"[{group}]\n{name} = {target}\n" for group, name, target in points]
    (site / "mine-1.0.dist-info" / "entry_points.txt").write_text("\n".join(lines))
    for path in Path().glob("my_*.py"):
        shutil.copy(path, site)
    options = [
        "run",
        "--dataset",
        "my-data",
        "--generators",
        "my-gen",
        "--repeats",
        "1",
        "--no-figures",
        "--out",
        "used",
    ]
    environment = {**os.environ, "PYTHONPATH": str(site.resolve())}
    command = [sys.executable, "-m", "bench", *options]
    process = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout + process.stderr
    report = Path("used/report.md").read_text()
    assert all(text in report for text in ("my-data", "my-gen", "my_metric_shift", "## My section"))


CLAIMS: Mapping[str, Callable[[Outputs], None]] = {
    "CONTRIBUTING.md": _contributing_claims,
    "docs/tutorial.md": _tutorial_claims,
    "docs/plugins.md": _plugins_claims,
    "docs/reports.md": _reports_claims,
    "docs/generate-and-evaluate.md": _generate_and_evaluate_claims,
}


def test_the_tutorial_shows_what_describe_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    _examples()
    shown = [block.text for block in pages.blocks(TUTORIAL) if block.language == "text"]
    first_lines = "".join(Path("patients.csv").read_text().splitlines(keepends=True)[:4])
    (keys,) = (block.text for block in pages.blocks(TUTORIAL) if block.marks.get("file") == "patients.toml")
    command = ["data", "describe", "patients.csv"]
    printed = CliRunner().invoke(app, [*command, "--target", "readmitted"]).output
    assert shown[:2] == [first_lines, "".join(f"{line.rstrip()}\n" for line in printed.splitlines())]
    Path("patients.toml").write_text(keys)
    corrected = CliRunner().invoke(app, command).output
    assert "note: '-1' counts as a gap: days (60).\n" in corrected
    assert all(re.search(rf"\b{key} = |\[{key}\]", keys) for key in (*KEYS, *COLUMN_KEYS))


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if pages.blocks(ROOT / page)])
def test_its_blocks_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if page in SETUPS:
        SETUPS[page]()
    outputs = pages.execute(ROOT / page)
    if page in CLAIMS:
        CLAIMS[page](outputs)


@pytest.mark.slow
def test_the_tutorials_cluster_and_reproduction_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outputs = pages.execute(ROOT / "docs" / "tutorial.md", slow=True)
    assert sum(line.endswith("&") for line in outputs) == 2
    assert "smote" in next(text for line, text in outputs.items() if line.startswith("bench run"))
    assert "vae-latent2" in Path("published.md").read_text()


def test_the_installation_page_names_every_extra() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    page = (ROOT / "docs" / "installation.md").read_text(encoding="utf-8")
    rows = [line.split(" | ")[0] for line in page.splitlines() if line.startswith("| `")]
    assert sorted(re.findall(r"`(\w+)`", " ".join(rows))) == sorted(extras)


def test_the_methodology_names_every_reference_row() -> None:
    page = (ROOT / "docs" / "methodology.md").read_text(encoding="utf-8")
    (table,) = (part for part in page.split("\n\n") if part.startswith("| reference row |"))
    assert set(re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE)) == set(reference_names())


def _anchors(page: Path) -> set[str]:
    """Returns the anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _links(page: str) -> list[str]:
    return re.findall(r"\]\((?!https?:)([^)\s]+)\)", (ROOT / page).read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", LINKED)
def test_its_links_lead_somewhere(page: str) -> None:
    for link in _links(page):
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), link
        assert not anchor or anchor in _anchors(target), link


def test_the_front_page_leads_to_every_page() -> None:
    targets = {(ROOT / "docs" / link.partition("#")[0]).resolve() for link in _links("docs/README.md")}
    assert {ROOT / page for page in LINKED} - targets == {ROOT / "docs" / "README.md"}


def test_the_map_names_every_folder() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    folders = {path.parent.name for path in (ROOT / "bench").glob("*/*.*") if path.parent.name != "__pycache__"}
    assert folders == {name for name in folders if f"`{name}/`" in page}


def test_the_paths_in_contributing_exist() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paths = re.findall(r"`((?:bench|generators|reports|data|tests|docs)/[\w./-]*)`", page)
    assert len(paths) > 10
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_completion_in_bash(tmp_path: Path) -> None:
    """Installs the completion of the tutorial in bash, and asks it to complete an option."""
    script = """
    bench --install-completion >/dev/null
    source "$HOME/.bashrc"
    COMP_WORDS=(bench run --prof) COMP_CWORD=2
    _bench_completion bench
    echo "${COMPREPLY[@]}"
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "PATH": path,
        "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "",
    }
    process = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert process.stdout.split() == ["--profile"], process.stderr
