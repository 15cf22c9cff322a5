"""Reports in a real browser: what a reader does with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bench.api import PAGES
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
    return page.locator("main section").filter(has=page.get_by_role("heading", name=title, exact=True, level=2))


def names(section: Locator) -> list[str]:
    """Names of the first table's visible rows, without their tags."""
    row_heads = section.locator("table").first.locator("tbody tr:visible th")
    return [text.partition(" (")[0].strip() for text in row_heads.all_inner_texts()]


def open_all(page: Page) -> None:
    """Opens every part, and those that only then exist."""
    for _ in range(2):
        page.evaluate("document.querySelectorAll('main details').forEach(part => { part.open = true; })")
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


def choose(page: Page, title: str, names: list[str]) -> None:
    """Leaves only these boxes of one control checked."""
    control = page.locator("form.choices details", has_text=title)
    control.locator("summary").click()
    for box in control.get_by_role("checkbox").all():
        box.set_checked((box.get_attribute("value") or "") in names)
    control.locator("summary").click()


def labels(page: Page, figure: str) -> set[str]:
    """The words of a chart."""
    return set(page.locator("figure", has_text=figure).locator(".chart text").all_text_contents())


def test_one_choice_of_generators_holds_for_tables_and_charts_of_every_page(visit: Visit, usual: Path) -> None:
    page = visit(usual)
    references = names(part(page, "Leaderboard"))[len(USUAL) :]
    page.locator("#result .chart svg").first.wait_for()
    choose(page, "Generators", ["vae", "knn"])
    assert names(part(page, "Leaderboard")) == ["vae", "knn", *references]
    page.wait_for_function("![...document.querySelectorAll('#result .chart text')].some(n => n.textContent === 'ae')")
    assert {"vae", "knn"} <= labels(page, "Overall score")
    page.get_by_role("link", name="Compare", exact=True).click()
    assert [name for name in names(part(page, "Metrics")) if name in USUAL] == ["vae", "knn"]
    page.locator("figure", has_text="Scores: 0 is").locator(".chart svg").wait_for()
    assert "beta-vae" not in labels(page, "Scores: 0 is")
    shown = part(page, "Generators").locator("details[data-about]:visible")
    assert [text.partition(":")[0] for text in shown.locator("summary").all_inner_texts()] == ["vae", "knn"]
    page.get_by_role("button", name="Reset").click()
    page.wait_for_function(
        "[...document.querySelectorAll('#compare .chart text')].some(n => n.textContent === 'beta-vae')"
    )
    assert shown.count() == len(USUAL)


def test_an_address_holds_page_and_choice(visit: Visit, usual: Path) -> None:
    first = visit(usual)
    choose(first, "Generators", ["vae", "ae"])
    first.get_by_role("link", name="Compare", exact=True).click()
    address = first.url.partition("#")[2]
    assert address == "compare?generator=vae&generator=ae"
    second = visit(usual, place=address)
    assert second.locator("nav a[aria-current]").all_inner_texts() == ["Compare"]
    assert [name for name in names(part(second, "Metrics")) if name in USUAL] == ["vae", "ae"]
    second.go_back()
    second.go_forward()
    assert "2 of 6" in second.locator("form.choices summary").first.inner_text()


def test_families_and_names_of_metrics_are_chosen(visit: Visit, usual: Path) -> None:
    page = visit(usual, place="metrics")
    section = part(page, "Metrics")
    choose(page, "Metric families", ["privacy"])
    assert not section.locator("table").first.is_visible()
    assert section.get_by_role("columnheader", name="dcr_share").is_visible()
    page.get_by_label("Columns, metrics").fill("copies")
    assert not section.get_by_role("columnheader", name="dcr_share").is_visible()
    page.get_by_role("button", name="Reset").click()
    section.locator("table").first.wait_for(state="visible")


def test_columns_are_found_by_name(visit: Visit, usual: Path) -> None:
    page = visit(usual, place="columns")
    page.get_by_label("Columns, metrics").fill("moist")
    parts = page.locator("#columns details[data-column]:visible")
    assert parts.count() == 1
    parts.locator("summary").click()
    charts = parts.locator(".panel:visible .chart svg")
    charts.nth(7).wait_for()
    assert charts.count() == 8  # histograms and quantiles of the generators that ran


def test_every_mark_tells_its_value(visit: Visit, usual: Path) -> None:
    page = visit(usual, place="compare")
    cells = page.locator("figure", has_text="Scores: 0 is").locator(".chart .mark-rect path")
    cells.first.wait_for()
    cells.first.hover()
    tip = page.locator("#vg-tooltip-element.visible")
    tip.wait_for()
    for word in ("beta-vae", "overall", "value"):
        assert word in tip.inner_text()


def test_the_reader_chooses_which_two_are_compared(visit: Visit, usual: Path) -> None:
    page = visit(usual, place="compare")
    figure = page.locator("figure", has_text="What moves the overall score")
    figure.locator(".chart svg").wait_for()
    assert "from vae to beta-vae" in labels(page, "What moves the overall score")
    figure.get_by_label("Generator from").select_option("ae")
    figure.locator(".chart text", has_text="from ae to beta-vae").wait_for()
    figure.get_by_label("Generator to").select_option("ae")
    assert page.locator("p[role=status]").inner_text() == "Choose two different generators"


def test_a_table_is_copied_and_saved_as_shown(visit: Visit, usual: Path) -> None:
    page = visit(usual)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    choose(page, "Generators", ["vae", "ae"])
    section = part(page, "Leaderboard")
    section.get_by_role("button", name="Copy the table").first.click()
    page.locator("p[role=status]", has_text="Table copied").wait_for(state="attached")
    lines = str(page.evaluate("navigator.clipboard.readText()")).splitlines()
    assert [line.split("\t")[1] for line in lines[:3]] == ["Generator", "vae", "ae"]
    with page.expect_download() as saved:
        section.get_by_role("button", name="Save the table").first.click()
    assert saved.value.suggested_filename.startswith("ranking-on-methane-1")
    text = saved.value.path().read_text(encoding="utf-8")
    assert text.splitlines()[0].startswith("Rank,Generator,Overall,")
    assert len(text.splitlines()) == len(lines)


def test_failures_and_leaky_baselines_are_seen_on_the_leaderboard(visit: Visit, usual: Path) -> None:
    section = part(visit(usual), "Leaderboard")
    assert section.get_by_text("(leaky baseline)").is_visible()
    assert section.get_by_text("2 failed: ValueError: the loss is NaN at epoch 3").is_visible()


def test_a_closed_part_holds_nothing_until_it_is_opened(visit: Visit, usual: Path) -> None:
    page = visit(usual, place="generators")
    section = part(page, "Generators")
    first = section.locator("details").first
    assert first.locator("figure").count() == 0
    first.locator("summary").first.press("Enter")
    first.locator("figure").first.wait_for()
    titles = " ".join(first.locator("figcaption b").all_inner_texts())
    for word in (
        "Training",
        "Correlations",
        "Pairs",
        "predicted",
        "discriminator",
        "Latents",
    ):
        assert word in titles
    assert first.locator(".panel").count() > 10


def test_a_name_leads_to_its_part(visit: Visit, usual: Path) -> None:
    page = visit(usual)
    part(page, "Leaderboard").get_by_role("link", name="vae", exact=True).click()
    opened = page.locator("details[open]").filter(has_text="Metrics behind the score")
    opened.locator("figure").first.wait_for()
    assert opened.locator("summary").first.inner_text().startswith("vae: rank")
    assert opened.locator("summary").first.evaluate("node => node === document.activeElement")


@pytest.mark.parametrize("width", [1440, 380])
def test_one_page_is_shown_at_a_time_and_named(visit: Visit, usual: Path, width: int) -> None:
    page = visit(usual, width=width)
    here = page.locator("nav a[aria-current]")
    for title in PAGES:
        page.get_by_role("navigation", name="Pages").get_by_role("link", name=title, exact=True).click()
        assert here.all_inner_texts() == [title]
        assert page.locator("main > .page:visible").count() == 1
        box = here.bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= width - box["width"]
    page.evaluate("location.hash = 'reproduce'")
    page.locator("#reproduce").wait_for()
    heading = page.locator("#reproduce").bounding_box()
    assert heading is not None
    assert heading["y"] >= 0


def test_without_scripts_everything_is_there(visit: Visit, usual: Path) -> None:
    page = visit(usual, scripts=False)
    assert page.locator("main > .page:visible").count() == len(PAGES)
    assert page.locator("figure svg[role=img]:visible").count() > 20
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
    for title in PAGES:
        page.get_by_role("navigation", name="Pages").get_by_role("link", name=title, exact=True).click()
        open_all(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.screenshot(path=SCREENSHOTS / f"report-{width}-{scheme}-{title}.png", full_page=True)


def test_hostile_names_are_no_wider_than_the_page(visit: Visit, hostile: Path) -> None:
    page = visit(hostile, width=380)
    for title in PAGES:
        page.get_by_role("navigation", name="Pages").get_by_role("link", name=title, exact=True).click()
        open_all(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 380


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["usual", "hostile"])
def test_axe_finds_nothing_serious(visit: Visit, request: pytest.FixtureRequest, name: str, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = visit(request.getfixturevalue(name), scheme=scheme)
    for title in PAGES:
        page.get_by_role("navigation", name="Pages").get_by_role("link", name=title, exact=True).click()
        open_all(page)
        page.locator("main > .page:visible figure .chart svg").first.wait_for() if title == "Result" else None
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
    assert page.locator("script:not([type])").count() == 2
    assert page.locator("main i, main img").count() == 0
    text = page.locator("main").text_content() or ""
    for name in (*HOSTILE, "<i>set</i>", "Error: <img src=x onerror=alert(1)>"):
        assert name in text
    section = part(page, "Leaderboard")
    choose(page, "Generators", ["<script>alert('x')</script>"])
    assert section.locator("table").first.locator("tbody tr:not(.apart):visible").count() == 1


def test_it_prints(visit: Visit, usual: Path) -> None:
    page = visit(usual)
    assert page.pdf()[:5] == b"%PDF-"
    assert page.locator("details[data-lazy=tables] > noscript").count() == 0
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert not page.locator("form").first.is_visible()
    assert part(page, "Leaderboard").get_by_text("geometric mean of the families").first.is_visible()
