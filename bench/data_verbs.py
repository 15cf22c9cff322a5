"""The commands about rows: make them, score any, check stored ones; and what is installed."""

from __future__ import annotations

import typer

app = typer.Typer()
