"""Reports in a real browser: what a reader does with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import HOSTILE, SCREENSHOTS, USUAL
from tests.reports.make_run import REFERENCES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    Visit = Callable[..., Page]

pytestmark = pytest.mark.slow
BEST_FIRST = ["beta-vae", "vae", "knn", "ae", "ctgan", "tvae"]


def part(page: Page, title: str) -> Locator:
    return page.locator("main > section").filter(has=page.get_by_role("heading", name=title, exact=True, level=2))


def names(section: Locator) -> list[str]:
    """Names of the first table's visible rows, without their tags."""
    row_heads = section.locator("table").first.locator("tbody tr:visible th")
    return [text.partition(" (")[0].strip() for text in row_heads.all_inner_texts()]


def open_all(page: Page) -> None:
    """Opens every part, and those that only then exist."""
    for _ in range(2):
        page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
        page.wait_for_function("!document.querySelector('details[open] > noscript')")


def test_a_table_is_sorted_by_click_and_by_key_and_references_stay_apart(visit: Visit, usual: Path) -> None:
    section = part(visit(usual), "Leaderboard")
    references = names(section)[len(USUAL) :]
    assert set(references) <= set(REFERENCES)
    assert names(section) == [*BEST_FIRST, *references]
    head = section.get_by_role("columnheader", name="Fidelity")
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert names(section) == [*BEST_FIRST, *references]
    head.get_by_role("button").press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    upwards = names(section)
    assert [name for name in upwards if name in ("ae", "knn", "vae", "beta-vae")] == ["ae", "knn", "vae", "beta-vae"]
    assert upwards[len(USUAL) :] == references
    head.get_by_role("button").press("Space")
    assert head.get_attribute("aria-sort") is None
    assert names(section) == [*BEST_FIRST, *references]


def test_what_has_no_value_is_last_whichever_way(visit: Visit, usual: Path) -> None:
    section = part(visit(usual), "Leaderboard")
    button = section.get_by_role("columnheader", name="Fit s").get_by_role("button")
    for _ in range(2):
        button.click()
        assert set(names(section)[4:6]) == {"ctgan", "tvae"}


def test_the_reader_is_told_of_the_order(visit: Visit, usual: Path) -> None:
    page = visit(usual)
    part(page, "Leaderboard").get_by_role("columnheader", name="Generator").get_by_role("button").click()
    assert page.locator("p[role=status]").inner_text() == "Sorted by Generator, ascending"
    assert names(part(page, "Leaderboard"))[:3] == ["ae", "beta-vae", "ctgan"]


def test_generators_families_and_columns_are_filtered(visit: Visit, usual: Path) -> None:
    section = part(visit(usual), "Metrics")
    table = section.locator("table").first
    everything = names(section)
    section.get_by_label("Generator", exact=True).fill("VAE, knn")
    left = names(section)
    assert [name for name in left if name in USUAL] == ["beta-vae", "vae", "knn", "tvae"]
    assert [name for name in left if name not in USUAL] == [name for name in everything if name not in USUAL]
    assert section.locator("output").inner_text() == "4 of 6 generators"
    section.get_by_label("Family").select_option("privacy")
    assert not table.is_visible()
    assert section.get_by_role("columnheader", name="dcr_share").is_visible()
    section.get_by_label("Column", exact=True).fill("copies")
    assert not section.get_by_role("columnheader", name="dcr_share").is_visible()
    section.get_by_role("button", name="Clear").click()
    table.wait_for(state="visible")
    assert names(section) == everything


def test_failures_and_leaky_baselines_are_seen_on_the_leaderboard(visit: Visit, usual: Path) -> None:
    section = part(visit(usual), "Leaderboard")
    assert section.get_by_text("(leaky baseline)").is_visible()
    assert section.get_by_text("2 failed: ValueError: the loss is NaN at epoch 3").is_visible()


def test_a_closed_part_holds_nothing_until_it_is_opened(visit: Visit, usual: Path) -> None:
    page = visit(usual)
    section = part(page, "Generators")
    first = section.locator("details").first
    assert first.locator("figure").count() == 0
    first.locator("summary").first.press("Enter")
    first.locator("figure").first.wait_for()
    titles = " ".join(first.locator("figcaption b").all_inner_texts())
    for word in (
        "Training",
        "Densities",
        "Quantiles",
        "Correlations",
        "Pairs",
        "predicted",
        "discriminator",
        "Latents",
    ):
        assert word in titles
    assert first.locator("svg[role=img]").count() > 15


def test_a_name_leads_to_its_part(visit: Visit, usual: Path) -> None:
    page = visit(usual)
    part(page, "Leaderboard").get_by_role("link", name="vae", exact=True).click()
    opened = page.locator("details[open]").filter(has_text="Metrics behind the score")
    opened.locator("figure").first.wait_for()
    assert opened.locator("summary").first.inner_text().startswith("vae: rank")
    assert opened.locator("summary").first.evaluate("node => node === document.activeElement")


@pytest.mark.parametrize("width", [1440, 380])
def test_the_way_around_stays_in_sight_and_says_where_the_reader_is(visit: Visit, usual: Path, width: int) -> None:
    page = visit(usual, width=width)
    here = page.locator("nav a[aria-current]")
    assert here.all_inner_texts() == ["Summary"]
    page.evaluate("document.getElementById('reproduce').scrollIntoView()")
    page.locator("nav a[aria-current]", has_text="Reproduce").wait_for()
    box = here.bounding_box()
    assert box is not None
    assert 0 <= box["y"] <= 40
    assert 0 <= box["x"] <= width - box["width"]
    heading = page.locator("#reproduce").bounding_box()
    assert heading is not None
    assert heading["y"] >= box["y"] + box["height"]


def test_without_scripts_everything_is_there(visit: Visit, usual: Path) -> None:
    page = visit(usual, scripts=False)
    assert names(part(page, "Leaderboard"))[: len(USUAL)] == BEST_FIRST
    section = part(page, "Generators")
    section.locator("details > summary").first.click()
    assert section.locator("figure").first.is_visible()
    assert page.locator("form").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 380])
def test_nothing_is_wider_than_the_page(visit: Visit, usual: Path, width: int, scheme: str) -> None:
    page = visit(usual, width=width, scheme=scheme)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"report-{width}-{scheme}.png")
    open_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.screenshot(path=SCREENSHOTS / f"report-{width}-{scheme}-whole.png", full_page=True)


def test_hostile_names_are_no_wider_than_the_page(visit: Visit, hostile: Path) -> None:
    page = visit(hostile, width=380)
    open_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 380


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["usual", "hostile"])
def test_axe_finds_nothing_serious(visit: Visit, request: pytest.FixtureRequest, name: str, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = visit(request.getfixturevalue(name), scheme=scheme)
    open_all(page)
    violations: list[dict[str, Any]] = Axe().run(page).response["violations"]
    serious = {
        (violation["id"], node["html"][:200])
        for violation in violations
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    }
    assert serious == set()


def test_hostile_names_are_text(visit: Visit, hostile: Path) -> None:
    page = visit(hostile)
    open_all(page)
    assert page.locator("script").count() == 1
    assert page.locator("main i, main img").count() == 0
    text = page.locator("main").text_content() or ""
    for name in (*HOSTILE, "<i>set</i>", "Error: <img src=x onerror=alert(1)>"):
        assert name in text
    section = part(page, "Leaderboard")
    section.get_by_label("Generator", exact=True).fill("<script>")
    assert section.locator("table").first.locator("tbody tr:not(.apart):visible").count() == 1


def test_it_prints(visit: Visit, usual: Path) -> None:
    page = visit(usual)
    assert page.pdf()[:5] == b"%PDF-"
    assert page.locator("details[data-lazy=tables] > noscript").count() == 0
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert not page.locator("form").first.is_visible()
    assert part(page, "Leaderboard").get_by_text("geometric mean of the families").first.is_visible()
