from __future__ import annotations

import io

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
