from __future__ import annotations

import io
import re

from rich.console import Console

from bench.commands.steps import Steps


def test_a_pipe_has_a_line_for_each_step_as_it_begins() -> None:
    file = io.StringIO()
    with Steps(Console(file=file, width=80)) as say:
        say("fitting [red]cart[/red]")
        assert file.getvalue() == "fitting [red]cart[/red]\n"
        say("scoring")
    assert file.getvalue() == "fitting [red]cart[/red]\nscoring\n"


def test_a_terminal_keeps_every_step_as_a_line_and_no_spinner() -> None:
    file = io.StringIO()
    with Steps(Console(file=file, width=80, force_terminal=True, color_system=None)) as say:
        say("fitting [red]cart[/red]")
        say("scoring")
    text = file.getvalue()
    assert text.index("fitting [red]cart[/red]\n") < text.index("scoring\n")
    assert "\x1b[?25h" in text.rpartition("scoring\n")[2]  # the cursor is back


def test_progress_is_shown_on_a_terminal_alone_and_results_stand_below_their_step() -> None:
    for is_terminal in (False, True):
        file = io.StringIO()
        with Steps(Console(file=file, width=80, force_terminal=is_terminal, color_system=None)) as say:
            say("fitting")
            say.progress(1, 4)
            say.progress(2, 4)
            say.result("half")
            say.result("trial 1: 0.5")
            say("writing")
        text = file.getvalue()
        assert text.index("fitting\n") < text.index("trial 1: 0.5\n") < text.index("writing\n")
        assert (re.search(r"2 of 4, about [\d.]+ s left: fitting", text) is not None) == is_terminal
        assert text.count("fitting\n") == 1
