"""A report as one HTML file that loads nothing: pages, tables, static pictures, and charts for scripts."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from bench.api import PAGES, Figure, Fold, Table
from bench.common.safe_text import links, paragraphs, plain, slug, unique
from bench.reporting.figures.charts import chart

if TYPE_CHECKING:
    from jinja2 import Environment

    from bench.reporting.assemble_report import Report
    from bench.reporting.figures.plot import PlottedFigure

_SCRIPTS = ("choices.js", "tables.js", "charts.js", "pages.js")
"""Parts of one script, in order: each uses those before it."""

_GLOBAL = "window.vegaEmbed = vegaEmbed;"
"""What the charting library adds to the page."""

_LARGE = 20_000
"""Characters of a folded part from which a browser reads it only when it is opened."""


def html(report: Report, plots: Mapping[str, PlottedFigure]) -> str:
    """Returns one HTML file that loads nothing; `plots` are by figure name, and figures without one are left out."""
    shown = [name for name in PAGES if any(part.page == name for part in report.parts)]
    anchors = iter(unique([slug(title) for title in (*shown, *(part.title for part in report.parts))]))
    page_ids = [next(anchors) for _ in shown]
    parts = [
        {"page": part.page, "id": next(anchors), "title": part.title, "blocks": part.blocks} for part in report.parts
    ]
    pages = [
        {"title": name, "id": page_id, "parts": [part for part in parts if part["page"] == name]}
        for name, page_id in zip(shown, page_ids, strict=True)
    ]
    folds = {block.anchor for part in report.parts for block in part.blocks if isinstance(block, Fold)} - {""}
    text = "\n".join(['"use strict";', "(() => {", *map(_read_template, _SCRIPTS), "})();"])
    scripts = [{"text": text, "digest": _digest(text)}]
    if plots:
        scripts.insert(0, {"text": charting_library(), "digest": _digest(charting_library())})
    page = _environment().get_template("report.html.j2")
    names = [{"name": name, "marker": style.inline_marker()} for name, style in report.styles.items()]
    return (
        page.render(
            title=report.title,
            pages=pages,
            plots=plots,
            styles=report.styles,
            names=_json(names),
            anchors=folds,
            scripts=scripts,
        )
        + "\n"
    )


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


@cache
def charting_library() -> str:
    """Returns Vega, Vega-Lite and Vega-Embed (BSD-3-Clause) as one script of 0.9 MB.

    Vega-Lite draws accessible SVG, needs no network and, with its own interpreter of expressions, no `eval`, which the
    page's policy forbids. Plotly's script is five times as large; uPlot draws lines on a canvas only.
    """
    import vl_convert

    return vl_convert.javascript_bundle(_GLOBAL).replace("</script", "<\\/script")


def _json(value: object) -> str:
    """Returns JSON that may stand inside a script element."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")


def _charts(figure: Figure, styles: Mapping[str, Any]) -> str:
    """Returns the charts of a figure as compressed JSON in base64: a fifth of its size."""
    text = _json([chart(panel, styles) for panel in figure.panels])
    return b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def _read_template(name: str) -> str:
    return (files("bench.reports") / "templates" / name).read_text(encoding="utf-8")


def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    loader = FunctionLoader(_read_template)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(plain=plain, paragraphs=paragraphs, lazy=_lazy, sortable=_sortable, charts=_charts)
    environment.filters["kind"] = lambda block: type(block).__name__.lower()  # the name of a block's macro
    environment.filters["links"] = lambda text: list(links(plain(text)))
    return environment


def _lazy(block: Fold, inside: str) -> str:
    """Returns what a browser with scripts reads only when the part is opened: `figures`, `tables` or nothing."""
    if any(isinstance(inner, Figure) for inner in block.blocks):
        return "figures"
    return "tables" if len(inside) > _LARGE else ""


def _sortable(block: Table) -> bool:
    """Returns whether a table has a row for each of several generators, so that readers may sort it."""
    return block.names >= 0 and len(block.rows) - len(block.apart) > 1
