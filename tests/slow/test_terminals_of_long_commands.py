"""Commands that take long: what they show on a terminal of 80 columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.test_terminal_widths import on_terminal

pytestmark = pytest.mark.slow
SMALL = ("--dataset", "clinic", "--profile", "ci", "--rows", "200")
COMMANDS = (
    ("doctor",),
    ("run", *SMALL, "--generators", "cart,vae", "--repeats", "2", "--out", "run"),
    ("show", "run"),
    ("verify", "run", "--trials", "1"),
    ("generate", "cart", *SMALL[:4], "--rows", "200", "--out", "made.csv"),
    ("evaluate", "clinic", "made.csv", "--out", "scores"),
    ("tune", "cart", *SMALL, "--trials", "2", "--out", "cart.toml"),
)
"""In this order, as some need the files of others."""


def test_no_line_of_a_live_display_is_longer_than_80_columns(tmp_path: Path) -> None:
    for command in COMMANDS:
        code, text = on_terminal(tmp_path, command, 80)
        assert code == 0, text
        lines = [part for line in text.splitlines() for part in line.split("\r")]
        assert max(map(len, map(str.rstrip, lines))) <= 80, (command, text)
        assert "Traceback" not in text
