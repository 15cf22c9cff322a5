"""A real browser: Debian's chromium, driven by Playwright."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench.reporting.build_report import write_report
from tests.reports.make_run import Spec, make_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
HOSTILE = (
    "<script>alert('x')</script>",
    "\"quoted' & <b>bold</b>",
    "😀👩‍🔬",
    "שלום עולם",
    "y" * 300,
)
USUAL = {"ae": 0.35, "vae": 0.6, "beta-vae": 0.9, "knn": 0.5, "ctgan": None, "tvae": "needs ctgan: pip install ctgan"}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.fail("there is no chromium; expected Debian's package: apt-get install chromium")
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run with ties, failures and a deliberately leaky baseline."""
    columns = ("Methane (ppb)", "Moisture", "Temperature", "Humidity")
    run = make_run(tmp_path_factory.mktemp("usual"), Spec(USUAL, columns, foils=("knn",), whole=True, points=60))
    return write_report(run)[1]


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run whose every name is hostile."""
    quality = {name: 0.2 + 0.1 * at for at, name in enumerate(HOSTILE)} | {"broken <i>": None}
    spec = Spec(
        quality, HOSTILE, dataset="<i>set</i>", repeats=1, points=40, error="Error: <img src=x onerror=alert(1)>"
    )
    return write_report(make_run(tmp_path_factory.mktemp("hostile"), spec))[1]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a report; every message of the console, error, dialog and request but the first fails the test."""
    pages: list[Page] = []
    seen: list[str] = []

    def open_(path: Path, *, width: int = 1440, scheme: str = "light", scripts: bool = True, place: str = "") -> Page:
        size = {"width": width, "height": 1000}
        context = browser.new_context(viewport=size, color_scheme=scheme, java_script_enabled=scripts)  # type: ignore[arg-type]
        page = context.new_page()
        page.on("console", lambda message: seen.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: seen.append(f"error: {error}"))
        page.on("dialog", lambda dialog: seen.append(f"dialog: {dialog.message}"))
        page.on(
            "request", lambda request: seen.append(f"request: {request.url}") if _foreign(request.url, path) else None
        )
        page.goto(f"{path.as_uri()}#{place}" if place else path.as_uri())
        pages.append(page)
        return page

    yield open_
    for page in pages:
        page.context.close()
    assert seen == []


def _foreign(url: str, path: Path) -> bool:
    return url.partition("#")[0] != path.as_uri() and not url.startswith(("data:", "blob:"))
