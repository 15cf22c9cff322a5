"""Every page's blocks are executed (`tests.pages` says how), and come out as the page says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import pytest

from bench.reporting.leaderboard_data import COLUMNS
from bench.reporting.outputs import FORMATS
from tests import pages
from tests.pages import ROOT

PAGES = ("README.md", "CONTRIBUTING.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))))
RESULTS = "docs/results/methane-1"

Said = Mapping[str, str]


def _results(*names: str) -> None:
    """Committed exports, where the page expects them."""
    for name in names:
        folder = Path("docs", "results", name)
        shutil.copytree(ROOT / folder, folder, ignore=shutil.ignore_patterns("figures"))


def _my_csv(table: pd.DataFrame) -> None:
    table.to_csv("my.csv", index=False)


def _guide(table: pd.DataFrame) -> None:
    """What a checkout holds, two tables, and a run like a published one."""
    _my_csv(table)
    table.assign(when=pd.date_range("2024-01-01", periods=len(table)).astype(str)).to_csv("sensor.csv", index=False)
    _results(*(f"{path.parent.name}/{path.name}" for path in (ROOT / "docs" / "results").glob("methane-*/*")))
    shutil.copy(ROOT / "README.md", "README.md")
    shutil.copytree(f"{RESULTS}/blocked", "runs/again")


def _reports(table: pd.DataFrame) -> None:
    """Results, a README, and two runs that differ in one generator."""
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


SETUPS: Mapping[str, Callable[[pd.DataFrame], None]] = {
    "docs/guide.md": _guide,
    "docs/reports.md": _reports,
    "docs/verbs.md": _my_csv,
}


def _reports_claims(said: Said) -> None:
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
    assert "| vae | detection |" in said["bench compare runs/before runs/after --format md"]
    assert "better" in said["bench compare runs/before runs/after"]
    assert "tstr_xgb_mae ↓" in next(text for command, text in said.items() if "real-train" in command)
    page = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` | `" in page for name in FORMATS)
    assert all(f"| `{name}` | {meaning} |" in page for name, meaning in COLUMNS.items())


def _verbs_claims(said: Said) -> None:
    assert len(pd.read_csv("synthetic.csv")) == 500
    low, high = (pd.read_parquet(f"{name}.parquet")["y"].mean() for name in ("low", "high"))
    assert low < high
    assert "Not assessable" in Path("high.md").read_text()
    assert json.loads(Path("scores.json").read_text()) == json.loads(Path("scores/evaluation.json").read_text())
    assert {"privacy", "utility"} <= set(json.loads(Path("judged/evaluation.json").read_text())["families"])
    assert "mine" in said["bench run --resume compared --external mine=mine --no-figures"]
    assert "2 of 2 trials gave the same rows" in said["bench verify compared --trials 2"]
    assert "bench data fetch" in said["bench doctor"] or "14,186 rows" in said["bench doctor"]


def _guide_claims(said: Said) -> None:
    low = next(text for command, text in said.items() if command.startswith("bench show docs/results"))
    rows = {cells[1].strip(): cells[3:7] for line in low.splitlines() if len(cells := line.split("│")[1:]) > 6}
    of = {name: [float(cell.split()[0]) for cell in cells] for name, cells in rows.items() if "rank" not in name}
    shapes, _, auc, r2 = of["ctgan"]
    assert shapes > 0.9, "its single columns match"
    assert auc > 0.95, "a classifier tells its rows from real ones nearly always"
    assert r2 < of["real-train"][3] / 2, "a model trained on them predicts far worse"
    assert "1 of 1 trials gave the same rows" in said["bench verify runs/first --trials 1"]


def _plugins_claims(said: Said) -> None:
    code = [line for line in Path("kernel_density.py").read_text().splitlines() if line.strip()]
    assert len(code) <= 33, "thirty lines"
    assert "BROKEN" not in said["bench test-plugin kernel_density.py"]


def _contributing_claims(said: Said) -> None:
    """What `bench new` prints, pasted as it says, makes plugins that are found by name and used."""
    printed = "\n".join(said.values())
    points = re.findall(r'\[project\.entry-points\."(bench\.\w+)"\]\n +(.+) = "(.+)"', printed)
    assert {group for group, *_ in points} == {"bench.generators", "bench.datasets", "bench.metrics", "bench.sections"}
    site = Path("site")
    (site / "mine-1.0.dist-info").mkdir(parents=True)
    (site / "mine-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n")
    lines = [f"[{group}]\n{name} = {target}\n" for group, name, target in points]
    (site / "mine-1.0.dist-info" / "entry_points.txt").write_text("\n".join(lines))
    for path in Path().glob("my_*.py"):
        shutil.copy(path, site)
    words = ["run", "--dataset", "my-data", "--generators", "my-gen", "--repeats", "1", "--no-figures", "--out", "used"]
    environment = {**os.environ, "PYTHONPATH": str(site.resolve())}
    command = [sys.executable, "-m", "bench", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    report = Path("used/report.md").read_text()
    assert all(word in report for word in ("my-data", "my-gen", "my_metric_shift", "## My section"))


CLAIMS: Mapping[str, Callable[[Said], None]] = {
    "CONTRIBUTING.md": _contributing_claims,
    "docs/guide.md": _guide_claims,
    "docs/plugins.md": _plugins_claims,
    "docs/reports.md": _reports_claims,
    "docs/verbs.md": _verbs_claims,
}


@pytest.mark.parametrize("page", [page for page in PAGES if pages.blocks(ROOT / page)])
def test_its_blocks_run(page: str, tmp_path: Path, table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if page in SETUPS:
        SETUPS[page](table)
    said = pages.execute(ROOT / page)
    if page in CLAIMS:
        CLAIMS[page](said)


@pytest.mark.slow
def test_the_guides_cluster_and_reproduction_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = pages.execute(ROOT / "docs" / "guide.md", slow=True)
    assert sum(line.endswith("&") for line in said) == 2
    assert "smote" in next(text for line, text in said.items() if line.startswith("bench run"))
    assert "vae-latent2" in Path("published.md").read_text()


def _anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_its_links_lead_somewhere(page: str) -> None:
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", (ROOT / page).read_text(encoding="utf-8")):
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), link
        assert not anchor or anchor in _anchors(target), link


def test_the_map_names_every_folder() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    folders = {path.parent.name for path in (ROOT / "bench").glob("*/*.*") if path.parent.name != "__pycache__"}
    assert folders == {name for name in folders if f"`{name}/`" in page}


def test_completion_in_bash(tmp_path: Path) -> None:
    """Bash itself installs what the guide says, and asks it what may follow."""
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
    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["--profile"], done.stderr
