"""The documentation site: complete, without warnings, and without a server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import docs_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site without the reports of its gallery."""
    folder = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(docs_site, "BUILD", folder / "source")
        patch.setattr(docs_site, "PAGES", folder / "source" / "pages")
        patch.setattr(docs_site, "SITE", folder / "html")
        assert docs_site.build_pages() == 0
    return folder / "html"


def test_every_page_of_docs_is_in_the_navigation(site: Path) -> None:
    pages = {path.stem for path in Path("docs").glob("*.md")} - {"README"}
    listed = {Path(page).stem for part in docs_site.CONTENTS.values() for page in part} | {"installation", "tutorial"}
    assert pages <= listed
    assert all((site / f"{page}.html").is_file() for page in pages)
    assert {path.stem for path in (site / "reference").glob("*.html")} == {
        path.stem for path in Path("docs/reference").glob("*.md")
    }


def test_pages_load_nothing_from_elsewhere_and_are_searched(browser: Browser, site: Path) -> None:
    page = browser.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto((site / "methodology.html").as_uri())
    assert page.locator("h1").inner_text().startswith("Methodology")
    page.goto(f"{(site / 'search.html').as_uri()}?q=floor")
    page.locator("#search-results li").first.wait_for()
    page.close()
    assert [address for address in requests if not address.startswith("file:")] == []


def test_code_blocks_and_tables_are_html(site: Path) -> None:
    text = (site / "reference" / "options.html").read_text(encoding="utf-8")
    assert text.count("<table") > 10
    assert "| option |" not in text
