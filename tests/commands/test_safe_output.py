"""Text from outside on a terminal: it is shown, and steers nothing."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rich.text import Text

from bench.commands import terminal
from bench.commands.safe_output import EscapingStream

STEERS = ("\x1b[2J", "\x1b]0;title\x07", "\u202e", "\u2066", "\x9b31m", "\r", "\udc80")


@pytest.mark.parametrize("text", STEERS)
def test_control_characters_are_escaped(text: str) -> None:
    stream = io.StringIO()
    print(f"a{text}b\tc", file=EscapingStream(stream))
    assert stream.getvalue() == f"a{text.encode('unicode_escape').decode()}b\tc\n"
    assert EscapingStream(stream).isatty() == stream.isatty()
    with pytest.raises(TypeError):
        EscapingStream(stream).write(b"")


@pytest.mark.parametrize("text", STEERS)
def test_a_console_escapes_text_and_keeps_its_own_styles(text: str) -> None:
    stream = io.StringIO()
    console = terminal.EscapingConsole(file=stream, force_terminal=True, width=80)
    console.print(Text(f"a{text}b", "bold"))
    console.print(terminal.plain_table((f"x{text}",), [(f"y{text}",)]))
    shown = stream.getvalue()
    assert text not in shown.replace("\x1b[1m", "").replace("\x1b[0m", "")
    assert "\x1b[1m" in shown


@pytest.mark.slow
def test_a_strangers_run_does_not_steer_the_terminal(finished: Path, tmp_path: Path) -> None:
    path = tmp_path / "run"
    shutil.copytree(finished, path)
    for file in path.glob("trials/*/result.json"):
        content = json.loads(file.read_text())
        if content["status"] != "ok":
            file.write_text(json.dumps(content | {"error": "\x1b[2J\u202egone"}))
            (file.parent / "log.txt").write_text("first\n\x1b[2Jsecond\n")
    shown = [
        subprocess.run([sys.executable, "-m", "bench", *arguments], capture_output=True, text=True, check=True).stdout
        for arguments in (("show", path), ("log", path, "raises"))
    ]
    assert "\x1b" not in "".join(shown)
    assert "\\x1b[2J" in shown[0]
    assert shown[1] == "first\n\\x1b[2Jsecond\n"
