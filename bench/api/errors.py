"""The error that the user can correct."""

from __future__ import annotations


class BenchError(Exception):
    """An error that the user can correct. Its message is one line: what was got, what was expected, what to do.

    The command line prints it without a traceback and exits with 2.
    """
