"""Sphinx's configuration of the documentation site; `make docs` copies the pages that it needs and builds it.

Sphinx with MyST (BSD-2-Clause, MIT) and the PyData theme (BSD-3-Clause): it takes these Markdown pages as they are, so
they stay readable in a repository; search and fonts need no server. Material for MkDocs ends in 2027.
"""

project = "tabgen-bench"
author = copyright = "The tabgen-bench developers"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["results/*/*/report.md", "results/*/report.md"]
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
# Reports are files beside the pages, and GitHub's anchors of headings with signs differ a little from those of MyST.
suppress_warnings = ["myst.strikethrough", "myst.header"]
html_theme = "pydata_sphinx_theme"
html_title = "tabgen-bench"
html_theme_options = {
    "navbar_align": "left",
    "navigation_with_keys": False,
    "show_prev_next": False,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
}
html_copy_source = html_show_sourcelink = False
html_last_updated_fmt = None
