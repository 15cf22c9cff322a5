"""What --format latex writes, through a real pdfLaTeX: Debian's texlive-latex-recommended."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bench.reporting import outputs
from bench.reporting.latex import FALLBACK, escape
from tests.reports.make_run import COLUMNS, Spec, make_run
from tests.reports.test_report_files import HOSTILE

pytestmark = pytest.mark.slow
DOCUMENT = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage{booktabs,graphicx}
\begin{document}
%s
\end{document}
"""
ODD = (
    r"\input{/etc/passwd}",
    "50% & #1 $x$ _^~",
    "a--b---c,,d''e``f",
    "[x] \\\\ *",
    "?`!`<<>>|",
    "e\u0301ψ汉字",
    "'\"",
)
EXPORT = Path(__file__).parents[2] / "docs" / "results" / "methane-1" / "random"


def compiled(folder: Path, body: str) -> str:
    """The log of a document that holds it."""
    program = shutil.which("pdflatex")
    if program is None:
        pytest.fail("there is no pdflatex; expected Debian's package: apt-get install texlive-latex-recommended")
    (folder / "report.tex").write_text(DOCUMENT % body, encoding="utf-8")
    command = [program, "-interaction=nonstopmode", "-halt-on-error", "-draftmode", "report.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    log = (folder / "report.log").read_text(encoding="latin-1")
    assert done.returncode == 0, re.findall(r"^!.*(?:\n.*){3}", log, re.MULTILINE)
    return log


def test_a_stored_run_fits_the_page(tmp_path: Path) -> None:
    outputs.report([EXPORT], ["latex"], tmp_path)
    log = compiled(tmp_path, r"\input{leaderboard}")
    assert "Overfull" not in log
    assert "Missing character" not in log


def test_hostile_names_compile(tmp_path: Path) -> None:
    names = {name: 0.05 + 0.05 * at for at, name in enumerate((*HOSTILE, *ODD, "broken"))}
    spec = Spec({**names, "<i>broken</i>": None}, COLUMNS[:3], dataset=f"{ODD[1]} {HOSTILE[0]}", repeats=2, points=20)
    latex = outputs.files(make_run(tmp_path / "run", spec), ["latex"])["leaderboard.tex"].decode()
    log = compiled(tmp_path, latex)
    assert "Overfull" not in log
    assert "Missing character" not in log


def test_every_printable_character_compiles(tmp_path: Path) -> None:
    signs = [chr(code) for code in (*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2010, 0x2200))]
    log = compiled(tmp_path, "\n\n".join([FALLBACK, *(escape(f"{sign}{sign}x") for sign in signs)]))
    assert "Missing character" not in log
