"""Names of columns and generators may be anything; they are text wherever they are shown."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bench.api import Facts, Figure, Fold, Panel, Series, Table, Text
from bench.common.safe_text import plain
from bench.reporting.assemble_report import Part, assemble
from bench.reporting.build_report import markdown
from tests.reporting.html_page import Elements, page

HOSTILE = [
    "<script>alert(1)</script>",
    "a|b`c`[d](e)*f*_g_~h~$i$",
    "two\nlines\r\n\n# and a heading",
    "</td></table><!-- -->",
    "&lt;b&gt; \\ \" '",
    "שלום עולם",
    "turned \u202e round",
    "😀👩‍🔬",
    "x" * 300,
    "- item",
    "{{ 7 * 7 }} {% raw %}",
    "nul \x00 bell \x07",
]


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


HTML_TAGS = words(
    "html head meta title style body a header h1 nav ul li main section h2 h3 div p dl dt dd table thead "
    "tbody tr th td details summary figure figcaption b span svg g path defs use text clippath rect image "
    "circle noscript script"
)
MARKDOWN_TAGS = words("h1 h2 h3 p strong em ul li table thead tbody tr th td details summary blockquote pre code")


def shown(text: str) -> str:
    """What a reader should see of a text: white space collapsed, the invisible written out."""
    text = " ".join(text.split())
    return text.replace("\u202e", "\\u202e").replace("\x00", "\\x00").replace("\x07", "\\x07")


def everywhere(text: str) -> tuple[Text | Facts | Table | Figure | Fold, ...]:
    table = Table((text, "b"), ((text, text),), caption=text, hints={text: text}, names=0)
    panel = Panel("line", text, text, text, series=(Series(text, (0, 1), (0, 1)), Series("b", (0, 1), (1, 0))))
    figure = Figure(text, text, text, (panel,))
    return (Text(text), Text(text, level=3), Text("x", items=(text,)), Facts(((text, text),)), table, figure)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_text_in_html(text: str) -> None:
    found = page(*everywhere(text))
    assert not found.open
    assert [attributes for tag, attributes in found.tags if tag == "script" and not attributes] == [{}, {}]
    assert {tag for tag, _ in found.tags} <= HTML_TAGS
    assert found.text.count(shown(text)) >= 5


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_text_in_markdown(text: str) -> None:
    rendered = Markdown(markdown(assemble("A", [Part("S", everywhere(text))]), {}))
    assert rendered.unexpected == set()
    assert rendered.text.count(shown(text)) >= 5


class Markdown:
    """What a CommonMark reader makes of a text."""

    def __init__(self, text: str) -> None:
        from markdown_it import MarkdownIt

        found = Elements(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text))
        self.text = found.text
        self.unexpected = {tag for tag, _ in found.tags} - MARKDOWN_TAGS


@example("__0__")
@example("a_b_ _c")
@given(st.text(min_size=1, max_size=60))
def test_any_cell_reads_the_same_in_markdown(text: str) -> None:
    table = Table(("a",), ((text,),))
    rendered = Markdown(markdown(assemble("A", [Part("S", (table,))]), {}))
    assert rendered.unexpected <= {"a"}
    assert plain(text) in rendered.text
