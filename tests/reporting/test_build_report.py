"""Blocks as Markdown and as HTML."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

from bench.api import Facts, Figure, Fold, Panel, Series, Table, Text
from bench.reporting.assemble_report import Part, assemble
from bench.reporting.build_report import markdown
from bench.reporting.figures.legend import styles_by_name
from bench.reporting.figures.plot import plot_figure
from bench.reporting.html_report import html
from tests.reporting.html_page import page

TABLE = Table(
    header=("Generator", "quality ↑"),
    rows=(("vae", "0.913 ± 0.004"), ("real-train", "0.990 ± 0.001")),
    caption="Fidelity",
    strong=frozenset({(0, 1)}),
    apart=frozenset({1}),
    hints={"quality ↑": "mean of two; see https://docs.sdv.dev/x and arXiv:1610.06545."},
    bars={(0, 1): 0.9},
    names=0,
)
FIGURE = Figure("a figure <b>", "Lines", "a line", (Panel("line", "one", series=(Series("vae", (0, 1), (0, 1)),)),))
BLOCKS = (
    Text("vae leads.", tone="lead"),
    Facts((("On", "methane-1"),)),
    Text("Raw", level=3),
    TABLE,
    FIGURE,
    Text("Distrust", tone="warning", items=("few repeats", "# no heading")),
    Text("bench run --seed 0", tone="code"),
    Fold("More", (Text("1. not a list"), FIGURE)),
)
GOLDEN = """\
# A report

## Summary

vae leads.

- **On:** methane-1

### Raw

**Fidelity**

| Generator | quality ↑ |
| :--- | ---: |
| vae | **0.913 ± 0.004** |
| *real-train* | 0.990 ± 0.001 |

<details>
<summary>What the columns mean</summary>

- quality ↑: mean of two; see <https://docs.sdv.dev/x> and [arXiv:1610.06545](https://arxiv.org/abs/1610.06545).

</details>

![a line](figures/a-figure-b.svg)

> [!WARNING]
> Distrust
>
> - few repeats
> - \\# no heading

```sh
bench run --seed 0
```

<details>
<summary>More</summary>

1\\. not a list

</details>
"""


def test_markdown_is_as_it_was() -> None:
    report = assemble("A report", [Part("Summary", BLOCKS)], ["vae"])
    assert markdown(report, {"a-figure-b": "figures/a-figure-b.svg"}) == GOLDEN


def test_html_is_balanced_and_loads_nothing() -> None:
    found = page(*BLOCKS)
    assert not found.open
    for tag, attributes in found.tags:
        assert tag not in ("link", "iframe")
        assert tag != "script" or not attributes.get("src")
        for name, value in attributes.items():
            address = value if name in ("src", "href", "xlink:href") else ""
            assert not address or address.startswith(("#", "data:")) or (tag == "a" and address.startswith("https://"))
    assert "url(" not in re.sub(r"url\(#[\w-]+\)", "", html(assemble("A", [Part("S", BLOCKS)]), {}))


def test_html_has_one_picture_per_panel_and_unique_ids() -> None:
    found = page(*BLOCKS)
    figures = [tag for tag, _ in found.tags if tag == "figure"]
    ids = [attributes["id"] for _, attributes in found.tags if "id" in attributes]
    assert len(figures) == 2
    assert len(ids) == len(set(ids))


def test_without_figures_nothing_stands_in_their_place() -> None:
    assert not [tag for tag, _ in page(*BLOCKS, figures=False).tags if tag in ("figure", "img")]
    assert "![" not in markdown(assemble("A", [Part("S", BLOCKS)]), {})


def test_names_have_the_colour_of_their_lines() -> None:
    found = page(TABLE, FIGURE)
    dots = [attributes.get("fill") for tag, attributes in found.tags if attributes.get("class") == "dot"]
    assert dots == [styles_by_name(["vae"])["vae"].colour]
    assert any("#17a54c" in (attributes.get("style") or "").lower() for tag, attributes in found.tags if tag == "path")


def test_figures_of_one_name_get_files_of_their_own() -> None:
    report = assemble("A", [Part("S", (FIGURE, Fold("more", (FIGURE,)))), Part("T", (FIGURE,))])
    assert [figure.name for figure in report.figures()] == ["a-figure-b", "a-figure-b-2", "a-figure-b-3"]


def test_a_name_leads_to_its_part_where_there_is_one() -> None:
    table = Table(("Generator",), (("vae",), ("ae",)), names=0, anchors={"vae": "part-vae", "ae": "part-ae"})
    found = page(table, Fold("vae: rank 1", (Text("it"),), anchor="part-vae", about="vae"))
    links = [attributes["href"] for tag, attributes in found.tags if tag == "a" and attributes.get("class") != "skip"]
    assert links == ["#about", "#part-vae"]
    assert [attributes["id"] for tag, attributes in found.tags if tag == "details"] == ["part-vae"]


def test_figures_in_parts_wait_until_they_are_opened() -> None:
    report = assemble("A", [Part("S", (Fold("f", (FIGURE,)), Fold("t", (TABLE,))))])
    text = html(report, {"a-figure-b": plot_figure(report.figures()[0], report.styles)})
    assert text.count("<noscript>") == text.count('data-lazy="figures"') == 1
    assert "<details" not in text.partition("<noscript>")[2].partition("</noscript>")[0]


def test_parts_of_figures_that_are_not_drawn_are_left_out() -> None:
    text = html(assemble("A", [Part("S", (Fold("f", (FIGURE,)), Fold("t", (TABLE,))))]), {})
    assert text.count('<details class="fold"') == 1


def test_details_are_drawn_in_html_only() -> None:
    report = assemble("A", [Part("S", (replace(FIGURE, detail=True),))])
    assert "a line" in html(report, {"a-figure-b": plot_figure(report.figures()[0], report.styles)})
    assert "![" not in markdown(report, {})


def test_what_is_said_beside_a_name_is_the_same_in_both() -> None:
    table = replace(TABLE, tags={0: "a <foil>"})
    assert "vae (a <foil>)" in page(table).text
    assert "| vae (a &lt;foil&gt;) |" in markdown(assemble("A", [Part("S", (table,))]), {})


def test_only_its_own_script_may_run() -> None:
    text = html(assemble("A", [Part("S", BLOCKS)]), {})
    script = re.search(r"<script>(.*?)</script>", text, re.DOTALL)
    assert script is not None
    digest = b64encode(sha256(script[1].encode()).digest()).decode()
    assert f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'" in text
