"""What commands print on terminals of 80, 100 and 120 columns.

After a change that is meant: `python -m tests.commands.test_terminal_widths`, and read the difference.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

import pytest

from tests.reports.make_run import Spec, make_run

SNAPSHOTS = Path(__file__).with_name("snapshots")
WIDTHS = (80, 100, 120)
QUALITY = {
    "ae": 0.35,
    "vae": 0.6,
    "beta-vae": 0.9,
    "a-generator-with-a-very-long-name-that-no-table-may-cut-off": 0.8,
    "ctgan": None,
    "tvae": "needs ctgan: pip install ctgan",
}
COMMANDS = {
    "show": ("show", "run"),
    "show-once": ("show", "once"),
    "runs": ("runs", "--folder", "."),
    "list": ("list", "generators", "--long"),
    "compare": ("compare", "run", "other"),
    "check": ("check", "worse", "--baseline", "baseline.json"),
    "describe": ("data", "describe", "clinic"),
    "dry-run": ("run", "--dataset", "station", "--profile", "ci", "--generators", "cart,vae", "--dry-run"),
}
CODES = {"check": 1}
"""Of the commands that do not end with 0: `worse` is worse than the baseline."""


def on_terminal(folder: Path, command: tuple[str, ...], width: int) -> tuple[int, str]:
    """The exit code of a command, and what it prints on a terminal, without colours."""
    outer, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    process = subprocess.Popen(
        [sys.executable, "-m", "bench", *command],
        cwd=folder,
        stdin=inner,
        stdout=inner,
        stderr=subprocess.DEVNULL,
        env={**environment, "TERM": "xterm"},
    )
    os.close(inner)
    parts = []
    while True:
        try:
            part = os.read(outer, 65_536)
        except OSError:  # the end, on Linux
            break
        if not part:
            break
        parts.append(part)
    os.close(outer)
    text = b"".join(parts).decode().replace("\r\n", "\n")
    return process.wait(), re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)


def printed(folder: Path, command: tuple[str, ...], width: int) -> str:
    """What a command prints on a terminal, without what differs between machines."""
    code, text = on_terminal(folder, command, width)
    assert code == CODES.get(command[0], 0), text
    # Ids change with code and versions of packages.
    text = re.sub(r"\b[0-9a-f]{16}\b", "0" * 16, text)
    text = re.sub(r"runs/station-ci-[0-9a-f]+", "runs/station-ci-0000000000", text)
    text = re.sub(r"about .* with \d+ workers?", "about ... with ... workers", text)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def make_runs(folder: Path) -> Path:
    columns = ("Methane (ppb)", "Moisture", "Temperature", "Humidity")
    make_run(folder / "run", Spec(QUALITY, columns, points=20, repeats=3))
    make_run(folder / "other", Spec(QUALITY | {"vae": 0.5}, columns, points=20, repeats=3))
    make_run(folder / "worse", Spec(QUALITY | {"vae": 0.1}, columns, points=20, repeats=3))
    make_run(folder / "once", Spec({"ae": 0.4, "vae": 0.6}, columns, points=20, repeats=1))
    code, text = on_terminal(folder, ("baseline", "save", "run", "baseline.json"), 80)
    assert code == 0, text
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_runs(tmp_path_factory.mktemp("runs"))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", COMMANDS)
def test_it_is_as_it_was_and_fits(folder: Path, name: str, width: int) -> None:
    text = printed(folder, COMMANDS[name], width)
    assert text == (SNAPSHOTS / f"{name}-{width}.txt").read_text(encoding="utf-8")
    assert max(map(len, text.splitlines())) <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_rank_name_and_overall_score_never_go(folder: Path, width: int) -> None:
    text = printed(folder, COMMANDS["show"], width)
    assert re.search(r"^\W*1(-2)?\W+beta-vae\W+0\.9", text, re.MULTILINE)
    whole = "".join(line.strip().split(" ")[0] for line in text.splitlines())
    assert "a-generator-with-a-very-long-name-that-no-table-may-cut-off" in text.replace("\n", "") + whole


def test_the_width_of_a_pipe_is_that_of_columns(folder: Path) -> None:
    command = [sys.executable, "-m", "bench", "show", "run"]
    widths = {}
    for columns in ("", "80"):
        environment = {**os.environ, "COLUMNS": columns}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
        widths[columns] = max(map(len, done.stdout.splitlines()))
    assert widths["80"] <= 80 < widths[""]


if __name__ == "__main__":
    SNAPSHOTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        runs = make_runs(Path(temporary))
        for kind, words in COMMANDS.items():
            for columns in WIDTHS:
                text = printed(runs, words, columns)
                (SNAPSHOTS / f"{kind}-{columns}.txt").write_text(text, encoding="utf-8")
