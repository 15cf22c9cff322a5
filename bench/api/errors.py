"""What the user can mend."""

from __future__ import annotations


class BenchError(Exception):
    """What the user can mend: one line saying what was got, what was expected, what to do.

    The command line prints it without a traceback and exits with 2.
    """
