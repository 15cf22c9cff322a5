"""Builds the documentation site: `python -m tests.docs_site` writes build/site.

The pages are those of docs/, which link to one another as files of the repository. What they link to outside docs/, and
the stored reports, is copied beside them; the gallery holds the HTML reports of stored runs.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from bench.reporting.outputs import report

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "site-source"
PAGES = BUILD / "pages"
SITE = ROOT / "build" / "site"
OUTSIDE = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE")
"""Files of the repository's top level that pages link to."""

GALLERY = {
    "methane-1/blocked": "Nine sensor columns in time, blocked split: the strongest generators tie, and the privacy "
    "score separates the one that interpolates between train rows.",
    "adult/all-rows": "A census with numbers, categories and gaps, whose target is a class: three of the four "
    "generators cannot be told apart with three repeats.",
    "shoppers/all-rows": "Visits of an online shop, of which few end with an order: how well rare classes and "
    "relations between columns are kept.",
}
"""Stored run -> what the reader sees."""

CONTENTS = {
    "How-to guides": (
        *("running.md", "plugins.md", "generate-and-evaluate.md", "notebook.md", "reports.md", "tuning.md", "ci.md"),
        "CONTRIBUTING.md",
    ),
    "Reference": (
        *("reference/options.md", "reference/metrics.md", "reference/generators.md", "reference/plugins.md"),
        *("reference/python.md", "datasets.md", "CHANGELOG.md"),
    ),
    "Explanation": ("methodology.md", "proof.md", "security.md", "models.md", "ablation.md", "station.md"),
    "Results": (
        *("gallery.md", "benchmark-results.md", "mixed-tables.md", "results/published.md"),
        "repository.md",
    ),
}
"""Part -> its pages, in the order of the navigation; installation and tutorial come before them."""


def copy_pages() -> None:
    """Copies docs/ with what it links to, and changes links that leave docs/."""
    shutil.rmtree(BUILD, ignore_errors=True)
    docs = ROOT / "docs"
    unneeded = shutil.ignore_patterns("trials", "references", "manifest.json", "*.npz")
    shutil.copytree(docs, PAGES, ignore=unneeded)
    (PAGES / "README.md").rename(PAGES / "index.md")
    for name in OUTSIDE:
        shutil.copy(ROOT / name, PAGES / ("repository.md" if name == "README.md" else name))
    (PAGES / "notebook.md").write_text(notebook_as_page(PAGES / "notebook.ipynb"), encoding="utf-8")
    for page in PAGES.rglob("*.md"):
        page.write_text(adapted(page), encoding="utf-8")
    write_contents()


def notebook_as_page(path: Path) -> str:
    """Returns the text and the code of a notebook as Markdown."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    texts = (("".join(cell["source"]), cell["cell_type"]) for cell in cells)
    return "\n\n".join(text if kind == "markdown" else f"```python\n{text}\n```" for text, kind in texts) + "\n"


def adapted(page: Path) -> str:
    """Returns a page with links as they are within the site; stored reports are left out of the search."""
    text = page.read_text(encoding="utf-8")
    up = "../" * len(page.relative_to(PAGES).parent.parts)
    if page.parent == PAGES and page.name in ("repository.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        text = re.sub(r"\]\(docs/", "](", text)
    for name in OUTSIDE:
        target = "repository.md" if name == "README.md" else name
        text = re.sub(rf"\]\((?:\.\./)+{re.escape(name)}", f"]({up}{target}", text)
    text = text.replace("(notebook.ipynb)", "(notebook.md)")
    text = re.sub(r"\]\(((?:\.\./)*)README\.md", r"](\1index.md", text)
    text = re.sub(r"\]\(([\w./-]*results)/?\)", rf"]({up}gallery.md)", text)
    # Folders and files of the code have no page: their names stay as text.
    text = re.sub(
        r"\[([^\]]+)\]\((?:\.\./)+(?:bench|generators|reports|data|tests|Makefile|pyproject)[^)]*\)", r"\1", text
    )
    return re.sub(
        r"\[([^\]]+)\]\(([\w./-]*results/[\w./-]+)/report\.md\)",
        lambda link: f'<a href="{_report_page(link[2], up)}">{link[1]}</a>',
        text,
    )


def _report_page(folder: str, up: str) -> str:
    """Returns the address of a stored report: its HTML in the gallery, or the gallery itself."""
    name = folder.partition("results/")[2]
    return f"{up}gallery/{name.replace('/', '-')}/report.html" if name in GALLERY else f"{up}gallery.html"


def write_contents() -> None:
    """Writes a page for each part of the site, and the navigation at the end of the first page."""
    for title, pages in CONTENTS.items():
        listed = "\n".join(pages)
        text = f"# {title}\n\n```{{toctree}}\n:maxdepth: 1\n\n{listed}\n```\n"
        (PAGES / f"{_part(title)}.md").write_text(text, encoding="utf-8")
    listed = "\n".join(["installation.md", "tutorial.md", *(f"{_part(title)}.md" for title in CONTENTS)])
    first = PAGES / "index.md"
    contents = f"\n```{{toctree}}\n:hidden:\n\n{listed}\n```\n"
    first.write_text(first.read_text(encoding="utf-8") + contents, encoding="utf-8")


def _part(title: str) -> str:
    return "part-" + title.lower().replace(" ", "-")


def write_gallery_page() -> None:
    """Writes the page that lists the reports."""
    lines = ["# Gallery of reports", "", "Reports of stored runs, as `bench report` makes them. Each is one file.", ""]
    for name, words in GALLERY.items():
        lines.append(f'- <a href="gallery/{name.replace("/", "-")}/report.html">{name}</a>: {words}')
    (PAGES / "gallery.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def build_pages() -> int:
    """Builds the pages; returns the exit code of Sphinx, which takes warnings as errors."""
    copy_pages()
    write_gallery_page()
    shutil.rmtree(SITE, ignore_errors=True)
    words = ("-W", "--keep-going", "-q", "-b", "html", "-c", str(ROOT / "docs"), str(PAGES), str(SITE))
    return subprocess.run([sys.executable, "-m", "sphinx", *words], check=False).returncode


def make_gallery() -> None:
    """Makes the HTML reports of stored runs."""
    for name in GALLERY:
        report([ROOT / "docs" / "results" / name], ["html"], SITE / "gallery" / name.replace("/", "-"))


if __name__ == "__main__":
    if code := build_pages():
        sys.exit(code)
    make_gallery()
