from __future__ import annotations

import doctest
import importlib

import pytest

from bench.common.safe_text import links, paragraphs, plain, slug, unique


@pytest.mark.parametrize(
    "module",
    ["bench.common.safe_text", "bench.common.schema_words", "bench.reporting.markdown", "bench.reports._format"],
)
def test_examples_in_docstrings_hold(module: str) -> None:
    result = doctest.testmod(importlib.import_module(module))
    assert result.attempted
    assert not result.failed


def test_what_is_invisible_is_written_out_and_letters_of_any_script_stay() -> None:
    assert plain("a\tb\u200bc\x1b[31m") == "a b\\u200bc\\x1b[31m"
    assert plain("שלום 漢字 é 👩‍🔬") == "שלום 漢字 é 👩‍🔬"


def test_paragraphs_end_at_blank_lines_only() -> None:
    assert paragraphs("one\ntwo\n\n\nthree\n") == ["one two", "three"]


def test_slugs_hold_nothing_that_a_path_could_use() -> None:
    assert slug("../../etc/passwd\x00 %2e") == "etc-passwd-2e"
    assert slug("漢字") == "part"
    assert len(slug("x" * 300)) == 60


def test_a_name_that_looks_numbered_is_not_given_twice() -> None:
    names = unique(["a", "a-2", "a", "a"])
    assert len(set(names)) == 4


def test_addresses_end_before_the_full_stop() -> None:
    parts = list(links("see https://a.org/b_c?d=1. Or arXiv:1706.02633, or javascript:x"))
    assert [address for _, address in parts if address] == ["https://a.org/b_c?d=1", "https://arxiv.org/abs/1706.02633"]
    assert "".join(part for part, _ in parts) == "see https://a.org/b_c?d=1. Or arXiv:1706.02633, or javascript:x"
