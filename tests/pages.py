"""Runs Markdown pages as tests: the fenced blocks of a page are executed in order, in one folder.

`sh` blocks run line by line, `python` blocks are executed, `toml` and `yaml` blocks are parsed. Comments directly above
a block, visible in the source of the page only, change that:

    <!-- file: my_gen.py -->                      writes the block to this file instead of running it
    <!-- tested with: run --rows 200 -->          replaces options of `bench run`; `;` separates subcommands
    <!-- slow -->                                 runs the block in the slow suite only
    <!-- not run: needs SLURM -->                 compiles the block without running it, for the reason given
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
"""Options that a mark adds, where it replaces others."""
PORT = "8786"
"""The port of the scheduler on pages, replaced by a free one."""


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        language: as written behind the fence.
        text: without indentation.
        marks: the comments above it, by name.
    """

    language: str
    text: str
    marks: Mapping[str, str]

    @property
    def lines(self) -> list[str]:
        """The commands of the block without comments; continued lines are joined."""
        joined = self.text.replace("\\\n", " ").splitlines()
        return [line for line in joined if line.strip() and not line.lstrip().startswith("#")]


def blocks(page: Path) -> list[Block]:
    """Returns the fenced blocks of a page, in order."""
    matches = _FENCE.findall(page.read_text(encoding="utf-8"))
    return [Block(language, textwrap.dedent(text), dict(_MARK.findall(marks))) for marks, language, text in matches]


def execute(page: Path, *, slow: bool = False) -> dict[str, str]:
    """Executes the blocks of a page in the current folder, and returns the output of each command.

    Args:
        page: a Markdown file.
        slow: executes the blocks marked slow, and not the others.
    """
    outputs: dict[str, str] = {}
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
                outputs |= {line: _command(line.replace(PORT, port), block.marks, start) for line in block.lines}
            else:
                _parse(block, page)
    return outputs


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
    runs = {"bench": _bench, "pytest": _pytest, "make": _make, "pip": _pip, "dask": _dask, "python": _python}
    return runs[program](_with_test_options(words, marks.get("tested with", "")))


def _with_test_options(words: list[str], mark: str) -> list[str]:
    """Returns the words of a command with the options that the mark has for its subcommand."""
    for subcommand, *options in (shlex.split(part) for part in mark.split(";") if part.strip()):
        if words[:1] == [subcommand]:
            replaced = {option for option in options if option.startswith("--")} - _ACCUMULATE
            pairs = zip(("", *words), words, strict=False)
            remaining = [word for previous, word in pairs if not {previous, word} & replaced]
            return [*remaining, *options]
    return words


def _bench(words: list[str]) -> str:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, (words, result.output, result.exception)
    return result.output


def _pytest(words: list[str]) -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", ".", *words]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout
    return process.stdout


def _make(words: list[str]) -> str:
    """Checks that the target exists. It is not made: it would install packages or take long."""
    assert re.search(rf"^{words[0]}:", (ROOT / "Makefile").read_text(), re.MULTILINE), words
    return ""


def _pip(words: list[str]) -> str:
    """Checks that the extras exist. They are not installed."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    names = {name for word in words for match in re.findall(r"\[(.*)\]", word) for name in match.split(",")}
    assert words[0] == "install"
    assert names <= set(extras)
    return ""


def _python(words: list[str]) -> str:
    process = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    return process.stdout


def _dask(words: list[str]) -> str:
    raise AssertionError(f"dask {shlex.join(words)} ends with & on a page")


@contextmanager
def _background() -> Iterator[Start]:
    """Starts programs that run until the page is done."""
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
