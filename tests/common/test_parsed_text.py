from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.common.parsed_text import parse_json, parse_toml, read_text

DEEP = 200_000


@given(st.text())
def test_any_text_is_parsed_or_a_value_error(text: str) -> None:
    for parse in (parse_json, parse_toml):
        with suppress(ValueError):
            parse(text)


@pytest.mark.parametrize("text", ["[" * DEEP, '{"a":' * DEEP, "[" * DEEP + "]" * DEEP])
def test_deep_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        parse_json(text)


@pytest.mark.parametrize("text", ["a = " + "[" * DEEP, "a = " + "{b = " * DEEP])
def test_deep_toml_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        parse_toml(text)


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": -Infinity}', "1e999", "-1e999", "1" * 400, "1" * 5000])
def test_numbers_are_finite(text: str) -> None:
    with pytest.raises(ValueError, match="expected finite numbers"):
        parse_json(text)


@pytest.mark.parametrize("text", [r'"\ud800"', r'{"\udfff": 1}', r'["a", {"b": "\uD83D x"}]'])
def test_text_can_be_written(text: str) -> None:
    with pytest.raises(ValueError, match="half of a surrogate pair"):
        parse_json(text)
    assert parse_json(r'"\ud83d\ude00"') == "\U0001f600"


def test_named_pipes_are_not_read(tmp_path: Path) -> None:
    """Nobody may ever write to one."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="it is no regular file"):
        read_text(tmp_path / "pipe")
