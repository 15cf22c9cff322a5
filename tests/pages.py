"""Pages as tests: the fenced blocks of a Markdown page are executed, in order and in one folder.

`sh` is run line by line, `python` is executed, `toml` and `yaml` are parsed. Comments right above a block say what is
particular to it, in the page's source and nowhere else:

    <!-- file: my_gen.py -->                      the block is written to this file instead
    <!-- tested with: run --rows 200 -->          options in place of those of `bench run`; `;` between verbs
    <!-- slow -->                                 executed by the slow suite only
    <!-- not run: needs SLURM -->                 only compiled; the reason is for readers
"""

from __future__ import annotations

import re
import shlex
import socket
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import yaml  # type: ignore[import-untyped]
from typer.testing import CliRunner

from bench.commands.cli import app

ROOT = Path(__file__).parents[1]
_FENCE = re.compile(r"((?:^ *<!-- [^\n]* -->\n)*)^ *```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"<!-- (file|tested with|slow|not run)(?:: (.*))? -->")
_ACCUMULATE = {"--set"}
"""Options that a mark adds to, where others are replaced."""
PORT = "8786"
"""Of a scheduler, on pages; a free one takes its place."""


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text without indentation, and the marks above it."""

    language: str
    text: str
    marks: Mapping[str, str]

    @property
    def lines(self) -> list[str]:
        """Commands, continued lines put together, without comments."""
        joined = self.text.replace("\\\n", " ").splitlines()
        return [line for line in joined if line.strip() and not line.lstrip().startswith("#")]


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    found = _FENCE.findall(page.read_text(encoding="utf-8"))
    return [Block(language, textwrap.dedent(text), dict(_MARK.findall(marks))) for marks, language, text in found]


def execute(page: Path, *, slow: bool = False) -> dict[str, str]:
    """Executes a page's blocks in the current folder; returns what each command printed.

    Args:
        page: a Markdown file.
        slow: whether to execute the blocks that are marked slow, rather than the others.
    """
    said: dict[str, str] = {}
    port = _free_port()
    with _background() as start:
        for block in blocks(page):
            if "not run" in block.marks or ("slow" in block.marks) != slow:
                _parse(block, page)
            elif name := block.marks.get("file"):
                Path(name).write_text(block.text, encoding="utf-8")
            elif block.language == "python":
                exec(compile(block.text, page.name, "exec"), {"__name__": "page"})
            elif block.language == "sh":
                said |= {line: _command(line.replace(PORT, port), block.marks, start) for line in block.lines}
            else:
                _parse(block, page)
    return said


def _parse(block: Block, page: Path) -> None:
    if block.language == "python":
        compile(block.text, page.name, "exec")
    elif block.language == "toml":
        tomllib.loads(block.text)
    elif block.language == "yaml":
        yaml.safe_load(block.text)


Start = Callable[[Sequence[str]], None]


def _command(line: str, marks: Mapping[str, str], start: Start) -> str:
    program, *words = shlex.split(line, comments=True)
    if words[-1:] == ["&"]:
        start([program, *words[:-1]])
        return ""
    runs = {"bench": _bench, "pytest": _pytest, "make": _make, "pip": _pip, "dask": _dask}
    return runs[program](_smaller(words, marks.get("tested with", "")))


def _smaller(words: list[str], mark: str) -> list[str]:
    """A command's words with the options that a mark has for its verb."""
    for verb, *options in (shlex.split(part) for part in mark.split(";") if part.strip()):
        if words[:1] == [verb]:
            replaced = {option for option in options if option.startswith("--")} - _ACCUMULATE
            before = ("", *words)
            kept = [word for last, word in zip(before, words, strict=False) if not {last, word} & replaced]
            return [*kept, *options]
    return words


def _bench(words: list[str]) -> str:
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, (words, done.output, done.exception)
    return done.output


def _pytest(words: list[str]) -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", ".", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=250, check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout


def _make(words: list[str]) -> str:
    """Targets are looked up, not made: they install or take long."""
    assert re.search(rf"^{words[0]}:", (ROOT / "Makefile").read_text(), re.MULTILINE), words
    return ""


def _pip(words: list[str]) -> str:
    """Extras are looked up, not installed."""
    known = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    asked = {name for word in words for found in re.findall(r"\[(.*)\]", word) for name in found.split(",")}
    assert words[0] == "install"
    assert asked <= set(known)
    return ""


def _dask(words: list[str]) -> str:
    raise AssertionError(f"dask {shlex.join(words)} ends with & on a page")


@contextmanager
def _background() -> Iterator[Start]:
    """Programs that stay until the page is done."""
    started: list[subprocess.Popen[bytes]] = []

    def start(words: Sequence[str]) -> None:
        quiet = subprocess.DEVNULL
        started.append(subprocess.Popen([sys.executable, "-m", *words], stdout=quiet, stderr=quiet))

    try:
        yield start
    finally:
        for process in started:
            for child in psutil.Process(process.pid).children(recursive=True):
                child.kill()
            process.kill()
            process.wait()


def _free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
