"""Static pictures in a real browser: no title, tick or label is cut off by the edge of a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bench.reporting.build_report import write_report
from tests.reports.make_run import Spec, make_run

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow

LONG = (
    "A very long name of a column that somebody thought up on a Friday (mg per litre)",
    "The average number of employees per establishment over three fiscal years",
    "age",
    "W" * 60,
)
USUAL = ("Methane (ppb)", "Moisture", "Temperature", "Humidity")
OUTSIDE = """() => [...document.querySelectorAll("text")].filter((text) => {
  const box = text.getBoundingClientRect();
  if (!box.width) return false;
  for (let outer = text.parentElement; outer; outer = outer.parentElement) {
    if (outer.tagName !== "svg") continue;
    const frame = outer.getBoundingClientRect();  // boxes are higher than letters, by about 3 pixels
    if (box.left < frame.left - 1 || box.right > frame.right + 1) return true;
    if (box.top < frame.top - 3 || box.bottom > frame.bottom + 3) return true;
  }
  return false;
}).map((text) => text.textContent)"""


@pytest.mark.parametrize(
    ("names", "columns"),
    [
        (("gaussian-mixture", "gaussian-copula", "latent-flow", "vae"), USUAL),
        ((*(f"a-generator-with-a-rather-long-name-{number}" for number in range(3)), "W" * 30), LONG),
    ],
)
def test_nothing_is_cut_off(browser: Browser, tmp_path: Path, names: tuple[str, ...], columns: tuple[str, ...]) -> None:
    quality: dict[str, Any] = {name: 0.3 + 0.1 * place for place, name in enumerate(names)}
    run = make_run(tmp_path / "run", Spec(quality, columns, repeats=3, whole=True))
    write_report(run)
    pictures = sorted((run.path / "figures").glob("*.svg"))
    assert len(pictures) > 8
    page = browser.new_page()
    cut = {}
    for picture in pictures:
        page.goto(picture.as_uri())
        if found := page.evaluate(OUTSIDE):
            cut[picture.name] = found
    page.close()
    assert cut == {}
