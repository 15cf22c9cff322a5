"""The pages in docs/reference say what the code declares."""

from pathlib import Path
from typing import get_args

import pytest

from bench.plugins.entry_points import Kind
from tests import reference_pages


def test_the_pages_are_current() -> None:
    assert not list(reference_pages.outdated_pages()), "run `make reference`"


def test_a_changed_page_is_outdated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference_pages, "FOLDER", tmp_path)
    assert set(reference_pages.outdated_pages()) == set(reference_pages.PAGES)


def test_every_kind_of_plugin_has_its_part() -> None:
    assert set(reference_pages.PLUGINS) == set(get_args(Kind))
